"""What several behaviours are made of: the text of an answer, its tokens, and what comes back as it was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.formats import EPOCH
from antiphon_codegen.samples.values import as_list, as_object

from ..answer.calls import Call

__all__ = [
    "CREATED",
    "THOUGHT",
    "THOUGHTS",
    "count_tokens",
    "echoed",
    "identity",
    "limited",
    "said",
    "text_of",
    "tokens_of",
]

CREATED: Final = EPOCH
"""When everything was made that is not remembered: the same in every run."""

THOUGHT: Final = "Thinking about what was said."
"""What the model thinks, when it is asked to."""

THOUGHTS: Final = 8
"""How many tokens that counts as."""

_MOST_TOKENS: Final = 400


def identity(prefix: str, call: Call, number: int = 0) -> str:
    """An id, the same for the same request."""
    return f"{prefix}{call.seed[:20]}" + (f"-{number}" if number else "")


def said(text: str) -> str:
    """What the model answers to a text."""
    return f"You said: {text}" if text else "Hello from the mock server."


def text_of(content: object) -> str:
    """The text in a message's content, which is a text or a list of parts."""
    if isinstance(content, str):
        return content
    found: list[str] = []
    for part in as_list(content):
        text = part if isinstance(part, str) else as_object(part).get("text")
        found.append(text if isinstance(text, str) else f"[{as_object(part).get('type', 'something')}]")
    return " ".join(found)


def limited(text: str, stops: object, limit: object) -> tuple[str, str]:
    """The text up to where the request wants it to end, and why it ends there."""
    for stop in [stops] if isinstance(stops, str) else as_list(stops):
        text = text.partition(stop)[0] if stop else text
    words = tokens_of(text)
    if not isinstance(limit, int) or len(words) <= limit:
        return text, "stop"
    return "".join(words[:limit]).rstrip(), "length"


def tokens_of(text: str) -> list[str]:
    """The pieces a text is streamed in: its words with the spaces behind them, of long texts several at once."""
    words = re.findall(r"\S+\s*|^\s+", text)
    if len(words) <= _MOST_TOKENS:
        return words
    step = -(-len(words) // _MOST_TOKENS)
    return ["".join(words[at : at + step]) for at in range(0, len(words), step)]


def count_tokens(text: str) -> int:
    """How many tokens a text counts as."""
    return len(text.split())


def echoed(call: Call, names: Sequence[str]) -> dict[str, JSON]:
    """Those of the request's values that the answer has under the same name, as far as they fit there."""
    schema = call.data.json_schema(call.operation)
    properties: Mapping[str, Any] = {} if schema is None else call.data.shapes.properties(schema)
    return {
        name: call.fields[name]
        for name in names
        if call.fields.get(name) is not None and call.data.fits(call.fields[name], properties.get(name, False))
    }
