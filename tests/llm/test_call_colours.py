"""What the two colours of decorated functions do not share: clients of the other colour, tasks and threads, types."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, assert_type

import pydantic
import pytest

from antiphon import AsyncClient, Client, llm
from antiphon.llm import (
    AsyncCallAnswer,
    AsyncStream,
    AsyncStructuredStream,
    BaseMessageParam,
    CallAnswer,
    CallResponse,
    Stream,
    StructuredStream,
    UnsupportedClientError,
    prompt_template,
    providers,
)
from antiphon.llm.core.calling.settings import changes_of
from antiphon.llm.core.colours import is_async_function
from antiphon.llm.providers.table import PROVIDERS
from antiphon.mock import MockServer, serve

from .vendors import Anthropic, AsyncAnthropic, AsyncTree, Tree, async_shaped, shaped


class Book(pydantic.BaseModel):
    title: str


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


# --- clients ---

OF_SYNC: list[Callable[[], Any]] = [
    lambda: Client(api_key="k"),
    Tree,
    lambda: Anthropic("https://x.example", "k"),
    lambda: shaped({}),
]
OF_ASYNC: list[Callable[[], Any]] = [
    lambda: AsyncClient(api_key="k"),
    AsyncTree,
    lambda: AsyncAnthropic("https://x.example", "k"),
    lambda: async_shaped({}),
    lambda: shaped(asyncio.sleep(0)),  # nobody can tell before it answers
]


@pytest.mark.parametrize("make", OF_SYNC)
def test_a_sync_client_in_an_async_function(make: Callable[[], Any], server: MockServer) -> None:
    @llm.call("openai", "m", client=make())
    async def asked() -> str:
        return "Hello"

    with pytest.raises(UnsupportedClientError, match="is a sync client, and the function is an async one"):
        asyncio.run(asked())
    assert not server.requests


@pytest.mark.parametrize("make", OF_ASYNC)
def test_an_async_client_in_a_plain_function(make: Callable[[], Any], server: MockServer) -> None:
    @llm.call("openai", "m", client=make())
    def asked() -> str:
        return "Hello"

    with pytest.raises(UnsupportedClientError, match=r"is an async client, and the function is a (plain|sync) one"):
        asked()
    assert not server.requests


def test_a_plain_function_cannot_give_an_awaitable() -> None:
    async def later() -> str:
        return "Hello"

    @llm.call("openai", "m")
    def asked() -> Any:
        return later()

    with pytest.raises(TypeError, match="this one is async"):
        _ = asked()


def test_async_functions_behind_others() -> None:
    async def one() -> None: ...

    def around() -> None: ...

    around.__dict__["__wrapped__"] = around  # a circle
    assert is_async_function(one)
    assert not is_async_function(around)
    assert not is_async_function(3)


# --- parsers ---


def test_a_plain_function_has_no_async_parser(server: MockServer) -> None:
    async def parser(response: object) -> str:
        return str(response)

    @llm.call("openai/m", output_parser=parser)
    def asked() -> str:
        return "Hello"

    @llm.call("openai/m")
    def plain() -> str:
        return "Hello"

    said = "output_parser is async, and {} is not: make one as the other"
    with pytest.raises(TypeError, match=said.format("asked")):
        asked()
    with pytest.raises(TypeError, match=said.format("plain")):
        llm.override(plain, output_parser=parser)()
    with llm.context(output_parser=parser), pytest.raises(TypeError, match=said.format("plain")):
        plain()
    assert not server.requests


def test_a_class_is_a_plain_parser(server: MockServer) -> None:
    class Parsed:
        def __init__(self, response: object) -> None:
            self.text = str(response)

        async def __call__(self) -> str:
            return self.text

    @llm.call("openai/m", output_parser=Parsed)
    def asked() -> str:
        return "Hello"

    assert asked().text == "You said: Hello"


# --- streams ---


@pytest.mark.parametrize("read", [aiter, AsyncStream.chunk_stream, AsyncStream.text_stream])
def test_leaving_a_stream_leaves_one_generator_of_it_behind(read: Callable[[Any], Any]) -> None:
    @llm.call("openai/m", stream=True)
    async def asked() -> str:
        return "Hello over there"

    left: list[str] = []

    async def main() -> None:
        hooks = sys.get_asyncgen_hooks()

        def finalizer(generator: Any) -> None:
            left.append(generator.ag_frame.f_globals["__name__"])
            assert hooks.finalizer is not None
            hooks.finalizer(generator)

        sys.set_asyncgen_hooks(finalizer=finalizer)
        async for _ in read(await asked()):
            break
        await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
    assert len([name for name in left if name.startswith("antiphon.llm.")]) == 1


# --- tasks and threads ---


@llm.call("openai", "plain")
async def async_model() -> str:
    return "Hello"


@llm.call("openai", "plain")
def model() -> str:
    return "Hello"


def test_a_context_does_not_leak_into_other_tasks() -> None:
    """A call outside the `with` of another task, made while it holds, is not changed by it."""

    async def main() -> None:
        holds, asked = asyncio.Event(), asyncio.Event()

        async def within() -> str:
            with llm.context(provider="openai", model="other"):
                holds.set()
                await asked.wait()
                return (await async_model()).model

        async def outside() -> str:
            await holds.wait()
            found = (await async_model()).model
            asked.set()
            return found

        assert await asyncio.gather(within(), outside()) == ["other", "plain"]
        with llm.context(provider="openai", model="other"):
            begun = asyncio.create_task(async_model())  # begun inside, so it is of the inside
        assert (await begun).model == "other"
        assert (await async_model()).model == "plain"

    asyncio.run(main())


def test_a_context_does_not_leak_into_other_threads() -> None:
    holds, asked = threading.Event(), threading.Event()
    found: dict[str, str] = {}

    def within() -> None:
        with llm.context(provider="openai", model="other"):
            holds.set()
            asked.wait(20)
            found["within"] = model().model

    def outside() -> None:
        holds.wait(20)
        found["outside"] = model().model
        asked.set()

    threads = [threading.Thread(target=each) for each in (within, outside)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == {"within": "other", "outside": "plain"}


def test_a_context_goes_into_threads_that_take_it_along() -> None:
    async def main() -> None:
        with llm.context(provider="openai", model="other"):
            assert (await asyncio.to_thread(model)).model == "other"
        assert (await asyncio.to_thread(model)).model == "plain"

    asyncio.run(main())
    changed = llm.override(model, provider="openai", model="other")
    with ThreadPoolExecutor(4) as pool:
        models = [future.result().model for future in [pool.submit(each) for each in (changed, model) * 4]]
    assert models == ["other", "plain"] * 4


def test_changes_are_those_that_there_are() -> None:
    with pytest.raises(TypeError, match="there is no setting 'modle'; there are: provider, model"):
        changes_of(modle="x")  # what a fallback names comes here as it is


# --- providers ---


def test_every_provider_has_a_decorator() -> None:
    for provider in PROVIDERS:
        calls = getattr(llm, provider.name)
        assert isinstance(calls, llm.ProviderCalls)
        assert calls.provider is provider
        assert provider.title in repr(calls)
    assert llm.google is llm.gemini
    openai: Any = llm.openai
    assert openai.OpenAICallResponse is CallResponse
    assert openai.OpenAIStream is Stream
    google: Any = llm.google
    assert google.GoogleCallResponse is google.GeminiCallResponse is CallResponse
    with pytest.raises(AttributeError, match="openai has no 'GroqCallResponse'"):
        _ = openai.GroqCallResponse


def test_a_provider_of_ones_own(server: MockServer) -> None:
    from antiphon.llm import provider_calls

    providers.register(providers.Provider(name="mine-own", base_url=server.url, key_env=("OPENAI_API_KEY",)))
    try:
        calls: Any = getattr(provider_calls, "mine-own")

        @calls.call("m")
        def asked() -> str:
            return "Hello"

        assert asked().content == "You said: Hello"
        assert llm.call("mine-own/m")(lambda: "Hi")().provider == "mine-own"
    finally:
        providers.unregister("mine-own")
    with pytest.raises(AttributeError, match="no attribute 'nobody'"):
        _ = provider_calls.nobody


# --- what type checkers see ---


def year(book: Book) -> int:
    return len(book.title)


def words(response: CallResponse) -> list[str]:
    return response.content.split()


async def later(response: AsyncCallAnswer) -> int:
    return len(response.content)


async def test_types_of_async_functions() -> None:
    @llm.call("openai", "m")
    async def plain(genre: str, *, many: int = 1) -> str:
        return genre

    @llm.openai.call("m", stream=True)
    async def streamed(genre: str) -> str:
        return genre

    @llm.call("openai/m", response_model=Book)
    async def valued(genre: str) -> str:
        return genre

    @llm.call("openai/m", response_model=list[Book], stream=True)
    async def growing(genre: str) -> str:
        return genre

    @llm.call("openai/m", output_parser=words)
    async def parsed(genre: str) -> str:
        return genre

    @llm.call("openai/m", output_parser=later)
    async def parsed_later(genre: str) -> str:
        return genre

    @llm.call("openai/m", response_model=Book, output_parser=year)
    async def counted(genre: str) -> str:
        return genre

    assert_type(await plain("x", many=2), AsyncCallAnswer)
    assert_type(await streamed("x"), AsyncStream)
    assert_type(await valued("x"), Book)
    assert_type(await growing("x"), AsyncStructuredStream[list[Book]])
    assert_type(await parsed("x"), list[str])
    assert_type(await parsed_later("x"), int)
    assert_type(await counted("x"), int)
    assert_type(await llm.override(plain, call_params={"temperature": 0})("x"), AsyncCallAnswer)
    assert_type(await llm.override(plain, stream=True)("x"), AsyncStream)
    assert_type(await llm.override(plain, response_model=Book)("x"), Book)

    @prompt_template("{genre}")
    async def template(genre: str) -> None: ...

    made: Callable[[str], Coroutine[Any, Any, list[BaseMessageParam]]] = template
    assert await made("x")


def test_types_of_plain_functions() -> None:
    class Librarian:
        @llm.call("openai", "m")
        def plain(self, genre: str, *, many: int = 1) -> str:
            return genre

        @llm.openai.call("m", stream=True)
        def streamed(self, genre: str) -> str:
            return genre

    @llm.call("openai/m", response_model=Book)
    def valued(genre: str) -> str:
        return genre

    @llm.call("openai/m", response_model=list[Book], stream=True)
    def growing(genre: str) -> str:
        return genre

    @llm.call("openai/m", output_parser=words)
    def parsed(genre: str) -> str:
        return genre

    @llm.call("openai/m", response_model=Book, output_parser=year)
    def counted(genre: str) -> str:
        return genre

    librarian = Librarian()
    assert_type(librarian.plain("x", many=2), CallAnswer)
    assert_type(librarian.streamed("x"), Stream)
    assert_type(valued("x"), Book)
    assert_type(growing("x"), StructuredStream[list[Book]])
    assert_type(parsed("x"), list[str])
    assert_type(counted("x"), int)
    assert_type(llm.override(model, call_params={"temperature": 0})(), CallAnswer)
    assert_type(llm.override(model, stream=True)(), Stream)
    assert_type(llm.override(model, response_model=Book)(), Book)

    @prompt_template("{genre}")
    def template(genre: str) -> None: ...

    assert_type(template("x"), list[BaseMessageParam])


def test_a_context_may_end_in_another_place() -> None:
    """As those of generators do, which are closed by whoever finds them."""

    def begun() -> Iterator[None]:
        with llm.context(provider="openai", model="other"):
            yield

    generator = begun()
    assert contextvars.Context().run(lambda: [next(generator), model().model]) == [None, "other"]
    assert list(generator) == []
    assert model().model == "plain"
