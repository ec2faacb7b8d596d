"""Tools from functions and classes: what the model is told of them, and what it may send."""

from __future__ import annotations

import enum
import functools
import gc
import json
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Optional

import pydantic
import pytest

from antiphon.llm.core.signatures import BadArgumentsError
from antiphon.llm.core.toolboxes import Toolbox, tools_of
from antiphon.llm.core.tools import Tool, ToolCall, ToolOutput, ToolResult, arguments_of, output_text, tool


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Place(pydantic.BaseModel):
    title: str
    height: int = 0


@dataclass
class Point:
    x: int
    y: int = 0


def paint(
    colour: Colour,
    at: Point,
    place: Place,
    style: Literal["flat", "round"] = "flat",
    size: Optional[int] = None,  # noqa: UP045  users write both
    schema: Annotated[str, pydantic.Field(description="What an annotation says.")] = "s",
    _private: bool = False,
) -> dict[str, Any]:
    """Paints.

    Args:
        colour: With what.
    """
    return {"colour": colour, "at": at, "place": place, "style": style, "size": size}


def plain(string, n: int = 2):  # pyright: ignore
    "Converts"
    return string * n  # pyright: ignore


PLAIN: Callable[..., Any] = plain  # pyright: ignore


def only_positional(first: int, second: int = 5, /, third: int = 1) -> list[int]:
    return [first, second, third]


def with_call(text: str, llm_tool_call: ToolCall) -> str:
    return f"{text} {llm_tool_call.tool_call_id}"


def nothing() -> None: ...


def call(text: str) -> ToolCall:
    return ToolCall.parsed("x", text, "id")


def called(made: Tool, text: str) -> Any:
    bound = arguments_of(call(text), made)
    return made(*bound.positional, **bound.named)


def test_a_function_without_annotations() -> None:
    made = Tool.function(PLAIN)
    assert made.description == "Converts"
    assert made.input_schema == {
        "properties": {"string": {"type": "string"}, "n": {"default": 2, "type": "integer"}},
        "required": ["string"],
        "type": "object",
    }
    assert made("ab") == "abab"


def test_types_of_parameters() -> None:
    schema = Tool.function(paint).input_schema
    assert schema["required"] == ["colour", "at", "place"]
    assert schema["$defs"]["Colour"] == {"enum": ["red", "blue"], "type": "string"}
    assert schema["$defs"]["Place"]["properties"]["title"] == {"type": "string"}
    assert schema["properties"]["colour"]["description"] == "With what."
    assert schema["properties"]["style"] == {"default": "flat", "enum": ["flat", "round"], "type": "string"}
    assert schema["properties"]["schema"]["description"] == "What an annotation says."
    assert schema["properties"]["_private"] == {"default": False, "type": "boolean"}
    assert '"title":' not in json.dumps({**schema, "$defs": {}})


def test_arguments_come_as_their_types() -> None:
    given = called(Tool.function(paint), '{"colour": "red", "at": {"x": "1"}, "place": {"title": "t"}, "size": null}')
    expected = {"colour": Colour.RED, "at": Point(1), "place": Place(title="t"), "style": "flat", "size": None}
    assert given == expected


def test_positional_parameters_and_the_call_itself() -> None:
    assert called(Tool.function(only_positional), '{"first": 1, "third": 3}') == [1, 5, 3]
    made = Tool.function(with_call)
    assert list(made.input_schema["properties"]) == ["text"]
    assert called(made, '{"text": "a"}') == "a id"
    assert called(Tool.function(nothing), "") is None
    assert Tool.function(nothing).param()["function"]["parameters"] == {"properties": {}, "type": "object"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "the arguments are no JSON"),
        ("[]", "must be a JSON object, not an array"),
        ("null", "must be a JSON object, not null"),
        ("[" * 100_000, "the arguments are no JSON"),
        ('{"n": 1}', "string: is missing"),
        ('{"string": 1}', "string: Input should be a valid string"),
        ('{"string": "a", "n": "many"}', "n: Input should be a valid integer"),
        ('{"string": "a", "m": 1}', "m: there is no such parameter; the parameters are: string, n"),
    ],
)
def test_what_does_not_fit_is_said_to_the_model(text: str, problem: str) -> None:
    with pytest.raises(BadArgumentsError, match=problem):
        arguments_of(call(text), Tool.function(PLAIN))


def many(*values: int) -> None: ...


def named(**values: int) -> None: ...


def of_any_class(encoder: json.JSONEncoder) -> None: ...


def of_unknown(value: Nowhere) -> None: ...  # pyright: ignore  # noqa: F821


@pytest.mark.parametrize(
    ("function", "error", "text"),
    [
        (lambda x: x, ValueError, "pass name="),  # pyright: ignore
        (functools.partial(plain, n=1), ValueError, "pass name="),
        (3, TypeError, "not int"),
        (many, TypeError, r"many takes \*values"),
        (named, TypeError, r"named takes \*\*values"),
        (of_any_class, TypeError, "the type of encoder of of_any_class"),
        (of_unknown, TypeError, "Nowhere"),
    ],
)
def test_what_cannot_be_a_tool(function: Callable[..., Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Tool.function(function)


def test_names_of_tools() -> None:
    assert Tool.function(lambda: 1, name="one").name == "one"
    with pytest.raises(ValueError, match="no name for a tool"):
        Tool.function(nothing, name="a b")
    with pytest.raises(ValueError, match="two tools are called 'nothing'"):
        tools_of([nothing, nothing])
    with pytest.raises(TypeError, match="must be a list of tools"):
        tools_of(nothing)  # pyright: ignore[reportArgumentType]


def test_decorated_functions() -> None:
    @tool
    def first(a: int) -> int:
        return a

    @tool(name="other", description="Says.", fast=True)
    def second(a: int) -> int:
        return a + 1

    assert first.name == "first"
    assert not first.fast
    assert (second.name, second.description, second.fast, second(1)) == ("other", "Says.", True, 2)
    assert Tool.function(second) is second


class Adder:
    base: str = "not a parameter"

    def __call__(self, base: int, more: int = 1) -> int:
        """Adds."""
        return base + more


def test_other_things_that_can_be_called() -> None:
    made = Tool.function(Adder(), name="add")
    assert made.input_schema["properties"]["base"] == {"type": "integer"}
    assert called(made, '{"base": 1}') == 2
    part = Tool.function(functools.partial(only_positional, 7), name="part")
    assert called(part, '{"third": 3}') == [7, 5, 3]


def test_defaults_that_json_does_not_know() -> None:
    def keep(kind: type = int, colour: Colour = Colour.RED, at: Any = None) -> str:
        return f"{kind.__name__} {colour.value} {at}"

    with pytest.raises(TypeError, match="the type of kind"):
        Tool.function(keep)

    def other(colour: Colour = Colour.RED, at: Any = Adder) -> str:
        return f"{colour.value} {at.base}"

    made = Tool.function(other)
    assert made.input_schema["properties"]["colour"]["default"] == "red"
    assert called(made, "{}") == "red not a parameter"


def test_defaults_that_are_fields() -> None:
    def search(
        query: str = pydantic.Field(description="For what.", min_length=2),
        count: int = pydantic.Field(default=3, le=5, alias="other"),
        words: list[str] = pydantic.Field(default_factory=list[str]),  # noqa: B008  as users write it
        plain: int = 1,
    ) -> list[Any]:
        """Searches.

        Args:
            count: How many.
        """
        return [query, count, words, plain]

    made = Tool.function(search)
    assert made.input_schema["required"] == ["query"]
    assert made.input_schema["properties"]["query"] == {"type": "string", "minLength": 2, "description": "For what."}
    count = {"type": "integer", "maximum": 5, "default": 3, "description": "How many."}
    assert made.input_schema["properties"]["count"] == count
    assert called(made, '{"query": "ab"}') == ["ab", 3, [], 1]
    with pytest.raises(BadArgumentsError, match="count: Input should be less than or equal to 5"):
        called(made, '{"query": "ab", "count": 6}')


def test_a_function_is_read_once_and_goes_when_nobody_has_it() -> None:
    def short(a: int) -> int:
        return a

    first, second = Tool.function(short), Tool.function(short, name="other")
    assert first.signature is second.signature
    assert Tool.function(Box().add).signature is Tool.function(Box().add).signature
    gone = weakref.ref(short)
    del short, first, second
    gc.collect()
    assert gone() is None


def test_definitions_in_the_form_of_the_api() -> None:
    definition = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    found = tools_of([definition])["f"]
    assert found.implementation is None
    assert found.param() == definition
    assert arguments_of(call('{"a": 1}'), found).named == {"a": 1}
    with pytest.raises(TypeError, match="OpenAI's format"):
        tools_of([{"name": 3}])


class Box(Toolbox):
    def __init__(self) -> None:  # does not call the one above
        self.words: list[str] = []

    def add(self, word: str) -> int:
        """Keeps a word."""
        self.words.append(word)
        return len(self.words)

    @staticmethod
    def double(number: int) -> int:
        return number * 2

    def _inner(self) -> None: ...


class Larger(Box):
    name = "box"

    def clear(self) -> None:
        self.words.clear()


def test_the_methods_of_a_class() -> None:
    box = Box()

    def size(self: Box) -> int:
        return len(self.words)

    box.add_tool(size, pass_self=True)
    box.add_tool(nothing)
    found = tools_of([box])
    assert list(found) == ["Box_add", "Box_double", "size", "nothing"]
    assert found["Box_add"].description == "Keeps a word."
    assert called(found["Box_add"], '{"word": "a"}') == 1
    assert called(found["Box_double"], '{"number": 2}') == 4
    assert called(found["size"], "{}") == 1
    assert list(tools_of([Larger])) == ["box_add", "box_double", "box_clear"]
    assert list(tools_of([Box()])) == ["Box_add", "Box_double"]
    named: Any = Box()
    named.name = "what somebody calls it"  # which is for them
    assert list(tools_of([named])) == ["Box_add", "Box_double"]


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("text", "text"),
        (None, "null"),
        ({"a": [1, "ä"]}, '{"a": [1, "ä"]}'),
        (Place(title="t"), '{"title": "t", "height": 0}'),
        (Point(1), '{"x": 1, "y": 0}'),
        (int, "\"<class 'int'>\""),
    ],
)
def test_what_the_model_is_told_of_a_result(output: object, text: str) -> None:
    assert output_text(output) == text


def test_calls_and_results_as_messages() -> None:
    assert call('{"a":1}').param() == {
        "id": "id",
        "type": "function",
        "function": {"name": "x", "arguments": '{"a":1}'},
    }
    assert ToolCall("x", {"a": 1}).param()["function"]["arguments"] == '{"a": 1}'
    assert ToolResult("x", "out", "id").param() == {"role": "tool", "tool_call_id": "id", "content": "out"}
    assert ToolOutput().attachments == ()
