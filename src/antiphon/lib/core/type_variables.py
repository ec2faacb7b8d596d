"""The type variables of what is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["ResponseFormatT", "TextFormatT"]

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    ResponseFormatT = TypeVar("ResponseFormatT", default=None)
    TextFormatT = TypeVar("TextFormatT", default=None)
else:
    # Pydantic would take a default for what an unparametrised model holds, and these hold anything.
    from typing import TypeVar

    ResponseFormatT = TypeVar("ResponseFormatT")
    TextFormatT = TypeVar("TextFormatT")
