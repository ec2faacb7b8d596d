"""Chat completions: what the model says, or its calls of tools; word by word when streamed; kept when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event
from .parts import CREATED, count_tokens, echoed, identity, limited, text_of, tokens_of
from .replying import Question, Said, ToolCall, reply, tools_of

__all__ = ["create"]

_LIMITS: Final = ("max_completion_tokens", "max_tokens")
_PIECE: Final = 12


def create(call: Call) -> Answer | JSON:
    """`POST /chat/completions`."""
    fields = call.fields
    messages = cast("list[Mapping[str, Any]]", fields["messages"])
    spoken, reason = _spoken(call, fields, messages)
    many = fields.get("n") or 1
    prompt = sum(count_tokens(text_of(each.get("content"))) for each in messages)
    usage: JSON = _usage(prompt, spoken.tokens * many, spoken.thoughts, spoken.usage)
    head: dict[str, JSON] = {
        "id": identity("chatcmpl-", call),
        "created": CREATED,
        "model": fields["model"],
        "service_tier": "default",
    }
    older = "functions" in fields and "tools" not in fields
    if call.streaming:
        return Answer(events=tuple(_chunks(fields, head, spoken, reason, many, usage, older=older)), done=True)
    message: dict[str, JSON] = {"role": "assistant", "content": spoken.text, "refusal": spoken.refusal}
    message["annotations"] = []
    if spoken.thought:
        message["reasoning_content"] = spoken.thought  # not OpenAI's own, but what many of its kind do
    if not spoken.text and (spoken.calls or spoken.refusal is not None):
        message["content"] = None
    if spoken.calls:
        message |= _function_call(spoken.calls[0]) if older else {"tool_calls": list(map(_tool_call, spoken.calls))}
    choices: list[JSON] = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": reason} for index in range(many)
    ]
    completion: dict[str, JSON] = {**head, "object": "chat.completion", "choices": choices, "usage": usage}
    completion.update(echoed(call, ["metadata"]))
    if fields.get("store"):
        call.data.resources.add(call.target, dict(completion))
    return completion


def _spoken(call: Call, fields: Mapping[str, Any], messages: list[Mapping[str, Any]]) -> tuple[Said, str]:
    """What the model says, within the limits of the request, and why it stops."""
    spoken = reply(call, _question(fields, messages))
    limit = next((fields[name] for name in _LIMITS if fields.get(name)), None)
    text, reason = limited(spoken.text, fields.get("stop"), limit)
    if spoken.calls:
        reason = "function_call" if "functions" in fields and "tools" not in fields else "tool_calls"
    return replace(spoken, text=text), spoken.reason or reason


def _question(fields: Mapping[str, Any], messages: list[Mapping[str, Any]]) -> Question:
    asked = next((text_of(each.get("content")) for each in reversed(messages) if each.get("role") == "user"), "")
    results, called = _rounds(messages)
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
        called,
        {**as_object(form.get("json_schema")), "type": form.get("type")},
        "\n".join(text_of(each.get("content")) for each in messages),
        fields.get("reasoning_effort") not in (None, "none"),
    )


def _rounds(messages: list[Mapping[str, Any]]) -> tuple[list[str], frozenset[str]]:
    """What tools came back with since the user asked, if that was the last that happened, and what they are called."""
    results: list[str] = []
    called: set[str] = set()
    said = len(messages)
    while said and _brings_files(messages[said - 1]):  # results cannot hold files: these come after them
        said -= 1
    if not said or messages[said - 1].get("role") not in ("tool", "function"):
        return results, frozenset()
    for message in reversed(messages[:said]):
        if message.get("role") == "user":
            break
        if message.get("role") in ("tool", "function"):
            results.insert(0, text_of(message.get("content")))
        for made in map(as_object, as_list(message.get("tool_calls"))):
            called.add(str(as_object(made.get(str(made.get("type", "function")))).get("name")))
        called.add(str(as_object(message.get("function_call")).get("name")))
    return results, frozenset(called)


def _brings_files(message: Mapping[str, Any]) -> bool:
    kinds = {as_object(part).get("type") for part in as_list(message.get("content"))}
    return bool(kinds) and "text" not in kinds and message.get("role") == "user"


def _tool_call(made: ToolCall) -> JSON:
    if made.kind == "custom":
        return {"id": made.id, "type": "custom", "custom": {"name": made.name, "input": made.argument}}
    return {"id": made.id, "type": "function", "function": {"name": made.name, "arguments": made.argument}}


def _function_call(made: ToolCall) -> dict[str, JSON]:
    return {"function_call": {"name": made.name, "arguments": made.argument}}


def _usage(prompt: int, completion: int, thoughts: int, told: Mapping[str, Any] | None) -> dict[str, JSON]:
    counts: dict[str, Any] = {"prompt_tokens": prompt, "completion_tokens": completion + thoughts, **(told or {})}
    total = {"total_tokens": counts["prompt_tokens"] + counts["completion_tokens"]}
    details: dict[str, JSON] = {
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": thoughts, "audio_tokens": 0},
    }
    return {**total, **details, **counts}


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

    start: JSON = None if not spoken.text and (spoken.calls or spoken.refusal is not None) else ""
    for index in range(many):
        yield chunk(piece(index, {"role": "assistant", "content": start, "refusal": None}))
    texts = {"reasoning_content": spoken.thought, "content": spoken.text, "refusal": spoken.refusal or ""}
    deltas: list[JSON] = [{name: token} for name, text in texts.items() for token in tokens_of(text)]
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
