"""Errors for answers and streams that do not have what was asked for."""

from __future__ import annotations

from typing import Any, Final

from ...runtime import SDKError
from ...runtime.core.errors import excerpt

__all__ = ["MISSHAPEN", "ContentFilterFinishReasonError", "LengthFinishReasonError", "StreamStateError", "misshapen"]


class StreamStateError(SDKError, RuntimeError):
    """A stream that was asked too early, that ended too early, or whose events contradict each other."""


MISSHAPEN: Final = (AttributeError, LookupError, TypeError)
"""What it leads to when a part of an event is of another kind than the API says."""


def misshapen(event: object, error: Exception) -> StreamStateError:
    """The error for an event of which some part is of another kind than the API says."""
    return StreamStateError(f"The stream brings a {type(event).__name__} that is none: {excerpt(str(error))}")


class LengthFinishReasonError(SDKError):
    """The answer reached its greatest length before it was whole; `completion` is what there is of it."""

    completion: Any

    def __init__(self, *, completion: Any) -> None:
        used = getattr(completion, "usage", None)
        said = "" if used is None else f" after {_tokens(used)} tokens"
        super().__init__(f"The answer was cut off at its greatest length{said}, so it cannot be parsed.")
        self.completion = completion


class ContentFilterFinishReasonError(SDKError):
    """A content filter held the answer back; `completion` is what there is of it."""

    completion: Any

    def __init__(self, *, completion: Any = None) -> None:
        super().__init__("A content filter held the answer back, so it cannot be parsed.")
        self.completion = completion


def _tokens(usage: object) -> object:
    counted = getattr(usage, "completion_tokens", None)
    return getattr(usage, "output_tokens", None) if counted is None else counted
