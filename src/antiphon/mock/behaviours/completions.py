"""Text completions, the older kind: every prompt is answered `n` times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event
from .parts import CREATED, count_tokens, identity, said, tokens_of

__all__ = ["create"]


def create(call: Call) -> Answer | JSON:
    """`POST /completions`."""
    fields = call.fields
    prompts = _prompts(fields.get("prompt"))
    echo = bool(fields.get("echo"))
    texts = [(prompt if echo else "") + said(prompt) for prompt in prompts for _ in range(fields.get("n") or 1)]
    head: dict[str, JSON] = {
        "id": identity("cmpl-", call),
        "object": "text_completion",
        "created": CREATED,
        "model": fields["model"],
    }
    prompt_tokens, made = sum(map(count_tokens, prompts)), sum(map(count_tokens, texts))
    usage: JSON = {"prompt_tokens": prompt_tokens, "completion_tokens": made, "total_tokens": prompt_tokens + made}
    if call.streaming:
        return Answer(events=tuple(_chunks(fields, head, texts, usage)), done=True)
    choices: list[JSON] = [_choice(index, text) for index, text in enumerate(texts)]
    return {**head, "choices": choices, "usage": usage}


def _prompts(prompt: object) -> list[str]:
    """A prompt is a text, several, a list of tokens, or several of those."""
    if isinstance(prompt, str):
        return [prompt]
    listed = as_list(prompt)
    if listed and all(isinstance(each, int) for each in listed):
        return [f"{len(listed)} tokens"]
    return [each if isinstance(each, str) else f"{len(each)} tokens" for each in listed] or [""]


def _choice(index: int, text: str, reason: str = "stop") -> JSON:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": reason}


def _chunks(fields: Mapping[str, Any], head: Mapping[str, JSON], texts: list[str], usage: JSON) -> Iterator[Event]:
    for index, text in enumerate(texts):
        for token in tokens_of(text):
            yield Event({**head, "choices": [_choice(index, token)]})
    if as_object(fields.get("stream_options")).get("include_usage"):
        yield Event({**head, "choices": [], "usage": usage})
