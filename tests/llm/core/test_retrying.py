"""Which failures are tried again, after how long, and with which arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pydantic
import pytest

from antiphon import APIConnectionError, APIStatusError, APITimeoutError, RateLimitError, SDKError
from antiphon.llm.core.errors import MissingKeyError, UnknownProviderError
from antiphon.llm.core.fallbacks import Fallbacks
from antiphon.llm.core.retrying import RetriesExhausted, Retrying, RetryState, collect_errors
from antiphon.runtime.core.errors import status_error

REQUEST = httpx.Request("POST", "https://llm.example/v1")


class Model(pydantic.BaseModel):
    a: int


def unfit(value: str = "x") -> pydantic.ValidationError:
    with pytest.raises(pydantic.ValidationError) as raised:
        Model.model_validate({"a": value})
    return raised.value


def answered(status: int, headers: Mapping[str, str] | None = None, code: str | None = None) -> APIStatusError:
    response = httpx.Response(status, headers=headers, request=REQUEST)
    return status_error(response, {"error": {"message": "no", "code": code}}, "")


def number() -> float:
    return 0.5


def waited(policy: Retrying, retries: int = 0, error: Exception | None = None, random: float = 0.5) -> float | None:
    return policy.delay(retries, error or unfit(), lambda: random, lambda: 1000.0)


@pytest.mark.parametrize(
    ("error", "is_retried"),
    [
        (unfit(), True),
        (APIConnectionError(request=REQUEST), True),
        (APITimeoutError(REQUEST), True),
        (answered(408), True),
        (answered(409), True),
        (answered(429), True),
        (answered(429, code="insufficient_quota"), False),
        (answered(429, {"x-should-retry": "false"}), False),
        (answered(400, {"x-should-retry": "true"}), True),
        (answered(500), True),
        (answered(400), False),
        (answered(401), False),
        (answered(404), False),
        (SDKError("no"), False),
        (ValueError("no"), False),
        (TypeError("no"), False),
        (KeyError("no"), False),
        (UnknownProviderError("x"), False),
    ],
)
def test_what_is_tried_again(error: Exception, is_retried: bool) -> None:
    assert Retrying().is_retried(error) is is_retried


def test_what_is_tried_again_can_be_said() -> None:
    assert Retrying(retry_on=ValueError).is_retried(ValueError())
    assert Retrying(retry_on=[OSError, KeyError]).is_retried(KeyError())
    assert not Retrying(retry_on=(OSError,)).is_retried(unfit())
    assert Retrying(retry_on=lambda error: "again" in str(error)).is_retried(TypeError("again"))
    for error in (TypeError(), NameError(), AttributeError(), ImportError(), AssertionError(), NotImplementedError()):
        assert not Retrying(retry_on=Exception).is_retried(error)
        assert Retrying(retry_on=(Exception, type(error))).is_retried(error)
    assert not Retrying(retry_on=(SDKError, ValueError)).is_retried(UnknownProviderError("x"))
    assert not Retrying(retry_on=RuntimeError).is_retried(MissingKeyError("X", ["KEY"]))
    assert Retrying(retry_on=Exception).is_retried(unfit())


def test_delays_grow_up_to_a_limit() -> None:
    policy = Retrying(initial_delay=0.5, backoff_multiplier=3, max_delay=10)
    assert [waited(policy, retries) for retries in (0, 1, 2, 3, 4, 100_000)] == [0.5, 1.5, 4.5, 10, 10, 10]
    assert waited(Retrying(initial_delay=0), 5) == 0
    assert waited(Retrying(backoff_multiplier=0.5), 2) == 0.125
    assert [waited(Retrying(jitter=0.2), random=random) for random in (0, 0.5, 1)] == [0.4, 0.5, 0.6]
    assert waited(Retrying(jitter=1, max_delay=0.5), random=1) == 0.5


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "7.5"}, 7.5),
        ({"retry-after-ms": "20", "retry-after": "7"}, 0.02),
        ({"retry-after": "Thu, 01 Jan 1970 00:16:50 GMT"}, 10),
        ({"retry-after": "61"}, None),
        ({"retry-after": "0"}, 0.5),
        ({"retry-after": "soon"}, 0.5),
        ({}, 0.5),
    ],
)
def test_a_server_is_obeyed(headers: dict[str, str], seconds: float | None) -> None:
    assert waited(Retrying(), 0, answered(429, headers)) == seconds


def test_other_clients_errors_say_when_as_well() -> None:
    class Other(Exception):
        response = httpx.Response(429, headers={"Retry-After": "3"})

    class Odd(Exception):
        response = "text"

    assert waited(Retrying(), 0, Other()) == 3
    assert waited(Retrying(), 0, Odd()) == 0.5


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"max_retries": -1}, ValueError),
        ({"max_retries": None}, TypeError),
        ({"initial_delay": -1}, ValueError),
        ({"max_delay": float("inf")}, ValueError),
        ({"backoff_multiplier": "2"}, TypeError),
        ({"jitter": 1.5}, ValueError),
        ({"jitter": True}, TypeError),
        ({"retry_on": ()}, TypeError),
        ({"retry_on": BaseException}, TypeError),
        ({"retry_on": (int,)}, TypeError),
        ({"retry_on": 3}, TypeError),
        ({"fallback_models": "openai/gpt-5"}, TypeError),
        ({"fallback_models": [3]}, TypeError),
        ({"fallback_models": [{"temperature": 1}]}, ValueError),
        ({"fallback_models": ["nobody/x"]}, UnknownProviderError),
    ],
)
def test_what_cannot_be_said(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Retrying(**options)


@pytest.mark.parametrize(
    ("catch", "fallbacks", "error"),
    [
        ((), [], TypeError),
        (ValueError, {"provider": "openai"}, TypeError),
        (ValueError, ["openai/x"], TypeError),
        (ValueError, [{"catch": ValueError}], ValueError),
        (ValueError, [{"provider": "openai"}], ValueError),
        (ValueError, [{"provider": "openai", "model": "x", "temprature": 1}], TypeError),
        (ValueError, [{"provider": "openai", "model": "x", "catch": "ValueError"}], TypeError),
    ],
)
def test_fallbacks_that_cannot_be(catch: Any, fallbacks: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Fallbacks(catch, fallbacks)


def failing(policy: Retrying, function: Callable[..., Any], *errors: Exception, **named: Any) -> list[Any]:
    """The arguments with which a function is called, when it fails like this."""
    tries = policy.begin(function, (), named)
    seen: list[Any] = []
    for error in errors:
        tries.failed(error, random=number, now=number)
        seen.append((tries.positional, tries.named))
    return seen


def takes(text: str, *, errors: list[Exception] | None = None) -> None: ...


def takes_none(text: str) -> None: ...


def takes_any(**rest: Any) -> None: ...


def test_errors_are_passed_on_in_their_order() -> None:
    first, second, lost = unfit("x"), unfit("y"), APIConnectionError(request=REQUEST)
    seen = failing(Retrying(), takes, first, lost, second, text="t")
    assert [named["errors"] for _, named in seen] == [[first], [first], [first, second]]
    assert all(named["text"] == "t" for _, named in seen)
    assert "errors" not in failing(Retrying(), takes, lost, text="t")[0][1]
    assert failing(Retrying(), takes_none, first, text="t") == [((), {"text": "t"})]
    assert failing(Retrying(), takes_any, first) == [((), {})]


def test_errors_that_were_given_stay() -> None:
    given, error = [ValueError("before")], unfit()
    seen = failing(Retrying(), takes, error, text="t", errors=given)
    assert seen[0][1]["errors"] == [*given, error]
    assert len(given) == 1

    def positional(text: str, errors: Any = None) -> None: ...

    tries = Retrying().begin(positional, ("t", given), {})
    tries.failed(error, random=number, now=number)
    assert (tries.positional, tries.named) == (("t", [*given, error]), {})


def test_collected_errors() -> None:
    class Child(ValueError):
        pass

    first, second = Child("a"), ValueError("b")
    policy = Retrying(retry_on=(ValueError, OSError), after=collect_errors(ValueError))
    seen = failing(policy, takes, first, OSError(), second, text="t")
    assert [named.get("errors") for _, named in seen] == [[first], [first], [first, second]]
    held: dict[str, Any] = {"errors": [first]}
    state = RetryState(takes, (), held)
    collect_errors()(state)
    assert held == {"errors": [first]}
    with pytest.raises(TypeError, match="collect_errors takes classes"):
        collect_errors(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_what_is_told_after_a_try() -> None:
    states: list[RetryState] = []
    error = unfit()
    failing(Retrying(after=states.append), takes, error, error, text="t")
    assert [state.attempt_number for state in states] == [1, 2]
    outcome: Any = states[0].outcome
    assert (states[0].fn, outcome.exception(), outcome.failed) == (takes, error, True)
    with pytest.raises(pydantic.ValidationError):
        outcome.result()


def test_the_end() -> None:
    first, last = unfit("x"), answered(500)
    with pytest.raises(RetriesExhausted, match="All 2 tries failed:\n- ValidationError: 1 valid") as raised:
        failing(Retrying(max_retries=1), takes, first, last, text="t")
    assert raised.value.failures == [first, last]
    assert raised.value.__cause__ is last
    with pytest.raises(RateLimitError):
        failing(Retrying(retry_on=OSError), takes, answered(429), text="t")
    with pytest.raises(RetriesExhausted):
        failing(Retrying(), takes, answered(429, {"retry-after": "1000"}), text="t")


def test_each_fallback_has_tries_of_its_own() -> None:
    policy = Retrying(max_retries=1, fallback_models=["groq/a", {"provider": "openai", "model": "b"}])
    tries = policy.begin(takes, (), {})
    waits = [tries.failed(answered(500), random=number, now=number) for _ in range(5)]
    assert waits == [0.5, 0, 0.5, 0, 0.5]
    with pytest.raises(RetriesExhausted) as raised:
        tries.failed(answered(500), random=number, now=number)
    assert len(raised.value.failures) == 6
