"""Images: one pixel each, as base64 or as a URL that holds the whole picture."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final

from antiphon_codegen.document import JSON

from ..answer.blobs import image
from ..answer.calls import Answer, Call, Event
from .parts import CREATED, count_tokens

__all__ = ["create"]

_NAMES: Final = {"images.generate": "image_generation", "images.edit": "image_edit"}


def create(call: Call) -> Answer | JSON:
    """`POST /images/generations`, `/images/edits` and `/images/variations`."""
    fields = call.fields
    if call.streaming:
        return Answer(events=tuple(_events(call)), done=True)
    wanted = fields.get("response_format") or (
        "url" if str(fields.get("model", "")).startswith("dall-e") else "b64_json"
    )
    data: list[JSON] = []
    for number in range(fields.get("n") or 1):
        picture = _picture(call, number)
        data.append({"url": f"data:image/png;base64,{picture}"} if wanted == "url" else {"b64_json": picture})
    return {"created": CREATED, "data": data, "usage": _usage(call, len(data))}


def _picture(call: Call, number: int) -> str:
    """A pixel whose colour depends on the request."""
    colour = (int(call.seed[:6], 16) + number * 0x1F2E3D) % 0x1000000
    return base64.b64encode(image(colour)).decode()


def _usage(call: Call, many: int) -> JSON:
    asked = count_tokens(str(call.fields.get("prompt") or ""))
    details: JSON = {"text_tokens": asked, "image_tokens": 0}
    made = 10 * many
    return {"input_tokens": asked, "output_tokens": made, "total_tokens": asked + made, "input_tokens_details": details}


def _events(call: Call) -> Iterator[Event]:
    fields = call.fields
    kind = _NAMES.get(call.operation.id, "image_generation")
    about: dict[str, JSON] = {"created_at": CREATED, "size": fields.get("size") or "1024x1024"}
    about |= {"quality": fields.get("quality") or "high", "background": fields.get("background") or "opaque"}
    about |= {"output_format": fields.get("output_format") or "png"}
    for number in range(fields.get("partial_images") or 0):
        partial = f"{kind}.partial_image"
        picture = _picture(call, number)
        yield Event({"type": partial, "b64_json": picture, "partial_image_index": number, **about}, partial)
    whole = f"{kind}.completed"
    yield Event({"type": whole, "b64_json": _picture(call, 0), "usage": _usage(call, 1), **about}, whole)
