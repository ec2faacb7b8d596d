# pyright: reportDeprecated=false
"""Runs of assistants, streamed: which hooks are called, with what, and what there is in the end."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any, assert_type

import pytest

from antiphon import APITimeoutError, AsyncClient, SDKError
from antiphon.lib.streaming import AsyncAssistantEventHandler, AsyncAssistantStreamManager
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport, Stall
from tests.lib.streams import events

HOOKS = (
    "on_end on_event on_run_step_created on_run_step_delta on_run_step_done on_tool_call_created on_tool_call_delta "
    "on_tool_call_done on_exception on_timeout on_message_created on_message_delta on_message_done on_text_created "
    "on_text_delta on_text_done on_image_file_done"
).split()


@pytest.fixture(autouse=True)
def _deprecated_calls_are_what_is_tested() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def run(status: str) -> dict[str, Any]:
    return {"id": "run", "object": "thread.run", "status": status, "created_at": 1, "assistant_id": "a"}


def message(content: list[Any], status: str = "in_progress") -> dict[str, Any]:
    return {"id": "msg", "object": "thread.message", "role": "assistant", "content": content, "status": status}


def step(calls: list[Any], status: str = "in_progress") -> dict[str, Any]:
    details = {"type": "tool_calls", "tool_calls": calls}
    return {"id": "step", "object": "thread.run.step", "type": "tool_calls", "status": status, "step_details": details}


def more_of_message(*content: Any) -> tuple[str, Any]:
    delta = {"content": [{"index": index, **part} for index, part in content]}
    return "thread.message.delta", {"id": "msg", "object": "thread.message.delta", "delta": delta}


def more_of_step(index: int, call: dict[str, Any]) -> tuple[str, Any]:
    delta = {"step_details": {"type": "tool_calls", "tool_calls": [{"index": index, **call}]}}
    return "thread.run.step.delta", {"id": "step", "object": "thread.run.step.delta", "delta": delta}


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": {"value": value}}


IMAGE = {"type": "image_file", "image_file": {"file_id": "file"}}
COURSE = [
    ("thread.run.created", run("queued")),
    ("thread.run.step.created", step([])),
    more_of_step(0, {"id": "c0", "type": "code_interpreter", "code_interpreter": {"input": "pri"}}),
    more_of_step(0, {"type": "code_interpreter", "code_interpreter": {"input": "nt(1)"}}),
    more_of_step(1, {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}),
    ("thread.run.step.completed", step([], "completed")),
    ("thread.message.created", message([])),
    more_of_message((0, text("Hel"))),
    more_of_message((0, text("lo"))),
    more_of_message((1, IMAGE)),
    ("thread.message.completed", message([text("Hello"), IMAGE], "completed")),
    ("thread.run.completed", run("completed")),
]


def told(argument: Any) -> Any:
    if isinstance(argument, BaseException):
        return type(argument).__name__
    if hasattr(argument, "event"):
        return argument.event
    data: Any = argument.to_dict()
    if "code_interpreter" in data:
        return data["code_interpreter"]["input"]
    return data.get("value") or data.get("file_id") or data.get("id") or data.get("type") or min(data)


class Noting(AsyncAssistantEventHandler):
    """Notes what it is told."""

    def __init__(self) -> None:  # without super(): users forget it
        self.notes: list[Any] = []


def _noting(name: str) -> Any:
    async def hook(self: Noting, *arguments: Any) -> None:
        self.notes.append((name.removeprefix("on_"), *map(told, arguments)))

    return hook


for _name in HOOKS:
    setattr(Noting, _name, _noting(_name))

NOTES = [
    ("event", "thread.run.created"),
    ("event", "thread.run.step.created"),
    ("run_step_created", "step"),
    ("event", "thread.run.step.delta"),
    ("tool_call_created", "pri"),
    ("run_step_delta", "step_details", "step"),
    ("event", "thread.run.step.delta"),
    ("tool_call_delta", "nt(1)", "print(1)"),
    ("run_step_delta", "step_details", "step"),
    ("event", "thread.run.step.delta"),
    ("tool_call_done", "print(1)"),
    ("tool_call_created", "c1"),
    ("run_step_delta", "step_details", "step"),
    ("event", "thread.run.step.completed"),
    ("run_step_done", "step"),
    ("event", "thread.message.created"),
    ("message_created", "msg"),
    ("event", "thread.message.delta"),
    ("text_created", "Hel"),
    ("text_delta", "Hel", "Hel"),
    ("message_delta", "content", "msg"),
    ("event", "thread.message.delta"),
    ("text_delta", "lo", "Hello"),
    ("message_delta", "content", "msg"),
    ("event", "thread.message.delta"),
    ("text_done", "Hello"),
    ("message_delta", "content", "msg"),
    ("event", "thread.message.completed"),
    ("image_file_done", "file"),
    ("message_done", "msg"),
    ("event", "thread.run.completed"),
    ("end",),
]


def client_for(*answers: Any) -> tuple[AsyncClient, AsyncScriptedTransport]:
    transport = AsyncScriptedTransport(answers)
    return AsyncClient(api_key="key", http_client=transport, max_retries=0), transport


def course() -> Answer:
    return events(*COURSE)


async def test_hooks_are_called_in_order() -> None:
    client, transport = client_for(course())
    handler = Noting()
    manager = client.beta.threads.runs.stream(thread_id="t", assistant_id="a", event_handler=handler)
    assert_type(manager, AsyncAssistantStreamManager[Noting])
    async with manager as stream:
        assert stream is handler
        await stream.until_done()
        assert (await stream.get_final_run()).status == "completed"
        assert [each.id for each in await stream.get_final_messages()] == ["msg"]
        assert [each.id for each in await stream.get_final_run_steps()] == ["step"]
        assert stream.current_event is not None
        assert stream.current_event.event == "thread.run.completed"
    assert handler.notes == NOTES
    sent = transport.requests[0]
    assert (sent.method, sent.url.path if hasattr(sent.url, "path") else "") == ("POST", "/v1/threads/t/runs")
    assert sent.headers["openai-beta"] == "assistants=v2"
    assert json.loads(sent.content) == {"assistant_id": "a", "stream": True}
    assert transport.open_replies == 0


async def test_every_method_gives_events_and_text() -> None:
    client, transport = client_for(*[course()] * 4)
    threads = client.beta.threads
    outputs: Any = [{"tool_call_id": "c", "output": "1"}]
    for manager in (
        threads.create_and_run_stream(assistant_id="a"),
        threads.runs.create_and_stream(thread_id="t", assistant_id="a"),
        threads.runs.submit_tool_outputs_stream(run_id="r", thread_id="t", tool_outputs=outputs),
    ):
        assert_type(manager, AsyncAssistantStreamManager[AsyncAssistantEventHandler])
        async with manager as stream:
            assert [piece async for piece in stream.text_deltas] == ["Hel", "lo"]
    async with threads.runs.stream(thread_id="t", assistant_id="a") as stream:
        assert [event.event async for event in stream] == [name for name, _ in COURSE]
    assert [str(request.url).rpartition("/v1")[2] for request in transport.requests] == [
        "/threads/runs",
        "/threads/t/runs",
        "/threads/t/runs/r/submit_tool_outputs",
        "/threads/t/runs",
    ]
    assert json.loads(transport.requests[2].content) == {"tool_outputs": outputs, "stream": True}


async def test_what_there_is_on_the_way() -> None:
    client, transport = client_for(course())
    async with client.beta.threads.runs.stream(thread_id="t", assistant_id="a") as stream:
        assert stream.current_run is None
        async for event in stream:
            if event.event == "thread.run.step.delta":
                assert stream.current_run_step_snapshot is not None
            if event.event == "thread.message.delta":
                break
        assert stream.current_message_snapshot is not None
        assert stream.current_run is not None
        assert transport.open_replies == 1
    assert transport.open_replies == 0


async def test_a_timeout_is_told_and_raised() -> None:
    begun = events(COURSE[0], done=False)
    client, transport = client_for(Answer(200, [begun.body.encode(), Stall()], begun.headers))
    handler = Noting()
    with pytest.raises(APITimeoutError):
        async with client.beta.threads.runs.stream(thread_id="t", assistant_id="a", event_handler=handler) as stream:
            await stream.until_done()
    assert handler.notes[1:] == [("timeout",), ("exception", "APITimeoutError"), ("end",)]
    assert transport.open_replies == 0


async def test_a_hook_that_fails_ends_the_stream() -> None:
    class Failing(Noting):
        async def on_message_created(self, message: Any) -> None:
            raise KeyError(message.id)

    client, transport = client_for(course())
    handler = Failing()
    with pytest.raises(KeyError):
        async with client.beta.threads.runs.stream(thread_id="t", assistant_id="a", event_handler=handler) as stream:
            await stream.until_done()
    assert handler.notes[-2:] == [("exception", "KeyError"), ("end",)]
    assert transport.open_replies == 0


async def test_handlers_are_for_one_stream_and_of_this_colour() -> None:
    client, transport = client_for(course(), course())
    handler = Noting()
    async with client.beta.threads.runs.stream(thread_id="t", assistant_id="a", event_handler=handler):
        pass
    with pytest.raises(SDKError, match="one stream"):
        async with client.beta.threads.runs.stream(thread_id="t", assistant_id="a", event_handler=handler):
            pass
    wrong: Any = object()
    with pytest.raises(TypeError, match="AssistantEventHandler"):
        client.beta.threads.runs.stream(thread_id="t", assistant_id="a", event_handler=wrong)
    with pytest.raises(SDKError, match="no stream yet"):
        await AsyncAssistantEventHandler().until_done()
    assert transport.open_replies == 0


async def test_a_stream_without_a_run() -> None:
    client, _ = client_for(events(COURSE[6]))
    async with client.beta.threads.runs.stream(thread_id="t", assistant_id="a") as stream:
        with pytest.raises(SDKError, match="run"):
            await stream.get_final_run()
