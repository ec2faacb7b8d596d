"""Chat completions: the model says what the user said; word by word when streamed; kept when `store` asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event
from .parts import CREATED, count_tokens, echoed, identity, said, text_of, tokens_of

__all__ = ["create"]

_LIMITS: Final = ("max_completion_tokens", "max_tokens")


def create(call: Call) -> Answer | JSON:
    """`POST /chat/completions`."""
    fields = call.fields
    messages = cast("list[Mapping[str, Any]]", fields["messages"])
    asked = next((text_of(each.get("content")) for each in reversed(messages) if each.get("role") == "user"), "")
    text, reason = _limited(said(asked), fields)
    many = fields.get("n") or 1
    prompt = sum(count_tokens(text_of(each.get("content"))) for each in messages)
    usage: JSON = _usage(prompt, count_tokens(text) * many)
    head: dict[str, JSON] = {
        "id": identity("chatcmpl-", call),
        "created": CREATED,
        "model": fields["model"],
        "service_tier": "default",
    }
    if call.streaming:
        return Answer(events=tuple(_chunks(fields, head, text, reason, many, usage)), done=True)
    message: JSON = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    choices: list[JSON] = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": reason} for index in range(many)
    ]
    completion: dict[str, JSON] = {**head, "object": "chat.completion", "choices": choices, "usage": usage}
    completion.update(echoed(call, ["metadata"]))
    if fields.get("store"):
        call.data.resources.add(call.target, dict(completion))
    return completion


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


def _usage(prompt: int, completion: int) -> dict[str, JSON]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _chunks(
    fields: Mapping[str, Any], head: Mapping[str, JSON], text: str, reason: str, many: int, usage: JSON
) -> Iterator[Event]:
    with_usage = bool(as_object(fields.get("stream_options")).get("include_usage"))

    def chunk(choices: list[JSON], counted: JSON = None) -> Event:
        data: dict[str, JSON] = {**head, "object": "chat.completion.chunk", "choices": choices}
        if with_usage:
            data["usage"] = counted
        return Event(data)

    def piece(index: int, delta: JSON, ended: str | None = None) -> list[JSON]:
        return [{"index": index, "delta": delta, "logprobs": None, "finish_reason": ended}]

    for index in range(many):
        yield chunk(piece(index, {"role": "assistant", "content": "", "refusal": None}))
    for token in tokens_of(text):
        for index in range(many):
            yield chunk(piece(index, {"content": token}))
    for index in range(many):
        yield chunk(piece(index, {}, reason))
    if with_usage:
        yield chunk([], usage)
