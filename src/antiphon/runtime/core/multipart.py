"""`multipart/form-data` bodies: fields and files to parts, names never breaking out of their quotes (RFC 7578)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Final, TypeAlias, cast

from .body import encode_json
from .headers import checked_name, checked_value
from .query import QueryStyle
from .scalars import scalar_text
from .sentinels import NotGiven, Omit
from .sources import PathSource, Segments, Source, source_of

__all__ = ["FileContent", "FileTypes", "Multipart", "encode_multipart"]

FileContent: TypeAlias = IO[bytes] | bytes | os.PathLike[str] | Iterable[bytes] | AsyncIterable[bytes]
"""The bytes of a file: in memory, an open binary file, a path, or an iterator that is read while it is sent."""

FileTypes: TypeAlias = (
    FileContent
    | tuple[str | None, FileContent | str]
    | tuple[str | None, FileContent | str, str | None]
    | tuple[str | None, FileContent | str, str | None, Mapping[str, str]]
)
"""A file: its content, or a tuple of file name, content, content type, and further part headers.

In a tuple the content may be text, which is sent as UTF-8, and a name that is None is not sent.
"""

_UNNAMED: Final = "upload"


@dataclass(frozen=True, slots=True)
class Multipart:
    """How one operation's body becomes parts.

    `files` are the names of the top-level fields that hold files (single or in a list), `json_parts` of those sent
    as one JSON part; everything else is spelled in the query style, one part per value.
    """

    files: frozenset[str] = frozenset()
    json_parts: frozenset[str] = frozenset()
    text_kinds: tuple[tuple[str, str], ...] = ()
    """Fields that hold text of a content type of their own."""
    extra: tuple[tuple[str, object], ...] = ()
    """Further files under names that are written as they are."""


def encode_multipart(
    fields: Mapping[str, object], form: Multipart, style: QueryStyle, boundary: str
) -> tuple[str, Segments]:
    """The content type and the body: fields in their order, then files in theirs.

    Raises TypeError, naming the field, for content that is no file; nothing of a file is read.
    """
    parts: list[bytes | Source] = []
    delimiter = f"--{boundary}\r\n".encode("ascii")
    # Servers that read a form while it arrives want to know what to do with a file before it comes.
    for name, value, is_file in sorted(_flat(fields, form, style), key=lambda part: part[2]):
        try:
            head, content = _file_part(name, value) if is_file else _field_part(name, value)
        except TypeError as error:
            raise TypeError(f"{name}: {error}") from None
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        parts += [delimiter + head, content, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode("ascii"))
    return f"multipart/form-data; boundary={boundary}", Segments(_joined(parts))


def _flat(fields: Mapping[str, object], form: Multipart, style: QueryStyle) -> Iterable[tuple[str, object, bool]]:
    text_kinds = dict(form.text_kinds)
    for name, value in fields.items():
        if value is None and name in form.files:
            raise TypeError(f"{name}: None is no file; what is not to be sent is left out")
        if value is None or isinstance(value, (Omit, NotGiven)):
            continue
        if name in form.json_parts:
            yield name, _TypedPart(encode_json(value), "application/json"), False
        elif name in text_kinds and isinstance(value, str):
            yield name, _TypedPart(value.encode("utf-8"), text_kinds[name]), False
        elif name in form.files:
            if _is_list_of_files(value):
                for index, item in enumerate(cast("Iterable[object]", value)):
                    yield _item_name(name, index, style), item, True
            else:
                yield name, value, True
        else:
            yield from _nested(name, value, style)
    for name, file in form.extra:
        yield name, file, True


def _nested(name: str, value: object, style: QueryStyle) -> Iterable[tuple[str, object, bool]]:
    if value is None or isinstance(value, (Omit, NotGiven)):
        return
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield from _nested(f"{name}.{key}" if style.nested == "dots" else f"{name}[{key}]", item, style)
    elif _is_file(value):
        yield name, value, True
    elif _is_list(value):
        for index, item in enumerate(cast("Iterable[object]", value)):
            yield from _nested(_item_name(name, index, style), item, style)
    else:
        yield name, value, False


def _item_name(name: str, index: int, style: QueryStyle) -> str:
    match style.arrays:
        case "brackets":
            return f"{name}[]"
        case "indices":
            return f"{name}[{index}]"
        case _:
            return name


def _is_list_of_files(value: object) -> bool:
    if isinstance(value, tuple):
        entries = cast("tuple[object, ...]", value)
        return not entries or not (entries[0] is None or isinstance(entries[0], str))  # that is a name and its file
    return isinstance(value, (list, set, frozenset))


def _is_list(value: object) -> bool:
    if isinstance(value, (list, set, frozenset)):
        return True
    return isinstance(value, tuple) and not _is_file(cast("object", value))


def _is_file(value: object) -> bool:
    if isinstance(value, tuple):
        entries = cast("tuple[object, ...]", value)
        named = 2 <= len(entries) <= 4 and (entries[0] is None or isinstance(entries[0], str))
        return named and _is_file(entries[1])
    return isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or callable(getattr(value, "read", None))


@dataclass(frozen=True, slots=True)
class _TypedPart:
    data: bytes
    content_type: str


def _field_part(name: str, value: object) -> tuple[bytes, bytes]:
    if isinstance(value, _TypedPart):
        return _head(name, None, value.content_type, {}), value.data
    text = scalar_text(value)
    if text is None:
        raise TypeError(f"a form field cannot hold {type(value).__name__}")
    return _head(name, None, None, {}), text.encode("utf-8")


def _file_part(name: str, value: object) -> tuple[bytes, bytes | Source]:
    filename: str | None = None
    content: object = value
    content_type: str | None = None
    headers: Mapping[str, str] = {}
    if isinstance(value, tuple):
        entries = cast("tuple[object, ...]", value)
        if not 2 <= len(entries) <= 4:
            raise TypeError(
                f"a file tuple has 2 to 4 entries (name, content, content type, headers), not {len(entries)}"
            )
        filename, content = cast("str | None", entries[0]), entries[1]
        content_type = cast("str | None", entries[2]) if len(entries) > 2 else None
        headers = cast("Mapping[str, str]", entries[3]) if len(entries) > 3 else {}
        if isinstance(content, str):
            content = content.encode("utf-8")
    source = source_of(content)
    if not isinstance(value, tuple):
        filename = _name_of(content, source)
    if content_type is None and filename is not None:
        content_type = _guessed_type(filename)
    return _head(name, filename, content_type, headers), source


def _name_of(content: object, source: bytes | Source) -> str:
    if isinstance(source, PathSource):
        return source.path.name
    name = getattr(content, "name", None)
    if isinstance(name, str):
        return os.path.basename(name) or _UNNAMED
    return _UNNAMED


def _guessed_type(filename: str) -> str:
    import mimetypes  # reads the system's tables at its first use

    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _head(name: str, filename: str | None, content_type: str | None, headers: Mapping[str, str]) -> bytes:
    lines = [f'Content-Disposition: form-data; name="{_quoted(name)}"']
    if filename is not None:
        lines[0] += f'; filename="{_quoted(filename)}"'
    if content_type is not None and not any(key.lower() == "content-type" for key in headers):
        lines.append(f"Content-Type: {checked_value('content-type', content_type)}")
    lines += [f"{checked_name(key)}: {checked_value(key, value)}" for key, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def _quoted(text: str) -> str:
    # The escapes of the HTML standard, "multipart/form-data encoding algorithm"; everything else goes out as UTF-8.
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").replace("\0", "%00")


def _joined(parts: list[bytes | Source]) -> list[bytes | Source]:
    """Neighbouring bytes as one piece, unless they are large enough to be sent by themselves."""
    out: list[bytes | Source] = []
    run: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes) and len(part) < 65536:
            run.append(part)
            continue
        if run:
            out.append(b"".join(run))
            run = []
        out.append(part)
    if run:
        out.append(b"".join(run))
    return out
