"""Tools and values through `@llm.call` from servers that keep to the format in their own ways, and from the mock's."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic
import pytest

from antiphon import llm
from antiphon.mock import MockServer, serve

from ...runtime.colours import async_listed
from ..colours import Kit
from ..local import Local, completion_body, events, said, whole


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


class Book(pydantic.BaseModel):
    """A book."""

    title: str
    tags: list[str] = []


class FormatBook(llm.BaseTool):
    """Writes a book as it is cited."""

    title: str
    author: str = "nobody"

    async def call(self) -> str:
        return f"{self.title} by {self.author}"


def shout(text: str = "nothing") -> str:
    """Say it loudly."""
    return text.upper()


BOOK = '{"title": "Emma", "tags": ["old", "good"]}'
EMMA = Book(title="Emma", tags=["old", "good"])


def called(arguments: object, name: str = "Book", **fields: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": function, **fields}]}


def to(peer: Local) -> dict[str, Any]:
    return {"base_url": peer.url("/v1"), "api_key": "k", "max_retries": 0}


def delta(message: dict[str, Any], reason: str | None = None, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": message, "finish_reason": reason}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **fields}


def piece(arguments: str | None, *, name: str | None = None, index: int | None = 0, **fields: Any) -> dict[str, Any]:
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    call: dict[str, Any] = {"function": function, **fields}
    return delta({"tool_calls": [call if index is None else {"index": index, **call}]})


# --- values ---


@pytest.mark.parametrize(
    "message",
    [
        called(BOOK),
        called(json.loads(BOOK)),
        called(json.dumps(BOOK)),
        called(BOOK, "extract"),
        called(BOOK, type=None, id=None),
        {"content": f"```json\n{BOOK}\n```"},
        {"content": f"Here it is: {BOOK}"},
        {"content": f"<think>a {{book}}</think>{BOOK}"},
        {"content": [{"type": "text", "text": BOOK}]},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "{}"}]},
                {"type": "text", "text": BOOK},
            ]
        },
        {**called(""), "content": BOOK},
        {"content": f'{{"name": "Book", "parameters": {BOOK}}}'},
        {"content": BOOK, "refusal": ""},
        {"content": BOOK, "tool_calls": []},
        {"content": BOOK, "tool_calls": None},
    ],
)
@pytest.mark.parametrize("json_mode", [False, True])
async def test_values_wherever_they_are(message: dict[str, Any], json_mode: bool) -> None:
    with Local(whole(completion_body(message))) as peer:

        @llm.call("openai/m", response_model=Book, json_mode=json_mode, call_params=to(peer))
        async def asked() -> str:
            return "A book"

        assert await asked() == EMMA


@pytest.mark.parametrize(
    "chunks",
    [
        [piece("", name="Book", id="c", type="function"), *map(piece, ("{", BOOK[1:9], BOOK[9:]))],
        [piece(BOOK[:5], name="Book", id="c"), piece(BOOK[5:], name="Book", id="c")],
        [piece(BOOK[:5], name="Book", id="c"), piece(BOOK[5:20], id=""), piece(BOOK[20:], name="", id=None)],
        [piece(BOOK[:5], name="Book", index=None, id="c"), piece(BOOK[5:], index=None)],
        [piece(BOOK, name="Book", index=None)],
        [said("Let me see. "), piece(BOOK, name="Book", id="c")],
        [piece(None, name="Book", id="c"), piece(BOOK)],
        [said(BOOK[:9]), said(BOOK[9:])],
        [said("```js"), said("on\n"), said(BOOK[:7]), said(f"{BOOK[7:]}\n```")],
        [delta({"role": "assistant", "reasoning": "a {book}"}), said(BOOK)],
        [delta({"content": None, "tool_calls": None}), said(BOOK)],
        [{"choices": []}, {"id": "c"}, said(BOOK), {"id": "c", "choices": [], "usage": {"prompt_tokens": 1.0}}],
        [said(json.dumps(BOOK))],
    ],
)
async def test_values_that_grow(chunks: list[dict[str, Any]]) -> None:
    with Local(events(*chunks, delta({}, "stop"))) as peer:

        @llm.call("openai/m", response_model=Book, stream=True, call_params=to(peer))
        async def asked() -> str:
            return "A book"

        seen = [book async for book in await asked()]
    assert seen[-1] == EMMA
    assert type(seen[-1]) is Book
    for book in seen:
        assert isinstance(book, Book)
        assert "Emma".startswith(book.title or "")  # pyright: ignore[reportUnnecessaryComparison]
        assert len(book.tags or ()) <= 2


async def test_each_piece_shows_what_is_new() -> None:
    pieces = ['{"title"', ': "Em', 'ma", "tags"', ': ["old", "go', 'od"]}']
    with Local(events(*map(piece, pieces))) as peer:

        @llm.call("openai/m", response_model=Book, stream=True, call_params=to(peer))
        async def asked() -> str:
            return "A book"

        stream = await asked()
        seen: list[tuple[Any, Any]] = [(book.title, book.tags) async for book in stream]
    old = ["old", "good"]
    assert seen == [
        *((None, None), ("Em", None), ("Emma", None), ("Emma", ["old", "go"]), ("Emma", old), ("Emma", old)),
    ]
    assert stream.constructed_response_model == EMMA


@pytest.mark.parametrize("chunks", [[], [{"choices": []}]])
async def test_a_stream_that_says_nothing(chunks: list[dict[str, Any]]) -> None:
    with Local(events(*chunks)) as peer:

        @llm.call("openai/m", response_model=Book, stream=True, call_params=to(peer))
        async def valued() -> str:
            return "A book"

        @llm.call("openai/m", stream=True, call_params=to(peer))
        async def asked() -> str:
            return "A book"

        with pytest.raises(pydantic.ValidationError) as raised:
            async for _ in await valued():
                pass
        assert raised.value.__notes__ == ["the model answered with nothing"]
        stream = await asked()
        assert [chunk.content async for chunk, _ in stream] == [""] * len(chunks)
        assert stream.content == ""
        if not chunks:
            with pytest.raises(ValueError, match="the stream ended before its first piece"):
                _ = stream.message_param


async def test_a_value_that_is_cut_off_or_refused() -> None:
    cut = events(said(BOOK[:12]), delta({}, "length"))
    refused = events(delta({"refusal": "I "}), delta({"refusal": "cannot"}), delta({}, "stop"))
    whole_refusal = whole(completion_body({"content": None, "refusal": "I cannot"}))
    with Local(cut, refused, whole_refusal) as peer:

        @llm.call("openai/m", response_model=Book, stream=True, call_params=to(peer))
        async def asked() -> str:
            return "A book"

        seen: list[Any] = []

        async def read() -> None:
            async for book in await asked():
                seen.append(book.title)

        with pytest.raises(pydantic.ValidationError) as caught:
            await read()
        assert seen == ["E"]
        assert caught.value.__notes__ == ["the answer was cut off at its greatest length"]
        with pytest.raises(llm.RefusalError, match="I cannot") as declined:
            await async_listed(await asked())
        error: Any = declined.value
        assert error._response.content == ""
        with pytest.raises(llm.RefusalError, match="I cannot"):
            await llm.override(asked, stream=False)()


class Mood(enum.Enum):
    GOOD = "good"
    BAD = "bad"


@dataclass
class Place:
    name: str
    inner: list[Place] | None = None


class Strict(pydantic.BaseModel):
    model_config = llm.ResponseModelConfigDict(strict=True)

    mood: Mood
    count: int


KINDS: list[Any] = [
    *(Book, str, int, float, bool, list[int], list[Book], dict[str, int], Mood, Literal["a", "b"], Place, Strict),
    *(Book | int, tuple[int, str], set[int]),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("json_mode", [False, True])
async def test_values_of_every_kind_from_the_mock(kind: Any, stream: bool, json_mode: bool) -> None:
    @llm.call("openai/m", response_model=kind, stream=stream, json_mode=json_mode)
    async def asked() -> str:
        return "Invent one"

    answer: Any = await asked()
    if stream:
        answer = (await async_listed(answer))[-1]
    adapter: Any = pydantic.TypeAdapter(kind)
    assert adapter.validate_json(adapter.dump_json(answer)) == answer


async def test_strict_values_are_asked_for_by_their_schema(server: MockServer) -> None:
    @llm.call("openai/m", response_model=Strict)
    async def asked() -> str:
        return "Invent one"

    assert isinstance(await asked(), Strict)
    body = server.requests[-1].body
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "tools" not in body


@pytest.mark.parametrize("json_mode", [False, True])
async def test_strict_values_where_no_schema_can_be_asked_for(json_mode: bool) -> None:
    strict = '{"mood": "good", "count": 1}'
    with Local(whole(completion_body({"content": strict}))) as peer:

        @llm.call("openai/m", response_model=Strict, json_mode=json_mode)
        async def asked() -> str:
            return "Invent one"

        for provider in ("deepseek", "anthropic"):
            changed = llm.override(asked, provider=provider, model="m", call_params=to(peer))
            assert await changed() == Strict(mood=Mood.GOOD, count=1)
        bodies = peer.bodies
    assert [each.get("response_format") for each in bodies] == [{"type": "json_object"} if json_mode else None, None]
    assert ["tools" in each for each in bodies] == [not json_mode] * 2


@pytest.mark.parametrize(
    ("given", "last"),
    [
        ("Name a book", "Name a book\n\nAnswer with one JSON object and nothing else: no text around it."),
        ("Name a book as Json", "Name a book as Json"),
        ([llm.Messages.System("JSON, please"), llm.Messages.User("Hello")], "Hello"),
        ([llm.Messages.System("Hello")], "Answer with one JSON object and nothing else: no text around it."),
    ],
)
async def test_json_is_asked_for_in_words_too(server: MockServer, given: Any, last: str) -> None:
    @llm.call("openai/m", json_mode=True)
    async def asked() -> Any:
        return given

    await asked()
    body = server.requests[-1].body
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][-1] == {"role": "user", "content": last}


async def test_a_tool_may_be_called_before_the_value() -> None:
    tool, value = called({"text": "hi"}, "shout"), called({"title": "Emma"})
    both = {**tool, "tool_calls": [*tool["tool_calls"], *value["tool_calls"]]}
    with Local(*(whole(completion_body(each)) for each in (tool, value, both, tool))) as peer:

        @llm.call("openai/m", response_model=Book, tools=[shout], call_params=to(peer), output_parser=_title)
        async def asked(*said: Any) -> Any:
            return [llm.Messages.User("Invent one"), *said]

        first: Any = await asked()
        assert isinstance(first, llm.CallResponse)
        results = first.tool_message_params([(each, each.call()) for each in first.tools or []])
        assert await asked(first.message_param, *results) == "Emma"
        assert await asked() == "Emma"
        plain: Any = await llm.override(asked, json_mode=True)()
        assert [type(each).__name__ for each in plain.tools] == ["shout"]
    assert [each["function"]["name"] for each in peer.bodies[0]["tools"]] == ["shout", "Book"]
    assert [each.get("tool_choice") for each in peer.bodies] == ["required"] * 3 + [None]
    assert [each["role"] for each in peer.bodies[1]["messages"]] == ["user", "assistant", "tool"]


def _title(book: Book) -> str:
    return book.title


async def test_a_stream_of_a_value_asks_for_the_value(server: MockServer) -> None:
    @llm.call("openai/m", response_model=Book, tools=[shout], stream=True)
    async def asked() -> str:
        return "Invent one"

    assert isinstance((await async_listed(await asked()))[-1], Book)
    assert server.requests[-1].body["tool_choice"]["function"]["name"] == "Book"


# --- fields that are arguments of the call ---


class Placed(pydantic.BaseModel):
    title: str
    shelf: Annotated[str, llm.FromCallArgs()]
    row: Annotated[int, llm.FromCallArgs(), pydantic.Field(alias="in_row")] = 0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("json_mode", [False, True])
async def test_arguments_of_the_call_in_the_value(server: MockServer, *, json_mode: bool, stream: bool) -> None:
    @llm.call("openai/m", response_model=Placed, json_mode=json_mode, stream=stream)
    async def asked(shelf: str, row: int = 3) -> str:
        return "Invent one"

    given: Any = await asked("history")
    value: Any = (await async_listed(given))[-1] if stream else given
    assert type(value) is Placed
    assert (value.shelf, value.row) == ("history", 3)
    body = server.requests[-1].body
    asked_for = body["messages"][-1]["content"] if json_mode else str(body["tools"])
    assert "title" in asked_for
    assert "shelf" not in asked_for
    assert "row" not in asked_for


async def test_arguments_of_the_call_in_what_does_not_fit() -> None:
    with Local(whole(completion_body({"content": "[1]"})), whole(completion_body(called({})))) as peer:

        @llm.call("openai/m", response_model=Placed, json_mode=True, call_params=to(peer))
        async def asked(shelf: str, row: int) -> str:
            return "Invent one"

        for _ in range(2):
            with pytest.raises(pydantic.ValidationError) as caught:
                await asked("a", 1)
            assert caught.value.title == "Placed"


async def test_fields_of_arguments_that_the_function_has_not(server: MockServer) -> None:
    @llm.call("openai/m", response_model=Placed)
    async def asked(shelf: str) -> str:
        return "Invent one"

    with pytest.raises(TypeError, match=r"Placed.row is FromCallArgs, and asked has no parameter of this name"):
        await asked("a")
    assert not server.requests


# --- tools ---


@pytest.mark.parametrize(
    "message",
    [
        called('{"title": "Emma"}', "FormatBook"),
        called({"title": "Emma"}, "FormatBook"),
        called(json.dumps('{"title": "Emma"}'), "FormatBook"),
        called('```json\n{"title": "Emma"}\n```', "FormatBook"),
        called('{"title": "Emma", "made_up": 1}', "FormatBook", type=None),
    ],
)
async def test_tools_in_every_wrapping(message: dict[str, Any]) -> None:
    with Local(whole(completion_body(message))) as peer:

        @llm.call("openai/m", tools=[FormatBook, shout], call_params=to(peer))
        async def asked() -> str:
            return "Format it"

        response = await asked()
    tool = response.tool
    assert isinstance(tool, FormatBook)
    assert tool.args == {"title": "Emma", "author": "nobody"}


@pytest.mark.parametrize("arguments", ["", None, "{}", {}, "null"])
async def test_calls_without_arguments(arguments: object) -> None:
    with Local(whole(completion_body(called(arguments, "shout")))) as peer:

        @llm.call("openai/m", tools=[shout], call_params=to(peer))
        async def asked() -> str:
            return "Shout"

        tool = (await asked()).tool
    assert tool is not None
    assert tool.args == {"text": "nothing"}
    assert tool.call() == "NOTHING"


CALL = '{"title": "Emma", "author": "Jane"}'


@pytest.mark.parametrize(
    "chunks",
    [
        [piece("", name="FormatBook", id="c"), piece(CALL[:9]), piece(CALL[9:])],
        [piece(CALL[:9], name="FormatBook", id="c"), piece(CALL[9:], name="FormatBook", id="c")],
        [piece(CALL[:9], name="FormatBook", index=None, id="c"), piece(CALL[9:], index=None)],
        [piece(CALL, name="FormatBook", index=None)],
        [said("Formatting. "), piece(CALL, name="FormatBook", id="c")],
    ],
)
@pytest.mark.parametrize("reason", ["tool_calls", "stop", None])
async def test_tools_of_streams(chunks: list[dict[str, Any]], reason: str | None) -> None:
    with Local(events(*chunks, delta({}, reason))) as peer:

        @llm.call("openai/m", tools=[FormatBook], stream=True, call_params=to(peer))
        async def asked() -> str:
            return "Format it"

        tools = [tool async for _, tool in await asked() if tool is not None]
    (tool,) = tools
    assert isinstance(tool, FormatBook)
    assert tool.args == {"title": "Emma", "author": "Jane"}
    assert tool.delta is None


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param(
            [
                *(piece("", name="FormatBook", id=id, index=index) for index, id in enumerate("ab")),
                *(piece(text, index=index) for text in (CALL[:9], CALL[9:]) for index in (0, 1)),
            ],
            id="in turns",
        ),
        pytest.param(
            [
                piece(CALL[:9], name="FormatBook", id="a"),
                piece(CALL, name="FormatBook", id="b", index=1),
                piece(CALL[9:]),
            ],
            id="one within the other",
        ),
        pytest.param([piece(CALL, name="FormatBook", id=id) for id in "ab"], id="under one number"),
        pytest.param(
            [part for id in "ab" for part in (piece("", name="Format", id=id), piece(CALL, name="Book", id=id))],
            id="under one number, with names in pieces",
        ),
        pytest.param(
            [part for id in "ab" for part in (piece("", name="FormatBook", id=id), piece(CALL, id=f"{id}2"))],
            id="with ids that change",
        ),
    ],
)
async def test_several_tools_whose_pieces_are_mixed(chunks: list[dict[str, Any]], partial: bool) -> None:
    with Local(events(*chunks, delta({}, "tool_calls"))) as peer:

        @llm.call("openai/m", tools=[FormatBook], stream={"partial_tools": partial}, call_params=to(peer))
        async def asked() -> str:
            return "Format them"

        stream = await asked()
        tools = [tool async for _, tool in stream if tool is not None]
    growing, complete = (
        [each for each in tools if each.delta is not None],
        [each for each in tools if each.delta is None],
    )
    assert [(each.id, each.args) for each in complete] == [(id, {"title": "Emma", "author": "Jane"}) for id in "ab"]
    assert [(each.id, each.args) for each in stream.tools or ()] == [(each.id, each.args) for each in complete]
    assert "".join(each.delta or "" for id in "ab" for each in growing if each.id == id) == CALL * 2 * partial


async def test_tools_that_grow() -> None:
    chunks = [piece("", name="FormatBook", id="c"), *(piece(CALL[at : at + 8]) for at in range(0, len(CALL), 8))]
    second = [piece(CALL[:9], name="FormatBook", id="d", index=1), piece(CALL[9:], index=1)]
    with Local(events(*chunks, *second, delta({}, "tool_calls"))) as peer:

        @llm.call("openai/m", tools=[FormatBook], stream={"partial_tools": True}, call_params=to(peer))
        async def asked() -> str:
            return "Format it"

        tools = [tool async for _, tool in await asked() if tool is not None]
    assert all(isinstance(tool, FormatBook) for tool in tools)
    growing, complete = (
        [each for each in tools if each.delta is not None],
        [each for each in tools if each.delta is None],
    )
    assert "".join(each.delta or "" for each in growing) == CALL * 2
    assert [each.args["title"] for each in growing] == [None, "Emma", "Emma", "Emma", "Emma", None, "Emma"]
    assert [each.id for each in complete] == ["c", "d"]
    assert {type(each) for each in complete} == {FormatBook}
    assert tools.index(complete[0]) < tools.index(growing[-2])  # the first is complete when the second begins


# --- classes and kits in chains ---


class Shelf(llm.BaseToolKit):
    __namespace__ = "shelf"

    room: str

    @llm.toolkit_tool
    def place(self, title: str) -> str:
        """Say where in the {self.room} a book stands."""
        return f"{title}: {self.room}"


async def test_chains_take_classes_and_kits() -> None:
    calls = [
        *(called(CALL, "FormatBook")["tool_calls"], called('{"title": "E"}', "shelf_place", id="d")["tool_calls"]),
        *(called('{"text": "t"}', "slow", id="e")["tool_calls"], called("{}", "FormatBook", id="f")["tool_calls"]),
    ]
    first = {"role": "assistant", "content": None, "tool_calls": [each for (each,) in calls]}
    with Local(whole(completion_body(first)), whole(completion_body("Done"))) as peer:
        model = llm.AsyncModel("openai/m", base_url=peer.url("/v1"), api_key="k")
        chain = model.chain("Go", tools=[FormatBook, Shelf(room="hall"), Kit()], stream=False)
        assert await chain.text() == "Done"
        assert [each["function"]["name"] for each in peer.bodies[0]["tools"]] == [
            *("FormatBook", "shelf_place", "quick", "slow"),
        ]
        assert peer.bodies[0]["tools"][1]["function"]["description"] == "Say where in the hall a book stands."
        results = [message["content"] for message in peer.bodies[1]["messages"] if message["role"] == "tool"]
    assert results == [
        "Emma by Jane",
        "E: hall",
        "slow t",
        'Error: the arguments of "FormatBook" do not fit: title: is missing',
    ]
