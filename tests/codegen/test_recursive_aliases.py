"""Unions, lists and maps that are made of themselves: precise types for what is sent and for what comes back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pydantic
import pytest

from antiphon.runtime.transports.scripted import Answer
from tests.codegen.sdks import SDK, build, document, json_answer, json_body, kinds, operation

STRING = {"type": "string"}
JSON_VALUE: dict[str, Any] = {
    "anyOf": [
        STRING,
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"type": "array", "items": "JSONValue"},
        {"type": "object", "additionalProperties": "JSONValue"},
    ]
}
COMPARISON = {
    "type": "object",
    "required": ["field", "value"],
    "properties": {"field": STRING, "value": {"type": "integer"}},
}
SCHEMAS: dict[str, Any] = {
    "JSONValue": JSON_VALUE,
    "Comparison": COMPARISON,
    "Filter": {
        "oneOf": [
            "Comparison",
            {"type": "object", "required": ["and"], "properties": {"and": {"type": "array", "items": "Filter"}}},
        ]
    },
    # Each of three by way of the next, without an object in between.
    "First": {"oneOf": [STRING, {"type": "array", "items": "Second"}]},
    "Second": {"type": "object", "additionalProperties": "Third"},
    "Third": {"oneOf": [{"type": "integer"}, "First"]},
    # With an object beside.
    "Leaves": {"oneOf": ["Comparison", {"type": "array", "items": "Leaves"}]},
    "Forest": {"type": "array", "items": "Leaves"},
    "Mixed": {"oneOf": [STRING, {"type": "object", "properties": {"m": "Mixed"}}, {"type": "array", "items": "Mixed"}]},
    "Record": {
        "type": "object",
        "required": ["payload"],
        "properties": {
            "payload": "JSONValue",
            "filter": "Filter",
            "first": "First",
            "second": "Second",
            "leaves": "Leaves",
            "forest": "Forest",
            "values": {"type": "array", "items": "JSONValue"},
        },
    },
}


def referring(schemas: Any) -> Any:
    """The schemas, names of others in place of schemas made references."""
    names = "|".join(schemas)
    return json.loads(re.sub(rf'"({names})"(?!:)', r'{"$ref": "#/components/schemas/\1"}', json.dumps(schemas)))


def sdk_of(folder: Path, schemas: dict[str, Any], *, version: str = "3.1.0") -> SDK:
    """An SDK that sends and gets each of these at a path of its name."""
    paths = {
        f"/{name.lower()}s": {
            "post": operation(
                body=json_body({"$ref": f"#/components/schemas/{name}"}),
                answer=json_answer({"$ref": f"#/components/schemas/{name}"}),
            )
        }
        for name in schemas
    }
    return build(folder, document(paths, referring(schemas), version=version))


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> SDK:
    return sdk_of(tmp_path_factory.mktemp("recursive"), SCHEMAS)


def answered(sdk: SDK, value: Any, **options: Any) -> Any:
    return sdk.client(Answer(200, json.dumps(value), {"content-type": "application/json"}), **options)


def test_nothing_of_them_is_lost(sdk: SDK) -> None:
    assert sdk.problems == ()
    sdk.import_all()
    assert "object" not in sdk.text("types/json_value.py")
    assert "SequenceNotStr[MixedParam]" in sdk.text("types/mixed_param.py")


DEEP: Any = {"a": [1.5, "b", None, {"c": True, "d": [0]}]}


def test_values_come_back_as_they_are(sdk: SDK) -> None:
    assert answered(sdk, DEEP).jsonvalues.create(body="x") == DEEP
    assert answered(sdk, "text").jsonvalues.create(body="x") == "text"
    assert answered(sdk, None).jsonvalues.create(body="x") is None


def test_an_empty_body_is_none_where_that_is_of_the_type(sdk: SDK) -> None:
    empty = Answer(200, b"", {"content-type": "application/json"})
    assert sdk.client(empty).jsonvalues.create(body="x") is None
    with pytest.raises(sdk.module.APIResponseValidationError, match="an empty body"):
        sdk.client(empty).leavess.create(body=[])


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
def test_objects_within_are_models(sdk: SDK, strict: bool) -> None:
    comparison = {"field": "a", "value": 1}
    record: Any = {
        "payload": DEEP,
        "filter": {"and": [comparison, {"and": [comparison]}]},
        "first": [{"k": 1, "l": "x", "m": [{"n": 2}]}],
        "leaves": [comparison, [[comparison]]],
        "forest": [[comparison]],
    }
    options = {"_strict_response_validation": True} if strict else {}
    found = answered(sdk, record, **options).records.create(payload=1)
    types = sdk.module.types
    assert found.payload == DEEP
    assert isinstance(found.filter.and_[0], types.Comparison)
    assert isinstance(found.filter.and_[1].and_[0], types.Comparison)
    assert found.first == record["first"]
    assert isinstance(found.leaves[0], types.Comparison)
    assert isinstance(found.leaves[1][0][0], types.Comparison)
    assert isinstance(found.forest[0][0], types.Comparison)
    assert found.to_dict() == record
    assert types.Record.model_validate(record) == found
    assert types.Record.construct(**record) == found


def test_what_does_not_fit_is_kept_or_refused(sdk: SDK) -> None:
    record: Any = {"payload": {}, "leaves": [{"field": "a", "value": "no number"}, [3]]}
    found = answered(sdk, record).records.create(payload=1)
    assert found.leaves[0].value == "no number"
    assert found.leaves[1] == [3]
    with pytest.raises(sdk.module.APIResponseValidationError):
        answered(sdk, record, _strict_response_validation=True).records.create(payload=1)
    with pytest.raises(pydantic.ValidationError):
        sdk.module.types.Record.model_validate({"payload": [object()]})


def test_one_that_is_nested_as_deeply_as_json_may_be(sdk: SDK) -> None:
    deep: Any = {"field": "a", "value": 1}
    for _ in range(150):
        deep = [deep]
    found = answered(sdk, deep).leavess.create(body=[])
    for _ in range(150):
        [found] = found
    assert found.field == "a"


@pytest.mark.parametrize("name", ["JSONValue", "First", "Second", "Third", "Leaves", "Forest"])
def test_pydantic_takes_the_type_by_itself(sdk: SDK, name: str) -> None:
    adapter: Any = pydantic.TypeAdapter(getattr(sdk.module.types, name))
    assert adapter.json_schema()


def test_an_async_client_reads_them_as_well(sdk: SDK) -> None:
    import asyncio

    client = sdk.async_client(Answer(200, json.dumps(DEEP), {"content-type": "application/json"}))
    assert asyncio.run(client.jsonvalues.create(body=DEEP)) == DEEP
    assert json.loads(client.sent[0].content) == DEEP


VACUOUS: dict[str, Any] = {
    "a union with itself": {"X": {"oneOf": ["X", STRING]}},
    "a union of each other": {"X": {"oneOf": ["Y", STRING]}, "Y": {"oneOf": ["X", {"type": "integer"}]}},
    "a union with itself and a list of itself": {"X": {"oneOf": ["X", {"type": "array", "items": "X"}]}},
}


@pytest.mark.parametrize("name", VACUOUS)
def test_a_type_that_is_only_itself_is_anything(tmp_path: Path, name: str) -> None:
    sdk = sdk_of(tmp_path, VACUOUS[name])
    assert "bad-reference" in kinds(sdk.problems)
    sdk.import_all()
    assert answered(sdk, [{}]).xs.create(body=[]) == [{}]


def test_documents_of_three_and_zero_have_them_too(tmp_path: Path) -> None:
    schemas = {"Tree": {"oneOf": [STRING, {"type": "array", "items": "Tree"}], "nullable": True}}
    sdk = sdk_of(tmp_path, schemas, version="3.0.3")
    assert sdk.problems == ()
    assert answered(sdk, ["a", ["b", None]]).trees.create(body=["a"]) == ["a", ["b", None]]


USES = """
from __future__ import annotations

from typing import assert_type

from {package} import AsyncClient, Client
from {package}.types import Comparison, JSONValue, JSONValueParam, Leaves, Record
from {package}.types.records_params import RecordCreateParams


def sent(value: JSONValueParam, back: JSONValue, record: Record, client: Client) -> None:
    mapping: dict[str, list[int]] = {{}}
    for each in (value, back, mapping, [mapping], None, 1, {{"a": [mapping, {{"b": None}}]}}):
        client.jsonvalues.create(body=each)
    client.records.create(payload=None, values="text")  # refused
    client.records.create(payload=None, values=["text", mapping])
    client.jsonvalues.create(body=object())  # refused
    client.jsonvalues.create(body=[{{"a": object()}}])  # refused
    client.records.create(payload=[1, {{"a": "b"}}], leaves=[{{"field": "a", "value": 1}}, []])
    client.records.create(payload=None, leaves=[{{"field": "a", "value": "x"}}])  # refused
    client.records.create(payload=None, filter={{"and": [{{"and": []}}, {{"field": "a", "value": 1}}]}})
    params: RecordCreateParams = {{"payload": {{"a": [value]}}}}
    client.records.create(**params)


def received(leaves: Leaves, record: Record) -> None:
    if isinstance(leaves, list):
        inner = leaves[0]
        if not isinstance(inner, list):
            assert_type(inner, Comparison)
    if isinstance(record.payload, dict):
        found = record.payload["a"]
        if isinstance(found, (dict, list)):
            return
        assert_type(found, str | float | int | bool | None)


async def asynchronous(client: AsyncClient) -> None:
    found = await client.jsonvalues.create(body={{"a": [1]}})
    if isinstance(found, list) and isinstance(found[0], bool):
        assert_type(found[0], bool)
"""


def test_type_checkers_know_them(sdk: SDK) -> None:
    settings = {"typeCheckingMode": "strict", "include": ["uses.py", "src"], "extraPaths": ["src"]}
    (sdk.folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    uses = USES.format(package=sdk.name)
    (sdk.folder / "uses.py").write_text(uses, "utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--project", str(sdk.folder), "--pythonpath", sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    found = [
        (Path(each["file"]).name, each["range"]["start"]["line"], each["message"])
        for each in json.loads(checked.stdout)["generalDiagnostics"]
    ]
    refused = [number for number, line in enumerate(uses.splitlines()) if line.endswith("# refused")]
    assert sorted({(file, line) for file, line, _ in found}) == [("uses.py", line) for line in refused], found
