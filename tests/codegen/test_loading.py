"""Loading: what a file holds, as a tree with places; what is refused, and how it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antiphon_codegen.document import load, pointer_to, steps_of
from antiphon_codegen.problems import Problems, Refused, listing


def read(folder: Path, text: str | bytes, name: str = "d.yaml") -> tuple[Any, list[str]]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    problems = Problems()
    root = load(path, problems).root
    return root, [problem.kind for problem in problems]


YAML = {
    "norway": ("no: no\ny: yes\non: off", {"no": "no", "y": "yes", "on": "off"}),
    "dates and times stay text": (
        "a: 2024-01-31\nb: 1:30\nc: 2001-12-14t21:59:43.10-05:00",
        {"a": "2024-01-31", "b": "1:30", "c": "2001-12-14t21:59:43.10-05:00"},
    ),
    "the booleans of 1.2": ("[true, True, FALSE, tRUE]", [True, True, False, "tRUE"]),
    "nulls": ("[null, ~, Null, '', 'null', NULL]", [None, None, None, "", "null", None]),
    "an empty value": ("a:\nb: 1", {"a": None, "b": 1}),
    "numbers": ("[1, -2, +3, 0o17, 0x1F, 017, 1_000]", [1, -2, 3, 15, 31, 17, "1_000"]),
    "floats": ("[1.5, 1e3, .5, -1.0E-2, 1.]", [1.5, 1000.0, 0.5, -0.01, 1.0]),
    "versions stay text in quotes": ("openapi: '3.0'\nversion: 1.10", {"openapi": "3.0", "version": 1.1}),
    "what is no number in JSON": ("[.inf, -.inf, .nan]", [".inf", "-.inf", ".nan"]),
    "keys are text": ("200: a\ntrue: b\nnull: c\n1.0: d", {"200": "a", "true": "b", "null": "c", "1.0": "d"}),
    "anchors": ("a: &x {k: [1]}\nb: *x", {"a": {"k": [1]}, "b": {"k": [1]}}),
    "merge keys": ("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}", {"a": {"k": 1, "l": 2}, "b": {"k": 3, "l": 2}}),
    "merge keys of several": ("a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc: {<<: [*x, *y]}", None),
    "block text": ("a: |\n  one\n  two\nb: >\n  one\n  two\n", {"a": "one\ntwo\n", "b": "one two\n"}),
    "the tag of text": ("a: !!str 12\nb: !!int '3'", {"a": "12", "b": 3}),
    "the first of several documents": ("a: 1\n---\nb: 2\n", {"a": 1}),
    "tabs inside of values": ('a: "x\ty"', {"a": "x\ty"}),
    "JSON in YAML's clothes": ("{a: 1, 'b': [2, 3,], }", {"a": 1, "b": [2, 3]}),
}


@pytest.mark.parametrize(("text", "expected"), YAML.values(), ids=YAML.keys())
def test_yaml_is_read_by_the_rules_of_1_2(tmp_path: Path, text: str, expected: Any) -> None:
    root, problems = read(tmp_path, text)
    if expected is not None:
        assert root == expected
    assert problems == []


def test_the_first_of_several_merged_objects_wins(tmp_path: Path) -> None:
    root, _ = read(tmp_path, "a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc: {<<: [*x, *y]}")
    assert root["c"] == {"k": 1, "l": 3}


ENCODED = {
    "a byte order mark": '{"a": 1}'.encode("utf-8-sig"),
    "a byte order mark before YAML": "a: 1".encode("utf-8-sig"),
    "UTF-16, little end first": '{"a": 1}'.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + "a: 1".encode("utf-16-be"),
    "CRLF": b"a: 1\r\n",
    "space around": b'\n\n  {"a": 1}  \n',
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED.keys())
def test_encodings(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == ({"a": 1}, [])


def test_json_is_read_as_json_whatever_the_file_is_called(tmp_path: Path) -> None:
    # Tabs as indentation, and a text that YAML would not take.
    assert read(tmp_path, '{\n\t"a": "\\/\\u00e9"\n}')[0] == {"a": "/é"}


REFUSED = {
    "nothing that is a document": ("a: [1\nb: 2", "bad-shape", "neither JSON nor YAML"),
    "broken JSON, with its place": ('{"a": 1,\n "b" 2}', "bad-shape", "neither JSON nor YAML"),
    "control characters": ("a: \x01", "bad-shape", "neither JSON nor YAML"),
    "other encodings": (b"a: \xff\xe9", "bad-shape", "not utf-8"),
    "an alias inside of what it names": ("a: &x\n  b: *x", "bad-reference", "stands inside of what it names"),
    "an alias of nothing": ("a: *x", "bad-reference", "names nothing"),
    "lists that are too deep": ("[" * 5000 + "]" * 5000, "too-large", "nested too deeply"),
    "objects that are too deep": ('{"a":' * 2000 + "1" + "}" * 2000, "too-large", "nested too deeply"),
    "YAML that is too deep": ("- " * 1000 + "a", "too-large", "nested too deeply"),
    "no deeper than can be worked with": ('{"a":' * 500 + "1" + "}" * 500, "too-large", "nested too deeply"),
    "a billion laughs": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
        "too-large",
        "aliases expanded",
    ),
}


@pytest.mark.parametrize(("text", "kind", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_and_why(tmp_path: Path, text: str | bytes, kind: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read(tmp_path, text)
    assert caught.value.problem.kind == kind
    assert said in caught.value.problem.message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot read the document"):
        load(tmp_path / "nothing.yaml", Problems())


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot read the document"):
        load(tmp_path, Problems())


REPORTED = {
    "a key twice in YAML": ("a: 1\nb: 2\na: 3", {"a": 3, "b": 2}, "duplicate-key"),
    "a key twice in JSON": ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}, "duplicate-key"),
    "a key twice as number and text": ("200: a\n'200': b", {"200": "b"}, "duplicate-key"),
    "a list as a key": ("? [1, 2]\n: x\nb: 1", {"b": 1}, "bad-shape"),
    "an object as a key": ("? {a: 1}\n: x\nb: 1", {"b": 1}, "bad-shape"),
    "tags that would make objects": ("a: !!python/object/apply:os.system ['x']", None, None),
    "a tag of one's own": ("a: !secret x", {"a": "x"}, "unsupported"),
}


@pytest.mark.parametrize(("text", "expected", "kind"), REPORTED.values(), ids=REPORTED.keys())
def test_what_is_reported_and_left_out(tmp_path: Path, text: str, expected: Any, kind: str | None) -> None:
    root, problems = read(tmp_path, text)
    if expected is not None:
        assert root == expected
    if kind is not None:
        assert kind in problems


NUMBERS = {
    "an integer of 5,000 digits": ("9" * 5000, str),
    "a negative one": ("-" + "9" * 5000, str),
    "an integer beyond 64 bits": ("123456789012345678901234567890", int),
    "infinity": ("Infinity", str),
    "minus infinity": ("-Infinity", str),
    "not a number": ("NaN", str),
    "a float beyond all bounds": ("1e999", str),
}


@pytest.mark.parametrize(("text", "type"), NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize("form", ['{{"a": {}}}', "a: {}"], ids=["JSON", "YAML"])
def test_numbers_that_have_no_literal_are_text(tmp_path: Path, form: str, text: str, type: type) -> None:
    assert isinstance(read(tmp_path, form.format(text))[0]["a"], type)


def test_halves_of_surrogate_pairs_are_replaced(tmp_path: Path) -> None:
    root, _ = read(tmp_path, '{"a\\ud800": ["\\udfff", "\\ud83d\\ude00", "\\u00e9"]}')
    assert root == {"a\ufffd": ["\ufffd", "😀", "é"]}


def test_places_are_told_to_the_line_and_column(tmp_path: Path) -> None:
    text = '{\n  "paths": {\n    "/a~b": {"get": [\n      1, {"x": 2}]}\n  }\n}'
    path = tmp_path / "d.json"
    path.write_text(text)
    made = load(path, Problems())
    pointer = pointer_to("", "paths", "/a~b", "get", 1, "x")
    assert pointer == "/paths/~1a~0b/get/1/x"
    assert steps_of(pointer) == ("paths", "/a~b", "get", "1", "x")
    assert made.at(pointer) == 2
    located = made.located(made.origin(pointer))
    assert (located.line, located.column) == (4, 11)
    missing = made.located(made.origin(pointer + "/y/z"))
    assert (missing.line, missing.column) == (4, 11)


def test_a_problem_is_shown_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text("a: 1\nb: 2\n    \na: 3\n")
    problems = Problems()
    load(path, problems)
    shown = listing(next(iter(problems)), tmp_path)
    assert shown.splitlines() == [
        "d.yaml:4:1  the key 'a' occurs twice in one object; the last one counts  (duplicate-key)",
        "    a: 3",
        "    ^",
    ]


def test_what_is_shown_of_a_line_is_bounded_and_printable(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text('{"x": "' + "z" * 5000 + '\u202e", "a": 1, "a": 2}')
    problems = Problems()
    made = load(path, problems)
    problem = next(iter(problems))
    shown = listing(problem.__class__(problem.kind, problem.message, made.located(made.origin("/a"))), tmp_path)
    assert all(line.isprintable() and len(line) < 300 for line in shown.splitlines())
