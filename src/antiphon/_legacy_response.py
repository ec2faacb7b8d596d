"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from .runtime import AsyncAPIClient, AsyncRawResponse, BinaryResponse, RawResponse

__all__ = ["HttpxBinaryResponseContent", "LegacyAPIResponse"]

HttpxBinaryResponseContent = BinaryResponse

T = TypeVar("T")


class _EitherColour(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (RawResponse, AsyncRawResponse))

    def __call__(cls, *args: Any, client: object = None, **given: Any) -> Any:
        made: Any = AsyncRawResponse if isinstance(client, AsyncAPIClient) else RawResponse
        return made(*args, client=client, **given)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, (RawResponse, AsyncRawResponse))


class LegacyAPIResponse(Generic[T], metaclass=_EitherColour):
    """What `with_raw_response` gives, in either colour: for `isinstance` and annotations.

    Tests of programs make one by hand, out of a response of httpx: in the colour of its `client`.
    """
