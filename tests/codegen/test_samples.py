"""What generated tests call methods with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .sdks import build, document, json_body, operation

TEXT: dict[str, Any] = {"type": "string"}
USER = {
    "type": "object",
    "properties": {"id": {"type": "integer", "readOnly": True}, "name": TEXT},
    "example": {"id": 1, "name": "Mars"},
}


def texts(folder: Path, made: dict[str, Any], resource: str) -> str:
    return build(folder, made).generation.owned[f"tests/api/_sync/test_{resource}.py"]


def test_examples_are_sent_without_what_only_comes_back(tmp_path: Path) -> None:
    body = json_body({"type": "object", "properties": {"by": USER, "all": {"type": "array", "items": USER}}})
    text = texts(tmp_path, document({"/planets": {"post": operation(body=body)}}), "planets")
    assert 'by={"name": "Mars"}' in text
    assert 'all=[{"name": "Mars"}]' in text or '"id"' not in text


PLACES = {
    "an object in a path": ({"in": "path", "schema": {"type": "object", "properties": {"a": TEXT}}}, '{"a":'),
    "an object with any keys": ({"in": "path", "schema": {"type": "object"}}, "{"),
    "an object in a query": ({"in": "query", "schema": {"type": "object", "properties": {"a": TEXT}}}, '{"a":'),
    "a list in a query": ({"in": "query", "schema": {"type": "array", "items": TEXT}}, '["'),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_has_to_be_in_a_url_is_not_empty(tmp_path: Path, name: str) -> None:
    parameter, expected = PLACES[name]
    path = "/things/{p}" if parameter["in"] == "path" else "/things"
    used = operation(parameters=[{"name": "p", "required": True, **parameter}])
    text = texts(tmp_path, document({path: {"get": used}}), "things")
    assert expected in text
    for empty in ("({})", "p={}", "p=[]"):
        assert empty not in text
