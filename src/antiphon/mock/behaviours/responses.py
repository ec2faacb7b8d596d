"""Responses: like chat, with an item per message, kept unless `store` is false, and a typed event for every step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event, error_answer
from ..answer.generic import generic_answer
from ..answer.resources import Thing
from ..answer.rest import rest_answer
from .parts import CREATED, count_tokens, echoed, identity, said, text_of, tokens_of

__all__ = ["cancel", "create", "delete", "retrieve"]

_ECHOED: Final = (
    *("metadata", "temperature", "top_p", "instructions", "tools", "tool_choice", "parallel_tool_calls", "user"),
    *("previous_response_id", "background", "max_output_tokens", "max_tool_calls", "reasoning", "text", "truncation"),
    *("safety_identifier", "prompt_cache_key", "top_logprobs"),
)


def create(call: Call) -> Answer | JSON:
    """`POST /responses`."""
    fields = call.fields
    number = call.data.resources.number() if fields.get("store") is not False else 0
    response = _response(call, identity("resp_", call, number))
    later = bool(fields.get("background")) and not call.streaming
    if number:
        call.data.resources.add(call.target, response)
        _keep_input(call, response)
    if call.streaming:
        return Answer(events=tuple(_events(response)), done=True)
    if later:
        response["status"] = "queued"
        return {**response, "output": [], "completed_at": None}
    return cast(JSON, dict(response))


def _response(call: Call, name: str) -> Thing:
    fields = call.fields
    given = fields.get("input")
    text = said(_asked(given))
    prompt = count_tokens(_asked(given)) + count_tokens(text_of(fields.get("instructions")))
    made = count_tokens(text)
    part: JSON = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    message: JSON = {
        "id": name.replace("resp_", "msg_"),
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
    response: Thing = {
        "id": name,
        "object": "response",
        "created_at": CREATED,
        "status": "completed",
        "completed_at": CREATED + 1,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": fields.get("model") or "mock-model",
        "output": [message],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": prompt + made,
        },
    }
    response.update(echoed(call, _ECHOED))
    return response


def _asked(given: object) -> str:
    """The text of the last message of the user."""
    if isinstance(given, str):
        return given
    messages = [as_object(each) for each in as_list(given)]
    return next((text_of(each.get("content")) for each in reversed(messages) if each.get("role") == "user"), "")


def _keep_input(call: Call, response: Thing) -> None:
    """Remembers the input as the items that `input_items.list` gives back."""
    given = call.fields.get("input")
    items: list[Any] = [{"role": "user", "content": given}] if isinstance(given, str) else as_list(given)
    collection = f"{call.target}/{response['id']}/input_items"
    for number, each in enumerate(items):
        message = as_object(each)
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
        events = tuple(_events(thing))
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


def _events(response: Thing) -> Iterator[Event]:
    message = as_object(response["output"][0])
    part = as_object(message["content"][0])
    item = message["id"]
    unfinished: Thing = {**response, "status": "in_progress", "output": [], "completed_at": None}
    unfinished.pop("usage", None)
    where: dict[str, Any] = {"item_id": item, "output_index": 0, "content_index": 0}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("response.created", {"response": unfinished}),
        ("response.in_progress", {"response": unfinished}),
        (
            "response.output_item.added",
            {"output_index": 0, "item": {**message, "status": "in_progress", "content": []}},
        ),
        ("response.content_part.added", {**where, "part": {**part, "text": ""}}),
        *(
            ("response.output_text.delta", {**where, "delta": token, "logprobs": []})
            for token in tokens_of(part["text"])
        ),
        ("response.output_text.done", {**where, "text": part["text"], "logprobs": []}),
        ("response.content_part.done", {**where, "part": part}),
        ("response.output_item.done", {"output_index": 0, "item": message}),
        ("response.completed", {"response": {**response, "status": "completed"}}),
    ]
    for number, (kind, held) in enumerate(steps):
        yield Event({"type": kind, **held, "sequence_number": number}, kind)
