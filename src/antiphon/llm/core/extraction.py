"""Values of a type in what a model answers: how they are asked for, and how they are read. Nothing here waits."""

from __future__ import annotations

import json
import re
import typing
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import is_dataclass
from functools import cached_property
from inspect import cleandoc, isroutine
from typing import Any, Final, TypeAlias, cast

import pydantic
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict

from ...lib.core.growing_json import Shape
from ...lib.core.strict_schema import strict_schema
from ...runtime.core.errors import SDKError
from ...runtime.core.kinds import is_list, is_mapping
from .growing_values import Partials
from .json_answers import better, is_no_json, json_readings, json_text, unwrapped, without_thoughts
from .partials import Within, shape_of
from .told_schemas import JSONSchema, told_schema

__all__ = [
    "Extraction",
    "FromCallArgs",
    "RefusalError",
    "ResponseModelConfigDict",
    "check_type",
    "with_json_asked",
    "with_response",
]

_VALUE: Final = "value"
"""Where a value stands that is no object."""
_NOTHING: Final[Mapping[str, Any]] = {}
_KEPT: Final = 128
_ATTRIBUTE: Final = "__antiphon_extractions__"
_Made: TypeAlias = "dict[tuple[bool, bool], Extraction]"
_others: OrderedDict[object, tuple[Any, _Made]] = OrderedDict()
_ENDS: Final = {
    "length": "the answer was cut off at its greatest length",
    "content_filter": "a content filter held the answer back",
}
_SAID: Final = "What is asked for, with every required parameter; optional ones only where the text says them."


class ResponseModelConfigDict(pydantic.ConfigDict, total=False):
    """The `model_config` of a response model. With `strict=True` the provider holds the model to the schema."""


class FromCallArgs:
    """Marks a field of a response model that the model is not asked for: `genre: Annotated[str, FromCallArgs()]`.

    Its value is the argument of this name with which the function was called.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class RefusalError(SDKError, ValueError):
    """The model declined to answer; `refusal` is what it said."""

    refusal: str
    _response: Any = None

    def __init__(self, refusal: str) -> None:
        super().__init__(f"the model refused: {refusal}")
        self.refusal = refusal


class _Request(TypedDict, total=False):
    tools: list[dict[str, Any]]
    tool_choice: Any
    response_format: dict[str, Any]


class Extraction:
    """How values of one type are asked for and read. `Extraction.of` gives the one of a type."""

    def __init__(self, of: Any, *, json_mode: bool = False, schemas: bool = True) -> None:
        self.type = of
        self._adapter = _adapter(of)
        self.name = _name(of)
        schema = _schema(self._adapter, self.name)
        self.is_wrapped = schema.get("type") != "object" or "properties" not in schema
        """Whether the value is no object of known fields, and stands in one under `value`."""
        config = getattr(of, "model_config", None) or getattr(of, "__pydantic_config__", None)
        self.is_strict = is_mapping(config) and config.get("strict") is True
        """Whether the provider is to hold the model to the schema."""
        self.by_schema = self.is_strict and schemas
        """Whether the form of the answer is asked for by the schema."""
        self.json_mode = json_mode
        self.from_call = _from_call(of)
        """What the fields that are arguments of the call are called in data, by the names of the arguments."""
        self._schema = _wrapped(schema) if self.is_wrapped else _without(schema, list(self.from_call.values()))

    @classmethod
    def of(cls, response_model: Any, *, json_mode: bool = False, schemas: bool = True) -> Extraction:
        """The extraction of a type, made once: of a pydantic class, a dataclass, a `TypedDict`, `str`, `int`, `float`,
        `bool`, `list[...]`, `dict[...]`, an enum, a `Literal`, a union, with `Annotated` or without.

        `schemas` is whether the provider takes a schema as the form of an answer; where it does not, strict models are
        asked for in another way.

        Raises TypeError for what is no type, or one that JSON cannot describe.
        """
        kept = _kept(response_model)
        found = kept.get((json_mode, schemas))
        if found is None:
            found = kept[json_mode, schemas] = cls(response_model, json_mode=json_mode, schemas=schemas)
        return found

    # --- asking ---

    def request(self) -> dict[str, Any]:
        """What the body of a request has to say: a tool that has to be called, or the form of the answer."""
        return cast("dict[str, Any]", {**self._request})

    def messages(self, messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The messages as they are sent: in JSON mode the last one says which JSON is wanted."""
        said = self.instructions
        return list(messages) if said is None else _told(messages, said)

    @cached_property
    def instructions(self) -> str | None:
        """What a model in JSON mode has to be told; None in other modes, where the request says it."""
        if not self.json_mode or self.by_schema:
            return None
        schema = json.dumps(self._schema, ensure_ascii=False)
        return (
            "Answer with one JSON object and nothing else: no text around it. It has to be an instance of this JSON "
            f"schema, not the schema itself:\n{schema}"
        )

    @cached_property
    def _request(self) -> _Request:
        if self.by_schema:
            form = {"name": self.name, "schema": strict_schema(self._schema, self.name), "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": form}}
        if self.json_mode:
            return {"response_format": {"type": "json_object"}}
        schema = {key: value for key, value in self._schema.items() if key != "description"}
        function: dict[str, Any] = {"name": self.name, "description": self.description, "parameters": schema}
        if self.is_strict:
            function = {**function, "parameters": strict_schema(schema, self.name), "strict": True}
        choice = {"type": "function", "function": {"name": self.name}}
        return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}

    @property
    def description(self) -> str:
        """What the model is told of the type: its docstring, where it has one of its own."""
        own = vars(self.type).get("__doc__") if isinstance(self.type, type) else None
        is_said = isinstance(own, str) and type.__module__ != getattr(self.type, "__module__", None)
        return cleandoc(own) if is_said and own and not own.startswith(f"{self.name}(") else _SAID

    def of_call(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What the arguments of a call say of the value. Raises TypeError where the function has no such parameter."""
        missing = [each for each in self.from_call if each not in arguments]
        if missing:
            raise TypeError(f"{self.name}.{missing[0]} is FromCallArgs, and {name} has no parameter of this name")
        return {key: arguments[each] for each, key in self.from_call.items()}

    # --- reading ---

    def is_beside(self, message: Mapping[str, Any], tools: Iterable[str]) -> bool:
        """Whether the model calls one of these tools first, instead of giving the value."""
        called = {call.get("name") for call in self._functions(message)}
        return self.name not in called and not called.isdisjoint(tools)

    def read(
        self, message: Mapping[str, Any], *, finish_reason: str | None = None, given: Mapping[str, Any] = _NOTHING
    ) -> Any:
        """The value in a message of a model, wherever in it, and however wrapped. `given` is what `of_call` gives.

        Raises `pydantic.ValidationError` for what does not fit and for nothing at all, with a note where
        `finish_reason` tells why; `RefusalError` when the model declined.
        """
        best: pydantic.ValidationError | None = None
        for candidate in self._candidates(message):
            try:
                return self._validated(candidate, given)
            except pydantic.ValidationError as error:
                best = better(best, error)
        if (refusal := message.get("refusal")) and (best is None or is_no_json(best)):
            raise RefusalError(str(refusal))
        best = best or self._nothing()
        if finish_reason in _ENDS:
            best.add_note(_ENDS[finish_reason])
        try:
            raise best
        finally:
            best = None  # the error holds this frame

    def partials(self, given: Mapping[str, Any] = _NOTHING) -> Partials:
        """Reads a stream of deltas."""
        return Partials(self, given)

    @cached_property
    def shape(self) -> Shape:
        """How partial values are built."""
        inner = shape_of(self.type)
        return Within(_VALUE, inner) if self.is_wrapped else inner

    def _validated(self, text: str | bytes, given: Mapping[str, Any]) -> Any:
        if given:
            with suppress(ValueError):
                value: object = from_json(text)
                if is_mapping(value):
                    return self._adapter.validate_python({**value, **given})
        return self._adapter.validate_json(text)

    def _functions(self, message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        calls: list[Any] = _list(message.get("tool_calls"))
        if is_mapping(message.get("function_call")):
            calls.append({"function": message["function_call"]})
        return [held for call in calls if is_mapping(call) and is_mapping(held := call.get("function"))]

    def _texts(self, message: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
        """The texts that may hold the value, those it was asked for in first, and whether they are content."""
        functions = self._functions(message)
        functions.sort(key=lambda function: function.get("name") != self.name)
        arguments = [(json_text(function.get("arguments")), False) for function in functions]
        content = message.get("content")
        if is_list(content):
            parts = [part.get("text") for part in _list(content) if is_mapping(part)]
            content = "".join(part for part in parts if isinstance(part, str))
        said = [(content, True)] if isinstance(content, str) and content.strip() else []
        yield from [*said, *arguments] if "response_format" in self._request else [*arguments, *said]

    def _candidates(self, message: Mapping[str, Any]) -> Iterator[str | bytes]:
        """JSON texts that may be the value, the most likely one first."""
        for text, is_content in self._texts(message):
            for reading in json_readings(text):
                yield from self._forms(reading)
            if is_content and self.is_wrapped:
                yield to_json(without_thoughts(text))  # just the value, in its own words

    def _nothing(self) -> pydantic.ValidationError:
        try:
            self._adapter.validate_json("")
        except pydantic.ValidationError as error:
            error.add_note("the model answered with nothing")
            return error
        raise AssertionError("nothing is no JSON")

    def _forms(self, text: str) -> Iterator[str | bytes]:
        try:
            value: object = from_json(text) if self.is_wrapped else None
        except ValueError:
            yield text
            return
        if self.is_wrapped and is_mapping(value) and _VALUE in value:
            yield _json(value[_VALUE])
        yield text
        try:
            value = from_json(text)
        except ValueError:
            return
        for inner in unwrapped(value, self.name):
            if self.is_wrapped and is_mapping(inner) and _VALUE in inner:
                yield _json(inner[_VALUE])
            yield _json(inner)


def with_json_asked(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The messages as they are sent for an answer in JSON of whatever form: some servers want to be told in words."""
    if any("json" in str(message.get("content")).lower() for message in messages if is_mapping(message)):
        return list(messages)
    return _told(messages, "Answer with one JSON object and nothing else: no text around it.")


def _told(messages: Sequence[Mapping[str, Any]], said: str) -> list[Mapping[str, Any]]:
    """The messages, the last of which says this too."""
    made = list(messages)
    last: Any = made[-1] if made else None
    content: Any = last.get("content") if is_mapping(last) else None
    if not is_mapping(last) or last.get("role") != "user" or not (isinstance(content, str) or is_list(content)):
        return [*made, {"role": "user", "content": said}]
    told: Any = f"{content}\n\n{said}" if isinstance(content, str) else [*content, _text_part(said)]
    made[-1] = {**last, "content": told}
    return made


def with_response(value: Any, response: object) -> Any:
    """The value, or the error, with `response` as its `_response`: models, dataclasses and errors can hold it."""
    if isinstance(value, (pydantic.BaseModel, Exception)) or (is_dataclass(value) and not isinstance(value, type)):
        with suppress(AttributeError):  # of a class with slots
            object.__setattr__(value, "_response", response)
    return value


def check_type(of: object) -> None:
    """Raise TypeError for what is certainly no type."""
    if of is None or isinstance(of, (str, bytes, int, float, pydantic.BaseModel)) or is_mapping(of) or isroutine(of):
        raise TypeError(f"response_model must be a type, not {of!r}")


def _adapter(of: Any) -> pydantic.TypeAdapter[Any]:
    check_type(of)
    try:
        return pydantic.TypeAdapter(of)
    except (pydantic.errors.PydanticUserError, NameError) as error:
        raise TypeError(f"{of!r} cannot be asked for: {getattr(error, 'message', error)}") from error


def _schema(adapter: pydantic.TypeAdapter[Any], name: str) -> dict[str, Any]:
    try:
        return told_schema(adapter.json_schema(schema_generator=JSONSchema))
    except pydantic.errors.PydanticUserError as error:
        raise TypeError(f"{name} cannot be described to a model: {error.message}") from error


def _from_call(of: Any) -> dict[str, str]:
    of = typing.get_origin(of) or of
    fields = of.model_fields if isinstance(of, type) and issubclass(of, pydantic.BaseModel) else {}
    return {
        name: field.validation_alias if isinstance(field.validation_alias, str) else field.alias or name
        for name, field in fields.items()
        if any(isinstance(each, FromCallArgs) or each is FromCallArgs for each in field.metadata)
    }


def _without(schema: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The schema of an object without these properties."""
    if not names:
        return schema
    made = {**schema, "properties": {key: value for key, value in schema["properties"].items() if key not in names}}
    if "required" in schema:
        made["required"] = [name for name in schema["required"] if name not in names]
    return made


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value for key, value in schema.items() if key != "$defs"}
    made: dict[str, Any] = {"type": "object", "properties": {_VALUE: inner}, "required": [_VALUE]}
    return {**made, "$defs": schema["$defs"]} if "$defs" in schema else made


def _name(of: Any) -> str:
    if typing.get_origin(of) is typing.Annotated:
        of = typing.get_args(of)[0]
    said = getattr(of, "__name__", None) if isinstance(of, type) and not hasattr(of, "__origin__") else None
    text = said or re.sub(r"\b(?:\w+\.)+", "", str(of))
    return re.sub(r"[^0-9A-Za-z_-]+", "_", text).strip("_")[:64] or "answer"


def _kept(of: Any) -> _Made:
    """The extractions of a type: kept on the class, so that they go when it goes; those of others in a table."""
    own = vars(of).get(_ATTRIBUTE) if isinstance(of, type) else None
    if own is not None:
        return own
    made: _Made = {}
    try:
        type.__setattr__(of, _ATTRIBUTE, made)
        return made
    except TypeError:  # generic types with their arguments are no classes, and built-in types take no attributes
        pass
    try:
        key: object = (hash(of), repr(of))
    except TypeError:
        key = id(of)  # the table holds the type, so that no other one has its id
    known = _others.get(key)
    if known is None or (known[0] is not of and known[0] != of):
        known = _others[key] = of, made
        if len(_others) > _KEPT:
            _others.popitem(last=False)
    return known[1]


def _json(value: object) -> bytes:
    return to_json(value, inf_nan_mode="constants")


def _list(value: object) -> list[Any]:
    return list(value) if is_list(value) else []


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
