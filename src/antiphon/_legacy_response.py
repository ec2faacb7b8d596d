"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from typing import Generic, TypeVar

from .runtime import AsyncRawResponse, BinaryResponse, RawResponse

__all__ = ["HttpxBinaryResponseContent", "LegacyAPIResponse"]

HttpxBinaryResponseContent = BinaryResponse

T = TypeVar("T")


class _EitherColour(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (RawResponse, AsyncRawResponse))

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, (RawResponse, AsyncRawResponse))


class LegacyAPIResponse(Generic[T], metaclass=_EitherColour):
    """What `with_raw_response` gives, in either colour: for `isinstance` and annotations."""
