"""Which failures of a function are worth another try, when, with which arguments, and of which model. Nothing waits."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol, TypeAlias, TypedDict, cast

import pydantic

from ...runtime.core.errors import APIConnectionError, APIStatusError, SDKError, excerpt
from ...runtime.core.kinds import is_iterable, is_mapping
from ...runtime.core.retry import RetryPolicy, checked_max_retries, retry_after
from .calling.settings import Changes, changes_of, in_context, under
from .errors import MissingKeyError, UnknownProviderError, UnsupportedParameterError

__all__ = [
    "After",
    "Caught",
    "Fallback",
    "FallbackError",
    "Fallbacks",
    "Outcome",
    "RetriesExhausted",
    "RetryOn",
    "RetryState",
    "Retrying",
    "Tries",
    "collect_errors",
]

Caught: TypeAlias = type[Exception] | Iterable[type[Exception]]
"""A class of errors, or several."""
RetryOn: TypeAlias = Caught | Callable[[Exception], bool]
"""Which errors are worth another try: classes, or a function that says so of an error."""

ERRORS: Final = "errors"
"""The parameter that gets what went wrong before."""

_PROGRAMMING: Final = (
    *(TypeError, NameError, AttributeError, ImportError, SyntaxError, AssertionError, NotImplementedError),
    *(UnknownProviderError, MissingKeyError, UnsupportedParameterError),
)
"""Errors that another try cannot mend."""
_LONGEST_EXPONENT: Final = 1000.0
_SPENT: Final = "insufficient_quota"
_wants_retry: Final = RetryPolicy().wants_retry


class RetriesExhausted(SDKError):
    """Every try failed, of every model; `failures` are the errors, in their order, the last of them the cause."""

    failures: list[Exception]

    def __init__(self, failures: Sequence[Exception]) -> None:
        super().__init__(f"All {len(failures)} tries failed:\n{_listed(failures)}")
        self.failures = list(failures)


class FallbackError(SDKError):
    """Every fallback failed as well; `caught` are the errors, in their order, the last of them the cause."""

    caught: list[Exception]

    def __init__(self, caught: Sequence[Exception]) -> None:
        super().__init__(f"All fallbacks failed:\n{_listed(caught)}")
        self.caught = list(caught)


class Outcome(Protocol):
    """How a try ended."""

    def exception(self) -> BaseException | None:
        """What it raised."""
        ...


class State(Protocol):
    """What `collect_errors` needs to know: of tenacity's `RetryCallState`, or of `RetryState`."""

    @property
    def outcome(self) -> Outcome | None: ...
    @property
    def kwargs(self) -> dict[str, Any]: ...


After: TypeAlias = Callable[[Any], Any]
"""Called with a `RetryState` after each try that failed and is followed by another."""


@dataclass
class RetryState:
    """A call of a function that is tried again; in the form that functions for tenacity's `after` know."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    """The named arguments of the next try: what is changed here holds for it."""
    attempt_number: int = 1
    outcome: Outcome | None = None


@dataclass(frozen=True)
class _Failed:
    error: Exception
    failed: bool = True

    def exception(self) -> BaseException:
        return self.error

    def result(self) -> Any:
        raise self.error


def collect_errors(*types: type[Exception]) -> Callable[[State], None]:
    """A function for `after=` of `retry`, and of tenacity's, that passes errors on to the next try.

    The function that is tried again gets them as `errors=[...]`, in their order: those of these classes, or of
    `pydantic.ValidationError` where none is named.
    """
    wanted = _classes("collect_errors", types) if types else (pydantic.ValidationError,)

    def collect(state: State) -> None:
        error = None if state.outcome is None else state.outcome.exception()
        if isinstance(error, wanted):
            state.kwargs[ERRORS] = [*(state.kwargs.get(ERRORS) or ()), error]

    return collect


@dataclass(frozen=True, kw_only=True)
class Retrying:
    """How often a function is tried again, when, and for what. Raises TypeError and ValueError for what cannot be."""

    max_retries: int = 3
    initial_delay: float = 0.5
    max_delay: float = 60.0
    backoff_multiplier: float = 2.0
    jitter: float = 0.0
    """How far a delay may be off, as a part of it."""
    retry_on: RetryOn | None = None
    fallback_models: Sequence[Any] = ()
    after: After | None = None
    _changes: tuple[Changes, ...] = field(init=False, repr=False, default=())

    def __post_init__(self) -> None:
        checked_max_retries(self.max_retries)
        for name in ("initial_delay", "max_delay", "backoff_multiplier", "jitter"):
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(f"{name} must be a number, not {type(value).__name__}")
            if not 0 <= value < float("inf"):
                raise ValueError(f"{name} must be a number from 0 on, not {value}")
        if self.jitter > 1:
            raise ValueError(f"jitter is a part of the delay, from 0 to 1, not {self.jitter}")
        if isinstance(self.fallback_models, str) or not is_iterable(self.fallback_models):
            raise TypeError("fallback_models must be a list of models")
        object.__setattr__(self, "_changes", tuple(_changes_to(model) for model in self.fallback_models))
        self.is_retried  # noqa: B018  what it raises is raised here

    @cached_property
    def is_retried(self) -> Callable[[Exception], bool]:
        """Whether an error is worth another try."""
        wanted = self.retry_on
        if wanted is None:
            return _is_transient
        if not isinstance(wanted, type) and not is_iterable(wanted):
            if not callable(wanted):
                raise TypeError(f"retry_on must be errors or a function, not {type(wanted).__name__}")
            return wanted
        classes = _classes("retry_on", cast("Caught", wanted))
        named = tuple(each for each in classes if issubclass(each, _PROGRAMMING))

        def is_retried(error: Exception) -> bool:
            # `retry_on=Exception` means what may go wrong, not what is wrong.
            return isinstance(error, named if isinstance(error, _PROGRAMMING) else classes)

        return is_retried

    def delay(
        self, retries: int, error: Exception, random: Callable[[], float], now: Callable[[], float]
    ) -> float | None:
        """Seconds until the next try, after so many retries; None for a server that wants to wait for too long."""
        wish = _wish(error, now)
        if wish is not None and wish > 0:
            return wish if wish <= self.max_delay else None
        try:
            steady = min(
                self.initial_delay * self.backoff_multiplier ** min(retries, _LONGEST_EXPONENT), self.max_delay
            )
        except OverflowError:
            steady = self.max_delay
        return min(max(steady * (1 + self.jitter * (2 * random() - 1)), 0.0), self.max_delay)

    def begin(self, function: Callable[..., Any], positional: tuple[Any, ...], named: dict[str, Any]) -> Tries:
        """A call of a function."""
        return Tries(self, function, positional, named)


class Tries:
    """One call of a function, tried until it succeeds."""

    def __init__(
        self, policy: Retrying, function: Callable[..., Any], positional: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        self.positional = positional
        self.named = named
        self._policy = policy
        self._function = function
        self._changes: tuple[Changes | None, ...] = (None, *policy._changes)  # pyright: ignore[reportPrivateUsage]
        self._model = 0
        self._retries = 0
        self._failures: list[Exception] = []

    def next(self) -> tuple[Callable[..., Any], AbstractContextManager[None]]:
        """The function to call, and in what, so that it asks the model whose turn it is."""
        return _asking(self._function, self._changes[self._model])

    def gave(self, value: Any) -> Any:
        """The value of the try that succeeded."""
        return _with_caught(value, self._failures)

    def failed(self, error: Exception, *, random: Callable[[], float], now: Callable[[], float]) -> float:
        """Seconds to wait before the next try.

        Raises the error again if another try is not worth it, and `RetriesExhausted` when there were enough.
        """
        if not self._policy.is_retried(error):
            raise error
        self._failures.append(error)
        seconds = None
        if self._retries < self._policy.max_retries:
            seconds = self._policy.delay(self._retries, error, random, now)
            self._retries += 1
        if seconds is None:
            self._model, self._retries, seconds = self._model + 1, 0, 0.0
            if self._model == len(self._changes):
                raise RetriesExhausted(self._failures) from error
        self._tell(error)
        return seconds

    def _tell(self, error: Exception) -> None:
        after = self._policy.after
        if after is not None:
            state = RetryState(self._function, self.positional, dict(self.named), len(self._failures), _Failed(error))
            after(state)
            self.positional, self.named = state.args, state.kwargs
        elif isinstance(error, pydantic.ValidationError) and self._takes_errors:
            bound = inspect.signature(self._function).bind_partial(*self.positional, **self.named)
            errors = [*(bound.arguments.get(ERRORS) or ()), error]
            if ERRORS in bound.arguments and ERRORS not in self.named:
                bound.arguments[ERRORS] = errors
                self.positional, self.named = bound.args, bound.kwargs
            else:
                self.named = {**self.named, ERRORS: errors}

    @cached_property
    def _takes_errors(self) -> bool:
        found = inspect.signature(self._function).parameters.get(ERRORS)
        return found is not None and found.kind in (found.POSITIONAL_OR_KEYWORD, found.KEYWORD_ONLY)


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
        self.ways: list[tuple[tuple[type[Exception], ...], Changes | None]] = [(_classes("catch", catch), None)]
        for number, each in enumerate(fallbacks):
            if not is_mapping(each):
                raise TypeError(f"fallbacks[{number}] must be a mapping, not {type(each).__name__}")
            own = dict(each)
            caught = _classes("catch", own.pop("catch", catch))
            self.ways.append((caught, _changes_to(own)))

    def asking(
        self, function: Callable[..., Any], changes: Changes | None
    ) -> tuple[Callable[..., Any], AbstractContextManager[None]]:
        """The function to call, and in what, so that it asks this model."""
        return _asking(function, changes)

    def gave(self, value: Any, caught: list[Exception]) -> Any:
        """The value of the call that succeeded."""
        return _with_caught(value, caught)


def _asking(
    function: Callable[..., Any], changes: Changes | None
) -> tuple[Callable[..., Any], AbstractContextManager[None]]:
    if changes is None:
        return function, nullcontext()
    function, changes = under(changes, function)
    return function, in_context(changes)


def _changes_to(model: object) -> Changes:
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


def _is_transient(error: Exception) -> bool:
    if isinstance(error, APIStatusError):
        return error.code != _SPENT and _wants_retry(error.status_code, error.response.headers)
    return isinstance(error, (APIConnectionError, pydantic.ValidationError))


def _wish(error: Exception, now: Callable[[], float]) -> float | None:
    """The seconds that a server asks for with its error; those of other clients' errors, too."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    return retry_after(headers, now) if is_mapping(headers) else None


def _classes(name: str, given: Caught) -> tuple[type[Exception], ...]:
    classes: tuple[Any, ...] = (given,) if isinstance(given, type) else tuple(given) if is_iterable(given) else ()
    for each in classes:
        if not (isinstance(each, type) and issubclass(each, Exception)):
            raise TypeError(f"{name} takes classes of Exception, not {each!r}")
    if not classes:
        raise TypeError(f"{name} takes at least one class of errors")
    return classes


def _with_caught(value: Any, caught: list[Exception]) -> Any:
    if caught and value is not None and not isinstance(value, type):
        with suppress(AttributeError, TypeError):  # texts, numbers and the like cannot hold it
            object.__setattr__(value, "_caught", list(caught))
    return value


def _listed(errors: Sequence[Exception]) -> str:
    return "\n".join(f"- {type(error).__name__}: {excerpt(str(error))}" for error in errors)
