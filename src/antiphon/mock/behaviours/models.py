"""Models: those the document names. A model of any other name exists too, for it may be asked for in any call."""

from __future__ import annotations

from typing import Final

from antiphon_codegen.document import JSON

from ..answer.calls import Answer, Call
from ..answer.rest import rest_answer
from .parts import CREATED

__all__ = ["listed", "retrieve"]

_USERS: Final = (
    *("chat.completions.create", "embeddings.create", "audio.speech.create", "audio.transcriptions.create"),
    *("images.generate", "moderations.create"),
)
_MOST: Final = 4


def _model(name: str) -> dict[str, JSON]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "mock"}


def listed(call: Call) -> JSON:
    """`GET /models`."""
    collection = call.target
    deleted = call.data.resources.is_deleted
    return {"object": "list", "data": [_model(name) for name in _names(call) if not deleted(collection, name)]}


def retrieve(call: Call) -> Answer:
    """`GET /models/{model}`."""
    return rest_answer(call, lambda call: Answer(200, _model(str(call.path["model"]))))


def _names(call: Call) -> list[str]:
    found: dict[str, None] = {}
    for name in _USERS:
        operation = call.data.service.by_id.get(name)
        for media in operation.body if operation is not None else ():
            if media.schema is not None:
                model = call.data.shapes.properties(media.schema).get("model", True)
                listed = [each for each in call.data.constants(model) if isinstance(each, str)]
                found.update(dict.fromkeys(listed[:_MOST]))
    return list(found) or ["mock-model"]
