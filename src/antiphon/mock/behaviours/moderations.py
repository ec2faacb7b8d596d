"""Moderation: a text is flagged for violence when it speaks of it, else nothing is."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from antiphon_codegen.document import JSON

from ..answer.calls import Call
from .parts import identity, text_of

__all__ = ["create"]

_VIOLENT: Final = re.compile(r"\b(kill|murder|attack|hurt|violen\w*)\b", re.IGNORECASE)


def create(call: Call) -> JSON:
    """`POST /moderations`."""
    given = call.fields["input"]
    listed = cast("list[Any]", given) if isinstance(given, list) else [given]
    texts = [each for each in listed if isinstance(each, str)] or [text_of(listed)]
    sample = cast("dict[str, Any]", call.sample()["results"][0])
    model = call.fields.get("model") or "omni-moderation-latest"
    return {"id": identity("modr-", call), "model": model, "results": [_result(sample, text) for text in texts]}


def _result(sample: dict[str, Any], text: str) -> JSON:
    """One verdict, with the categories of the document."""
    flagged = _VIOLENT.search(text) is not None

    def is_met(category: str) -> bool:
        return flagged and category == "violence"

    return {
        "flagged": flagged,
        "categories": {name: is_met(name) for name in sample["categories"]},
        "category_scores": {name: 0.95 if is_met(name) else 0.0001 for name in sample["category_scores"]},
        "category_applied_input_types": {
            name: (["text"] if is_met(name) else []) for name in sample["category_applied_input_types"]
        },
    }
