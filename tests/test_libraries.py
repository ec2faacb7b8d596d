"""What libraries around the `openai` package import, read and replace, and find here in the same places."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from antiphon.types.responses import ToolParam


def test_types_of_requests_are_types_to_pydantic() -> None:
    """Frameworks of agents keep tools and messages in models of their own."""
    adapter: TypeAdapter[Any] = TypeAdapter(ToolParam)
    tool = {"type": "file_search", "vector_store_ids": ["vs_1"]}
    assert adapter.validate_python(tool) == tool
    with pytest.raises(ValidationError):
        adapter.validate_python({"type": "file_search", "vector_store_ids": "vs_1"})
