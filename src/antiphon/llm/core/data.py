"""Answers: dicts, as they came as JSON, whose entries are attributes as well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from inspect import get_annotations
from typing import Any, ClassVar, TypeAlias, cast

from ...runtime.core.kinds import is_list, is_mapping

__all__ = [
    "MESSAGE_SHAPE",
    "CalledFunction",
    "Choice",
    "ChunkChoice",
    "Completion",
    "CompletionChunk",
    "Data",
    "Delta",
    "Embeddings",
    "Message",
    "ResponseData",
    "Shape",
    "Usage",
    "data_of",
]


class Data(dict[str, Any]):
    """A JSON object: `answer["id"]` and `answer.id` are the same.

    It is a real dict: `.get`, `in`, `json.dumps` and sending it back work. What OpenAI's format knows and the server
    left out reads as None, as an attribute and by `[...]`; anything else raises AttributeError or KeyError. Entries
    named as a method of dict (`items`, `values`) are found by `[...]` only.
    """

    __slots__ = ()

    _fields: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        cls._fields = cls._fields | {name for name in get_annotations(cls) if name[0] != "_"}

    def __missing__(self, name: str) -> Any:
        if name in self._fields:
            return None
        raise KeyError(name)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            pass
        raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {', '.join(map(repr, self)) or 'nothing'}")

    def __setattr__(self, name: str, value: object) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._fields, *self})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()})"

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, all the way down."""
        return {key: _plain(value) for key, value in self.items()}

    def model_dump(self, *, exclude_none: bool = False, **options: object) -> dict[str, Any]:
        """The same, as users of pydantic models know it; of its further options none means anything here."""
        plain = self.to_dict()
        return cast("dict[str, Any]", _without_none(plain)) if exclude_none else plain

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """The same as JSON text."""
        separators = (",", ":") if indent is None else None
        return json.dumps(self.model_dump(**options), ensure_ascii=False, indent=indent, separators=separators)


class Usage(Data):
    """The tokens that were counted."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: Any
    completion_tokens_details: Any


class CalledFunction(Data):
    """Which function the model asks for, and with what."""

    name: str
    arguments: str


class ToolCall(Data):
    """A function that the model asks for."""

    id: str
    type: str
    index: int
    function: CalledFunction


class Message(Data):
    """What the model says."""

    role: str
    content: str | None
    reasoning_content: str | None
    """What the model thought, from wherever the server put it."""
    refusal: str | None
    tool_calls: list[ToolCall] | None
    function_call: Any
    audio: Any
    annotations: Any


class Delta(Message):
    """A piece of what the model says."""


class Choice(Data):
    """One of the alternative answers."""

    index: int
    finish_reason: str | None
    message: Message
    logprobs: Any


class ChunkChoice(Data):
    """A piece of one of the alternative answers."""

    index: int
    finish_reason: str | None
    delta: Delta
    logprobs: Any


class Completion(Data):
    """A whole answer: `completion.choices[0].message.content`."""

    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None
    service_tier: str | None
    system_fingerprint: str | None


class CompletionChunk(Data):
    """A piece of an answer: `chunk.choices[0].delta.content`."""

    id: str
    object: str
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | None
    service_tier: str | None
    system_fingerprint: str | None


class ResponseData(Data):
    """An answer of the Responses API."""

    id: str
    object: str
    created_at: float
    model: str
    status: str | None
    output: list[Data]
    usage: Any
    error: Any
    incomplete_details: Any

    @property
    def output_text(self) -> str:
        """The text of all messages of the answer."""
        items: list[Any] = self.get("output") or []
        said = [item.get("content") for item in items if is_mapping(item) and item.get("type") == "message"]
        parts: list[Any] = [part for content in said if is_list(content) for part in content if is_mapping(part)]
        return "".join(str(part.get("text") or "") for part in parts if part.get("type") == "output_text")


class Embedding(Data):
    """The vector of one input."""

    index: int
    object: str
    embedding: list[float] | str


class Embeddings(Data):
    """The vectors of all inputs: `embeddings.data[0].embedding`."""

    object: str
    model: str
    data: list[Embedding]
    usage: Usage | None


Shape: TypeAlias = Mapping[str, Any]
"""What the entries of an object are: a class and the shape of its own entries, by their names."""

_TOOL_CALLS: Shape = {"function": (CalledFunction, {})}
MESSAGE_SHAPE: Shape = {"tool_calls": (ToolCall, _TOOL_CALLS)}

SHAPES: Mapping[type[Data], Shape] = {
    Completion: {"usage": (Usage, {}), "choices": (Choice, {"message": (Message, MESSAGE_SHAPE)})},
    CompletionChunk: {"usage": (Usage, {}), "choices": (ChunkChoice, {"delta": (Delta, MESSAGE_SHAPE)})},
    Embeddings: {"usage": (Usage, {}), "data": (Embedding, {})},
}


def data_of(value: Mapping[str, Any], kind: type[Data] = Data, shape: Shape | None = None) -> Any:
    """The object as a `kind`, with everything in it in its own form."""
    inner: Shape = SHAPES.get(kind, _NOTHING) if shape is None else shape
    made = kind(value)
    for key, item in value.items():
        of = item.__class__
        if of not in _SCALARS:
            into, within = inner.get(key, _ANY)
            made[key] = data_of(item, into, within) if of is dict else _shaped(item, into, within)
    return made


def _shaped(item: object, kind: type[Data], shape: Shape) -> object:
    if is_mapping(item):
        return data_of(item, kind, shape)
    # Vectors have thousands of entries, all of one kind.
    if is_list(item) and item and type(item[0]) not in (float, int, str):
        return [_shaped(each, kind, shape) for each in item]
    return item


_SCALARS = frozenset({str, int, float, bool, type(None)})
_NOTHING: Shape = {}
_ANY: tuple[type[Data], Shape] = (Data, {})


def _without_none(value: object) -> object:
    if is_mapping(value):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if is_list(value) else value


def _plain(value: object) -> Any:
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if is_list(value) else value
