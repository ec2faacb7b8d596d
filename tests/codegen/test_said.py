"""What authors say of names and answers, over what would follow from the document."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

from antiphon.runtime.transports.scripted import Answer

from .sdks import build, document, json_answer, operation, sent_json

TEXT = {"type": "string"}


def test_a_header_with_one_value_is_sent_by_itself(tmp_path: Path) -> None:
    fixed = {"name": "X-Stage", "in": "header", "required": True, "schema": {"type": "string", "const": "two"}}
    free = {"name": "X-Other", "in": "header", "schema": {"type": "string", "const": "on"}}
    sdk = build(tmp_path, document({"/things": {"get": operation(parameters=[fixed, free])}}))
    client = sdk.client()
    client.things.list()
    client.things.list(x_other="on", extra_headers={"x-stage": "three"})
    assert [each.headers.get("x-stage") for each in client.sent] == ["two", "three"]
    assert [each.headers.get("x-other") for each in client.sent] == [None, "on"]
    assert "x_stage" not in inspect.signature(client.things.list).parameters


def test_names_of_parameters_and_properties(tmp_path: Path) -> None:
    parameter = {"name": "x-long-name", "in": "header", "schema": TEXT, "x-stainless-param": "short"}
    thing = {
        "type": "object",
        "properties": {"model_name": {**TEXT, "x-stainless-naming": {"python": {"property_name": "called"}}}},
    }
    paths = {"/things": {"get": operation(parameters=[parameter], answer=json_answer(thing))}}
    sdk = build(tmp_path, document(paths))
    client = sdk.client(Answer(200, {"model_name": "n"}))
    found = client.things.list(short="s")
    assert client.sent[0].headers["x-long-name"] == "s"
    assert found.called == "n"
    assert found.to_dict() == {"model_name": "n"}


def test_forms_that_take_files_come_before_json(tmp_path: Path) -> None:
    def body(**properties: Any) -> dict[str, Any]:
        schema = {"type": "object", "properties": {"name": TEXT, **properties}}
        content = {"application/json": {"schema": {"type": "object", "properties": {"name": TEXT}}}}
        return {"content": {**content, "multipart/form-data": {"schema": schema}}, "required": True}

    paths = {
        "/pictures": {"post": operation(body=body(file={"type": "string", "format": "binary"}))},
        "/notes": {"post": operation(body=body())},
    }
    client = build(tmp_path, document(paths)).client()
    client.pictures.create(name="n", file=b"bytes")
    client.notes.create(name="n")
    assert client.sent[0].headers["content-type"].startswith("multipart/form-data")
    assert sent_json(client.sent[1]) == {"name": "n"}


def test_what_comes_back_may_be_said(tmp_path: Path) -> None:
    whole = {"type": "object", "properties": {"text": TEXT}}
    paths = {"/notes": {"get": operation(answer=json_answer({"type": "object"}))}}
    methods = {
        "text": {"endpoint": "get /notes", "x-returns": "string"},
        "note": {"endpoint": "get /notes", "x-returns": "Note"},
        "lost": {"endpoint": "get /notes", "x-returns": "Nothing"},
    }
    sdk = build(tmp_path, document(paths, {"Note": whole}), {"resources": {"notes": {"methods": methods}}})
    client = sdk.client(*[Answer(200, {"text": "t"})] * 2)
    assert client.notes.text() == '{"text": "t"}'
    assert client.notes.note().text == "t"
    assert [str(each.message) for each in sdk.problems] == [
        "the document has no schema 'Nothing'; the method gives text"
    ]


def test_types_listed_under_two_names(tmp_path: Path) -> None:
    schemas = {
        "Thing": {"type": "object", "properties": {"a": TEXT}},
        "Kind": {"type": "string", "enum": ["a", "b"]},
        "ChangeParam": {"type": "object", "properties": {"b": TEXT}},
    }
    paths = {"/things": {"post": operation(body={"content": {"application/json": {"schema": {"type": "object"}}}})}}
    names = ("Thing", "Kind", "ChangeParam")
    keys = {"Thing": "thing", "Kind": "kind", "ChangeParam": "change_param"}
    models = {key: name for name in names for key in (keys[name], f"{keys[name]}_param")}
    config = {"resources": {"things": {"methods": {"create": "post /things"}, "models": models}}}
    sdk = build(tmp_path, document(paths, schemas), config)
    types = importlib.import_module(f"{sdk.module.__name__}.types")
    assert types.Thing is not types.ThingParam
    assert types.KindParam == types.Kind
    assert types.ChangeParamParam is types.ChangeParam


def test_the_rest_of_a_path_is_among_the_keywords_of_a_call(tmp_path: Path) -> None:
    parameters = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in ("a", "b")]
    query = {"name": "q", "in": "query", "schema": TEXT}
    sdk = build(tmp_path, document({"/x/{a}/y/{b}": {"get": operation(parameters=[*parameters, query])}}))
    (plan,) = (method for resource in sdk.generation.plan.client.resources for method in resource.resources[0].methods)
    assert plan.params is not None
    module = importlib.import_module(".".join((sdk.module.__name__, *plan.params.module)))
    params = getattr(module, plan.params.name)
    assert params.__annotations__.keys() == {"a", "q"}
