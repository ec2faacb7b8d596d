"""Reads a file into a JSON tree and knows where in it each node stands. Interprets nothing.

YAML is read by the 1.2 core rules (`no`, dates and `1:30` are text), without tags that make objects; aliases share
what they name, so that nothing is expanded, and a document that would expand beyond bounds is refused.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import yaml

from .problems import Origin, Problem, Problems, Refused

__all__ = ["JSON", "Document", "decoded", "load", "pointer_to", "steps_of"]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

_MAX_BYTES: Final = 100 * 1024 * 1024
_MAX_NODES: Final = 5_000_000
_MAX_DEPTH: Final = 400


@dataclass(frozen=True, slots=True)
class Document:
    """A file as a tree. `name` is how problems call it: the path below the folder of the first document."""

    name: str
    path: Path
    root: JSON
    _locate: Callable[[tuple[str, ...]], tuple[int, int]] = field(repr=False, compare=False)

    def origin(self, pointer: str) -> Origin:
        """The place of a node by its JSON pointer; which line that is, `located` finds out when it is to be shown."""
        return Origin(self.name, pointer=pointer)

    def located(self, origin: Origin) -> Origin:
        """The origin with its line and column; where the node is missing, those of its nearest ancestor."""
        line, column = (origin.line, origin.column) if origin.line else self._locate(steps_of(origin.pointer))
        return Origin(origin.file, line, column, origin.pointer)

    def at(self, pointer: str) -> JSON:
        """The node at a JSON pointer (RFC 6901). Raises KeyError where there is none."""
        node = self.root
        for step in steps_of(pointer):
            if isinstance(node, dict) and step in node:
                node = node[step]
            elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
                node = node[int(step)]
            else:
                raise KeyError(pointer)
        return node


def steps_of(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON pointer, unescaped."""
    if not pointer:
        return ()
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.removeprefix("/").split("/"))


def pointer_to(pointer: str, *steps: str | int) -> str:
    """The pointer to what lies these steps below."""
    return pointer + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def load(path: Path, problems: Problems, name: str | None = None) -> Document:
    """The document in a file, JSON or YAML by its contents. Raises `Refused` when it is neither, or out of bounds."""
    name = path.name if name is None else name
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MAX_BYTES else b""
    except OSError as error:
        raise _refused("missing", f"cannot read the document: {error.strerror}", Origin(name)) from None
    if size > _MAX_BYTES:
        raise _refused("too-large", f"the document has {size} bytes; {_MAX_BYTES} are the limit", Origin(name))
    text = decoded(data, name)
    if text.lstrip()[:1] in ("{", "["):
        try:
            root = json.loads(
                text,
                object_pairs_hook=_noting_duplicates(problems, name),
                parse_int=_integer,
                parse_float=_number,
                parse_constant=str,
            )
        except RecursionError:
            raise _refused("too-large", "the document is nested too deeply", Origin(name)) from None
        except json.JSONDecodeError:
            pass  # YAML in flow style, or a fault that the YAML reader tells with its place
        else:
            if _is_too_deep(root):
                raise _refused("too-large", "the document is nested too deeply", Origin(name))
            if _HALF_PAIR.search(text):
                root = _whole(root)
            return Document(name, path, root, _json_locator(text))
    root, marks = _YAMLReader(text, name, problems).read()
    return Document(name, path, root, _yaml_locator(root, marks))


def decoded(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, or UTF-16 where it begins by saying so. Raises `Refused` for anything else."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(
            "bad-shape", f"the document is not {encoding} text: {error.reason}", Origin(name, line, 1)
        ) from None


def _refused(kind: Any, message: str, origin: Origin) -> Refused:
    return Refused(Problem(kind, message, origin))


def _integer(text: str, base: int = 10) -> JSON:
    # Python writes no longer ones as numbers, and none of that length is meant as one.
    return int(text, base) if len(text) < 3000 else text


def _number(text: str) -> JSON:
    value = float(text)
    return value if isfinite(value) else text


# --- JSON ---


_HALF_PAIR: Final = re.compile(r"\\u[dD][89a-fA-F]")


def _whole(node: JSON) -> JSON:
    """The tree without halves of surrogate pairs: they have no form in UTF-8, neither in files nor on the wire."""
    if isinstance(node, str):
        return node.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(node, list):
        return [_whole(item) for item in node]
    if isinstance(node, dict):
        return {str(_whole(key)): _whole(value) for key, value in node.items()}
    return node


def _is_too_deep(root: JSON) -> bool:
    level: list[JSON] = [root]
    for _ in range(_MAX_DEPTH):
        level = [
            part
            for node in level
            if isinstance(node, (dict, list))
            for part in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def _noting_duplicates(problems: Problems, name: str) -> Callable[[list[tuple[str, JSON]]], dict[str, JSON]]:
    def build(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        entries = dict(pairs)
        if len(entries) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    problems.add(
                        "duplicate-key",
                        f"the key {key!r} occurs twice in one object; the last one counts",
                        Origin(name),
                    )
                seen.add(key)
        return entries

    return build


_JSON_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def _json_locator(text: str) -> Callable[[tuple[str, ...]], tuple[int, int]]:
    """Where nodes of a JSON text stand; the text is gone through when the first place is asked for."""
    offsets: dict[tuple[str, ...], int] = {}
    line_starts: list[int] = []

    def locate(steps: tuple[str, ...]) -> tuple[int, int]:
        if not line_starts:
            line_starts.append(0)
            line_starts.extend(match.end() for match in re.finditer("\n", text))
            offsets.update(_json_offsets(text))
        while steps not in offsets and steps:
            steps = steps[:-1]
        offset = offsets.get(steps, 0)
        line = bisect_right(line_starts, offset)
        return line, offset - line_starts[line - 1] + 1

    return locate


def _json_offsets(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The path of every node and where it begins: entries of objects at their key, items of lists at their value."""
    path: tuple[str, ...] = ()
    open_levels: list[tuple[tuple[str, ...], int | None]] = []  # the path of each, and the next index in lists
    key_next = False
    for token in _JSON_TOKEN.finditer(text):
        word = token[0]
        in_list = bool(open_levels) and open_levels[-1][1] is not None
        if word in "}]":
            path = open_levels.pop()[0]
            key_next = False
        elif word == ",":
            if not in_list:
                key_next = True
        elif word != ":":
            if key_next:
                path = (*open_levels[-1][0], cast(str, json.loads(word)))
                yield path, token.start()
                key_next = False
                continue
            if in_list:
                holder, index = open_levels[-1]
                path = (*holder, str(index))
                open_levels[-1] = (holder, cast(int, index) + 1)
                yield path, token.start()
            if word in "{[":
                open_levels.append((path, 0 if word == "[" else None))
                key_next = word == "{"


# --- YAML ---

_Marks: TypeAlias = dict[int, dict[str, tuple[int, int]]]

_INT: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN: Final = frozenset({".nan", ".NaN", ".NAN"})


class _YAMLReader:
    """Builds the tree from parser events, without recursion."""

    def __init__(self, text: str, name: str, problems: Problems) -> None:
        self._text = text
        self._name = name
        self._problems = problems
        self._marks: _Marks = {}
        self._anchors: dict[str, tuple[JSON, int]] = {}
        self._open_anchors: set[str] = set()
        self._kept: list[JSON] = []  # containers by identity in `_marks`: they must not be freed

    def read(self) -> tuple[JSON, _Marks]:
        try:
            return self._read(), self._marks
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Origin(self._name, mark.line + 1, mark.column + 1) if mark else Origin(self._name)
            said = error.problem or error.context or "no reason given"
            raise _refused("bad-shape", f"the document is neither JSON nor YAML: {said}", place) from None
        except yaml.YAMLError as error:
            said = " ".join(str(error).split())[:200]
            raise _refused("bad-shape", f"the document is neither JSON nor YAML: {said}", Origin(self._name)) from None

    def _read(self) -> JSON:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        parse: Callable[..., Iterator[Any]] = cast(Any, yaml).parse
        events = parse(self._text, Loader=loader)
        frames: list[_Frame] = []
        root: JSON = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    break
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                frames.append(self._opened(event, len(frames)))
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                frame = frames.pop()
                if frame.anchor is not None:
                    self._open_anchors.discard(frame.anchor)
                    self._anchors[frame.anchor] = (frame.value, frame.size)
                root = self._placed(frames, frame.value, frame.size, frame.line, frame.column, root)
            elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                line, column = event.start_mark.line + 1, event.start_mark.column + 1
                if isinstance(event, yaml.AliasEvent):
                    value, size = self._alias(event)
                else:
                    is_key = bool(frames) and isinstance(frames[-1].value, dict) and frames[-1].key is None
                    value, size = (event.value if is_key else self._scalar(event)), 1  # `200:` is the key "200"
                root = self._placed(frames, value, size, line, column, root)
        return root

    def _opened(self, event: Any, depth: int) -> _Frame:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if depth >= _MAX_DEPTH:
            raise _refused("too-large", "the document is nested too deeply", Origin(self._name, line, column))
        value: JSON = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._marks[id(value)] = {}
        self._kept.append(value)
        if event.anchor is not None:
            self._open_anchors.add(event.anchor)
        return _Frame(value, event.anchor, line, column)

    def _alias(self, event: Any) -> tuple[JSON, int]:
        origin = Origin(self._name, event.start_mark.line + 1, event.start_mark.column + 1)
        if event.anchor in self._open_anchors:
            raise _refused("bad-reference", f"the alias *{event.anchor} stands inside of what it names", origin)
        if event.anchor not in self._anchors:
            raise _refused("bad-reference", f"the alias *{event.anchor} names nothing", origin)
        return self._anchors[event.anchor]

    def _scalar(self, event: Any) -> JSON:
        value = cast(str, event.value)
        tag = cast("str | None", event.tag)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value if tag or not event.implicit[0] else _plain(value), 1)
        if tag is None or tag == "!":
            return _plain(value) if event.implicit[0] and tag is None else value
        short = tag.removeprefix("tag:yaml.org,2002:")
        if short in ("int", "float", "bool", "null"):
            return _plain(value)
        if short != "str":
            origin = Origin(self._name, event.start_mark.line + 1, event.start_mark.column + 1)
            self._problems.add("unsupported", f"the YAML tag {tag!r} is not used; the value is read as text", origin)
        return value

    def _placed(self, frames: list[_Frame], value: JSON, size: int, line: int, column: int, root: JSON) -> JSON:
        if not frames:
            return value
        frame = frames[-1]
        frame.size += size
        if frame.size > _MAX_NODES:
            where = Origin(self._name, frame.line, frame.column)
            raise _refused(
                "too-large", f"the document has more than {_MAX_NODES} nodes with its aliases expanded", where
            )
        holder = frame.value
        marks = self._marks[id(holder)]
        if isinstance(holder, list):
            marks[str(len(holder))] = (line, column)
            holder.append(value)
        elif isinstance(holder, dict):
            if frame.key is None:
                frame.key = self._key(value, line, column)
                frame.key_place = (line, column)
            else:
                self._entered(frame, holder, marks, value)
        return root

    def _key(self, value: JSON, line: int, column: int) -> str:
        if isinstance(value, (dict, list)):
            self._problems.add(
                "bad-shape", "a list or an object is no key; the entry is left out", Origin(self._name, line, column)
            )
            return _NO_KEY
        return value if isinstance(value, str) else str(value)

    def _entered(self, frame: _Frame, holder: dict[str, JSON], marks: dict[str, tuple[int, int]], value: JSON) -> None:
        key, frame.key = cast(str, frame.key), None
        if key == _NO_KEY:
            return
        if key == "<<":
            for source in value if isinstance(value, list) else [value]:
                for name, inherited in source.items() if isinstance(source, dict) else ():
                    holder.setdefault(name, inherited)
            return
        if key in marks:
            origin = Origin(self._name, *frame.key_place)
            self._problems.add(
                "duplicate-key", f"the key {key!r} occurs twice in one object; the last one counts", origin
            )
        holder[key] = value
        marks[key] = frame.key_place


_NO_KEY: Final = "\0not a key"


@dataclass(slots=True)
class _Frame:
    value: JSON
    anchor: str | None
    line: int
    column: int
    size: int = 1
    key: str | None = None
    key_place: tuple[int, int] = (0, 0)


def _plain(text: str) -> JSON:
    """A plain scalar by the core rules of YAML 1.2, section 10.3.2."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    first = text[0]
    if first.isdigit() or first in "+-.":
        if _INT.fullmatch(text):
            return _integer(text)
        if _OCTAL.fullmatch(text):
            return _integer(text[2:], 8)
        if _HEX.fullmatch(text):
            return _integer(text[2:], 16)
        if _FLOAT.fullmatch(text):
            return _number(text)
        if _INFINITE.fullmatch(text) or text in _NAN:
            return text
    return text


def _yaml_locator(root: JSON, marks: _Marks) -> Callable[[tuple[str, ...]], tuple[int, int]]:
    def locate(steps: tuple[str, ...]) -> tuple[int, int]:
        node, place = root, (1, 1)
        for step in steps:
            place = marks.get(id(node), {}).get(step, place)
            if isinstance(node, dict) and step in node:
                node = node[step]
            elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
                node = node[int(step)]
            else:
                break
        return place

    return locate
