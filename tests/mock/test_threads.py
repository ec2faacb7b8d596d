"""Threads of assistants: messages are kept, runs answer the last one, and every event is what the document says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antiphon.mock.answer.replies import Reply
from antiphon.mock.engine import Engine
from antiphon_codegen.samples.service import read_service

from .asking import OWN, ask
from .exercise import Judge

HELLO: Any = {"messages": [{"role": "user", "content": "Hello"}]}
BETA = {"openai-beta": "assistants=v2"}
PICTURE: Any = {"type": "image_url", "image_url": {"url": "https://images.example/a.png", "detail": "auto"}}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(OWN)


class Asked:
    """Asks one engine; every answer is judged by the document."""

    def __init__(self, judge: Judge) -> None:
        self._engine = Engine(read_service(OWN))
        self._judge = judge

    def __call__(self, operation: str, method: str, path: str, body: Any = None) -> Any:
        got = ask(self._engine, method, f"/v1{path}", body, headers=BETA)
        assert got.status == 200, got.body
        reply = Reply(got.status, tuple(got.headers.items()), got.pieces)
        assert self._judge.fault(self._engine.service.by_id[operation], reply) is None
        return got


@pytest.fixture
def asked(judge: Judge) -> Asked:
    return Asked(judge)


def texts(asked: Asked, thread: str) -> list[str]:
    listed = asked("beta.threads.messages.list", "GET", f"/threads/{thread}/messages?limit=2").value["data"]
    return [part["text"]["value"] for each in listed for part in each["content"] if part["type"] == "text"]


def test_a_run_answers_the_last_message(asked: Asked) -> None:
    thread = asked("beta.threads.create", "POST", "/threads", HELLO).value["id"]
    content = [{"type": "text", "text": "And this?"}, PICTURE]
    path = f"/threads/{thread}/messages"
    message = asked("beta.threads.messages.create", "POST", path, {"role": "user", "content": content}).value
    assert message["content"][1] == PICTURE
    run = asked("beta.threads.runs.create", "POST", f"/threads/{thread}/runs", {"assistant_id": "a"}).value
    assert (run["status"], run["thread_id"], run["assistant_id"]) == ("queued", thread, "a")
    path = f"/threads/{thread}/runs/{run['id']}"
    assert asked("beta.threads.runs.retrieve", "GET", path).value["status"] == "completed"
    assert texts(asked, thread) == ["You said: And this?", "And this?"]
    step = asked("beta.threads.runs.steps.list", "GET", f"{path}/steps").value["data"][0]
    assert (step["run_id"], step["usage"]["total_tokens"] > 0) == (run["id"], True)


def test_a_run_with_a_message_of_its_own(asked: Asked) -> None:
    body = {"assistant_id": "a", "additional_messages": [{"role": "user", "content": "Now"}]}
    asked("beta.threads.runs.create", "POST", "/threads/any/runs", body)
    assert texts(asked, "any") == ["You said: Now", "Now"]


def test_a_run_as_events(asked: Asked) -> None:
    body = {"assistant_id": "a", "thread": HELLO, "stream": True}
    got = asked("beta.threads.create_and_run", "POST", "/threads/runs", body)
    blocks = [block.split("\n") for block in got.body.decode().strip().split("\n\n")]
    assert blocks.pop() == ["data: [DONE]"]
    events = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]
    names = [name for name, _ in events]
    assert names[:4] == ["thread.created", "thread.run.created", "thread.run.queued", "thread.run.in_progress"]
    assert names[-3:] == ["thread.message.completed", "thread.run.step.completed", "thread.run.completed"]
    said = "".join(
        data["delta"]["content"][0]["text"]["value"] for name, data in events if name == "thread.message.delta"
    )
    assert said == "You said: Hello"
    assert len({data["id"] for name, data in events if name.startswith("thread.run.step")}) == 1
    run = events[-1][1]
    assert run["status"] == "completed"
    path = f"/threads/{run['thread_id']}/runs/{run['id']}"
    assert asked("beta.threads.runs.retrieve", "GET", path).value == run
