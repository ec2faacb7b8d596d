"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import Any, TypeGuard, TypeVar

from .runtime import is_given
from .runtime.core.kinds import is_list, is_mapping

__all__ = [
    "async_maybe_transform",
    "is_dict",
    "is_given",
    "is_list",
    "is_mapping",
    "maybe_transform",
    "required_args",
    "strip_not_given",
]

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def is_dict(obj: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(obj, dict)


def strip_not_given(obj: Any) -> Any:
    """A mapping without what was not given; anything else as it is."""
    return {key: value for key, value in obj.items() if is_given(value)} if is_mapping(obj) else obj


def maybe_transform(data: Any, expected_type: object) -> Any:
    """A body as it is sent: with what was given. Keys are those of the API already, whatever the type."""
    return strip_not_given(data)


async def async_maybe_transform(data: Any, expected_type: object) -> Any:
    """The same, for code that awaits it."""
    return strip_not_given(data)


def required_args(*variants: Sequence[str]) -> Callable[[FunctionT], FunctionT]:
    """A decorator for functions that have to be called with all arguments of one of the variants.

    What it makes raises TypeError for a call that is short of them.
    """

    def decorated(function: FunctionT) -> FunctionT:
        names = signature(function)

        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            given = {*names.bind_partial(*args, **kwargs).arguments, *kwargs}
            if not any(given.issuperset(variant) for variant in variants):
                wanted = " or ".join(", ".join(variant) for variant in variants)
                raise TypeError(f"{function.__name__}() needs the arguments {wanted}")
            return function(*args, **kwargs)

        decorator: Any = checked
        return decorator

    return decorated
