"""Which failures of a function are worth another try, when, and with which arguments. Nothing here waits."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol, TypeAlias, cast

import pydantic

from ...runtime.core.errors import APIConnectionError, APIStatusError, SDKError
from ...runtime.core.kinds import is_iterable, is_mapping
from ...runtime.core.retry import RetryPolicy, checked_max_retries, retry_after
from .calling.settings import Changes
from .errors import MissingKeyError, UnknownProviderError, UnsupportedParameterError
from .fallbacks import Caught, asking_by, changes_to, classes_of, listed, with_caught

__all__ = [
    "After",
    "Outcome",
    "RetriesExhausted",
    "RetryOn",
    "RetryState",
    "Retrying",
    "Tries",
    "collect_errors",
]

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
        super().__init__(f"All {len(failures)} tries failed:\n{listed(failures)}")
        self.failures = list(failures)


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
    wanted = classes_of("collect_errors", types) if types else (pydantic.ValidationError,)

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
        object.__setattr__(self, "_changes", tuple(changes_to(model) for model in self.fallback_models))
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
        classes = classes_of("retry_on", cast("Caught", wanted))
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
        return asking_by(self._function, self._changes[self._model])

    def gave(self, value: Any) -> Any:
        """The value of the try that succeeded."""
        return with_caught(value, self._failures)

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


def _is_transient(error: Exception) -> bool:
    if isinstance(error, APIStatusError):
        return error.code != _SPENT and _wants_retry(error.status_code, error.response.headers)
    return isinstance(error, (APIConnectionError, pydantic.ValidationError))


def _wish(error: Exception, now: Callable[[], float]) -> float | None:
    """The seconds that a server asks for with its error; those of other clients' errors, too."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    return retry_after(headers, now) if is_mapping(headers) else None
