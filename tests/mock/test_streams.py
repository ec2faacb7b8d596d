"""Streams of events and lines as documents describe them, and answers that are neither those nor JSON."""

from __future__ import annotations

import io
import json
import wave
import zipfile
from pathlib import Path
from typing import Any

import pytest

from antiphon.mock.engine import Engine
from antiphon_codegen.samples.service import read_service

from .asking import OWN, ask, document, engine_of, operation

STREAM = "text/event-stream"


def tagged(kind: str, **more: Any) -> Any:
    return {"type": "object", "properties": {"type": {"const": kind}, **more}, "required": ["type", *more]}


def both(schema: Any, event: Any) -> Any:
    """An operation that answers with JSON or with a stream."""
    content = {"application/json": {"schema": schema}, STREAM: {"schema": event}}
    return operation(body={}, responses={"200": {"description": "", "content": content}})


def test_each_kind_of_event_comes_once_with_its_name(tmp_path: Path) -> None:
    event = {"oneOf": [tagged("begun"), {"anyOf": [tagged("delta", text={"type": "string"}), tagged("ended")]}]}
    engine = engine_of(tmp_path, document({"/talk": {"post": both({"type": "object"}, event)}}))
    events = ask(engine, "POST", "/talk", {"stream": True}).events
    assert [name for name, _ in events] == ["begun", "delta", "ended"]
    assert [data["type"] for _, data in events] == ["begun", "delta", "ended"]


def test_texts_among_other_events_are_json(tmp_path: Path) -> None:
    event = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}
    engine = engine_of(tmp_path, document({"/talk": {"post": both({}, event)}}))
    events = ask(engine, "POST", "/talk", {"stream": True}).events
    assert [type(data) for _, data in events] == [str, list]


def test_tags_that_only_the_mapping_names(tmp_path: Path) -> None:
    schemas: Any = {
        "Begun": {"type": "object", "properties": {"type": {"type": "string"}}},
        "Ended": {"type": "object", "properties": {"type": {"type": "string"}, "why": {"type": "string"}}},
    }
    mapping = {"it.begun": "#/components/schemas/Begun", "it.ended": "#/components/schemas/Ended"}
    members = [{"$ref": target} for target in mapping.values()]
    event = {"anyOf": members, "discriminator": {"propertyName": "type", "mapping": mapping}}
    engine = engine_of(tmp_path, document({"/talk": {"post": both({}, event)}}, schemas))
    events = ask(engine, "POST", "/talk", {"stream": True}).events
    assert [name for name, _ in events] == ["it.begun", "it.ended"]


@pytest.mark.parametrize(
    ("body", "accept", "streamed"),
    [
        ({"stream": True}, "application/json", True),
        ({"stream": False}, STREAM, False),
        ({}, "*/*", False),
        ({}, "", False),
        ({}, STREAM, True),
        ({}, f"application/json, {STREAM}", False),
    ],
)
def test_when_it_streams(body: Any, accept: str, streamed: bool, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, document({"/talk": {"post": both({"type": "object"}, tagged("a"))}}))
    got = ask(engine, "POST", "/talk", body, headers={"accept": accept})
    assert got.headers["content-type"].startswith(STREAM if streamed else "application/json")


@pytest.mark.parametrize("said", [True, False])
def test_the_end_is_marked_where_the_document_says_so(said: bool, tmp_path: Path) -> None:
    more = {"description": "The stream ends with `[DONE]`."} if said else {}
    engine = engine_of(tmp_path, document({"/talk": {"get": operation(tagged("a"), kind=STREAM, **more)}}))
    assert (ask(engine, "GET", "/talk").events[-1] == (None, "[DONE]")) is said


def test_texts_as_events(tmp_path: Path) -> None:
    schema = {"type": "string", "enum": ["one\ntwo\r\nthree"]}
    engine = engine_of(tmp_path, document({"/talk": {"get": operation(schema, kind=STREAM)}}))
    assert ask(engine, "GET", "/talk").pieces[0] == b"data: one\ndata: two\ndata: three\n\n"


@pytest.mark.parametrize("kind", ["application/jsonl", "application/x-ndjson"])
def test_lines(kind: str, tmp_path: Path) -> None:
    engine = engine_of(tmp_path, document({"/lines": {"get": operation(tagged("line"), kind=kind)}}))
    got = ask(engine, "GET", "/lines")
    assert got.headers["content-type"] == kind
    assert [json.loads(line)["type"] for line in got.body.splitlines()] == ["line"] * 3


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("image/gif", b"GIF89a"),
        ("image/svg+xml", b"<svg"),
        ("application/pdf", b"%PDF-"),
        ("audio/mpeg", b"\xff\xfb"),
        ("text/html", b"<!doctype html>"),
        ("text/csv", b"id,name\n"),
        ("application/xml", b"<?xml"),
        ("application/octet-stream", b"mock"),
    ],
)
def test_files_are_what_they_say_they_are(kind: str, start: bytes, tmp_path: Path) -> None:
    schema = {"type": "string", "format": "binary"}
    engine = engine_of(tmp_path, document({"/file": {"get": operation(schema, kind=kind)}}))
    got = ask(engine, "GET", "/file")
    assert got.headers["content-type"].partition(";")[0] == kind
    assert got.body.startswith(start)


def test_sound_and_archives_open(tmp_path: Path) -> None:
    paths = {
        f"/{name}": {"get": operation({}, kind=kind)}
        for name, kind in (("sound", "audio/wav"), ("zip", "application/zip"))
    }
    engine = engine_of(tmp_path, document(paths))
    with wave.open(io.BytesIO(ask(engine, "GET", "/sound").body)) as sound:
        assert sound.getnframes() > 0
    with zipfile.ZipFile(io.BytesIO(ask(engine, "GET", "/zip").body)) as archive:
        assert archive.testzip() is None


def test_the_content_type_that_is_accepted(tmp_path: Path) -> None:
    kinds = ("text/csv", "application/json", "application/pdf")
    anything: Any = {"schema": {}}
    content = dict.fromkeys(kinds, anything)
    get = operation(responses={"200": {"description": "", "content": content}})
    engine = engine_of(tmp_path, document({"/report": {"get": get}}))
    for accept, kind in (
        ("", "application/json"),
        ("text/csv", "text/csv"),
        ("application/pdf;q=0.9, */*", "application/pdf"),
        ("image/png", "application/json"),
    ):
        got = ask(engine, "GET", "/report", headers={"accept": accept})
        assert got.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    ("form", "start"),
    [("text", "This is a.wav"), ("srt", "1\n00:00:00,000 -->"), ("vtt", "WEBVTT\n"), ("json", '{"text":')],
)
def test_formats_of_a_transcription(form: str, start: str) -> None:
    body = (
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nabc\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="response_format"\r\n\r\n' + form.encode() + b"\r\n--XX--\r\n"
    )
    engine = Engine(read_service(OWN))
    got = ask(engine, "POST", "/v1/audio/transcriptions", body, kind="multipart/form-data; boundary=XX")
    assert got.status == 200, got.body
    assert got.body.decode().startswith(start)
