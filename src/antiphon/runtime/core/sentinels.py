"""Two ways of saying nothing: `omit` (do not send) and `not_given` (use the client's setting).

None is neither of them: it is a value, and it is sent as JSON null.
"""

from __future__ import annotations

from typing import Final, TypeAlias, TypeGuard, TypeVar

__all__ = ["NOT_GIVEN", "NotGiven", "NotGivenOr", "Omit", "is_given", "not_given", "omit"]

T = TypeVar("T")


class Omit:
    """The type of `omit`: a parameter, header or query entry that is left out of the request.

    As a header value it also removes a header the client would have sent by default.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "omit"

    def __reduce__(self) -> str:
        return "omit"


class NotGiven:
    """The type of `not_given`: an option for which the client's own setting holds."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "not_given"


omit: Final = Omit()
not_given: Final = NotGiven()
NOT_GIVEN: Final = not_given

NotGivenOr: TypeAlias = T | NotGiven


def is_given(value: T | Omit | NotGiven) -> TypeGuard[T]:
    """Whether the caller passed something, None included."""
    return not isinstance(value, (Omit, NotGiven))
