"""Multipart bodies, read back by an independent parser; names never break out of their quotes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime import Multipart, QueryStyle, not_given, omit
from antiphon.runtime.core.multipart import encode_multipart
from antiphon.runtime.core.sources import FileSource, IterSource, PathSource, Segments

STYLE = QueryStyle("brackets")


@dataclass
class Part:
    name: str
    filename: str | None
    headers: dict[str, str]
    content: bytes


def sent(body: Segments) -> bytes:
    out = b""
    for part in body.parts:
        if isinstance(part, bytes):
            out += part
        elif isinstance(part, PathSource):
            out += part.path.read_bytes()
        elif isinstance(part, FileSource):
            part.rewind()
            out += part.read()
        elif isinstance(part, IterSource):
            out += b"".join(part.start())  # pyright: ignore[reportArgumentType]  a plain iterator here
    return out


def parsed(body: bytes, boundary: str) -> list[Part]:
    """By RFC 2046 and 7578, strictly."""
    delimiter = b"--" + boundary.encode()
    first, *sections, last = body.split(delimiter)
    assert (first, last) == (b"", b"--\r\n")
    parts: list[Part] = []
    for section in sections:
        assert section.startswith(b"\r\n")
        assert section.endswith(b"\r\n")
        head, _, content = section[2:-2].partition(b"\r\n\r\n")
        headers: dict[str, str] = {}
        for line in head.decode().split("\r\n"):
            assert "\r" not in line
            assert "\n" not in line
            name, _, value = line.partition(": ")
            assert name.lower() not in headers
            headers[name.lower()] = value
        form = re.fullmatch(r'form-data; name="([^"]*)"(?:; filename="([^"]*)")?', headers["content-disposition"])
        assert form is not None, headers
        parts.append(Part(form[1], form[2], headers, content))
    return parts


def encoded(fields: Any, form: Multipart | None = None, style: QueryStyle = STYLE) -> list[Part]:
    kind, body = encode_multipart(fields, form or Multipart(), style, "B0")
    assert kind == "multipart/form-data; boundary=B0"
    data = sent(body)
    assert body.length in (None, len(data))
    return parsed(data, "B0")


FILE = Multipart(files=frozenset({"file"}))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"a": "x", "b": 5, "c": True, "d": 1.5}, [("a", b"x"), ("b", b"5"), ("c", b"true"), ("d", b"1.5")]),
        ({"a": None, "b": omit, "c": not_given}, []),
        ({"a": ""}, [("a", b"")]),
        ({"a": "caf\u00e9 \u4e16"}, [("a", "caf\u00e9 \u4e16".encode())]),
        ({"a": "line\r\nline"}, [("a", b"line\r\nline")]),
        ({"a": [1, 2]}, [("a[]", b"1"), ("a[]", b"2")]),
        ({"a": []}, []),
        ({"a": {"b": {"c": 1}, "d": None}}, [("a[b][c]", b"1")]),
        ({"a": [{"b": 1}, {"b": 2}]}, [("a[][b]", b"1"), ("a[][b]", b"2")]),
        ({"a": (1, "x")}, [("a[]", b"1"), ("a[]", b"x")]),
    ],
)
def test_fields(fields: Any, expected: list[tuple[str, bytes]]) -> None:
    parts = encoded(fields)
    assert [(part.name, part.content) for part in parts] == expected
    assert all(part.filename is None and "content-type" not in part.headers for part in parts)


def test_other_spellings_of_lists() -> None:
    fields = {"a": [1, 2], "b": {"c": 3}}
    assert [part.name for part in encoded(fields, style=QueryStyle("repeat"))] == ["a", "a", "b[c]"]
    assert [part.name for part in encoded(fields, style=QueryStyle("indices", "dots"))] == ["a[0]", "a[1]", "b.c"]


@pytest.mark.parametrize(
    ("file", "filename", "kind", "content"),
    [
        (b"abc", "upload", "application/octet-stream", b"abc"),
        (bytearray(b"abc"), "upload", "application/octet-stream", b"abc"),
        (io.BytesIO(b"abc"), "upload", "application/octet-stream", b"abc"),
        (iter([b"ab", b"c"]), "upload", "application/octet-stream", b"abc"),
        (("a.json", b"{}"), "a.json", "application/json", b"{}"),
        (("a.json", b"{}", "text/x"), "a.json", "text/x", b"{}"),
        (("a.json", b"{}", None), "a.json", "application/json", b"{}"),
        (("a.jsonl", "caf\u00e9"), "a.jsonl", "application/octet-stream", "caf\u00e9".encode()),
        (("a.txt", "x", "text/mine"), "a.txt", "text/mine", b"x"),
        (("a", io.BytesIO(b"x"), "text/x", {"X-Extra": "1"}), "a", "text/x", b"x"),
    ],
)
def test_files(file: Any, filename: str, kind: str, content: bytes) -> None:
    [part] = encoded({"file": file}, FILE)
    assert (part.name, part.filename, part.headers["content-type"], part.content) == ("file", filename, kind, content)


@pytest.mark.parametrize(
    ("file", "kind"), [((None, b"x"), None), ((None, "x"), None), ((None, b"x", "text/x"), "text/x")]
)
def test_a_file_without_a_name(file: Any, kind: str | None) -> None:
    [part] = encoded({"file": file}, FILE)
    assert (part.filename, part.headers.get("content-type"), part.content) == (None, kind, b"x")


def test_text_by_itself_is_no_file() -> None:
    with pytest.raises(TypeError, match=r"file: text is no file content"):
        encoded({"file": "a.txt"}, FILE)


def test_files_come_after_the_fields() -> None:
    form = Multipart(files=frozenset({"image", "mask"}), json_parts=frozenset({"j"}), extra=(("more", b"x"),))
    fields = {"image": [b"1", b"2"], "prompt": "p", "mask": b"m", "nested": {"a": b"3", "b": 4}, "j": {"k": 5}}
    parts = encoded(fields, form)
    assert [part.name for part in parts] == [
        "prompt", "nested[b]", "j", "image[]", "image[]", "mask", "nested[a]", "more"
    ]  # fmt: skip


def test_part_headers() -> None:
    [part] = encoded({"file": ("a", b"x", "text/x", {"X-Extra": "1", "Content-Type": "text/mine"})}, FILE)
    assert part.headers["x-extra"] == "1"
    assert part.headers["content-type"] == "text/mine"


def test_paths_and_open_files_have_names(tmp_path: Path) -> None:
    path = tmp_path / "caf\u00e9.txt"
    path.write_bytes(b"hello")
    with path.open("rb") as file:
        parts = encoded({"file": [path, file, ("other.txt", path)]}, FILE)
    assert [part.name for part in parts] == ["file[]", "file[]", "file[]"]
    assert [part.filename for part in parts] == ["caf\u00e9.txt", "caf\u00e9.txt", "other.txt"]
    assert [part.content for part in parts] == [b"hello"] * 3
    assert {part.headers["content-type"] for part in parts} == {"text/plain"}


def test_files_in_nested_places() -> None:
    fields = {"a": {"b": b"1", "c": [{"d": ("n", b"2")}]}, "e": [io.BytesIO(b"3")]}
    parts = encoded(fields)
    assert [(part.name, part.filename, part.content) for part in parts] == [
        ("a[b]", "upload", b"1"),
        ("a[c][][d]", "n", b"2"),
        ("e[]", "upload", b"3"),
    ]


def test_json_parts_and_further_files() -> None:
    form = Multipart(json_parts=frozenset({"meta"}), extra=(("more", ("m.txt", b"x")),))
    parts = encoded({"meta": {"a": [1, omit]}, "b": 1}, form)
    assert [(part.name, part.content) for part in parts] == [("meta", b'{"a":[1]}'), ("b", b"1"), ("more", b"x")]
    assert parts[0].headers["content-type"] == "application/json"


def test_no_file_where_one_belongs() -> None:
    with pytest.raises(TypeError, match="file: None is no file"):
        encoded({"file": None}, Multipart(files=frozenset({"file"})))
    assert encoded({"file": omit, "b": None, "c": 1}, Multipart(files=frozenset({"file"})))[0].name == "c"


def test_text_with_a_content_type_of_its_own() -> None:
    parts = encoded({"sdp": "v=0\r\n", "b": "1"}, Multipart(text_kinds=(("sdp", "application/sdp"), ("c", "a/b"))))
    assert [(part.name, part.content) for part in parts] == [("sdp", b"v=0\r\n"), ("b", b"1")]
    assert (parts[0].headers["content-type"], "content-type" in parts[1].headers) == ("application/sdp", False)


@pytest.mark.parametrize(
    "name",
    [
        'a"b',
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\0b",
        'a"; filename="x',
        "caf\u00e9",
        "\U0001f600",
        "a\\b",
        "a;b",
        "a\u2028b",
        "",
    ],
)
def test_names_stay_inside_their_quotes(name: str) -> None:
    [field] = encoded({name: "v"})
    assert field.headers.keys() == {"content-disposition"}
    assert field.filename is None
    [file] = encoded({"file": (name, b"v")}, FILE)
    assert file.headers.keys() == {"content-disposition", "content-type"}
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").replace("\0", "%00")
    assert (field.name, file.filename) == (escaped, escaped)


@pytest.mark.parametrize(
    "file",
    [
        ("a", b"x", "text/plain\r\nX-Evil: 1"),
        ("a", b"x", "text/plain", {"X-A": "1\r\nX-Evil: 1"}),
        ("a", b"x", "text/plain", {"X-A: 1\r\nX-Evil": "1"}),
        ("a", b"x", "text/\u201cplain\u201d"),
        ("a\ud800", b"x"),
    ],
)
def test_what_cannot_stand_in_a_part_header(file: Any) -> None:
    with pytest.raises(ValueError, match="file"):
        encoded({"file": file}, FILE)


WRONG: list[Any] = [
    ("text", "file: text is no file content"),
    (5, "file: expected bytes"),
    (("a",), "file: a file tuple has 2 to 4 entries"),
    (("a", b"x", b"c"), "file: header 'content-type' must be text"),
    (("a", b"x", "t", {}, 1), "file: a file tuple has 2 to 4 entries"),
    (("a", 5), "file: expected bytes"),
    ({"a": 1}, "file: expected bytes"),
]


@pytest.mark.parametrize(("file", "said"), WRONG)
def test_what_is_no_file_is_refused_by_name(file: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        encoded({"file": file}, FILE)


def test_a_field_that_has_no_form() -> None:
    with pytest.raises(TypeError, match=r"a\[b\]: a form field cannot hold object"):
        encoded({"a": {"b": object()}})


def test_no_part_is_lost_from_a_generator_of_files() -> None:
    files = ((f"n{number}", b"%d" % number) for number in range(3))
    parts = encoded({"file": list(files)}, FILE)
    assert [part.content for part in parts] == [b"0", b"1", b"2"]


def test_the_callers_data_is_not_changed() -> None:
    fields = {"a": {"b": [1]}, "file": b"x"}
    encoded(fields, FILE)
    assert fields == {"a": {"b": [1]}, "file": b"x"}


def test_the_length_is_known_when_every_part_is(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100_000)
    _, known = encode_multipart({"file": path, "b": "x" * 70_000}, FILE, STYLE, "B0")
    assert known.length == len(sent(known))
    assert known.replayable
    _, unknown = encode_multipart({"file": iter([b"x"])}, FILE, STYLE, "B0")
    assert unknown.length is None
    assert not unknown.replayable
