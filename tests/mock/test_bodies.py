"""Bodies of each content type: read as their schemas mean them, refused where they are not what they say they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from antiphon.mock.answer.calls import Call
from antiphon.mock.engine import Engine
from antiphon.mock.request.forms import Upload
from antiphon_codegen.document import JSON

from ..work import counted
from .asking import OWN, ask, document, engine_of, operation

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
FIELDS: Any = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "ratio": {"type": "number"},
        "good": {"type": "boolean"},
        "name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "numbers": {"type": "array", "items": {"type": "integer"}},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "point": {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        "maybe": {"type": ["integer", "null"]},
        "choice": {"anyOf": [{"const": "auto"}, {"type": "object", "properties": {"n": {"type": "integer"}}}]},
        "file": {"type": "string", "format": "binary"},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
    "additionalProperties": False,
}


class Taker:
    """Serves one operation that takes a body, and keeps the value it was read as."""

    def __init__(self, folder: Path, content: Any, *, required: bool = True) -> None:
        self.seen: list[JSON | bytes] = []
        post = operation({}, operationId="take")
        post["requestBody"] = {"required": required, "content": content}
        self.engine: Engine = engine_of(folder, document({"/take": {"post": post}}), behaviours={"take": self._take})

    def _take(self, call: Call) -> JSON:
        self.seen.append(call.body)
        return {}

    def status(self, body: bytes, kind: str) -> int:
        return ask(self.engine, "POST", "/take", body, kind=kind).status

    def error(self, body: bytes, kind: str = "application/json") -> dict[str, Any]:
        return ask(self.engine, "POST", "/take", body, kind=kind).error


def json_taker(folder: Path) -> Taker:
    return Taker(folder, {"application/json": {"schema": {}}})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body is not JSON: Expecting property name"),
        (b"", "body is required"),
        (b"{}x", "Extra data (line 1, column 3)"),
        (b"[1,]", "the body is not JSON"),
        (b"NaN", "NaN is no JSON value"),
        (b"[Infinity]", "Infinity is no JSON value"),
        (b"1e999", "a number is out of range"),
        (b"\xff", "it is not UTF-8"),
        (b"'a'", "the body is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"1" * 10_000, "the body is not JSON"),
    ],
)
def test_what_is_not_json(body: bytes, message: str, tmp_path: Path) -> None:
    assert message in json_taker(tmp_path).error(body)["message"]


@pytest.mark.parametrize("body", [b"null", b'"a"', b" [1] ", b"\xef\xbb\xbf{}", '"é"'.encode("utf-16"), b'"\\ud800"'])
def test_json_of_any_kind(body: bytes, tmp_path: Path) -> None:
    assert json_taker(tmp_path).status(body, "application/json") == 200


@pytest.mark.parametrize("depth", [50, 400, 900])
def test_deep_bodies_are_checked_or_refused(depth: int, tmp_path: Path) -> None:
    node: Any = {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}
    engine = engine_of(tmp_path, document({"/take": {"post": operation(body=node)}}, {"Node": node}))
    got = ask(engine, "POST", "/take", b"[" * depth + b"]" * depth)
    assert got.status == 204 or "nested too deeply" in got.error["message"]
    assert ask(engine, "POST", "/take", b"[" * depth + b"5" + b"]" * depth).status == 400


def test_a_large_body_is_checked_in_bounded_work(tmp_path: Path) -> None:
    item: Any = {"oneOf": [{"required": [f"p{number}"]} for number in range(50)]}
    engine = engine_of(tmp_path, document({"/take": {"post": operation(body={"items": item})}}))
    body = json.dumps([{"x": 1}] * 100_000).encode()
    with counted() as work:
        ask(engine, "POST", "/take", body)
    assert work.calls < 20_000  # of five million that all members of all items would take


@pytest.mark.parametrize(
    ("offered", "sent", "status"),
    [
        ("application/json", "application/json; charset=utf-8", 200),
        ("application/json", "APPLICATION/JSON", 200),
        ("application/json", "application/merge-patch+json", 200),
        ("application/json", "", 200),
        ("application/json", "text/plain", 415),
        ("application/*", "application/json", 200),
        ("*/*", "application/json", 200),
        ("application/vnd.api+json", "application/json", 200),
        ("text/plain", "text/plain", 200),
        ("application/octet-stream", "image/png", 415),
    ],
)
def test_content_types(offered: str, sent: str, status: int, tmp_path: Path) -> None:
    taker = Taker(tmp_path, {offered: {"schema": {}}})
    got = ask(taker.engine, "POST", "/take", b"1", kind=sent)
    assert got.status == status
    if status == 415:
        assert got.headers["accept-post"] == offered
        assert "take takes" in got.error["message"]


def test_bodies_that_may_be_missing(tmp_path: Path) -> None:
    assert Taker(tmp_path, {"application/json": {"schema": FIELDS}}, required=False).status(b"", "") == 200
    assert Taker(tmp_path, {"application/json": {"schema": FIELDS}}).error(b"")["message"] == "body is required"


FORMS: list[tuple[str, JSON]] = [
    ("", {}),
    ("count=5", {"count": 5}),
    ("ratio=.5&good=true", {"ratio": 0.5, "good": True}),
    ("name=5", {"name": "5"}),
    ("name=a+b%26c", {"name": "a b&c"}),
    ("tags=a", {"tags": ["a"]}),
    ("tags=a&tags=b", {"tags": ["a", "b"]}),
    ("tags[]=a&tags[]=b", {"tags": ["a", "b"]}),
    ("tags[0]=a&tags[1]=b", {"tags": ["a", "b"]}),
    ('tags=["a","b"]', {"tags": ["a", "b"]}),
    ("numbers[]=1&numbers[]=2", {"numbers": [1, 2]}),
    ("metadata[team]=choir&metadata[x]=1", {"metadata": {"team": "choir", "x": "1"}}),
    ("point[x]=1", {"point": {"x": 1}}),
    ('point={"x":1}', {"point": {"x": 1}}),
    ("parts[][n]=1&parts[][n]=2", {"parts": [{"n": 1}, {"n": 2}]}),
    ("parts[0][n]=1&parts[1][n]=2", {"parts": [{"n": 1}, {"n": 2}]}),
    ("maybe=null", {"maybe": None}),
    ("maybe=3", {"maybe": 3}),
    ("choice=auto", {"choice": "auto"}),
    ("choice[n]=2", {"choice": {"n": 2}}),
]


def multipart(*parts: tuple[str, bytes]) -> bytes:
    out = b"".join(b"--XX\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    return out + b"--XX--\r\n"


def field(name: str, value: str = "") -> tuple[str, bytes]:
    return f'Content-Disposition: form-data; name="{name}"', value.encode()


@pytest.mark.parametrize(("text", "value"), FORMS)
def test_forms_are_read_by_their_schemas(text: str, value: JSON, tmp_path: Path) -> None:
    taker = Taker(tmp_path, {FORM: {"schema": FIELDS}, MULTIPART: {"schema": FIELDS}}, required=False)
    if text:
        assert taker.status(text.encode(), FORM) == 200
        assert taker.seen[-1] == value
    from urllib.parse import parse_qsl

    parts = [field(name, each) for name, each in parse_qsl(text)]
    assert taker.status(multipart(*parts), f"{MULTIPART}; boundary=XX") == 200
    assert taker.seen[-1] == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count=five", 'body.count "five" is not of type integer'),
        ("good=yes", 'body.good "yes" is not of type boolean'),
        ("point[y]=1", "body.point.x is required"),
        ("numbers[]=a", 'body.numbers[0] "a" is not of type integer'),
        ("nmae=a", "body.nmae is an unknown property; did you mean 'name'?"),
        ("count=1&count=2", "body.count a list is not of type integer"),
    ],
)
def test_forms_that_do_not_fit(text: str, message: str, tmp_path: Path) -> None:
    taker = Taker(tmp_path, {FORM: {"schema": FIELDS}})
    assert taker.error(text.encode(), FORM)["message"] == message


def test_files_of_a_form(tmp_path: Path) -> None:
    taker = Taker(tmp_path, {MULTIPART: {"schema": FIELDS}})
    one = ('Content-Disposition: form-data; name="file"; filename="a \\"b\\".txt"\r\nContent-Type: text/plain', b"one")
    two = ('content-disposition: form-data; name="files[]"; filename="b.bin"', bytes(range(256)))
    three = ('content-disposition: form-data; name="files[]"; filename=""', b"")
    assert taker.status(multipart(one, two, three), f'{MULTIPART}; boundary="XX"') == 200
    seen: Any = taker.seen[-1]
    assert isinstance(seen["file"], Upload)
    assert (seen["file"].filename, seen["file"].content, seen["file"].content_type) == (
        'a "b".txt',
        b"one",
        "text/plain",
    )
    assert [each.content for each in seen["files"]] == [bytes(range(256)), b""]


def test_fields_that_hold_json_by_their_encoding(tmp_path: Path) -> None:
    schema: Any = {"type": "object", "properties": {"point": FIELDS["properties"]["point"]}, "required": ["point"]}
    taker = Taker(tmp_path, {MULTIPART: {"schema": schema, "encoding": {"point": {"contentType": "application/json"}}}})
    kind = f"{MULTIPART}; boundary=XX"
    assert taker.status(multipart(field("point", '{"x": 1}')), kind) == 200
    assert taker.seen[-1] == {"point": {"x": 1}}
    assert taker.status(multipart(field("point", '{"x": "a"}')), kind) == 400
    assert taker.status(multipart(field("point", "{")), kind) == 400


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (b"--XX--\r\n", MULTIPART, "names no boundary"),
        (b"nothing", f"{MULTIPART}; boundary=XX", "is no multipart form"),
        (b'--XX\r\nContent-Disposition: form-data; name="name"\r\n\r\na', f"{MULTIPART}; boundary=XX", "cut off"),
        (multipart(("Content-Disposition: form-data", b"a")), f"{MULTIPART}; boundary=XX", "a part has no name"),
        (multipart(field("name")), f"{MULTIPART}; boundary=YY", "is no multipart form"),
        (multipart(*[field("name")] * 20_001), f"{MULTIPART}; boundary=XX", "more than 20000 fields"),
        (b"a=1&" * 20_001, FORM, "more than 20000 fields"),
    ],
)
def test_what_is_no_form(body: bytes, kind: str, message: str, tmp_path: Path) -> None:
    taker = Taker(tmp_path, {MULTIPART: {"schema": {}}, FORM: {"schema": {}}})
    error = taker.error(body, kind)
    assert error["code"] == "invalid_form"
    assert message in error["message"]


def test_texts_bytes_and_lines(tmp_path: Path) -> None:
    kinds = ("text/plain", "application/octet-stream", "application/jsonl")
    taker = Taker(tmp_path, {kind: {"schema": {}} for kind in kinds})
    assert taker.status("é".encode(), "text/plain") == 200
    assert taker.status(b"\xff\0", "application/octet-stream") == 200
    assert taker.status(b'{"a":1}\n\n[2]\n', "application/jsonl") == 200
    assert taker.seen == ["é", b"\xff\0", [{"a": 1}, [2]]]
    assert taker.error(b"{}\nx\n", "application/jsonl")["code"] == "invalid_json"


def test_a_request_of_the_sdk_with_a_wrong_field_names_it() -> None:
    from antiphon_codegen.samples.service import read_service

    engine = Engine(read_service(OWN))
    body: Any = {"model": "m", "messages": [{"role": "user", "content": [{"type": "txt", "text": "a"}]}]}
    error = ask(engine, "POST", "/v1/chat/completions", body).error
    assert error["param"] == "messages[0].content[0].type"
    assert '"txt" is not one of' in error["message"]
