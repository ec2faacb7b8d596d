"""Documents that mean harm are served all the same, in bounded time and memory, and reach no file."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from ..work import counted, without_hanging
from .asking import ask, document, engine_of, operation, written


def reference(name: str) -> Any:
    return {"$ref": f"#/components/schemas/{name}"}


def doubling(kind: str, levels: int) -> dict[str, Any]:
    """Schemas of which each names the next one twice."""
    found: dict[str, Any] = {f"S{number}": {kind: [reference(f"S{number + 1}")] * 2} for number in range(levels)}
    return {**found, f"S{levels}": {"type": "object", "properties": {"end": {"type": "string"}}}}


def chain(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"S{number}": {"type": "object", "properties": {"next": reference(f"S{number + 1}")}, "required": ["next"]}
        for number in range(levels)
    }
    return {**found, f"S{levels}": {"type": "string"}}


def nested(levels: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, "minItems": 1}
    return schema


def wide(many: int) -> Any:
    """A tree that would have as many leaves as there are atoms."""
    names = [f"p{number}" for number in range(many)]
    return {"type": "object", "required": names, "properties": dict.fromkeys(names, reference("S0"))}


NEVER: Any = {"type": "object", "properties": {"self": reference("S0")}, "required": ["self"]}

SCHEMAS: dict[str, dict[str, Any]] = {
    "a circle of references": {"S0": reference("S1"), "S1": reference("S0")},
    "a reference to itself": {"S0": reference("S0")},
    "a circle of allOf": {"S0": {"allOf": [reference("S0"), {"type": "object"}]}},
    "a circle of anyOf": {"S0": {"anyOf": [reference("S0"), reference("S0")]}},
    "a circle of oneOf": {"S0": {"oneOf": [{"oneOf": [reference("S0")]}]}},
    "a circle of not": {"S0": {"not": reference("S0")}},
    "what needs itself": {"S0": NEVER},
    "what needs itself in many places": {"S0": wide(20)},
    "a list of itself": {"S0": {"type": "array", "items": reference("S0"), "minItems": 3}},
    "a map of itself": {"S0": {"type": "object", "additionalProperties": reference("S0"), "minProperties": 2}},
    "names of itself": {"S0": {"type": "object", "propertyNames": reference("S0"), "minProperties": 1}},
    "allOf that doubles": doubling("allOf", 40),
    "anyOf that doubles": doubling("anyOf", 40),
    "oneOf that doubles": doubling("oneOf", 30),
    "a long chain": chain(300),
    "a deep one": {"S0": nested(120)},
    "no type that is left": {"S0": {"allOf": [{"type": "string"}, {"type": "integer"}]}},
    "limits that cross": {"S0": {"type": "integer", "minimum": 10, "maximum": 1}},
    "lengths that cross": {"S0": {"type": "string", "minLength": 10, "maxLength": 1}},
    "an enum that nothing fits": {"S0": {"type": "integer", "enum": ["a"]}},
    "a constant that is not allowed": {"S0": {"const": 1, "not": {"const": 1}}},
    "false": {"S0": {"type": "object", "properties": {"a": False}, "required": ["a"]}},
    "very many items": {"S0": {"type": "array", "items": {"type": "string"}, "minItems": 10**12}},
    "very many items of many": {"S0": {"type": "array", "items": reference("S1"), "minItems": 10**6}}
    | {"S1": {"type": "array", "items": reference("S2"), "minItems": 10**6}}
    | {"S2": {"type": "array", "items": {"type": "string"}, "minItems": 10**6}},
    "a very long text": {"S0": {"type": "string", "minLength": 10**15}},
    "very many properties": {"S0": {"type": "object", "minProperties": 10**12}},
    "a huge enum": {"S0": {"enum": [f"value {number}" for number in range(50_000)]}},
    "different ones of few": {"S0": {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True, "minItems": 200}},
    "a huge step": {"S0": {"type": "number", "multipleOf": 1e308, "minimum": 1}},
    "a tiny step": {"S0": {"type": "number", "multipleOf": 1e-320, "minimum": 1, "maximum": 2}},
    "huge numbers": {"S0": {"type": "integer", "minimum": 10**400}},
    "a pattern that goes back": {"S0": {"type": "string", "pattern": "^(a+)+$"}},
    "a pattern that goes back, by choice": {"S0": {"type": "string", "pattern": "^(a|a)*$", "minLength": 30}},
    "a pattern that goes back, nested": {"S0": {"type": "string", "pattern": "(x+x+)+y"}},
    "a pattern that repeats": {"S0": {"type": "string", "pattern": "(((a{1000}){1000}){1000}){1000}"}},
    "a pattern with a look-ahead": {"S0": {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*\\d).{8,}$"}},
    "a pattern that is none": {"S0": {"type": "string", "pattern": "(((["}},
    "a pattern without end": {"S0": {"type": "string", "pattern": "(" * 5000}},
    "patterns of names": {"S0": {"type": "object", "patternProperties": {"^(a+)+$": {}}, "minProperties": 1}},
    "odd shapes": {"S0": {"type": 5, "properties": [], "required": "a", "items": 7, "enum": {}, "allOf": {"a": 1}}},
    "odd counts": {"S0": {"type": "string", "minLength": -5, "maxLength": 1.5, "pattern": None}},
    "odd names": {"S0": {"type": "object", "properties": {"": {}, "\n": {}, "__proto__": {}}, "required": ["", "\n"]}},
    "tags that lead in a circle": {
        "S0": {"oneOf": [reference("S1")], "discriminator": {"propertyName": "t", "mapping": {"a": "S0", "b": "S1"}}},
        "S1": {"allOf": [reference("S0"), {"type": "object"}]},
    },
}

BODIES: list[Any] = [
    {},
    [],
    "a" * 40 + "!",
    5,
    None,
    {"self": {"self": {}}},
    [[[[[]]]]],
    {"a" * 40 + "!": 1},
    [1] * 2000,
]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema(name: str, tmp_path: Path) -> None:
    """It is answered with, in lists and in streams too, and requests are held against it."""
    one = reference("S0")
    listed: Any = {"type": "object", "properties": {"data": {"type": "array", "items": one}, "object": {}}}
    stream = {"text/event-stream": {"schema": one}}
    paths: Any = {
        "/one": {"get": operation(one, parameters=[{"name": "q", "in": "query", "schema": one}])},
        "/list": {"get": operation(listed, parameters=[{"name": name, "in": "query"} for name in ("limit", "after")])},
        "/stream": {"get": operation(responses={"200": {"description": "", "content": stream}})},
        "/take": {"post": operation({}, body=one)},
    }
    with without_hanging(), counted() as work:
        engine = engine_of(tmp_path, document(paths, SCHEMAS[name]), items=5)
        for path in ("/one", "/list", "/stream", "/one?q=a&q[self]=b"):
            got = ask(engine, "GET", path)
            assert got.status in (200, 400)
            assert len(got.body) < 30_000_000
        for body in BODIES:
            assert ask(engine, "POST", "/take", body).status in (200, 400)
    assert work.calls < 15_000_000


@pytest.mark.parametrize(
    "target",
    ["../secret.json", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x.json", "//host/x", "\\\\host\\x"],
)
def test_references_lead_to_no_file_outside_and_to_no_server(target: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"const": "secret"}')
    folder = tmp_path / "inside"
    folder.mkdir()
    schema = {"type": "object", "properties": {"a": {"$ref": target}}, "required": ["a"]}
    engine = engine_of(folder, document({"/one": {"get": operation(schema)}}))
    assert ask(engine, "GET", "/one").value["a"] != "secret"


def test_paths_that_are_slow_to_match(tmp_path: Path) -> None:
    path = "/" + "-".join(f"{{p{number}}}" for number in range(30))
    engine = engine_of(tmp_path, document({path: {"get": operation()}, "/{a}{b}{c}": {"get": operation()}}))
    with without_hanging():
        for target in ("/" + "-" * 4000, "/" + "a-" * 2000, "/" + "a" * 7000):
            assert ask(engine, "GET", target).status in (204, 404)


def test_a_path_item_in_a_circle(tmp_path: Path) -> None:
    paths: Any = {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}, "/c": {"get": operation()}}
    engine = engine_of(tmp_path, document(paths))
    assert ask(engine, "GET", "/c").status == 204
    assert ask(engine, "GET", "/a").status == 404


ODD_DOCUMENTS: list[Any] = [
    {"paths": []},
    {"paths": {"/a": None, "/b": 5, "/c": {"get": []}, "/d": {"get": {"parameters": {"a": 1}, "responses": []}}}},
    {"paths": {"/a": {"get": {"requestBody": 5, "responses": {"200": {"content": []}}, "security": {}}}}},
    {"paths": {"/a": {"get": {"parameters": [None, 5, {"name": 5, "in": "query"}, {"name": "a", "in": "nowhere"}]}}}},
    {"paths": {"/a{": {"get": {}}, "/}{": {"get": {}}, "": {"get": {}}, "a": {"get": {}}}},
    {"servers": 5, "security": 7, "components": [], "info": []},
    {"servers": [5, {"url": 5}, {"url": "{", "variables": []}], "paths": {"/a": {"get": {}}}},
]


@pytest.mark.parametrize("more", ODD_DOCUMENTS)
def test_odd_documents_are_served_as_far_as_they_go(more: Any, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, {"openapi": "3.1.0", **more})
    for path in ("/a", "/b", "/c", "/d", "/a{", "/", ""):
        assert ask(engine, "GET", path).status < 500


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells its memory in another way")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    """In a process of its own, for what other tests hold does not count."""
    schemas = {"S0": SCHEMAS["what needs itself in many places"]["S0"], **SCHEMAS["very many items of many"]}
    path = written(tmp_path, document({"/one": {"get": operation(reference("S0"))}}, schemas))
    # `ru_maxrss` would also count the process this one was forked from.
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from antiphon.mock.engine import Engine
        from antiphon.mock.request.examining import Incoming
        from antiphon_codegen.samples.service import read_service
        engine = Engine(read_service(Path(sys.argv[1])))
        assert engine.respond(Incoming("GET", "/one")).status == 200
        lines = Path("/proc/self/status").read_text().splitlines()
        print(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    kilobytes = int(done.stdout)
    assert kilobytes < 300_000
