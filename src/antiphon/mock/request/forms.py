"""Forms and query strings: fields with their names in brackets become a tree, whose leaves are texts and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Self, TypeAlias, cast
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

__all__ = ["BadForm", "Fields", "Tree", "Upload", "multipart_fields", "tree_of", "urlencoded_fields"]

_MOST_FIELDS: Final = 20_000
_DEEPEST: Final = 32


class Upload(str):
    """A file of a multipart form. As text it is its name, so that it stands wherever a form has text."""

    __slots__ = ("content", "content_type", "filename")

    content: bytes
    content_type: str | None
    filename: str

    def __new__(cls, filename: str, content: bytes, content_type: str | None) -> Self:
        made = super().__new__(cls, filename)
        made.filename, made.content, made.content_type = filename, content, content_type
        return made

    def __repr__(self) -> str:
        return f"Upload({self.filename!r}, {len(self.content)} bytes, {self.content_type!r})"


Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
Fields: TypeAlias = Sequence[tuple[str, str]]


class BadForm(Exception):
    """A body that is no form of the kind it says it is."""


def urlencoded_fields(text: str) -> Fields:
    """The names and values of a query string or an urlencoded form."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadForm(f"there are more than {_MOST_FIELDS} fields") from None


def tree_of(fields: Iterable[tuple[str, str]]) -> dict[str, Tree]:
    """Fields by the parts of their names: `a=1`, `a=1&a=2`, `a[]=1`, `a[b]=1`, `a[][b]=1`."""
    root: dict[str, Tree] = {}
    for name, value in fields:
        _insert(root, _parts(name), value)
    return root


def _parts(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return [name]
    parts = [head, *rest[:-1].split("][")]
    odd = len(parts) > _DEEPEST or any("[" in part or "]" in part for part in parts)
    return [name] if odd else parts


def _insert(holder: dict[str, Tree], parts: Sequence[str], value: str) -> None:
    part, *rest = parts
    known = holder.get(part)
    if not rest:
        if isinstance(known, list):
            known.append(value)
        else:
            holder[part] = value if known is None else [known, value]
    elif rest[0]:
        inner: dict[str, Tree] = {}
        if isinstance(known, dict):
            inner = known
        elif known is not None:
            inner[""] = known
        holder[part] = inner
        _insert(inner, rest, value)
    else:
        listed: list[Tree] = []
        if isinstance(known, list):
            listed = known
        elif known is not None:
            listed.append(known)
        holder[part] = listed
        if len(rest) == 1:
            listed.append(value)
            return
        last = listed[-1] if listed else None
        if not isinstance(last, dict) or (len(rest) == 2 and rest[1] in last):  # a name seen again begins a new item
            last = dict[str, Tree]()
            listed.append(last)
        _insert(last, rest[1:], value)


def multipart_fields(body: bytes, content_type: str) -> Fields:
    """The fields and files of a multipart form. Raises `BadForm`."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise BadForm("the content type names no boundary")
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, cast(Any, collector.callbacks()))
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise BadForm(f"the body is no multipart form: {error}") from None
    if not collector.ended:
        raise BadForm("the multipart form is cut off")
    return collector.fields


class _Collector:
    """Gathers what the parser finds."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []
        self.ended = False
        self._headers: dict[bytes, bytes] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._data = bytearray()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._header,
            "on_part_data": self._add_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._headers, self._data = {}, bytearray()
        if len(self.fields) >= _MOST_FIELDS:
            raise ValueError(f"there are more than {_MOST_FIELDS} fields")

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if name is None:
            raise ValueError("a part has no name")
        kind = self._headers.get(b"content-type")
        filename = options.get(b"filename")
        if filename is not None:
            said = None if kind is None else kind.decode("latin-1")
            value: str = Upload(filename.decode("utf-8", "replace"), bytes(self._data), said)
        else:
            value = self._data.decode("utf-8", "replace")
        self.fields.append((name.decode("utf-8", "replace"), value))

    def _finish(self) -> None:
        self.ended = True
