"""The header that the older parts of the API ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["ASSISTANTS"]

ASSISTANTS: Final[Mapping[str, object]] = {"OpenAI-Beta": "assistants=v2"}
