"""Runs of assistants: each answers the last message of its thread, and asks for what tools have to say before.

A run that nobody streams is queued, and comes to its next step when it is looked at: done, or waiting for the outputs
of the tools it calls. After those it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event, error_answer
from ..answer.generic import generic_answer
from ..answer.resources import Thing
from ..answer.rest import rest_answer
from .parts import count_tokens, tokens_of
from .replying import Question, Said, ToolCall, reply, tools_of
from .threads import above, message_made, name_in, text_in, thread_made

__all__ = ["cancel", "create", "create_and_run", "retrieve", "submit"]

_STATES: Final = "antiphon/runs"
"""Where is kept what a run is about to do, which is no part of it."""
_NOT_YET: Final = ("started_at", "completed_at", "cancelled_at", "failed_at", "usage", "last_error")
_PIECE: Final = 12


def create(call: Call) -> Answer | JSON:
    """`POST /threads/{thread_id}/runs`."""
    thread = above(call.target)
    for message in map(as_object, as_list(call.fields.get("additional_messages"))):
        message_made(call, thread, message)
    return _started(call, thread, ())


def create_and_run(call: Call) -> Answer | JSON:
    """`POST /threads/runs`."""
    threads = above(call.target)
    thread = thread_made(call, threads, as_object(call.fields.get("thread")))
    return _started(call, f"{threads}/{thread['id']}", (Event(thread, "thread.created"),))


def retrieve(call: Call) -> Answer | JSON:
    """`GET /threads/{thread_id}/runs/{run_id}`."""
    run = call.data.resources.find(above(call.target), name_in(call.target))
    state = _state(call, call.target)
    if run is None or state is None:
        return rest_answer(call, generic_answer)
    if run["status"] == "queued":
        _go_on(call, run, state)
    return cast(JSON, dict(run))


def submit(call: Call) -> Answer | JSON:
    """`POST /threads/{thread_id}/runs/{run_id}/submit_tool_outputs`."""
    path = above(call.target)
    run = call.data.resources.find(above(path), name_in(path))
    state = _state(call, path)
    if run is None or state is None:
        return rest_answer(call, generic_answer)
    if run["status"] != "requires_action":
        return error_answer(400, f"Runs in status {run['status']!r} do not accept tool outputs.")
    calls: tuple[ToolCall, ...] = state["said"].calls
    given = {
        str(each.get("tool_call_id")): str(each.get("output") or "")
        for each in map(as_object, as_list(call.fields.get("tool_outputs")))
    }
    wanted = {each.id for each in calls}
    if wanted != given.keys():
        missing = ", ".join(sorted(wanted - given.keys())) or "none"
        unknown = ", ".join(sorted(given.keys() - wanted)) or "none"
        return error_answer(400, f"Send one output for each open call; missing: {missing}, unknown: {unknown}.")
    outputs = [given[each.id] for each in calls]
    step = _answered(call, state["step"], outputs)
    state["results"] += outputs
    state["called"] |= {each.name for each in calls}
    run.update(status="queued", required_action=None)
    _ask(call, run, state)
    if not call.streaming:
        return cast(JSON, dict(run))
    return Answer(events=(Event(step, "thread.run.step.completed"), *_events(call, run, state)), done=True)


def cancel(call: Call) -> Answer | JSON:
    """`POST /threads/{thread_id}/runs/{run_id}/cancel`."""
    path = above(call.target)
    run = call.data.resources.find(above(path), name_in(path))
    if run is None or _state(call, path) is None:
        return rest_answer(call, generic_answer)
    if run["status"] not in ("queued", "requires_action"):
        return error_answer(400, f"Cannot cancel run with status {run['status']!r}.")
    run.update(status="cancelled", cancelled_at=call.data.resources.time(), required_action=None)
    return cast(JSON, dict(run))


def _state(call: Call, path: str) -> Thing | None:
    return call.data.resources.find(_STATES, path)


def _started(call: Call, thread: str, before: tuple[Event, ...]) -> Answer | JSON:
    """A run that has just been created."""
    resources = call.data.resources
    asked = resources.listed(f"{thread}/messages", lambda: iter(()))
    assistant = str(call.fields["assistant_id"])
    known = resources.find(f"{above(above(thread))}/assistants", assistant) or {}
    fields: dict[str, Any] = {**known, **{key: value for key, value in call.fields.items() if value is not None}}
    run: Thing = call.sample(
        **dict.fromkeys(_NOT_YET),
        id=f"run_{resources.number():012d}",
        created_at=resources.time(),
        thread_id=name_in(thread),
        assistant_id=assistant,
        status="queued",
        required_action=None,
        incomplete_details=None,
        **{name: fields[name] for name in ("tools", "model", "instructions") if fields.get(name) is not None},
    )
    path = f"{thread}/runs/{run['id']}"
    state: Thing = {
        "id": path,
        "text": text_in(asked[0]) if asked else "",
        "fields": fields,
        "results": [],
        "called": set[str](),
    }
    resources.add(_STATES, state)
    resources.listed(f"{path}/steps", lambda: iter(()))  # those it takes, and no samples
    _ask(call, run, state)
    resources.add(f"{thread}/runs", run)
    if not call.streaming:
        return cast(JSON, dict(run))
    created = (Event(dict(run), "thread.run.created"), Event(dict(run), "thread.run.queued"))
    return Answer(events=(*before, *created, *_events(call, run, state)), done=True)


def _ask(call: Call, run: Thing, state: Thing) -> None:
    """Has the model say something. A message is in the thread at once, for who does not wait for the run."""
    fields: Mapping[str, Any] = state["fields"]
    form = as_object(fields.get("response_format"))
    question = Question(
        state["text"],
        tools_of([each for each in as_list(fields.get("tools")) if as_object(each).get("function")], nested=True),
        fields.get("tool_choice"),
        fields.get("parallel_tool_calls") is not False,
        state["results"] or None,
        frozenset(state["called"]),
        {**as_object(form.get("json_schema")), "type": form.get("type")},
        state["text"],
    )
    spoken = state["said"] = reply(call, question)
    if spoken.calls:
        made = [_with_output(each, None) for each in spoken.calls]
        step = _step(call, run, state, {"type": "tool_calls", "tool_calls": made})
        step.update(status="in_progress", completed_at=None)
    else:
        ran = {"assistant_id": run["assistant_id"], "run_id": run["id"]}
        content = {"role": "assistant", "content": spoken.text}
        message = state["message"] = message_made(call, above(above(state["id"])), content, **ran)
        creation = {"message_id": message["id"]}
        step = _step(call, run, state, {"type": "message_creation", "message_creation": creation})
        step["usage"] = _usage(state, spoken)
    state["step"] = step


def _go_on(call: Call, run: Thing, state: Mapping[str, Any]) -> None:
    """Brings a run to its next step: it waits for tools, or it is done."""
    resources = call.data.resources
    spoken: Said = state["said"]
    run["started_at"] = run["started_at"] or resources.time()
    if spoken.calls:
        calls: list[JSON] = [_shown(each) for each in spoken.calls]
        wanted: JSON = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
        run.update(status="requires_action", required_action=wanted)
    else:
        run.update(status="completed", completed_at=resources.time(), usage=_usage(state, spoken))


def _usage(state: Mapping[str, Any], spoken: Said) -> dict[str, int]:
    spent = {"prompt_tokens": count_tokens(state["text"]), "completion_tokens": spoken.tokens}
    return {**spent, "total_tokens": sum(spent.values())}


def _shown(made: ToolCall) -> JSON:
    return {"id": made.id, "type": "function", "function": {"name": made.name, "arguments": made.argument}}


def _with_output(made: ToolCall, output: str | None) -> dict[str, Any]:
    function = {"name": made.name, "arguments": made.argument, "output": output}
    return {"id": made.id, "type": "function", "function": function}


def _answered(call: Call, step: Thing, outputs: list[str]) -> Thing:
    """The step in which tools were called, with what they said."""
    for each, output in zip(step["step_details"]["tool_calls"], outputs, strict=True):
        each["function"]["output"] = output
    step.update(status="completed", completed_at=call.data.resources.time())
    return step


def _step(call: Call, run: Thing, state: Mapping[str, Any], details: Mapping[str, Any]) -> Thing:
    resources = call.data.resources
    step: Thing = {
        "assistant_id": run["assistant_id"],
        "run_id": run["id"],
        "id": f"step_{resources.number():012d}",
        "object": "thread.run.step",
        "created_at": resources.time(),
        "thread_id": run["thread_id"],
        "type": details["type"],
        "status": "completed",
        "step_details": details,
        **dict.fromkeys(("last_error", "expired_at", "cancelled_at", "failed_at")),
        "completed_at": resources.time(),
        "metadata": {},
        "usage": None,
    }
    resources.add(f"{state['id']}/steps", step)
    return step


def _events(call: Call, run: Thing, state: Thing) -> Iterator[Event]:
    yield Event({**run, "status": "in_progress"}, "thread.run.in_progress")
    spoken: Said = state["said"]
    step = state["step"]
    _go_on(call, run, state)
    if spoken.calls:
        yield from _tool_events(step)
        yield Event(dict(run), "thread.run.requires_action")
        return
    message = state["message"]
    unfinished = {"status": "in_progress", "completed_at": None}
    for happened in ("created", "in_progress"):
        yield Event({**step, **unfinished, "usage": None}, f"thread.run.step.{happened}")
    for happened in ("created", "in_progress"):
        yield Event({**message, **unfinished, "content": []}, f"thread.message.{happened}")
    for token in tokens_of(spoken.text):
        delta = {"content": [{"index": 0, "type": "text", "text": {"value": token}}]}
        yield Event({"id": message["id"], "object": "thread.message.delta", "delta": delta}, "thread.message.delta")
    yield Event(message, "thread.message.completed")
    yield Event(step, "thread.run.step.completed")
    yield Event(dict(run), "thread.run.completed")


def _tool_events(step: Thing) -> Iterator[Event]:
    """The step in which tools are called, as it comes about."""
    for happened in ("created", "in_progress"):
        details = {"type": "tool_calls", "tool_calls": list[Any]()}
        yield Event({**step, "step_details": details}, f"thread.run.step.{happened}")
    for index, made in enumerate(step["step_details"]["tool_calls"]):
        argument = made["function"]["arguments"]
        begun = {**made, "index": index, "function": {**made["function"], "arguments": ""}}
        bits = [
            {"index": index, "type": "function", "function": {"arguments": argument[at : at + _PIECE]}}
            for at in range(0, len(argument), _PIECE)
        ]
        for bit in (begun, *bits):
            delta = {"step_details": {"type": "tool_calls", "tool_calls": [bit]}}
            held = {"id": step["id"], "object": "thread.run.step.delta", "delta": delta}
            yield Event(held, "thread.run.step.delta")
