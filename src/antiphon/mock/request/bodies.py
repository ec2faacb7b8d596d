"""The body of a request, read by its content type, as the value its schema means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, NoReturn, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.service import Media

from .forms import BadForm, Tree, Upload, multipart_fields, tree_of, urlencoded_fields
from .reading import TextReader

__all__ = ["BadBody", "Body", "choose_media", "is_json", "parse_json", "read_body"]

_FORM: Final = "application/x-www-form-urlencoded"


class BadBody(Exception):
    """A body that is not what its content type says."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Body:
    """A body that could be read. `checked` tells whether a schema can say anything about it."""

    value: JSON | bytes
    checked: bool


def is_json(kind: str) -> bool:
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def choose_media(offered: tuple[Media, ...], kind: str) -> Media | None:
    """The one of the offered content types that a request's is an instance of."""
    major = kind.partition("/")[0]
    for wanted in (kind, f"{major}/*", "*/*"):
        for media in offered:
            if media.type == wanted or (wanted == "*/*" and media.type in ("*", "")):
                return media
    if is_json(kind):
        return next((media for media in offered if is_json(media.type)), None)
    return None


def parse_json(data: bytes) -> JSON:
    """A JSON text by the letter of RFC 8259. Raises `BadBody`, which says where the text goes wrong."""
    try:
        return cast(JSON, json.loads(data, parse_constant=_no_constant, parse_float=_finite))
    except json.JSONDecodeError as error:
        raise BadBody(
            f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})", "invalid_json"
        ) from None
    except UnicodeDecodeError:
        raise BadBody("the body is not JSON: it is not UTF-8", "invalid_json") from None
    except RecursionError:
        raise BadBody("the body is nested too deeply", "invalid_json") from None
    except ValueError as error:
        raise BadBody(f"the body is not JSON: {str(error)[:100]}", "invalid_json") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is out of range")
    return number


def read_body(data: bytes, kind: str, content_type: str, media: Media, reader: TextReader) -> Body:
    """The value a body stands for. Raises `BadBody`."""
    if is_json(kind):
        return Body(parse_json(data), checked=True)
    if kind in ("application/jsonl", "application/x-ndjson", "application/x-jsonl"):
        return Body([parse_json(line) for line in data.splitlines() if line.strip()], checked=False)
    try:
        if kind == _FORM:
            fields = urlencoded_fields(data.decode("utf-8", "replace"))
        elif kind == "multipart/form-data":
            fields = multipart_fields(data, content_type)
        else:
            text = kind.startswith("text/")
            return Body(data.decode("utf-8", "replace") if text else data, checked=text)
    except BadForm as error:
        raise BadBody(str(error), "invalid_form") from None
    tree = tree_of(fields)
    held: dict[str, JSON] = {}
    for name, encoding in media.encodings.items():
        if is_json(encoding.partition(";")[0].strip().lower()) and name in tree:
            try:
                held[name] = _as_json(tree[name])
            except BadBody:
                continue  # it is left as it is, for the schema to judge
            del tree[name]
    value = reader.read(tree, True if media.schema is None else media.schema)
    return Body({**value, **held} if isinstance(value, dict) else value, checked=True)


def _as_json(tree: Tree) -> JSON:
    """A field that is said to hold JSON, or several of one name. Raises `BadBody`."""
    if isinstance(tree, list):
        return [_as_json(each) for each in tree]
    if isinstance(tree, dict):
        return {name: _as_json(each) for name, each in tree.items()}
    return parse_json(tree.content if isinstance(tree, Upload) else tree.encode())
