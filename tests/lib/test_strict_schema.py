"""Strict schemas: what pydantic writes, with every object closed and every property required."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter
from typing_extensions import TypedDict

from antiphon.lib import to_strict_json_schema, type_to_response_format_param
from antiphon.lib.core import formats
from antiphon.lib.core.formats import format_of
from antiphon.runtime.core.kinds import is_list, is_mapping

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    """A place."""

    x: int
    y: int = 0


class Everything(BaseModel):
    number: int
    maybe: str | None = None
    deep: Point | None = None
    described: Point = Field(description="where it is")
    many: list[Point]
    nested: list[list[Point | None]] = []
    colour: Colour
    word: Literal["a", "b"]
    either: int | str
    pair: tuple[int, str] = (1, "a")
    some: Annotated[int, Field(ge=1, le=9)] = 3


class Node(BaseModel):
    value: int
    children: list[Node] = []
    next: Node | None = Field(None, description="the one after it")
    best: Node = Field(description="the best of them")


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]


class Owner(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")


class Generous(BaseModel):
    model_config = ConfigDict(extra="allow")

    x: int


class Box(BaseModel, Generic[T]):
    content: T


@dataclass
class Plain:
    x: int
    y: str | None = None


@pydantic.dataclasses.dataclass
class Checked:
    x: int


class Typed(TypedDict):
    x: int
    points: list[Point]


def objects(schema: object) -> list[Mapping[str, Any]]:
    """Every object with properties in a schema."""
    if is_list(schema):
        return [found for each in schema for found in objects(each)]
    if not is_mapping(schema):
        return []
    own = [schema] if is_mapping(schema.get("properties")) else []
    return own + [found for each in schema.values() for found in objects(each)]


@pytest.mark.parametrize("of", [Point, Everything, Node, Owner, Generous, Box[int], Plain, Checked, Typed])
def test_every_object_is_closed_and_all_of_it_is_required(of: Any) -> None:
    schema = to_strict_json_schema(of)
    assert schema["type"] == "object"
    found = objects(schema)
    assert found
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert "oneOf" not in str(schema)
    assert "'default': None" not in str(schema)


def test_references_with_words_beside_them_are_put_in_place() -> None:
    properties = to_strict_json_schema(Everything)["properties"]
    assert properties["described"]["description"] == "where it is"
    assert properties["described"]["properties"]["x"] == {"title": "X", "type": "integer"}
    assert properties["many"]["items"] == {"$ref": "#/$defs/Point"}
    assert properties["maybe"] == {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Maybe"}
    assert properties["some"] == {"default": 3, "maximum": 9, "minimum": 1, "title": "Some", "type": "integer"}
    assert properties["word"] == {"enum": ["a", "b"], "title": "Word", "type": "string"}


def test_models_within_themselves_end() -> None:
    schema = to_strict_json_schema(Node)
    assert schema["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert schema["$defs"]["Node"]["properties"]["value"] == {"title": "Value", "type": "integer"}
    assert len(str(schema)) < 3_000


def test_variants_that_are_told_apart_are_variants() -> None:
    pet = to_strict_json_schema(Owner)["properties"]["pet"]
    assert pet["anyOf"] == [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
    assert "discriminator" not in pet


def test_one_schema_of_all_is_that_schema() -> None:
    made = formats.to_strict_json_schema(TypeAdapter(Annotated[Plain, Field(json_schema_extra={"title": "T"})]))
    assert made["type"] == "object"
    from antiphon.lib.core.strict_schema import strict_schema

    one = {"type": "object", "properties": {"a": {"allOf": [{"type": "integer"}], "description": "d"}}}
    assert strict_schema(one, "X")["properties"]["a"] == {"type": "integer", "description": "d"}
    two = {"type": "object", "properties": {"a": {"allOf": [{"type": "object"}, {"type": "object"}]}}}
    assert strict_schema(two, "X")["properties"]["a"]["allOf"][1] == {"type": "object", "additionalProperties": False}


class HasDict(BaseModel):
    fine: int
    prices: dict[str, float]


class HasAny(BaseModel):
    inner: list[Any]


class HasBareList(BaseModel):
    inner: list  # pyright: ignore[reportMissingTypeArgument, reportUnknownVariableType]  as users write it


class Outer(BaseModel):
    inside: list[HasDict]


class HasObject(BaseModel):
    value: object = None


@pytest.mark.parametrize(
    ("of", "where"),
    [
        (HasDict, "HasDict.prices"),
        (HasAny, "HasAny.inner[]"),
        (HasBareList, "HasBareList.inner[]"),
        (Outer, "HasDict.prices"),
        (HasObject, "HasObject.value"),
        (dict[str, int], "dict"),
        (list[int], "list"),
        (RootModel[list[int]], "RootModel"),
        (int, "int"),
        (Cat | Dog, "Dog"),
    ],
)
def test_what_a_strict_schema_cannot_say_is_named(of: Any, where: str) -> None:
    with pytest.raises(TypeError) as caught:
        to_strict_json_schema(of)
    assert where in str(caught.value)


@pytest.mark.parametrize("of", [3, "City", Point(x=1), None, [Point]])
def test_what_is_no_type_is_refused(of: Any) -> None:
    with pytest.raises(TypeError, match="type"):
        format_of(of)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="pydantic takes them from 3.12 on")
def test_a_typed_dict_that_pydantic_refuses_is_a_type_error() -> None:
    import typing

    make: Any = typing.TypedDict
    with pytest.raises(TypeError, match=r"typing_extensions\.TypedDict"):
        format_of(make("X", {"a": int}))


def test_names_are_such_as_the_api_takes() -> None:
    assert format_of(Box[int]).name == "Box_int"
    assert len(format_of(pydantic.create_model("X" * 90)).name) == 64
    assert type_to_response_format_param(Plain)["json_schema"]["name"] == "Plain"
    assert type_to_response_format_param({"type": "text"}) == {"type": "text"}


def test_a_type_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    original = formats.to_strict_json_schema

    def counted(of: Any) -> dict[str, Any]:
        built.append(of)
        return original(of)

    monkeypatch.setattr(formats, "to_strict_json_schema", counted)

    class Once(BaseModel):
        x: int

    for _ in range(100):
        each: Any
        for each in (Once, Typed, Checked, dict[str, int]):
            format_of(each)
        type_to_response_format_param(Once)
    assert built.count(Once) == 1
    assert format_of(dict[str, int]) is format_of(dict[str, int])


def test_formats_go_with_their_types() -> None:
    def made() -> weakref.ref[type[BaseModel]]:
        model = pydantic.create_model("Passing", x=(int, ...))
        assert format_of(model).schema
        return weakref.ref(model)

    gone = made()
    gc.collect()
    assert gone() is None


def test_a_subclass_has_a_format_of_its_own() -> None:
    class Base(BaseModel):
        x: int

    assert format_of(Base).schema["required"] == ["x"]

    class Derived(Base):
        y: int

    assert format_of(Derived).schema["required"] == ["x", "y"]


def test_types_made_at_run_time_do_not_pile_up() -> None:
    for number in range(300):
        literal: Any = Literal
        format_of(literal[f"n{number}"])
    assert len(formats._others) <= 128  # pyright: ignore[reportPrivateUsage]
