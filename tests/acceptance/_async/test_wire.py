"""What calls look like on the wire: as those of the `openai` package (version 3.52), with which the table was made."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pydantic
import pytest

from antiphon import NOT_GIVEN, AsyncOpenAI, Timeout, not_given, omit
from antiphon.mock import MockServer
from antiphon.types.chat import ChatCompletionMessage

MESSAGES: Final[list[Any]] = [{"role": "user", "content": "hé\u2028"}]
ASKED: Final = {"messages": MESSAGES, "model": "m"}

PICTURE: Final[list[Any]] = [
    {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]}
]


class Message(pydantic.BaseModel):
    role: str = "user"
    content: str
    name: str | None = None


@dataclass(frozen=True)
class Wire:
    """A call and its request."""

    call: Callable[[Any], Any]
    line: str
    """Method and path."""
    body: object = None
    query: Mapping[str, object] = field(default_factory=dict[str, object])


def chat(**options: Any) -> Callable[[Any], Any]:
    return lambda client: client.chat.completions.create(**{"model": "m", "messages": MESSAGES, **options})


CHAT: Final = "POST /v1/chat/completions"
BODIES: Final[dict[str, Wire]] = {
    "a call": Wire(chat(), CHAT, ASKED),
    "null is sent": Wire(chat(temperature=None), CHAT, {**ASKED, "temperature": None}),
    "omit": Wire(chat(temperature=omit, n=NOT_GIVEN, stop=not_given), CHAT, ASKED),
    "a generator": Wire(chat(messages=(each for each in MESSAGES)), CHAT, ASKED),
    "tuples": Wire(chat(messages=tuple(MESSAGES), stop=("a", "b")), CHAT, {**ASKED, "stop": ["a", "b"]}),
    "a model of pydantic": Wire(
        chat(messages=[Message(content="x")]), CHAT, {"model": "m", "messages": [{"content": "x"}]}
    ),
    "a model that was received": Wire(
        chat(messages=[ChatCompletionMessage.construct(role="assistant", content="x")]),
        CHAT,
        {"model": "m", "messages": [{"role": "assistant", "content": "x"}]},
    ),
    "times": Wire(
        chat(metadata={"t": datetime.datetime(2020, 1, 2, 3, 4, 5)}),
        CHAT,
        {**ASKED, "metadata": {"t": "2020-01-02T03:04:05"}},
    ),
    "numbers": Wire(
        chat(temperature=1.0, top_p=1e-7, seed=10**20),
        CHAT,
        {**ASKED, "temperature": 1.0, "top_p": 1e-7, "seed": 10**20},
    ),
    "keys that are numbers": Wire(chat(logit_bias={50256: -100}), CHAT, {**ASKED, "logit_bias": {"50256": -100}}),
    "extra body": Wire(
        chat(extra_body={"temperature": 3, "deep": {"x": [1, None]}, "messages": []}),
        CHAT,
        {"model": "m", "messages": [], "temperature": 3, "deep": {"x": [1, None]}},
    ),
    "null for a required argument": Wire(
        lambda client: client.chat.completions.update("id", metadata=None),
        "POST /v1/chat/completions/id",
        {"metadata": None},
    ),
    "a response": Wire(
        lambda client: client.responses.create(model="m", input="x", include=["a"], reasoning={"effort": "low"}),
        "POST /v1/responses",
        {"model": "m", "input": "x", "include": ["a"], "reasoning": {"effort": "low"}},
    ),
    "an image without its detail": Wire(
        lambda client: client.responses.create(model="m", input=PICTURE),
        "POST /v1/responses",
        {"model": "m", "input": PICTURE},
    ),
    "embeddings as base64": Wire(
        lambda client: client.embeddings.create(model="m", input="x"),
        "POST /v1/embeddings",
        {"model": "m", "input": "x", "encoding_format": "base64"},
    ),
    "embeddings as numbers": Wire(
        lambda client: client.embeddings.create(model="m", input=[1, 2], encoding_format="float", dimensions=3),
        "POST /v1/embeddings",
        {"model": "m", "input": [1, 2], "encoding_format": "float", "dimensions": 3},
    ),
    "a job": Wire(
        lambda client: client.fine_tuning.jobs.create(model="m", training_file="f", suffix=None),
        "POST /v1/fine_tuning/jobs",
        {"model": "m", "training_file": "f", "suffix": None},
    ),
    "extra json": Wire(
        lambda client: client.post("/x", cast_to=object, body={"a": 1}, options={"extra_json": {"b": 2}}),
        "POST /v1/x",
        {"a": 1, "b": 2},
    ),
    "a list as body": Wire(lambda client: client.post("/x", cast_to=object, body=[1, 2]), "POST /v1/x", [1, 2]),
    "a text as body": Wire(lambda client: client.post("/x", cast_to=object, body="abc"), "POST /v1/x", "abc"),
    "put": Wire(lambda client: client.put("/x", cast_to=object, body={"a": 1}), "PUT /v1/x", {"a": 1}),
    "patch": Wire(lambda client: client.patch("/x", cast_to=object, body={"a": 1}), "PATCH /v1/x", {"a": 1}),
    "delete with a body": Wire(
        lambda client: client.delete("/x", cast_to=object, body={"a": 1}), "DELETE /v1/x", {"a": 1}
    ),
    "post without a body": Wire(lambda client: client.post("/x", cast_to=object), "POST /v1/x"),
    "cancel": Wire(lambda client: client.responses.cancel("r"), "POST /v1/responses/r/cancel"),
    "delete": Wire(lambda client: client.models.delete("m"), "DELETE /v1/models/m"),
}

QUERIES: Final[dict[str, Wire]] = {
    "nested": Wire(
        lambda client: client.chat.completions.list(limit=2, metadata={"a": "b"}, model="m"),
        "GET /v1/chat/completions",
        query={"model": "m", "metadata[a]": "b", "limit": "2"},
    ),
    "null is not sent": Wire(
        lambda client: client.files.list(purpose="batch", after=None, limit=5),
        "GET /v1/files",
        query={"purpose": "batch", "limit": "5"},
    ),
    "arrays": Wire(
        lambda client: client.responses.retrieve("r", include=["a", "b c"]),
        "GET /v1/responses/r",
        query={"include[]": ["a", "b c"]},
    ),
    "extra query": Wire(
        lambda client: client.models.list(
            extra_query={"q": "é &+", "l": [1, "x"], "b": True, "n": None, "o": {"a": {"b": 1}}}
        ),
        "GET /v1/models",
        query={"q": "é &+", "l[]": ["1", "x"], "b": "true", "o[a][b]": "1"},
    ),
    "extra query with a body": Wire(chat(extra_query={"q": "1"}), CHAT, ASKED, {"q": "1"}),
    "default query": Wire(
        lambda client: client.with_options(default_query={"d": "1", "k": 2}).models.list(extra_query={"d": "3"}),
        "GET /v1/models",
        query={"d": "3", "k": "2"},
    ),
    "default query replaced": Wire(
        lambda client: (
            client.with_options(default_query={"d": "1"}).with_options(set_default_query={"z": 1}).models.list()
        ),
        "GET /v1/models",
        query={"z": "1"},
    ),
    "query in the path": Wire(
        lambda client: client.get("/models?a=1", cast_to=object, options={"params": {"b": 2}}),
        "GET /v1/models",
        query={"a": "1", "b": "2"},
    ),
    "no slash": Wire(lambda client: client.get("models", cast_to=object), "GET /v1/models"),
    "path parameters": Wire(
        lambda client: client.models.retrieve("ft:gpt/a b%2e=&:@"), "GET /v1/models/ft:gpt%2Fa%20b%252e=&:@"
    ),
    "what is no text": Wire(lambda client: client.models.retrieve(5), "GET /v1/models/5"),
    "checkpoints": Wire(
        lambda client: client.fine_tuning.jobs.checkpoints.list("j", limit=1),
        "GET /v1/fine_tuning/jobs/j/checkpoints",
        query={"limit": "1"},
    ),
}


@pytest.mark.parametrize("wire", [*BODIES.values(), *QUERIES.values()], ids=[*BODIES, *QUERIES])
async def test_requests(wire: Wire, server: MockServer) -> None:
    server.enqueue(200, {"data": []})
    async with AsyncOpenAI() as client:
        await wire.call(client)
    request = server.requests[0]
    assert f"{request.method} {request.path}" == wire.line
    assert request.query == wire.query
    assert request.body == wire.body


@pytest.mark.parametrize(
    ("file", "name", "kind", "content"),
    [
        (b"abc", "upload", "application/octet-stream", b"abc"),
        (io.BytesIO(b"abc"), "upload", "application/octet-stream", b"abc"),
        (("an é.txt", b"abc"), "an é.txt", "text/plain", b"abc"),
        (("a.txt", b"abc", "text/x"), "a.txt", "text/x", b"abc"),
        (("a.jsonl", "caf\u00e9"), "a.jsonl", "application/octet-stream", "caf\u00e9".encode()),
        (("a.txt", b"abc", "text/x", {"x-part": "1"}), "a.txt", "text/x", b"abc"),
    ],
)
async def test_files(file: Any, name: str, kind: str, content: bytes, server: MockServer) -> None:
    server.enqueue(200, {})
    async with AsyncOpenAI() as client:
        await client.files.create(
            file=file, purpose="batch", extra_body={"x": [1, 2], "y": {"z": True}, "n": None, "f": 1.5}
        )
    sent = server.requests[0].body
    assert (sent["file"].filename, sent["file"].content_type, sent["file"].content) == (name, kind, content)
    assert {key: value for key, value in sent.items() if key != "file"} == {
        "purpose": "batch",
        "x": ["1", "2"],
        "y": {"z": "true"},
        "f": "1.5",
    }


async def test_lists_in_forms(server: MockServer) -> None:
    async with AsyncOpenAI() as client:
        await client.audio.transcriptions.create(
            model="whisper-1",
            file=("a.mp3", b"x"),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
            chunking_strategy={"type": "server_vad", "threshold": 0.5},
        )
    sent = server.requests[0].body
    assert sent["timestamp_granularities"] == ["word", "segment"]
    assert sent["chunking_strategy"] == {"type": "server_vad", "threshold": 0.5}


HEADERS: Final[dict[str, tuple[Mapping[str, Any], Mapping[str, str | None]]]] = {
    "of every request": (
        {},
        {
            "accept": "application/json",
            "content-type": "application/json",
            "x-stainless-lang": "python",
            "x-stainless-retry-count": "0",
            "x-stainless-read-timeout": "600",
            "openai-organization": None,
        },
    ),
    "a timeout": ({"timeout": 5}, {"x-stainless-read-timeout": "5"}),
    "no timeout": ({"timeout": None}, {"x-stainless-read-timeout": None}),
    "a timeout in parts": ({"timeout": Timeout(10, read=3)}, {"x-stainless-read-timeout": "3"}),
    "extra headers": (
        {"extra_headers": {"X-Mine": "1", "USER-AGENT": "mine", "x-stainless-lang": omit}},
        {"x-mine": "1", "user-agent": "mine", "x-stainless-lang": None},
    ),
}


@pytest.mark.parametrize(("options", "expected"), HEADERS.values(), ids=HEADERS.keys())
async def test_headers(options: Mapping[str, Any], expected: Mapping[str, str | None], server: MockServer) -> None:
    async with AsyncOpenAI() as client:
        await chat(**options)(client)
    assert {name: server.requests[0].headers.get(name) for name in expected} == expected


async def test_headers_of_the_client(server: MockServer) -> None:
    async with AsyncOpenAI(organization="org", project="proj", default_headers={"X-D": "1"}) as client:
        await client.models.list()
        other = client.with_options(organization="o2", default_headers={"X-E": "2"})
        await other.models.list()
        await other.with_options(set_default_headers={"X-F": "3"}).models.list()
    names = ("openai-organization", "openai-project", "x-d", "x-e", "x-f")
    assert [[request.headers.get(name) for name in names] for request in server.requests] == [
        ["org", "proj", "1", None, None],
        ["o2", "proj", "1", "2", None],
        ["o2", "proj", None, None, "3"],
    ]


REFUSED: Final[dict[str, tuple[Callable[[Any], Any], type[Exception]]]] = {
    "no number": (chat(temperature=float("nan")), ValueError),
    "bytes": (chat(messages=[{"role": "user", "content": b"x"}]), TypeError),
    "an unknown argument": (chat(foo=1), TypeError),
    "an empty id": (lambda client: client.models.retrieve(""), ValueError),
    "a dot segment": (lambda client: client.models.retrieve(".."), ValueError),
    "a missing argument": (lambda client: client.chat.completions.create(model="m"), TypeError),
    "a positional argument": (lambda client: client.chat.completions.create("m"), TypeError),
    "a header that is no text": (chat(extra_headers={"x-number": 5}), TypeError),
}


@pytest.mark.parametrize(("call", "error"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_not_sent(call: Callable[[Any], Any], error: type[Exception], server: MockServer) -> None:
    async with AsyncOpenAI() as client:
        with pytest.raises(error):
            await call(client)
    assert server.requests == []
