"""Text completions, the older kind: every prompt is answered `n` times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Answer, Call, Event
from .parts import CREATED, count_tokens, identity, limited, tokens_of
from .replying import Question, reply

__all__ = ["create"]


def create(call: Call) -> Answer | JSON:
    """`POST /completions`."""
    fields = call.fields
    prompts = _prompts(fields.get("prompt"))
    echo = bool(fields.get("echo"))
    made = [_said(call, prompt, echo=echo) for prompt in prompts for _ in range(fields.get("n") or 1)]
    texts = [text for text, _ in made]
    head: dict[str, JSON] = {
        "id": identity("cmpl-", call),
        "object": "text_completion",
        "created": CREATED,
        "model": fields["model"],
    }
    prompt_tokens, spent = sum(map(count_tokens, prompts)), sum(map(count_tokens, texts))
    counts: dict[str, Any] = {"prompt_tokens": prompt_tokens, "completion_tokens": spent}
    counts |= (call.turn.usage if call.turn is not None else None) or {}
    usage: JSON = {"total_tokens": counts["prompt_tokens"] + counts["completion_tokens"], **counts}
    if call.streaming:
        return Answer(events=tuple(_chunks(fields, head, made, usage)), done=True)
    choices: list[JSON] = [_choice(index, text, reason) for index, (text, reason) in enumerate(made)]
    return {**head, "choices": choices, "usage": usage}


def _prompts(prompt: object) -> list[str]:
    """A prompt is a text, several, a list of tokens, or several of those."""
    if isinstance(prompt, str):
        return [prompt]
    listed = as_list(prompt)
    if listed and all(isinstance(each, int) for each in listed):
        return [f"{len(listed)} tokens"]
    return [each if isinstance(each, str) else f"{len(each)} tokens" for each in listed] or [""]


def _said(call: Call, prompt: str, *, echo: bool) -> tuple[str, str]:
    """What the model says to a prompt, and why it stops."""
    spoken = reply(call, Question(prompt))
    # A request that names no limit has one of 16, which is for nobody's good here.
    text, reason = limited(spoken.text, call.fields.get("stop"), call.fields.get("max_tokens"))
    return (prompt if echo else "") + text, spoken.reason or reason


def _choice(index: int, text: str, reason: str) -> JSON:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": reason}


def _chunks(
    fields: Mapping[str, Any], head: Mapping[str, JSON], made: list[tuple[str, str]], usage: JSON
) -> Iterator[Event]:
    for index, (text, reason) in enumerate(made):
        for token in tokens_of(text) or [""]:
            yield Event({**head, "choices": [_choice(index, token, reason)]})
    if as_object(fields.get("stream_options")).get("include_usage"):
        yield Event({**head, "choices": [], "usage": usage})
