"""Threads of assistants: messages are kept, runs answer the last one, and every event is what the document says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antiphon import Client
from antiphon.mock import Turn, serve
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
        self.engine = Engine(read_service(OWN))
        self._judge = judge

    def __call__(self, operation: str, method: str, path: str, body: Any = None) -> Any:
        got = ask(self.engine, method, f"/v1{path}", body, headers=BETA)
        assert got.status == 200, got.body
        reply = Reply(got.status, tuple(got.headers.items()), got.pieces)
        assert self._judge.fault(self.engine.service.by_id[operation], reply) is None
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


WEATHER: Any = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOLS: Any = [{"type": "function", "function": WEATHER}]


def calls_of(run: Any) -> list[Any]:
    return run["required_action"]["submit_tool_outputs"]["tool_calls"]


def events_of(got: Any) -> list[tuple[str, Any]]:
    return [(name, data) for name, data in got.events if data != "[DONE]"]


def test_a_run_with_tools_waits_for_their_outputs(asked: Asked) -> None:
    thread = asked("beta.threads.create", "POST", "/threads", HELLO).value["id"]
    body: Any = {"assistant_id": "a", "tools": TOOLS}
    run = asked("beta.threads.runs.create", "POST", f"/threads/{thread}/runs", body).value
    path = f"/threads/{thread}/runs/{run['id']}"
    for _ in range(2):
        run = asked("beta.threads.runs.retrieve", "GET", path).value
        assert run["status"] == "requires_action"
    (made,) = calls_of(run)
    assert (made["function"]["name"], texts(asked, thread)) == ("get_weather", ["Hello"])
    output = {"tool_outputs": [{"tool_call_id": made["id"], "output": "18 degrees"}]}
    submitted = asked("beta.threads.runs.submit_tool_outputs", "POST", f"{path}/submit_tool_outputs", output).value
    assert (submitted["status"], submitted["required_action"]) == ("queued", None)
    assert asked("beta.threads.runs.retrieve", "GET", path).value["status"] == "completed"
    assert texts(asked, thread) == ["The tools said: 18 degrees", "Hello"]
    steps = asked("beta.threads.runs.steps.list", "GET", f"{path}/steps").value["data"]
    assert [step["type"] for step in steps] == ["message_creation", "tool_calls"]
    assert steps[1]["step_details"]["tool_calls"][0]["function"]["output"] == "18 degrees"


def test_a_run_with_tools_as_events(asked: Asked) -> None:
    assistant = asked("beta.assistants.create", "POST", "/assistants", {"model": "m", "tools": TOOLS}).value["id"]
    body: Any = {"assistant_id": assistant, "thread": HELLO, "stream": True}
    events = events_of(asked("beta.threads.create_and_run", "POST", "/threads/runs", body))
    name, run = events[-1]
    assert name == "thread.run.requires_action"
    (made,) = calls_of(run)
    deltas = [data["delta"]["step_details"]["tool_calls"][0] for name, data in events if name.endswith("step.delta")]
    assert "".join(each["function"]["arguments"] for each in deltas) == made["function"]["arguments"]
    path = f"/threads/{run['thread_id']}/runs/{run['id']}/submit_tool_outputs"
    output = {"tool_outputs": [{"tool_call_id": made["id"], "output": "18 degrees"}], "stream": True}
    events = events_of(asked("beta.threads.runs.submit_tool_outputs", "POST", path, output))
    assert (events[0][0], events[-1][0]) == ("thread.run.step.completed", "thread.run.completed")
    said = [data for name, data in events if name == "thread.message.completed"]
    assert said[0]["content"][0]["text"]["value"] == "The tools said: 18 degrees"


def test_rounds_of_a_run_and_outputs_that_do_not_fit() -> None:
    engine = Engine(read_service(OWN))
    flight = {"type": "function", "function": {"name": "book_flight"}}

    def post(path: str, body: Any = None) -> Any:
        return ask(engine, "POST", f"/v1{path}", body, headers=BETA)

    thread = post("/threads", {"messages": [{"role": "user", "content": "weather, flight"}]}).value["id"]
    body = {"assistant_id": "a", "tools": [*TOOLS, flight], "parallel_tool_calls": False}
    path = f"/threads/{thread}/runs/{post(f'/threads/{thread}/runs', body).value['id']}"
    for name in ("get_weather", "book_flight"):
        run = ask(engine, "GET", f"/v1{path}", headers=BETA).value
        (made,) = calls_of(run)
        assert made["function"]["name"] == name
        refused = post(f"{path}/submit_tool_outputs", {"tool_outputs": [{"tool_call_id": "no", "output": "x"}]})
        assert (refused.status, "unknown: no" in refused.error["message"]) == (400, True)
        outputs = {"tool_outputs": [{"tool_call_id": made["id"], "output": name}]}
        assert post(f"{path}/submit_tool_outputs", outputs).status == 200
    assert ask(engine, "GET", f"/v1{path}", headers=BETA).value["status"] == "completed"
    refused = post(f"{path}/submit_tool_outputs", outputs)
    assert "do not accept tool outputs" in refused.error["message"]
    assert post(f"{path}/cancel").status == 400


def test_a_run_can_be_cancelled_and_told_what_to_say(asked: Asked) -> None:
    body: Any = {"assistant_id": "a", "tools": TOOLS}
    run = asked("beta.threads.runs.create", "POST", "/threads/some/runs", body).value
    cancelled = asked("beta.threads.runs.cancel", "POST", f"/threads/some/runs/{run['id']}/cancel").value
    assert cancelled["status"] == "cancelled"
    asked.engine.say([Turn("Told.")])
    asked("beta.threads.runs.create", "POST", "/threads/some/runs", body)
    assert texts(asked, "some")[0] == "Told."


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_helpers_of_the_client_come_to_the_end() -> None:
    with serve() as server, Client(base_url=server.url, api_key="any") as client:
        beta: Any = client.beta
        threads, assistant = beta.threads, beta.assistants.create(model="m", tools=TOOLS).id
        thread = threads.create(messages=[{"role": "user", "content": "How is the weather in Paris?"}]).id
        run = threads.runs.create_and_poll(thread_id=thread, assistant_id=assistant)
        (made,) = run.required_action.submit_tool_outputs.tool_calls
        assert made.function.arguments == '{"city": "Paris"}'
        outputs: Any = [{"tool_call_id": made.id, "output": "18"}]
        run = threads.runs.submit_tool_outputs_and_poll(run_id=run.id, thread_id=thread, tool_outputs=outputs)
        assert run.status == "completed"
        with threads.runs.stream(thread_id=thread, assistant_id=assistant) as stream:
            run = stream.get_final_run()
        (made,) = run.required_action.submit_tool_outputs.tool_calls
        outputs = [{"tool_call_id": made.id, "output": "19"}]
        with threads.runs.submit_tool_outputs_stream(run_id=run.id, thread_id=thread, tool_outputs=outputs) as stream:
            assert "".join(stream.text_deltas) == "The tools said: 19"
