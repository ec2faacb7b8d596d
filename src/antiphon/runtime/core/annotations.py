"""What generated annotations are made of besides the standard library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeVar, overload

from pydantic import Field

__all__ = ["Aliased", "SequenceNotStr", "Tagged"]

T_co = TypeVar("T_co", covariant=True)


if TYPE_CHECKING:

    class SequenceNotStr(Protocol[T_co]):
        """A list or tuple, but no text, which is a sequence of texts and almost never meant by a list of them."""

        @overload
        def __getitem__(self, index: SupportsIndex, /) -> T_co: ...
        @overload
        def __getitem__(self, index: slice, /) -> Sequence[T_co]: ...
        # `str` has `__contains__(self, key: str)`, which does not take every object: that is what keeps it out.
        def __contains__(self, value: object, /) -> bool: ...
        def __len__(self) -> int: ...
        def __iter__(self) -> Iterator[T_co]: ...
        def index(self, value: Any, start: int = 0, stop: int = ..., /) -> int: ...
        def count(self, value: Any, /) -> int: ...
        def __reversed__(self) -> Iterator[T_co]: ...

else:
    SequenceNotStr = Sequence  # what pydantic, and other readers of annotations, know; it takes no text for one either


def Tagged(field: str) -> Any:  # noqa: N802  stands in annotations, where names of types are
    """The mark of a union whose variants are told apart by this field."""
    return Field(discriminator=field)


def Aliased(name: str, *, default: Any = ...) -> Any:  # noqa: N802  stands for a field, like pydantic's own
    """The default of a field that has another name on the wire."""
    return Field(default, alias=name)
