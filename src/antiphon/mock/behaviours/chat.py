"""Chat completions: what the model says, or its calls of tools; word by word when streamed; kept when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event
from .parts import CREATED, THOUGHTS, count_tokens, echoed, identity, text_of, tokens_of
from .replying import Question, Said, ToolCall, reply, tools_of

__all__ = ["create"]

_LIMITS: Final = ("max_completion_tokens", "max_tokens")
_PIECE: Final = 12


def create(call: Call) -> Answer | JSON:
    """`POST /chat/completions`."""
    fields = call.fields
    messages = cast("list[Mapping[str, Any]]", fields["messages"])
    spoken = reply(call, _question(fields, messages))
    text, reason = _limited(spoken.text, fields)
    spoken = Said(text, spoken.calls)
    many = fields.get("n") or 1
    prompt = sum(count_tokens(text_of(each.get("content"))) for each in messages)
    thoughts = THOUGHTS if fields.get("reasoning_effort") not in (None, "none") else 0
    usage: JSON = _usage(prompt, spoken.tokens * many, thoughts)
    head: dict[str, JSON] = {
        "id": identity("chatcmpl-", call),
        "created": CREATED,
        "model": fields["model"],
        "service_tier": "default",
    }
    older = "functions" in fields and "tools" not in fields
    if spoken.calls:
        reason = "function_call" if older else "tool_calls"
    if call.streaming:
        return Answer(events=tuple(_chunks(fields, head, spoken, reason, many, usage, older=older)), done=True)
    message: dict[str, JSON] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    if spoken.calls:
        message["content"] = None
        message |= _function_call(spoken.calls[0]) if older else {"tool_calls": list(map(_tool_call, spoken.calls))}
    choices: list[JSON] = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": reason} for index in range(many)
    ]
    completion: dict[str, JSON] = {**head, "object": "chat.completion", "choices": choices, "usage": usage}
    completion.update(echoed(call, ["metadata"]))
    if fields.get("store"):
        call.data.resources.add(call.target, dict(completion))
    return completion


def _question(fields: Mapping[str, Any], messages: list[Mapping[str, Any]]) -> Question:
    asked = next((text_of(each.get("content")) for each in reversed(messages) if each.get("role") == "user"), "")
    results: list[str] = []
    for message in reversed(messages):
        if message.get("role") not in ("tool", "function"):
            break
        results.insert(0, text_of(message.get("content")))
    form = as_object(fields.get("response_format"))
    choice = fields.get("tool_choice", fields.get("function_call"))
    return Question(
        asked,
        tools_of(fields["tools"], nested=True)
        if fields.get("tools")
        else tools_of(fields.get("functions"), nested=False),
        choice,
        fields.get("parallel_tool_calls") is not False,
        results or None,
        {**as_object(form.get("json_schema")), "type": form.get("type")},
    )


def _tool_call(made: ToolCall) -> JSON:
    if made.kind == "custom":
        return {"id": made.id, "type": "custom", "custom": {"name": made.name, "input": made.argument}}
    return {"id": made.id, "type": "function", "function": {"name": made.name, "arguments": made.argument}}


def _function_call(made: ToolCall) -> dict[str, JSON]:
    return {"function_call": {"name": made.name, "arguments": made.argument}}


def _limited(text: str, fields: Mapping[str, Any]) -> tuple[str, str]:
    """The text up to where the request wants it to end, and why it ends there."""
    stops = fields.get("stop")
    for stop in [stops] if isinstance(stops, str) else as_list(stops):
        text = text.partition(stop)[0] if stop else text
    limit = next((fields[name] for name in _LIMITS if fields.get(name)), None)
    words = tokens_of(text)
    if limit is None or len(words) <= limit:
        return text, "stop"
    return "".join(words[:limit]).rstrip(), "length"


def _usage(prompt: int, completion: int, thoughts: int) -> dict[str, JSON]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion + thoughts,
        "total_tokens": prompt + completion + thoughts,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": thoughts, "audio_tokens": 0},
    }


def _chunks(
    fields: Mapping[str, Any],
    head: Mapping[str, JSON],
    spoken: Said,
    reason: str,
    many: int,
    usage: JSON,
    *,
    older: bool,
) -> Iterator[Event]:
    with_usage = bool(as_object(fields.get("stream_options")).get("include_usage"))

    def chunk(choices: list[JSON], counted: JSON = None) -> Event:
        data: dict[str, JSON] = {**head, "object": "chat.completion.chunk", "choices": choices}
        if with_usage:
            data["usage"] = counted
        return Event(data)

    def piece(index: int, delta: JSON, ended: str | None = None) -> list[JSON]:
        return [{"index": index, "delta": delta, "logprobs": None, "finish_reason": ended}]

    start: JSON = None if spoken.calls else ""
    for index in range(many):
        yield chunk(piece(index, {"role": "assistant", "content": start, "refusal": None}))
    deltas: list[JSON] = [{"content": token} for token in tokens_of(spoken.text)]
    for number, made in enumerate(spoken.calls[:1] if older else spoken.calls):
        deltas.extend(_call_deltas(made, number, older=older))
    for delta in deltas:
        for index in range(many):
            yield chunk(piece(index, delta))
    for index in range(many):
        yield chunk(piece(index, {}, reason))
    if with_usage:
        yield chunk([], usage)


def _call_deltas(made: ToolCall, number: int, *, older: bool) -> Iterator[JSON]:
    """A call as it is streamed: its id and name, then its argument bit by bit."""
    key = "input" if made.kind == "custom" else "arguments"
    bits = [made.argument[at : at + _PIECE] for at in range(0, len(made.argument), _PIECE)]
    if older:
        yield {"function_call": {"name": made.name, key: ""}}
        for bit in bits:
            yield {"function_call": {key: bit}}
        return
    begun: JSON = {made.kind: {"name": made.name, key: ""}, "index": number, "id": made.id, "type": made.kind}
    yield {"tool_calls": [begun]}
    for bit in bits:
        yield {"tool_calls": [{"index": number, made.kind: {key: bit}}]}
