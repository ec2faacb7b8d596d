"""Answers for a server to give in turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from antiphon.mock import MockServer, Scripted

__all__ = ["calling", "giving", "saying", "streamed"]

_HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def giving(server: MockServer, script: Iterable[Scripted]) -> MockServer:
    """The server, which will give these answers in turn."""
    for step in script:
        server.enqueue(step.status, step.body, headers=dict(step.headers))
    return server


def streamed(*deltas: Mapping[str, Any], reason: str = "stop", usage: Mapping[str, Any] | None = None) -> Scripted:
    """A stream of these pieces of a message."""
    choices: list[Any] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks: list[Any] = [{**_HEAD, "choices": [choice]} for choice in choices]
    chunks.append({**_HEAD, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    chunks.append({**_HEAD, "choices": [], "usage": usage or {"prompt_tokens": 1, "completion_tokens": 2}})
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return Scripted(200, f"{text}data: [DONE]\n\n", {"content-type": "text/event-stream"})


def saying(*pieces: str) -> Scripted:
    """A stream of texts."""
    return streamed(*({"content": piece} for piece in pieces))


def calling(*calls: tuple[str, str], text: str = "") -> Scripted:
    """A stream that calls functions; a call is a name and its arguments."""
    deltas: list[dict[str, Any]] = [{"content": text}] if text else []
    for number, (name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": ""}
        begun = {"index": number, "id": f"call_{number}", "type": "function", "function": function}
        deltas.append({"tool_calls": [begun]})
        deltas += [
            {"tool_calls": [{"index": number, "function": {"arguments": piece}}]}
            for piece in (arguments[:3], arguments[3:])
        ]
    return streamed(*deltas, reason="tool_calls")
