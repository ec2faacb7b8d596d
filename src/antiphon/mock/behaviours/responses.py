"""Responses: like chat, with an item for every message and call, kept unless `store` is false."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, error_answer
from ..answer.generic import generic_answer
from ..answer.resources import Thing
from ..answer.rest import rest_answer
from .parts import CREATED, THOUGHT, count_tokens, echoed, identity, limited, text_of
from .replying import Question, Said, reply, tools_of
from .response_events import events_of

__all__ = ["cancel", "create", "delete", "retrieve"]

_ECHOED: Final = (
    *("metadata", "temperature", "top_p", "instructions", "tools", "tool_choice", "parallel_tool_calls", "user"),
    *("previous_response_id", "background", "max_output_tokens", "max_tool_calls", "reasoning", "text", "truncation"),
    *("safety_identifier", "prompt_cache_key", "top_logprobs"),
)

_RESULTS: Final = ("function_call_output", "custom_tool_call_output")
_HISTORY: Final = "antiphon/history"
_MOST_ITEMS: Final = 1_000


def create(call: Call) -> Answer | JSON:
    """`POST /responses`."""
    fields = call.fields
    number = call.data.resources.number() if fields.get("store") is not False else 0
    history = _history(call)
    response = _response(call, identity("resp_", call, number), history)
    _remember(call, response, history)
    later = bool(fields.get("background")) and not call.streaming
    if number:
        call.data.resources.add(call.target, response)
        _keep_input(call, response)
    if call.streaming:
        return Answer(events=tuple(events_of(response)), done=True)
    if later:
        response["status"] = "queued"
        return {**response, "output": [], "completed_at": None}
    return cast(JSON, dict(response))


def _response(call: Call, name: str, history: Sequence[Mapping[str, Any]] = ()) -> Thing:
    fields = call.fields
    spoken = reply(call, _question(fields, history))
    text, reason = limited(spoken.text, None, fields.get("max_output_tokens"))
    spoken = replace(spoken, text=text)
    cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(spoken.reason or reason)
    prompt = sum(count_tokens(text_of(each.get("content"))) for each in history)
    prompt += count_tokens(text_of(fields.get("instructions")))
    response: Thing = {
        "id": name,
        "object": "response",
        "created_at": CREATED,
        "status": "incomplete" if cut else "completed",
        "completed_at": None if cut else CREATED + 1,
        "error": None,
        "incomplete_details": {"reason": cut} if cut else None,
        "instructions": None,
        "metadata": {},
        "model": fields.get("model") or "mock-model",
        "output": list(_output(fields, name, spoken)),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": _usage(prompt, spoken),
    }
    response.update(echoed(call, _ECHOED))
    return response


def _usage(prompt: int, spoken: Said) -> dict[str, Any]:
    counts: dict[str, Any] = {
        "input_tokens": prompt,
        "output_tokens": spoken.tokens + spoken.thoughts,
        **(spoken.usage or {}),
    }
    return {
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": spoken.thoughts},
        "total_tokens": counts["input_tokens"] + counts["output_tokens"],
        **counts,
    }


def _items(given: object) -> list[dict[str, Any]]:
    """The input as items."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else [*map(as_object, as_list(given))]


def _before(call: Call) -> str | None:
    """The name of what this follows: an earlier response, or a conversation."""
    conversation = call.fields.get("conversation")
    before = call.fields.get("previous_response_id") or as_object(conversation).get("id", conversation)
    return before if isinstance(before, str) else None


def _history(call: Call) -> list[dict[str, Any]]:
    """Everything that was said before this answer, as items."""
    before = _before(call)
    known = call.data.resources.find(_HISTORY, before) if before is not None else None
    return [*(known["items"] if known is not None else ()), *_items(call.fields.get("input"))]


def _remember(call: Call, response: Thing, history: list[dict[str, Any]]) -> None:
    """Keeps what was said for responses that follow this one."""
    items = [*history, *response["output"]][-_MOST_ITEMS:]
    kept = [str(response["id"])] if call.fields.get("store") is not False else []
    if call.fields.get("conversation") and (conversation := _before(call)) is not None:
        kept.append(conversation)
    for name in kept:
        call.data.resources.add(_HISTORY, {"id": name, "items": items})


def _question(fields: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Question:
    results: list[str] = []
    called: set[str] = set()
    is_answered = bool(items) and items[-1].get("type") in _RESULTS
    for item in reversed(items) if is_answered else ():
        if item.get("role") == "user":
            break
        if item.get("type") in _RESULTS:
            results.insert(0, text_of(item.get("output")))
        elif item.get("type") in ("function_call", "custom_tool_call"):
            called.add(str(item.get("name")))
    told = [text_of(fields.get("instructions")), *(text_of(each.get("content")) for each in items)]
    return Question(
        _asked(items),
        tools_of(fields.get("tools"), nested=False),
        fields.get("tool_choice"),
        fields.get("parallel_tool_calls") is not False,
        results or None,
        called,
        as_object(as_object(fields.get("text")).get("format")),
        "\n".join(told),
        as_object(fields.get("reasoning")).get("effort") not in (None, "none"),
    )


def _output(fields: Mapping[str, Any], name: str, spoken: Said) -> Iterator[dict[str, Any]]:
    """The items of the output: what the model thought, then its message, then its calls."""
    if spoken.thought:
        told = as_object(fields.get("reasoning")).get("summary")
        shown = told or spoken.thought != THOUGHT
        summary = [{"type": "summary_text", "text": spoken.thought}] if shown else []
        item: dict[str, Any] = {"id": name.replace("resp_", "rs_"), "type": "reasoning", "summary": summary}
        if "reasoning.encrypted_content" in as_list(fields.get("include")):
            item["encrypted_content"] = base64.b64encode(spoken.thought.encode()).decode()
        yield item
    if spoken.text or not spoken.calls:
        part: JSON = {"type": "output_text", "text": spoken.text, "annotations": [], "logprobs": []}
        if spoken.refusal is not None:
            part = {"type": "refusal", "refusal": spoken.refusal}
        yield {
            "id": name.replace("resp_", "msg_"),
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
    for made in spoken.calls:
        called = {"id": made.id.replace("call_", "fc_"), "call_id": made.id, "name": made.name}
        if made.kind == "custom":
            yield {**called, "id": made.id.replace("call_", "ctc_"), "type": "custom_tool_call", "input": made.argument}
        else:
            yield {**called, "type": "function_call", "status": "completed", "arguments": made.argument}


def _asked(items: Sequence[Mapping[str, Any]]) -> str:
    """The text of the last message of the user."""
    return next((text_of(each.get("content")) for each in reversed(items) if each.get("role") == "user"), "")


def _keep_input(call: Call, response: Thing) -> None:
    """Remembers the input as the items that `input_items.list` gives back."""
    collection = f"{call.target}/{response['id']}/input_items"
    for number, message in enumerate(_items(call.fields.get("input"))):
        role, content = message.get("role"), message.get("content")
        if role in (None, "assistant"):
            continue
        parts: Any = [{"type": "input_text", "text": content}] if isinstance(content, str) else content
        name = f"{str(response['id']).replace('resp_', 'msg_in_')}_{number}"
        item = {"id": name, "type": "message", "role": role, "status": "completed", "content": parts}
        call.data.resources.add(collection, item)


def retrieve(call: Call) -> Answer | JSON:
    """`GET /responses/{response_id}`, whose events can be had again from any point on."""
    name = str(call.path["response_id"])
    collection = call.target.rpartition("/")[0]
    thing = call.data.resources.find(collection, name)
    if thing is None and not call.data.resources.is_deleted(collection, name):
        thing = _response(call, name)
    elif thing is None:
        return error_answer(404, f"Response with id {name!r} was deleted.", code="not_found")
    if thing.get("status") == "queued":
        thing["status"] = "completed"
    if call.query.get("stream") is True:
        after = call.query.get("starting_after")
        events = tuple(events_of(thing))
        return Answer(events=events[after + 1 if isinstance(after, int) else 0 :], done=True)
    return cast(JSON, dict(thing))


def cancel(call: Call) -> Answer | JSON:
    """`POST /responses/{response_id}/cancel`."""
    return rest_answer(
        call, lambda call: Answer(200, {**_response(call, str(call.path["response_id"])), "status": "cancelled"})
    )


def delete(call: Call) -> Answer:
    """`DELETE /responses/{response_id}`."""
    return rest_answer(call, generic_answer)
