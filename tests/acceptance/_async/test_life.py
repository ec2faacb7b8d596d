"""The life of a client as its user sees it: opened, used, left in the middle of things, closed, used again."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest

from antiphon import AsyncOpenAI, AsyncStream, BaseModel, ClientClosedError, OpenAIError
from antiphon.mock import MockServer
from antiphon.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

MESSAGES: Final[list[ChatCompletionMessageParam]] = [{"role": "user", "content": "one two three four"}]


async def ask(client: AsyncOpenAI, **options: Any) -> ChatCompletion:
    with_options: Any = partial(client.chat.completions.create, **options)
    return await with_options(model="m", messages=MESSAGES)


async def streamed(client: AsyncOpenAI) -> AsyncStream[ChatCompletionChunk]:
    return await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)


async def test_a_client_without_arguments_takes_the_environment() -> None:
    client = AsyncOpenAI()
    completion = await ask(client)
    assert completion.choices[0].message.content == "You said: one two three four"
    await client.close()


async def test_closing_twice_and_after_the_block() -> None:
    async with AsyncOpenAI() as client:
        assert not client.is_closed()
        await client.models.list()
        await client.close()
        assert client.is_closed()
    await client.close()
    assert client.is_closed()


async def test_closing_a_client_that_was_never_used() -> None:
    client = AsyncOpenAI()
    await client.close()
    assert client.is_closed()


async def test_nested_blocks_of_one_client() -> None:
    client = AsyncOpenAI()
    async with client as outer, client as inner:
        assert outer is inner is client
        await client.models.list()
    with pytest.raises(ClientClosedError):
        await client.models.list()


async def test_nested_blocks_of_two_clients() -> None:
    async with AsyncOpenAI() as outer:
        async with AsyncOpenAI() as inner:
            await inner.models.list()
        assert inner.is_closed()
        assert (await outer.models.list()).data


async def test_closing_a_copy_leaves_the_original_open() -> None:
    async with AsyncOpenAI() as client:
        async with client.with_options(timeout=5) as copy:
            await copy.models.list()
        assert not client.is_closed()
        assert (await client.models.list()).data


async def _list(client: AsyncOpenAI) -> None:
    async for _ in client.files.list():
        pass


async def _open(client: AsyncOpenAI) -> None:
    async with client.models.with_streaming_response.list():
        pass


USES: Final[dict[str, Callable[[AsyncOpenAI], Any]]] = {
    "a call": ask,
    "a stream": streamed,
    "a list": _list,
    "a page": lambda client: client.files.list(),
    "a raw response": lambda client: client.models.with_raw_response.retrieve("m"),
    "an open response": _open,
    "a path": lambda client: client.get("/models", cast_to=object),
    "a copy": lambda client: client.with_options(timeout=3).models.retrieve("m"),
    "an upload": lambda client: client.files.create(file=b"x", purpose="batch"),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
async def test_use_after_close_says_so(use: Callable[[AsyncOpenAI], Any], server: MockServer) -> None:
    client = AsyncOpenAI()
    await client.close()
    with pytest.raises(ClientClosedError, match="this client is closed") as caught:
        await use(client)
    assert isinstance(caught.value, (OpenAIError, RuntimeError))
    assert caught.value.__cause__ is None
    assert server.requests == []


async def test_streams_left_at_any_place_leave_the_client_usable() -> None:
    async with AsyncOpenAI() as client:
        for count in range(4):
            stream = await streamed(client)
            for _ in range(count):
                await anext(stream)
            await stream.close()
            await stream.close()
            stream = await streamed(client)
            async for _ in stream:
                break
            await streamed(client)  # and nobody takes it
            assert (await client.models.retrieve("m")).id == "m"


class _Stop(BaseException):
    """What no library may swallow."""


async def test_an_interruption_in_the_middle_of_a_stream() -> None:
    async with AsyncOpenAI() as client:

        async def interrupted() -> None:
            async for _ in await streamed(client):
                raise _Stop

        with pytest.raises(_Stop):
            await interrupted()
        assert (await client.models.retrieve("m")).id == "m"


async def test_one_client_for_calls_of_every_kind(server: MockServer) -> None:
    async with AsyncOpenAI(max_retries=1) as client:
        assert (await ask(client)).usage
        assert [item async for item in client.files.list(limit=20)]
        assert (await client.models.list(extra_headers={"x-mock-fault": "drop; times=1"})).data
        with pytest.raises(OpenAIError):
            await ask(client, temperature=9)
        assert [chunk async for chunk in await streamed(client)]
        assert (await client.files.create(file=b"x", purpose="batch")).bytes == 1
    assert {request.status for request in server.requests} >= {200, 400}


async def test_types_and_clients_that_nobody_holds_are_let_go() -> None:
    held: list[weakref.ref[Any]] = []
    async with AsyncOpenAI() as client:
        for _ in range(20):

            class Mine(BaseModel):
                id: str

            assert (await client.get("/models/m", cast_to=Mine)).id == "m"
            copied = client.with_options(timeout=5)
            await copied.models.retrieve("m")
            held += [weakref.ref(Mine), weakref.ref(copied)]
            del Mine, copied
        gc.collect()
        assert [each() for each in held if each() is not None] == []
