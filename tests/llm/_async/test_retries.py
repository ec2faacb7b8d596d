"""Functions that are tried again, and functions with fallbacks, plain ones and those that a model answers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pydantic
import pytest

from antiphon import APIConnectionError, AuthenticationError, BadRequestError, InternalServerError, RateLimitError
from antiphon.llm import (
    BaseTool,
    FallbackError,
    RetriesExhausted,
    call,
    collect_errors,
    context,
    fallback,
    override,
    retry,
)
from antiphon.runtime.core.errors import status_error

from ...runtime.transports.servers import answer, unused_port
from ..local import Local, completion_body, events, failed, said, whole

EMMA = '{"title": "Emma", "pages": 3}'


class Book(pydantic.BaseModel):
    title: str
    pages: int


class BookTool(BaseTool):
    """A book."""

    title: str
    pages: int

    @classmethod
    def _name(cls) -> str:
        return "Book"


def wrong(value: str) -> pydantic.ValidationError:
    try:
        Book.model_validate({"title": "a", "pages": value})
    except pydantic.ValidationError as error:
        return error
    raise AssertionError


def caught(answer: Any) -> list[Any]:
    return answer._caught


def broken() -> Exception:
    response = httpx.Response(500, request=httpx.Request("POST", "https://llm.example"))
    return status_error(response, {"error": {"message": "no"}}, "")


def calling(arguments: str) -> bytes:
    function = {"name": "Book", "arguments": arguments}
    return whole(
        completion_body({"content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]})
    )


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "GROQ_API_KEY"):
        monkeypatch.setenv(name, "no-secret")


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Local]]:
    with contextlib.ExitStack() as opened:

        def local(*answers: bytes) -> Local:
            server = opened.enter_context(Local(*answers))
            monkeypatch.setenv("OPENAI_BASE_URL", server.url("/v1"))
            return server

        yield local


async def test_a_function_is_tried_until_it_succeeds() -> None:
    errors: list[Exception] = [broken(), APIConnectionError(request=None)]

    @retry(initial_delay=0)
    async def ask(text: str) -> str:
        """Asks."""
        if errors:
            raise errors.pop()
        return text

    assert await ask("a") == "a"
    assert (ask.__name__, ask.__doc__, errors) == ("ask", "Asks.", [])


async def test_bare_decorators_and_methods() -> None:
    class Asker:
        tries = 0

        @retry
        async def ask(self, n: int) -> int:
            self.tries += 1
            return n

    asker = Asker()
    assert await asker.ask(3) == 3
    assert asker.tries == 1


async def test_what_is_wrong_in_the_program_is_raised_at_once() -> None:
    tries: list[int] = []

    @retry(initial_delay=0, retry_on=Exception)
    async def ask() -> None:
        tries.append(1)
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        await ask()
    assert len(tries) == 1


async def test_errors_come_back_as_an_argument() -> None:
    seen: list[list[str]] = []

    @retry(initial_delay=0)
    async def ask(text: str, *, errors: list[pydantic.ValidationError] | None = None) -> str:
        seen.append([each.errors()[0]["input"] for each in errors or ()])
        if len(seen) < 3:
            raise wrong(f"x{len(seen)}")
        return text

    assert await ask("a") == "a"
    assert seen == [[], ["x1"], ["x1", "x2"]]


async def test_collected_errors_of_any_kind() -> None:
    seen: list[list[str]] = []

    @retry(initial_delay=0, retry_on=ValueError, after=collect_errors(ValueError))
    async def ask(*, errors: list[ValueError] | None = None) -> int:
        seen.append([str(each) for each in errors or ()])
        if len(seen) < 3:
            raise ValueError(str(len(seen)))
        return len(seen)

    assert await ask() == 3
    assert seen == [[], ["1"], ["1", "2"]]


async def test_the_end_says_all() -> None:
    @retry(max_retries=2, initial_delay=0)
    async def ask() -> None:
        raise broken()

    with pytest.raises(RetriesExhausted, match="All 3 tries failed") as raised:
        await ask()
    assert [type(each) for each in raised.value.failures] == [InternalServerError] * 3
    assert raised.value.__cause__ is raised.value.failures[-1]


async def test_a_server_that_says_when_is_obeyed(local: Callable[..., Local]) -> None:
    busy = answer(b'{"error": {"message": "busy"}}', "retry-after-ms: 60", status="429 Too Many Requests")
    server = local(busy, whole(completion_body("Hello")))

    @retry(initial_delay=30, max_delay=30)
    @call("openai", "m", call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    before = time.monotonic()
    response = await ask()
    assert 0.05 < time.monotonic() - before < 15
    assert response.content == "Hello"
    assert [type(each) for each in caught(response)] == [RateLimitError]
    assert len(server.bodies) == 2


async def test_answers_that_do_not_fit_are_asked_for_again(local: Callable[..., Local]) -> None:
    server = local(calling('{"title": "Emma"}'), calling('{"title": "Emma", "pages": "x"}'), calling(EMMA))

    @retry(initial_delay=0)
    @call("openai", "m", response_model=Book)
    async def ask(genre: str, *, errors: list[pydantic.ValidationError] | None = None) -> str:
        said = "".join(f" Wrong: {error.errors()[0]['loc'][0]} {error.errors()[0]['type']}." for error in errors or ())
        return f"A {genre} book.{said}"

    book = await ask("good")
    assert book == Book(title="Emma", pages=3)
    asked = [body["messages"][-1]["content"] for body in server.bodies]
    assert asked == [
        "A good book.",
        "A good book. Wrong: pages missing.",
        "A good book. Wrong: pages missing. Wrong: pages int_parsing.",
    ]
    assert len(caught(book)) == 2
    assert all(each._response.tool_calls for each in caught(book))


async def test_other_models_are_asked_in_turn(local: Callable[..., Local]) -> None:
    server = local(*[failed("500 Internal Server Error")] * 4, whole(completion_body("Hello")))

    @retry(max_retries=1, initial_delay=0, fallback_models=["openai/second", {"provider": "openai", "model": "third"}])
    @call("openai", "first", call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    assert (await ask()).content == "Hello"
    assert [body["model"] for body in server.bodies] == ["first", "first", "second", "second", "third"]
    assert (await ask()).model == "m"
    assert server.bodies[-1]["model"] == "first"


async def test_fallbacks(local: Callable[..., Local]) -> None:
    server = local(
        failed("429 Too Many Requests"), failed("500 Internal Server Error"), whole(completion_body("Hello"))
    )

    @fallback(
        RateLimitError,
        [
            {"catch": (InternalServerError,), "provider": "openai", "model": "second"},
            {"provider": "openai", "model": "third", "call_params": {"temperature": 0.5, "max_retries": 0}},
        ],
    )
    @call("openai", "first", call_params={"max_retries": 0})
    async def ask(text: str) -> str:
        return text

    response = await ask("Hello?")
    assert response.content == "Hello"
    assert [type(each) for each in caught(response)] == [RateLimitError, InternalServerError]
    assert [body["model"] for body in server.bodies] == ["first", "second", "third"]
    assert [body.get("temperature") for body in server.bodies] == [None, None, 0.5]
    assert not hasattr(await ask("Hello?"), "_caught")


async def test_fallbacks_end_and_let_other_errors_through(local: Callable[..., Local]) -> None:
    local(failed("429 Too Many Requests"), failed("429 Too Many Requests"), failed("401 Unauthorized"))

    @fallback(catch=[RateLimitError, BadRequestError], fallbacks=[{"provider": "openai", "model": "second"}])
    @call("openai", "first", call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    with pytest.raises(FallbackError, match="All fallbacks failed:\n- RateLimitError") as raised:
        await ask()
    assert [type(each) for each in raised.value.caught] == [RateLimitError] * 2
    assert raised.value.__cause__ is raised.value.caught[-1]
    with pytest.raises(AuthenticationError):
        await ask()


async def test_fallbacks_of_plain_functions(local: Callable[..., Local]) -> None:
    """What a plain function asks inside is asked of the other model, and only there."""
    server = local(failed("429 Too Many Requests"), whole(completion_body("Hello")))

    @call("openai", "first", call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    @fallback(RateLimitError, [{"model": "openai/second"}])
    async def outer() -> str:
        return (await ask()).content

    assert await outer() == "Hello"
    assert [body["model"] for body in server.bodies] == ["first", "second"]
    await ask()
    assert server.bodies[-1]["model"] == "first"


async def test_overridden_functions_have_fallbacks_too(local: Callable[..., Local]) -> None:
    @call("openai", "first", call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    changed = override(ask, provider="openai", model="second")
    server = local(failed("429 Too Many Requests"), whole(completion_body("Hello")))
    assert (await fallback(RateLimitError, [{"model": "openai/third"}])(changed)()).content == "Hello"
    assert [body["model"] for body in server.bodies] == ["second", "third"]
    server = local(failed("429 Too Many Requests"), whole(completion_body("Hello")))
    tried = retry(initial_delay=0, max_retries=0, fallback_models=["openai/fourth"])(changed)
    colder = override(tried, call_params={"temperature": 0, "max_retries": 0})
    assert (await colder()).content == "Hello"
    assert [body["model"] for body in server.bodies] == ["second", "fourth"]
    assert [body.get("temperature") for body in server.bodies] == [0, 0]
    await override(changed, provider="openai/fifth")()
    assert server.bodies[-1]["model"] == "fifth"
    with context(provider="openai", model="sixth"), context(provider="openai/seventh"):
        await ask()
    assert server.bodies[-1]["model"] == "seventh"


async def test_a_stream_is_tried_again_until_it_begins(local: Callable[..., Local]) -> None:
    server = local(failed("500 Internal Server Error"), events(said("Hel"), said("lo")))

    @retry(initial_delay=0)
    @call("openai", "m", stream=True, call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    stream = await ask()
    assert [chunk.content async for chunk, _ in stream] == ["Hel", "lo"]
    assert [type(each) for each in caught(stream)] == [InternalServerError]
    assert len(server.bodies) == 2


async def test_a_tool_whose_arguments_do_not_fit(local: Callable[..., Local]) -> None:
    local(calling('{"title": "Emma"}'), calling(EMMA))

    @call("openai", "m", tools=[BookTool])
    async def ask(errors: list[pydantic.ValidationError]) -> str:
        return f"A book. {len(errors)} errors before"

    @retry(initial_delay=0)
    async def outer(*, errors: list[pydantic.ValidationError] | None = None) -> object:
        response = await ask(errors or [])
        return response.tool

    tool = await outer()
    assert isinstance(tool, BookTool)
    assert tool.pages == 3


async def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{unused_port()}/v1")

    @retry(max_retries=1, initial_delay=0)
    @call("openai", "m", call_params={"max_retries": 0})
    async def ask() -> str:
        return "Hello?"

    with pytest.raises(RetriesExhausted) as raised:
        await ask()
    assert [type(each) for each in raised.value.failures] == [APIConnectionError] * 2


async def test_what_cannot_be_tried_again() -> None:
    with pytest.raises(TypeError, match="a generator has given its first pieces"):

        @retry
        async def pieces() -> Any:  # pyright: ignore[reportUnusedFunction]
            yield 1

    with pytest.raises(TypeError, match="retry has no 'retries'; it has max_retries, initial_delay, "):
        retry(retries=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    for given in (3, "text"):
        with pytest.raises(TypeError, match="retry is used as @retry"):
            retry(given)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportCallIssue]
        with pytest.raises(TypeError, match="fallback decorates functions"):
            fallback(ValueError, [])(given)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
