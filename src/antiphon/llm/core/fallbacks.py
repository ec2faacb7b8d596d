"""Other models that a function asks when one failed, and after which errors. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, TypeAlias, TypedDict

from ...runtime.core.errors import SDKError, excerpt
from ...runtime.core.kinds import is_iterable, is_mapping
from .calling.settings import Changes, changes_of, in_context, under

__all__ = [
    "Caught",
    "Fallback",
    "FallbackError",
    "Fallbacks",
    "asking_by",
    "changes_to",
    "classes_of",
    "listed",
    "with_caught",
]

Caught: TypeAlias = type[Exception] | Iterable[type[Exception]]
"""A class of errors, or several."""


class FallbackError(SDKError):
    """Every fallback failed as well; `caught` are the errors, in their order, the last of them the cause."""

    caught: list[Exception]

    def __init__(self, caught: Sequence[Exception]) -> None:
        super().__init__(f"All fallbacks failed:\n{listed(caught)}")
        self.caught = list(caught)


class Fallback(TypedDict, total=False):
    """Another model to ask, and after which errors the next one is asked."""

    catch: Caught
    provider: str
    model: str
    call_params: Mapping[str, Any] | None
    client: Any


class Fallbacks:
    """Models that are asked in turn, and which errors lead to the next one. Raises TypeError and ValueError."""

    def __init__(self, catch: Caught, fallbacks: Iterable[Fallback]) -> None:
        if is_mapping(fallbacks) or not is_iterable(fallbacks):
            raise TypeError("fallbacks must be a list of mappings with provider and model")
        self.ways: list[tuple[tuple[type[Exception], ...], Changes | None]] = [(classes_of("catch", catch), None)]
        for number, each in enumerate(fallbacks):
            if not is_mapping(each):
                raise TypeError(f"fallbacks[{number}] must be a mapping, not {type(each).__name__}")
            own = dict(each)
            caught = classes_of("catch", own.pop("catch", catch))
            self.ways.append((caught, changes_to(own)))


def asking_by(
    function: Callable[..., Any], changes: Changes | None
) -> tuple[Callable[..., Any], AbstractContextManager[None]]:
    """The function to call, and in what, so that it asks another model; itself where nothing changes."""
    if changes is None:
        return function, nullcontext()
    function, changes = under(changes, function)
    return function, in_context(changes)


def changes_to(model: object) -> Changes:
    """What asking another model changes: one by its name, a model object, or a mapping of what `override` takes."""
    if is_mapping(model):
        given = {name: value for name, value in model.items() if value is not None}
        if "provider" not in given and "model" in given:
            given["provider"] = given.pop("model")
        if "provider" not in given:
            raise ValueError(f"a fallback names a provider and a model, and {dict(model)!r} does not")
        return changes_of(**given)
    name = getattr(model, "model_id", model)
    if not isinstance(name, str):
        raise TypeError(f"a fallback model is 'provider/model' or a mapping, not {type(model).__name__}")
    return changes_of(provider=name)


def classes_of(name: str, given: Caught) -> tuple[type[Exception], ...]:
    """The classes of errors that an argument names. Raises TypeError."""
    classes: tuple[Any, ...] = (given,) if isinstance(given, type) else tuple(given) if is_iterable(given) else ()
    for each in classes:
        if not (isinstance(each, type) and issubclass(each, Exception)):
            raise TypeError(f"{name} takes classes of Exception, not {each!r}")
    if not classes:
        raise TypeError(f"{name} takes at least one class of errors")
    return classes


def with_caught(value: Any, caught: list[Exception]) -> Any:
    """The value, with the errors before it as its `_caught`, where it can hold them."""
    if caught and value is not None and not isinstance(value, type):
        with suppress(AttributeError, TypeError):  # texts, numbers and the like cannot hold it
            object.__setattr__(value, "_caught", list(caught))
    return value


def listed(errors: Sequence[Exception]) -> str:
    """Errors in words, a line each."""
    return "\n".join(f"- {type(error).__name__}: {excerpt(str(error))}" for error in errors)
