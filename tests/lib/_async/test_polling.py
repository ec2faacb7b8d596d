"""Methods that poll: what they send, when they stop, and what they raise."""

from __future__ import annotations

import inspect
import json
import logging
from typing import Any, TypeAlias
from unittest.mock import call, patch

import pytest

from antiphon import APITimeoutError, AsyncClient, NotFoundError, PollingTimeoutError
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Stall, Step
from antiphon.runtime.waiting import AsyncMethod

from ..routed import said

Poll: TypeAlias = AsyncMethod[..., Any]


def client_for(transport: AsyncScriptedTransport, **options: Any) -> AsyncClient:
    return AsyncClient(api_key="key", http_client=transport, **options)


def thing(status: str | None, **headers: str) -> Answer:
    body = {"id": "x_1", "status": status, "thread_id": "t_1"}
    return Answer(200, body, {name.replace("_", "-"): value for name, value in headers.items()})


def method(client: AsyncClient, name: str) -> Poll:
    found: Any = client
    for part in name.split("."):
        found = getattr(found, part)
    return found


STORE: dict[str, Any] = {"vector_store_id": "vs_1"}
THREAD: dict[str, Any] = {"thread_id": "t_1"}
RUN = "GET /threads/t_1/runs/x_1"
STORE_FILE = "GET /vector_stores/vs_1/files/x_1"
BATCH = "GET /vector_stores/vs_1/file_batches/x_1"
ASSISTANTS = "assistants=v2"

# Every method that polls: what it is given, what it sends, the body it begins with, a state of work, one of the end.
METHODS: list[tuple[str, dict[str, Any], list[str], object, str, str]] = [
    ("vector_stores.files.poll", {"file_id": "x_1", **STORE}, [STORE_FILE], None, "in_progress", "completed"),
    (
        "vector_stores.files.create_and_poll",
        {"file_id": "x_1", **STORE, "attributes": {"a": 1}},
        ["POST /vector_stores/vs_1/files", STORE_FILE],
        {"file_id": "x_1", "attributes": {"a": 1}},
        "in_progress",
        "failed",
    ),
    (
        "vector_stores.files.upload_and_poll",
        {"file": b"data", **STORE},
        ["POST /files", "POST /vector_stores/vs_1/files", STORE_FILE],
        None,
        "in_progress",
        "cancelled",
    ),
    ("vector_stores.file_batches.poll", {"batch_id": "x_1", **STORE}, [BATCH], None, "in_progress", "completed"),
    (
        "vector_stores.file_batches.create_and_poll",
        {"file_ids": ["a", "b"], **STORE},
        ["POST /vector_stores/vs_1/file_batches", BATCH],
        {"file_ids": ["a", "b"]},
        "in_progress",
        "cancelled",
    ),
    (
        "vector_stores.file_batches.upload_and_poll",
        {"files": [b"data"], **STORE},
        ["POST /files", "POST /vector_stores/vs_1/file_batches", BATCH],
        None,
        "in_progress",
        "failed",
    ),
    ("beta.threads.runs.poll", {"run_id": "x_1", **THREAD}, [RUN], None, "queued", "requires_action"),
    (
        "beta.threads.runs.create_and_poll",
        {"assistant_id": "a_1", "temperature": None, **THREAD},
        ["POST /threads/t_1/runs", RUN],
        {"assistant_id": "a_1", "temperature": None, "stream": False},
        "cancelling",
        "expired",
    ),
    (
        "beta.threads.runs.submit_tool_outputs_and_poll",
        {"run_id": "x_1", "tool_outputs": [{"tool_call_id": "c", "output": "1"}], **THREAD},
        ["POST /threads/t_1/runs/x_1/submit_tool_outputs", RUN],
        {"tool_outputs": [{"tool_call_id": "c", "output": "1"}], "stream": False},
        "in_progress",
        "incomplete",
    ),
    (
        "beta.threads.create_and_run_poll",
        {"assistant_id": "a_1"},
        ["POST /threads/runs", RUN],
        {"assistant_id": "a_1", "stream": False},
        "in_progress",
        "completed",
    ),
    ("videos.poll", {"video_id": "x_1"}, ["GET /videos/x_1"], None, "queued", "completed"),
    (
        "videos.create_and_poll",
        {"prompt": "A cat"},
        ["POST /videos", "GET /videos/x_1"],
        None,
        "in_progress",
        "failed",
    ),
    ("files.wait_for_processing", {"id": "x_1"}, ["GET /files/x_1"], None, "uploaded", "processed"),
]
OLD = ("videos", "beta.threads")
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated by the API")


def fast(name: str) -> dict[str, Any]:
    return {"poll_interval": 0.001} if name == "files.wait_for_processing" else {"poll_interval_ms": 1}


@pytest.mark.parametrize(("name", "arguments", "sent", "begun", "working", "end"), METHODS, ids=lambda v: str(v)[:40])
async def test_a_thing_is_asked_for_until_it_ends(
    name: str, arguments: dict[str, Any], sent: list[str], begun: object, working: str, end: str
) -> None:
    steps = [thing(working)] * (len(sent) + 1)
    transport = AsyncScriptedTransport([*steps, thing(end)])
    result = await method(client_for(transport), name)(**arguments, **fast(name))
    assert (result.id, result.status) == ("x_1", end)
    assert [said(request) for request in transport.requests] == [*sent, sent[-1], sent[-1]]
    if begun is not None:
        assert json.loads(transport.requests[len(sent) - 2].content) == begun
    for request in transport.requests:
        if "/threads" in request.url.path or "/vector_stores" in request.url.path:
            assert request.headers["openai-beta"] == ASSISTANTS
    asked = transport.requests[-1].headers
    assert asked["x-stainless-poll-helper"] == "true"
    assert asked["x-stainless-custom-poll-interval"] == "1"
    assert transport.open_replies == 0


@pytest.mark.parametrize(("name", "arguments", "sent", "begun", "working", "end"), METHODS, ids=lambda v: str(v)[:40])
async def test_a_program_can_replace_what_waits_between_two_looks(
    name: str, arguments: dict[str, Any], sent: list[str], begun: object, working: str, end: str
) -> None:
    client = client_for(AsyncScriptedTransport([*[thing(working)] * len(sent), thing(end)]))
    path, _, poll = name.rpartition(".")
    resource = method(client, path)
    with patch.object(resource, "_sleep") as sleep:
        result = await getattr(resource, poll)(**arguments, **dict.fromkeys(fast(name), 600))
    assert result.status == end
    assert sleep.mock_calls == [call(600 if "poll_interval" in fast(name) else 0.6)]


@pytest.mark.parametrize(("name", "arguments", "sent", "begun", "working", "end"), METHODS, ids=lambda v: str(v)[:40])
async def test_every_wait_has_a_deadline(
    name: str, arguments: dict[str, Any], sent: list[str], begun: object, working: str, end: str
) -> None:
    transport = AsyncScriptedTransport([thing(working)] * len(sent))
    with pytest.raises(PollingTimeoutError) as caught:
        await method(client_for(transport), name)(**arguments, max_wait_seconds=0)
    assert (caught.value.id, caught.value.status) == ("x_1", working)
    assert repr("x_1") in str(caught.value)


@pytest.mark.parametrize(("name", "arguments", "sent", "begun", "working", "end"), METHODS, ids=lambda v: str(v)[:40])
async def test_nothing_is_sent_when_an_argument_is_wrong(
    name: str, arguments: dict[str, Any], sent: list[str], begun: object, working: str, end: str
) -> None:
    transport = AsyncScriptedTransport([])
    poll = method(client_for(transport), name)
    with pytest.raises(ValueError, match="max_wait_seconds"):
        await poll(**arguments, max_wait_seconds=-1)
    with pytest.raises(ValueError, match="poll_interval"):
        await poll(**arguments, **dict.fromkeys(fast(name), -1))
    assert transport.requests == []


@pytest.mark.parametrize(("name", "arguments", "sent", "begun", "working", "end"), METHODS, ids=lambda v: str(v)[:40])
async def test_an_unknown_state_ends_the_wait_with_a_warning(
    name: str,
    arguments: dict[str, Any],
    sent: list[str],
    begun: object,
    working: str,
    end: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    transport = AsyncScriptedTransport([thing("levitating")] * len(sent))
    with caplog.at_level(logging.WARNING, logger="antiphon"):
        result = await method(client_for(transport), name)(**arguments)
    assert result.status == "levitating"
    assert [record.name for record in caplog.records] == ["antiphon"]
    assert "'levitating'" in caplog.text


@pytest.mark.parametrize("name", [name for name, *_ in METHODS if name.startswith(OLD)])
def test_methods_of_old_parts_say_so(name: str) -> None:
    found: Any = method(client_for(AsyncScriptedTransport([])), name)
    assert "deprecated by the API" in found.__deprecated__


PLAIN = [
    ("vector_stores.files.create_and_poll", "create"),
    ("vector_stores.file_batches.create_and_poll", "create"),
    ("beta.threads.runs.create_and_poll", "create"),
    ("beta.threads.runs.submit_tool_outputs_and_poll", "submit_tool_outputs"),
    ("beta.threads.create_and_run_poll", "create_and_run"),
    ("videos.create_and_poll", "create"),
]


@pytest.mark.parametrize(("name", "plain"), PLAIN)
def test_what_the_plain_method_takes_is_taken_here(name: str, plain: str) -> None:
    client = client_for(AsyncScriptedTransport([]))
    here = inspect.signature(method(client, name)).parameters
    there = inspect.signature(method(client, f"{name.rpartition('.')[0]}.{plain}")).parameters
    assert set(there) - set(here) <= {"stream"}
    assert set(here) - set(there) == {"poll_interval_ms", "max_wait_seconds"}
    for parameter in set(here) & set(there):
        assert here[parameter].annotation == there[parameter].annotation, parameter
        assert here[parameter].default == there[parameter].default, parameter


@pytest.mark.parametrize(("name", "plain"), PLAIN)
async def test_what_the_plain_method_sends_is_sent_here(name: str, plain: str) -> None:
    transport = AsyncScriptedTransport([thing("completed")] * 3)
    client = client_for(transport)
    there = method(client, f"{name.rpartition('.')[0]}.{plain}")
    arguments: dict[str, Any] = {
        parameter: b"data" if parameter == "input_reference" else parameter
        for parameter in inspect.signature(there).parameters
        if parameter not in ("stream", "timeout", "extra_headers", "extra_query", "extra_body")
    }
    options = {"extra_query": {"q": 1}, "timeout": 7}
    streamed = {"stream": False} if "stream" in inspect.signature(there).parameters else {}
    await there(**arguments, **options, **streamed)
    await method(client, name)(**arguments, **options)
    first, second = [
        (said(request), str(request.url), *unbounded(request.headers["content-type"], request.content), request.headers)
        for request in transport.requests[:2]
    ]
    assert first[:3] == second[:3]
    assert set(first[4]) == set(second[4])
    assert json_or_text(first[3]) == json_or_text(second[3])


def unbounded(content_type: str, content: bytes) -> tuple[str, bytes]:
    """A body and its type without the boundary, which is another one each time."""
    kind, _, boundary = content_type.partition("; boundary=")
    return kind, content.replace(boundary.encode(), b"boundary") if boundary else content


def json_or_text(content: bytes) -> object:
    return json.loads(content) if content.startswith(b"{") else content


async def test_the_server_may_say_how_often() -> None:
    transport = AsyncScriptedTransport([thing("in_progress", openai_poll_after_ms="1"), thing("completed")])
    await client_for(transport).vector_stores.files.poll("x_1", vector_store_id="vs_1", max_wait_seconds=60)
    assert "x-stainless-custom-poll-interval" not in transport.requests[0].headers
    # A third of what is left, for each attempt.
    assert 15 < float(transport.requests[0].headers["x-stainless-read-timeout"]) <= 20


async def test_options_of_the_call_go_with_every_question() -> None:
    transport = AsyncScriptedTransport([thing("in_progress")] * 2 + [thing("completed")])
    await client_for(transport).vector_stores.files.create_and_poll(
        "x_1",
        vector_store_id="vs_1",
        poll_interval_ms=1,
        extra_headers={"X-Mine": "1", "OpenAI-Beta": "other"},
        extra_query={"q": "2"},
        extra_body={"more": 3},
        timeout=7,
    )
    for request in transport.requests:
        assert request.headers["x-mine"] == "1"
        assert request.headers["openai-beta"] == "other"
        assert request.headers["x-stainless-read-timeout"] == "7"
        assert str(request.url).endswith("?q=2")
    assert json.loads(transport.requests[0].content)["more"] == 3
    assert [request.content for request in transport.requests[1:]] == [b"", b""]


async def test_a_refusal_while_polling_is_raised() -> None:
    refusal = Answer(404, {"error": {"message": "gone"}})
    transport = AsyncScriptedTransport([thing("uploaded"), refusal])
    with pytest.raises(NotFoundError, match="gone"):
        await client_for(transport).files.wait_for_processing("x_1", poll_interval=0)


async def test_a_failing_question_is_asked_again() -> None:
    again = Answer(503, headers={"retry-after-ms": "1"})
    transport = AsyncScriptedTransport([thing("uploaded"), again, thing("processed")])
    assert (await client_for(transport).files.wait_for_processing("x_1", poll_interval=0)).status == "processed"


@pytest.mark.parametrize(
    ("longest", "error"), [(0, PollingTimeoutError), (60, APITimeoutError), (None, APITimeoutError)]
)
async def test_a_question_without_an_answer(longest: float | None, error: type[Exception]) -> None:
    steps: list[Step] = [Stall()]
    client = client_for(AsyncScriptedTransport(steps), max_retries=0)
    with pytest.raises(error) as caught:
        await client.files.wait_for_processing("x_1", max_wait_seconds=longest)
    if isinstance(caught.value, PollingTimeoutError):
        assert caught.value.last is None
        assert isinstance(caught.value.__cause__, APITimeoutError)


@pytest.mark.parametrize("id", ["", "a/../b/..", ".."])
async def test_ids_stay_in_their_place(id: str) -> None:
    transport = AsyncScriptedTransport([thing("processed")])
    if id == "a/../b/..":
        await client_for(transport).files.wait_for_processing(id)
        assert transport.requests[0].url.path == "/v1/files/a%2F..%2Fb%2F.."
    else:
        with pytest.raises(ValueError, match=r"path parameter|non-empty"):
            await client_for(transport).files.wait_for_processing(id)
        assert transport.requests == []


async def test_a_thing_without_an_id_cannot_be_polled() -> None:
    transport = AsyncScriptedTransport([Answer(200, {"status": "in_progress"})])
    with pytest.raises(TypeError, match="'file_id'"):
        await client_for(transport).vector_stores.files.create_and_poll("f", vector_store_id="vs_1")
