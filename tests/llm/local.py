"""Servers that answer as one provider does, and remember what they were asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..runtime.transports.servers import Peer, RawServer, answer

__all__ = ["Local", "completion_body", "events", "failed", "said", "whole"]


def whole(body: object, status: str = "200 OK") -> bytes:
    """A JSON answer."""
    return answer(json.dumps(body).encode(), "content-type: application/json", status=status)


def events(*chunks: object, done: bool = True) -> bytes:
    """A stream; a chunk that is text is sent as it is."""
    texts = [chunk if isinstance(chunk, str) else f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return answer("".join([*texts, "data: [DONE]\n\n" * done]).encode(), "content-type: text/event-stream")


def said(text: str, **fields: Any) -> dict[str, Any]:
    """A chunk with a piece of text."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None, **fields}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def completion_body(message: Mapping[str, Any] | str = "Hello", **fields: Any) -> dict[str, Any]:
    """A whole answer."""
    told = {"role": "assistant", "content": message} if isinstance(message, str) else message
    choice = {"index": 0, "finish_reason": "stop", "message": told}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    head = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": usage}
    return {**head, "choices": [choice], **fields}


def failed(status: str, message: str = "no") -> bytes:
    """A refusal."""
    return whole({"error": {"message": message}}, status)


class Local(RawServer):
    """Gives its answers in turn, the last one again and again."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        super().__init__(self._answer)

    def _answer(self, peer: Peer) -> None:
        while peer.request():
            peer.send(self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was asked."""
        return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in self.requests]

    @property
    def heads(self) -> list[str]:
        """The heads of what was asked, in lower case."""
        return [request.partition(b"\r\n\r\n")[0].decode("latin-1").lower() for request in self.requests]
