"""Webhooks: what an API sends by itself has a type each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .sdks import build, document, json_body, operation

TEXT = {"type": "string"}


def test_payloads_have_types(tmp_path: Path) -> None:
    order = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
    hooks: dict[str, Any] = {
        "newPet": {"post": operation(body=json_body({"$ref": "#/components/schemas/Pet"}))},
        "order.created": {"post": operation(body=json_body(order))},
        "ping": {"post": operation()},
    }
    made = document(schemas={"Pet": {"type": "object", "properties": {"name": TEXT}}}, webhooks=hooks)
    del made["paths"]
    sdk = build(tmp_path, made)
    sdk.import_all()
    assert sdk.problems == ()
    types = sdk.get("types")
    assert types.Pet.model_validate_json(b'{"name": "Rex"}').name == "Rex"
    assert types.OrderCreatedEvent.model_validate_json(b'{"id": "1"}').id == "1"
    listed = sdk.generation.owned["api.md"]
    assert "- newPet \N{RIGHTWARDS ARROW} `Pet`" in listed
    assert "- order.created \N{RIGHTWARDS ARROW} `OrderCreatedEvent`" in listed
