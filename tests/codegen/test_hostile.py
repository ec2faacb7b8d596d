"""Hostile documents: no text of a document becomes code, and every value survives exactly."""

from __future__ import annotations

import ast
import builtins
import io
import json
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.transports.scripted import Answer
from antiphon_codegen.command import Request, run
from antiphon_codegen.generate import generate
from antiphon_codegen.problems import Refused
from antiphon_codegen.python.source import code, comment, doc, ident, lit, member, module_as, name_from

from .sdks import SDK, build, document, json_answer, json_body, operation, sent_json, written

CALL = "__import__('builtins').CANARY.append(1)"
TEXTS = [
    f'"""\n{CALL}\n"""',
    f"'''\n{CALL}\n'''",
    f'"; {CALL} #',
    f"'; {CALL} #",
    f'\\"""; {CALL} #',
    f"\\\n{CALL}",
    "\\",
    'ends in a quote"',
    'ends in two""',
    "ends in a backslash\\",
    f"\r{CALL}",
    f"\u2028{CALL}",
    f"\u0085{CALL}",
    f"\x0c{CALL}",
    f"\n{CALL}\n",
    f"{{{CALL}}}",
    "{body} {0} {} %s {name!r}",
    "\\N{BULLET} \\x41 \\u0041",
    f"# -*- coding: utf-7 -*-\n{CALL}",
    f"-->\n{CALL}\n<!--",
    "${IFS} $(touch /tmp/x) `touch /tmp/x`",
    "\u202e\u2066 right to left",
    "lone \ud800 surrogate",
    "tab\tand\vvertical",
    "]]>",
    "",
]


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What hostile text would leave a mark in, were it run."""
    marks: list[int] = []
    monkeypatch.setattr(builtins, "CANARY", marks, raising=False)
    return marks


def hostile(text: str) -> dict[str, Any]:
    """A document with this text everywhere."""
    schema = {
        "type": "object",
        "title": text,
        "description": text,
        "required": ["value"],
        "properties": {
            "value": {"type": "string", "enum": [text, "other"], "default": text, "description": text},
            f"name {text}": {"type": "string", "title": text, "description": text, "const": text, "pattern": text},
        },
        "discriminator": {"propertyName": text, "mapping": {text: text}},
        "x-anything": text,
        text or "x": text,
    }
    parameters: list[Any] = [
        {"name": f"q{text}", "in": "query", "description": text, "schema": {"type": "string", "enum": [text, "x"]}},
        {"name": f"c{text}", "in": "cookie", "description": text, "schema": {"type": "string"}},
    ]
    used = operation(
        parameters=parameters,
        body=json_body({"$ref": "#/components/schemas/Thing"}, description=text),
        answer=json_answer({"$ref": "#/components/schemas/Thing"}),
        operationId=text,
        summary=text,
        description=text,
        tags=[text],
        externalDocs={"url": text, "description": text},
    )
    used["responses"][text or "default"] = {
        "description": text,
        "content": {text or "x/y": {"schema": {"type": "string"}}},
    }
    made = document(
        {"/things": {"post": used, "summary": text, "description": text}},
        {"Thing": schema, f"S {text}": {"type": "string", "enum": [text, "b"]}},
        components={
            "securitySchemes": {f"k{text}": {"type": "apiKey", "in": "header", "name": "X-Key", "description": text}}
        },
    )
    made["info"] = {"title": text, "version": text, "description": text, "license": {"name": text}}
    made["servers"].append({"url": f"https://example.test/{text}", "description": text})
    made["tags"] = [{"name": text, "description": text}]
    made["security"] = [{f"k{text}": []}]
    return made


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:40])
def test_no_text_becomes_code(tmp_path: Path, canary: list[int], text: str) -> None:
    sdk = build(tmp_path, hostile(text))
    text = text.replace("\ud800", "\ufffd")  # half a pair has no form in UTF-8
    for path, source in sdk.generation.owned.items():
        source.encode("utf-8")
        if path.endswith(".py"):
            tree = ast.parse(source)
            assert not any(isinstance(node, ast.Name) and node.id == "CANARY" for node in ast.walk(tree))
            assert not any(isinstance(node, ast.Name) and node.id == "__import__" for node in ast.walk(tree)), path
    sdk.import_all()
    _use(sdk, text)
    assert canary == []


def _use(sdk: SDK, text: str) -> None:
    """Values arrive as they were."""
    wire = {"value": text, f"name {text}": text}
    client = sdk.client(Answer(200, wire))
    (method,) = sdk.generation.plan.client.resources[0].methods
    names = {each.wire: str(each.name) for each in method.arguments}
    found = client.things.create(**{names[key]: value for key, value in wire.items()}, **{names[f"q{text}"]: text})
    assert sent_json(client.sent[0]) == wire
    assert found.value == text
    assert found.model_dump(by_alias=True) == wire


WRITERS = [*TEXTS, *(f"{a}{b}" for a in ('"', "'", "\\", "\n", "{", "}") for b in ('"', "'", "\\", "\r", "\0", "}"))]


@pytest.mark.parametrize("text", WRITERS, ids=lambda text: ascii(text)[:40])
def test_literals_and_docstrings_give_the_text_back(text: str) -> None:
    assert ast.literal_eval(lit(text).text) == text
    assert ast.literal_eval(lit({text: [text, (text,)]}).text) == {text: [text, (text,)]}
    assert lit(text).text.isascii() or lit(text).text.isprintable()
    assert len(lit(text).text.splitlines()) == 1
    assert ast.literal_eval(doc(text).text) == text.replace("\r\n", "\n").replace("\r", "\n")
    assert len(comment(text).text.splitlines()) == 1
    source = code(
        """
        def f():
            {docs}
            return {value!r}
        """,
        docs=doc(f"a\n{text}"),
        value=text,
    )
    (function,) = ast.parse(source.text).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 2


@pytest.mark.parametrize("name", ["a b", "a;b", "a.b", "", "class", "1", "é", "a\n", "__import__('os')", "a#", "ﬁ"])
def test_what_is_no_name_is_no_code(name: str) -> None:
    with pytest.raises(ValueError, match="not a usable Python name"):
        ident(name)
    with pytest.raises(ValueError, match="not a usable Python name"):
        name_from("typing", name)
    with pytest.raises(ValueError, match="not a usable Python name"):
        member(ident("x"), name)
    with pytest.raises(ValueError, match="not a usable Python name"):
        module_as("typing", name)


def test_plain_text_fills_no_hole() -> None:
    with pytest.raises(TypeError, match="takes Code, not str"):
        code("{x}", x="import os")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, b"x"])
def test_what_has_no_literal_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no literal form"):
        lit(value)


def test_schema_and_property_names_are_no_paths(tmp_path: Path) -> None:
    names = ["../../evil", "/etc/passwd", "C:\\x", "con", "a/b", "..", ".", "x" * 300, "A", "a"]
    schemas = {name: {"type": "object", "properties": {"v": {"type": "string"}}} for name in names}
    paths = {
        f"/p{n}": {"get": operation(answer=json_answer({"$ref": f"#/components/schemas/{name.replace('/', '~1')}"}))}
        for n, name in enumerate(names)
    }
    sdk = build(tmp_path, document(paths, schemas))
    sdk.import_all()
    for path in sdk.generation.owned:
        assert ".." not in path
        assert not path.startswith("/")
        assert all(len(part) < 120 for part in path.split("/"))
    folded = [path.casefold() for path in sdk.generation.owned]
    assert len(set(folded)) == len(folded)


def test_the_configuration_is_no_code_either(tmp_path: Path) -> None:
    config: dict[str, Any] = {
        "organization": {"name": f'x"; {CALL} #'},
        "targets": {"python": {"package_name": f"x; {CALL}", "project_name": '"]\nx=1'}},
        "environments": {f'"{CALL}': f'https://example.test/"""{CALL}'},
        "client_settings": {
            "opts": {
                f"o; {CALL}": {
                    "type": "string",
                    "description": f'"""{CALL}',
                    "read_env": f'"{CALL}',
                    "default": f'"{CALL}',
                }
            },
            "default_headers": {"x-a": f'"""; {CALL}'},
            "default_env_prefix": f'"{CALL}',
        },
        "resources": {
            f"r; {CALL}": {
                "description": f'"""\n{CALL}\n',
                "methods": {f"m; {CALL}": "post /things"},
                "models": {f"n; {CALL}": "Thing"},
            }
        },
    }
    sdk = build(tmp_path, hostile("x"), config)
    sdk.import_all()
    for path, source in sdk.generation.owned.items():
        if path.endswith(".py"):
            assert not any(
                isinstance(node, ast.Name) and node.id == "__import__" for node in ast.walk(ast.parse(source))
            )


def _named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_parts_named_twice_at_each_level_are_read_once(tmp_path: Path) -> None:
    schemas: dict[str, Any] = {f"X{n}": {"allOf": [_named(f"X{n + 1}")] * 2} for n in range(40)}
    schemas["X40"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    answer = json_answer(_named("X0"))
    sdk = build(tmp_path, document({"/x": {"get": operation(answer=answer)}}, schemas))
    assert sdk.client(Answer(200, {"a": "b"})).x.retrieve().a == "b"


def test_a_chain_too_long_to_follow_is_refused(tmp_path: Path) -> None:
    schemas: dict[str, Any] = {"X1500": {"type": "object"}}
    for n in range(1500):
        own = {"type": "object", "properties": {f"p{n}": {"type": "string"}}}
        schemas[f"X{n}"] = {"allOf": [_named(f"X{n + 1}"), own]}
    made = document({"/x": {"get": operation(answer=json_answer(_named("X0")))}}, schemas)
    with pytest.raises(Refused, match="too far to be followed"):
        generate(written(tmp_path, made))


@pytest.mark.parametrize("number", ["0x" + "f" * 5000, "0o" + "7" * 5000, "9" * 5000])
def test_numbers_of_any_length_are_read(tmp_path: Path, number: str) -> None:
    text = f"openapi: 3.1.0\ninfo: {{title: {number}, version: {number}}}\npaths: {{}}\n"
    assert generate(written(tmp_path, text)).plan


def test_documents_in_utf_16(tmp_path: Path) -> None:
    made = document({"/x": {"get": operation()}})
    made["info"]["title"] = "Grüße"
    path = tmp_path / "openapi.json"
    path.write_bytes(json.dumps(made, ensure_ascii=False).encode("utf-16"))
    generation = generate(path)
    assert json.loads(generation.scaffold["tests/openapi.json"])["info"]["title"] == "Grüße"
    path.write_bytes('{\n"openapi": 5}'.encode("utf-16"))
    said = io.StringIO()
    assert run(Request(path, tmp_path / "out"), err=said) == 0
    assert '"openapi": 5' in said.getvalue()


def test_limits_at_the_end_of_floats(tmp_path: Path) -> None:
    far = {"type": "number", "minimum": 1e308, "exclusiveMinimum": 1e308, "multipleOf": 1e-320}
    far_whole = {"type": "integer", "minimum": 10**400, "multipleOf": 0}
    schema = {"type": "object", "required": ["a", "b"], "properties": {"a": far, "b": far_whole}}
    assert generate(written(tmp_path, document({"/x": {"post": operation(body=json_body(schema))}}))).plan
