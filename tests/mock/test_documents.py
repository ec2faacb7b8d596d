"""Every operation of real documents is answered with what the document promises, in an independent judge's eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from .asking import OWN, document, operation, written
from .exercise import exercise

SPECS = OWN.parent.parent / "shared" / "specs"
DOCUMENTS = [
    "petstore.json",
    "rm-parameters-style.json",
    "qdrant.json",
    "cohere.yaml",
    "anthropic.yaml",
    "airflow.yaml",
    "discord.json",
    "box.json",
    "twilio-api.json",
    "stainless/onebusaway/openapi.yml",
]


def test_every_operation_of_our_own_document() -> None:
    assert [each for each in exercise(OWN) if each.fault is not None] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_of_a_document_of_others(name: str) -> None:
    path = SPECS / name
    if not path.exists():
        pytest.skip("is not here")
    assert [each for each in exercise(path) if each.fault is not None] == []


def test_events_described_with_their_names(tmp_path: Path) -> None:
    """A member with more in it than name and data is an event like its siblings."""

    def event(name: str, **more: object) -> dict[str, object]:
        properties = {"event": {"type": "string", "const": name}, "data": {"$ref": "#/components/schemas/Run"}, **more}
        return {"type": "object", "properties": properties, "required": ["event", "data"]}

    run = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    stream = {"oneOf": [event("run.created", enabled={"type": "boolean"}), event("run.done")]}
    content = document({"/runs": {"get": operation(stream, kind="text/event-stream")}}, {"Run": run})
    path = written(tmp_path, content)
    assert [each.fault for each in exercise(path)] == [None]
