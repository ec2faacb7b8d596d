"""The parameters of a function as a JSON schema, and JSON as the arguments of a function."""

from __future__ import annotations

import functools
import inspect
import json
import typing
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Annotated, Any, Final, cast
from weakref import WeakKeyDictionary

import pydantic
from pydantic.fields import FieldInfo

from ...runtime.core.kinds import is_mapping
from .docstrings import Described, described
from .told_schemas import JSONSchema, told_schema

__all__ = ["BadArgumentsError", "Bound", "Signature", "problems_of", "signature_of"]

CALL: Final = "llm_tool_call"
"""A parameter of this name gets the call itself; the model does not see it."""

_SHOWN_PROBLEMS: Final = 8


class BadArgumentsError(ValueError):
    """What the model sent does not fit the function; the text is for the model."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Arguments as Python takes them."""

    positional: tuple[Any, ...]
    named: dict[str, Any]


@dataclass(frozen=True)
class Signature:
    """A function's parameters, as far as a model may fill them."""

    text: str
    """What the docstring says of the function."""
    schema: dict[str, Any]
    fields: Mapping[str, tuple[str, bool]]
    """The fields of the model of the arguments: each parameter's name, and whether it is positional only."""
    model: type[pydantic.BaseModel]
    wants_call: bool
    defaulted: frozenset[str] = frozenset()
    """The parameters whose default is a `Field`, which only says what the default is."""

    def read(self, sent: object) -> Bound:
        """The arguments in what a model sent: JSON text or an object. Raises `BadArgumentsError`."""
        values = parsed_object(sent)
        try:
            made = self.model.model_validate(values)
        except pydantic.ValidationError as error:
            raise BadArgumentsError(problems_of(error, [name for name, _ in self.fields.values()])) from error
        return self.bound({name: getattr(made, field) for field, (name, _) in self.fields.items()}, self._given(made))

    def bound(self, values: Mapping[str, Any], given: AbstractSet[str]) -> Bound:
        """The arguments that these values of parameters are, of which `given` came from the model."""
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for name, only_positional in self.fields.values():
            if only_positional:
                positional.append(values[name])
            elif name in given or name in self.defaulted:  # the function's own defaults stay its own
                named[name] = values[name]
        return Bound(tuple(positional), named)

    def _given(self, made: pydantic.BaseModel) -> set[str]:
        return {self.fields[field][0] for field in made.model_fields_set}


def problems_of(error: pydantic.ValidationError, names: Sequence[str]) -> str:
    """What is wrong with arguments, for the model; `names` are those of the parameters."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    said = [f"{_place(each['loc'])}: {_what(each)}" for each in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        said.append(f"and {len(problems) - _SHOWN_PROBLEMS} more")
    if any(each["type"] == "extra_forbidden" and len(each["loc"]) == 1 for each in problems):
        said.append(f"the parameters are: {', '.join(names)}" if names else "there are no parameters")
    return "; ".join(said)


def parsed_object(sent: object) -> Mapping[str, Any]:
    """The JSON object in a text; nothing at all is the empty one. Raises `BadArgumentsError`."""
    if is_mapping(sent):
        return sent
    if sent is None or (isinstance(sent, str) and not sent.strip()):
        return {}
    try:
        value: object = json.loads(cast(str, sent), strict=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadArgumentsError(f"the arguments are no JSON: {error}") from error
    if not is_mapping(value):
        raise BadArgumentsError(f"the arguments must be a JSON object, not {_kind(value)}")
    return value


def signature_of(function: Callable[..., object], name: str) -> Signature:
    """How a model fills the parameters of a function.

    Raises TypeError, naming the parameter, for `*args` and `**kwargs`, for annotations that cannot be found, and for
    types that JSON cannot describe. It is worked out once for each function, and goes with it.
    """
    if not isinstance(function, (FunctionType, MethodType)):
        return _read(function, name)
    kept, key = (_of_methods, function.__func__) if isinstance(function, MethodType) else (_of_functions, function)
    known = kept.get(key) if isinstance(key, FunctionType) else None
    if known is None:
        known = _read(function, name)
        if isinstance(key, FunctionType):
            kept[key] = known
    return known


_of_functions: Final = WeakKeyDictionary[FunctionType, Signature]()
_of_methods: Final = WeakKeyDictionary[FunctionType, Signature]()
"""Those of the functions of methods, whose first parameter is filled already."""


def _read(function: Callable[..., object], name: str) -> Signature:
    said = described(inspect.getdoc(function) if not isinstance(function, type) else function.__doc__)
    try:
        parameters = inspect.signature(function).parameters
    except ValueError as error:
        raise TypeError(f"the parameters of {name} cannot be read: {error}") from error
    hints = _hints(function, name)
    wants_call = CALL in parameters
    fields: dict[str, Any] = {}
    names: dict[str, tuple[str, bool]] = {}
    for parameter in parameters.values():
        if parameter.name == CALL:
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            raise TypeError(
                f"{name} takes {stars}{parameter.name}, which a model cannot be told of: "
                "name each parameter, or take a list or a dict"
            )
        field = f"argument_{len(fields)}"  # a parameter may be called anything, also as what pydantic's models have
        names[field] = (parameter.name, parameter.kind is parameter.POSITIONAL_ONLY)
        fields[field] = _field(parameter, hints, said)
    model, schema = _described(fields, names, name)
    defaulted = frozenset(name for name, each in parameters.items() if isinstance(each.default, FieldInfo))
    return Signature(said.text, schema, names, model, wants_call, defaulted)


def _hints(function: Callable[..., object], name: str) -> dict[str, Any]:
    target: Any = function
    while isinstance(target, functools.partial):
        target = cast("functools.partial[Any]", target).func
    if isinstance(target, type):
        target = target.__init__
    elif not inspect.isroutine(target):
        target = type(target).__call__
    try:
        return typing.get_type_hints(target, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"an annotation of {name} cannot be found: {error}; define the type at the top of a module"
        ) from error


def _field(parameter: inspect.Parameter, hints: Mapping[str, Any], said: Described) -> tuple[Any, Any]:
    default = parameter.default
    annotation: Any = hints.get(parameter.name, parameter.annotation)
    if annotation is parameter.empty:
        plain: dict[object, Any] = {bool: bool, int: int, float: float, type(None): str | None}
        annotation = plain.get(cast(object, type(default)), str)
    if isinstance(default, FieldInfo):  # `= Field(...)`, as in models
        annotation, info = Annotated[annotation, default], pydantic.Field(alias=parameter.name)
    else:
        info = pydantic.Field(default=... if default is parameter.empty else default, alias=parameter.name)
    text = said.parameters.get(parameter.name)
    # The text of `Annotated[..., Field(description=...)]` stays where the docstring says nothing.
    return (Annotated[annotation, pydantic.Field(description=text)] if text else annotation), info


def _described(
    fields: dict[str, Any], names: Mapping[str, tuple[str, bool]], name: str
) -> tuple[type[pydantic.BaseModel], dict[str, Any]]:
    config = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=False)
    try:
        model = pydantic.create_model("Arguments", __config__=config, **fields)
        schema = model.model_json_schema(schema_generator=JSONSchema)
    except (pydantic.errors.PydanticUserError, TypeError) as error:
        for field, (annotation, _) in fields.items():
            _check_describable(annotation, f"{names[field][0]} of {name}")
        raise TypeError(f"the parameters of {name} cannot be described: {error}") from error
    schema.pop("additionalProperties", None)
    schema.pop("description", None)
    return model, {"properties": {}, **told_schema(schema)}


def _check_describable(annotation: Any, place: str) -> None:
    try:
        pydantic.TypeAdapter(annotation).json_schema(schema_generator=JSONSchema)
    except (pydantic.errors.PydanticUserError, TypeError) as error:
        raise TypeError(
            f"the type of {place}, {annotation!r}, cannot be described to a model: use JSON's types, enums, "
            "dataclasses or pydantic models"
        ) from error


def _place(where: tuple[int | str, ...]) -> str:
    return ".".join(str(each) for each in where) or "the arguments"


def _what(problem: Any) -> str:
    match problem["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "there is no such parameter"
        case _:
            return str(problem["msg"])


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array"}
    return names.get(type(value), type(value).__name__)
