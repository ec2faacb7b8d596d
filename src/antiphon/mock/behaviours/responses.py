"""Responses: like chat, with an item for every message and call, kept unless `store` is false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, error_answer
from ..answer.generic import generic_answer
from ..answer.resources import Thing
from ..answer.rest import rest_answer
from .parts import CREATED, THOUGHTS, count_tokens, echoed, identity, text_of, tokens_of
from .replying import Question, Said, reply, tools_of
from .response_events import events_of

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
        return Answer(events=tuple(events_of(response)), done=True)
    if later:
        response["status"] = "queued"
        return {**response, "output": [], "completed_at": None}
    return cast(JSON, dict(response))


def _response(call: Call, name: str) -> Thing:
    fields = call.fields
    spoken = reply(call, _question(fields))
    text, cut = _limited(spoken.text, fields.get("max_output_tokens"))
    spoken = Said(text, spoken.calls)
    prompt = count_tokens(_asked(fields.get("input"))) + count_tokens(text_of(fields.get("instructions")))
    thinks = as_object(fields.get("reasoning")).get("effort") not in (None, "none")
    thoughts = THOUGHTS if thinks else 0
    response: Thing = {
        "id": name,
        "object": "response",
        "created_at": CREATED,
        "status": "incomplete" if cut else "completed",
        "completed_at": None if cut else CREATED + 1,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": None,
        "metadata": {},
        "model": fields.get("model") or "mock-model",
        "output": list(_output(fields, name, spoken, thinks=thinks)),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": spoken.tokens + thoughts,
            "output_tokens_details": {"reasoning_tokens": thoughts},
            "total_tokens": prompt + spoken.tokens + thoughts,
        },
    }
    response.update(echoed(call, _ECHOED))
    return response


def _question(fields: Mapping[str, Any]) -> Question:
    items = [as_object(each) for each in as_list(fields.get("input"))]
    results: list[str] = []
    for item in reversed(items):
        if item.get("type") not in ("function_call_output", "custom_tool_call_output"):
            break
        results.insert(0, text_of(item.get("output")))
    return Question(
        _asked(fields.get("input")),
        tools_of(fields.get("tools"), nested=False),
        fields.get("tool_choice"),
        fields.get("parallel_tool_calls") is not False,
        results or None,
        as_object(as_object(fields.get("text")).get("format")),
    )


def _limited(text: str, limit: object) -> tuple[str, bool]:
    """The text up to the limit, and whether that is less than all of it."""
    words = tokens_of(text)
    if not isinstance(limit, int) or len(words) <= limit:
        return text, False
    return "".join(words[:limit]).rstrip(), True


def _output(fields: Mapping[str, Any], name: str, spoken: Said, *, thinks: bool) -> Iterator[dict[str, Any]]:
    """The items of the output: what the model thought, then its calls, or its message."""
    if thinks:
        told = as_object(fields.get("reasoning")).get("summary")
        summary = [{"type": "summary_text", "text": "Thinking about what was said."}] if told else []
        yield {"id": name.replace("resp_", "rs_"), "type": "reasoning", "summary": summary}
    for made in spoken.calls:
        item = {"id": made.id.replace("call_", "fc_"), "call_id": made.id, "name": made.name}
        if made.kind == "custom":
            yield {**item, "id": made.id.replace("call_", "ctc_"), "type": "custom_tool_call", "input": made.argument}
        else:
            yield {**item, "type": "function_call", "status": "completed", "arguments": made.argument}
    if not spoken.calls:
        part: JSON = {"type": "output_text", "text": spoken.text, "annotations": [], "logprobs": []}
        yield {
            "id": name.replace("resp_", "msg_"),
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }


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
