"""Tools as classes: what the model is told, what becomes of its calls, and functions and methods as classes."""

from __future__ import annotations

import enum
import functools
import gc
import inspect
import json
import types
import weakref
from collections.abc import Coroutine
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import pydantic
import pytest

from antiphon.llm import BaseTool, Tool, Toolbox, ToolCall, ToolConfig, tool
from antiphon.llm.core.calling.pieces import GrowingTool
from antiphon.llm.core.signatures import BadArgumentsError
from antiphon.llm.core.tool_classes import tool_class_of, tool_classes
from antiphon.llm.core.toolboxes import tools_of
from antiphon.llm.core.tools import arguments_of

T = TypeVar("T")
U = TypeVar("U")


class Genre(enum.Enum):
    CRIME = "crime"


class FormatBook(BaseTool):
    """Writes a book as it is cited."""

    title: str
    author: str = pydantic.Field(default="nobody", description="Who wrote it.")
    genre: Genre | None = None

    def call(self) -> str:
        return f"{self.title} by {self.author}"


class Waiting(BaseTool):
    """Waits."""

    seconds: int = 0

    async def call(self) -> int:
        return self.seconds


def sent(arguments: object, name: str = "FormatBook") -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def done(coroutine: Coroutine[Any, Any, Any]) -> object:
    """What a coroutine gives that never waits."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


def names(classes: list[type[BaseTool]]) -> list[str]:
    return [each.definition()["function"]["name"] for each in classes]


def test_what_the_model_is_told_of_a_class() -> None:
    assert FormatBook.definition() == {
        "type": "function",
        "function": {
            "name": "FormatBook",
            "description": "Writes a book as it is cited.",
            "parameters": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "author": {"type": "string", "default": "nobody", "description": "Who wrote it."},
                    "genre": {"anyOf": [{"$ref": "#/$defs/Genre"}, {"type": "null"}], "default": None},
                },
                "required": ["title"],
                "$defs": {"Genre": {"enum": ["crime"], "type": "string"}},
            },
        },
    }
    assert tools_of([FormatBook])["FormatBook"].param() == FormatBook.definition()


def test_a_call_becomes_an_object() -> None:
    call = sent('{"title": "Emma", "genre": "crime"}')
    made = FormatBook.from_call(call)
    assert isinstance(made, FormatBook)
    assert made.args == {"title": "Emma", "author": "nobody", "genre": Genre.CRIME}
    assert made.tool_call == call
    assert made.tool_call.function.name == "FormatBook"
    assert (made.id, made.delta) == ("call_1", None)
    assert made.call() == "Emma by nobody"
    assert (FormatBook(title="A").tool_call, FormatBook(title="A").id) == (None, None)
    assert done(Waiting.from_call(sent('{"seconds": "3"}')).call()) == 3


@pytest.mark.parametrize("arguments", ["", "  ", None, "{}", {}, "null", '"{}"'])
def test_no_arguments(arguments: object) -> None:
    assert Waiting.from_call(sent(arguments)).seconds == 0
    with pytest.raises(pydantic.ValidationError, match="title"):
        FormatBook.from_call(sent(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        '{"title": "a\\nb"}',
        '{"title": "a\nb"}',
        {"title": "a\nb"},
        json.dumps('{"title": "a\\nb"}'),
        '```json\n{"title": "a\\nb"}\n```',
    ],
)
def test_arguments_in_every_wrapping(arguments: object) -> None:
    assert FormatBook.from_call(sent(arguments)).title == "a\nb"


@pytest.mark.parametrize("arguments", ["{", "[]", "3", "title", '{"title": 3}', '{"author": "a"}'])
def test_arguments_that_do_not_fit(arguments: str) -> None:
    with pytest.raises(pydantic.ValidationError):
        FormatBook.from_call(sent(arguments))


def test_fields_may_have_almost_every_name() -> None:
    class Odd(BaseTool):
        id: int
        args: str  # pyright: ignore[reportIncompatibleMethodOverride]
        tool_call: str = "t"  # pyright: ignore[reportIncompatibleMethodOverride]
        delta: float = 0.5  # pyright: ignore[reportIncompatibleMethodOverride]
        model_name: str = "m"
        call_: str = pydantic.Field(default="c", alias="call")

        def call(self) -> str:
            return f"{self.id} {self.args} {self.tool_call} {self.delta} {self.model_name} {self.call_}"

    made = Odd.from_call(sent('{"id": 3, "args": "a", "call": "x", "model_name": "n"}'))
    assert made.call() == "3 a t 0.5 n x"
    assert list(Odd.definition()["function"]["parameters"]["properties"]) == [
        *("id", "args", "tool_call", "delta", "model_name", "call"),
    ]
    with pytest.warns(UserWarning, match="shadows"):

        class Shadowing(BaseTool):
            schema: str  # type: ignore[assignment]
            json: int = 3  # type: ignore[assignment]

    assert Shadowing.from_call(sent('{"schema": "s"}')).args == {"schema": "s", "json": 3}


@pytest.mark.parametrize("name", ["call", "definition", "from_call"])
def test_names_that_no_field_can_have(name: str) -> None:
    with pytest.raises(TypeError, match=rf"the field '{name}' of Bad hides .* Field\(alias='{name}'\)"):
        types.new_class("Bad", (BaseTool,), exec_body=lambda held: held.update(__annotations__={name: str}))


def test_class_variables_are_no_fields() -> None:
    class Counting(BaseTool):
        """Counts."""

        call: ClassVar[Any] = staticmethod(lambda: 1)

    assert Counting().call() == 1


def test_descriptions_are_inherited_and_optional() -> None:
    class Plain(BaseTool):
        pass

    class Child(FormatBook):
        pages: int = 1

    assert "description" not in Plain.definition()["function"]
    assert Plain.definition()["function"]["parameters"] == {"properties": {}, "type": "object"}
    assert Child.definition()["function"]["description"] == "Writes a book as it is cited."
    assert Child.definition()["function"]["name"] == "Child"
    assert "pages" in Child.definition()["function"]["parameters"]["properties"]
    with pytest.raises(TypeError, match="'Plain' has no call method"):
        Plain().call()


def test_generic_classes_are_named_after_what_they_are_of() -> None:
    class Pair(BaseTool, Generic[T, U]):
        first: T
        second: U

    kind = Pair[int, list[str]]
    assert kind.definition()["function"]["name"] == "Pair_int_list_str"
    assert kind.from_call(sent('{"first": 1, "second": ["a"]}')).args == {"first": 1, "second": ["a"]}


def test_names_can_be_given() -> None:
    class Other(BaseTool):
        @classmethod
        def _name(cls) -> str:
            return "other_name"

    assert Other.definition()["function"]["name"] == "other_name"

    class Bad(BaseTool):
        @classmethod
        def _name(cls) -> str:
            return "no name"

    with pytest.raises(ValueError, match="no name for a tool"):
        Bad.definition()


def test_strict_tools() -> None:
    class Strict(BaseTool):
        tool_config: ClassVar[ToolConfig] = {"strict": True}

        a: int
        b: str = "b"

        def call(self) -> None: ...

    function = Strict.definition()["function"]
    assert function["strict"] is True
    assert function["parameters"]["additionalProperties"] is False
    assert function["parameters"]["required"] == ["a", "b"]


def test_fields_that_cannot_be_described() -> None:
    class Holding(BaseTool):
        encoder: json.JSONEncoder

    with pytest.raises(TypeError, match="Holding cannot be described"):
        Holding.definition()


# --- functions ---


def describe(
    title: str,
    schema: Annotated[int, pydantic.Field(ge=1)] = 3,
    /,
    id: str = "i",
    *,
    call: bool = False,
    model_config: int = 1,
    json: Genre = Genre.CRIME,
    _hidden: int = 0,
    self: int = 5,
) -> str:
    """Describes.

    Args:
        title: The title.
        _hidden: Not seen.
    """
    return f"{title} {schema} {id} {call} {model_config} {json.value} {_hidden} {self}"


def with_call(text: str, llm_tool_call: ToolCall) -> str:
    return f"{text} {llm_tool_call.tool_call_id} {llm_tool_call.arguments}"


async def later(n: int) -> int:
    """Waits."""
    return n


def of(given: Any) -> type[BaseTool]:
    (made,) = tool_classes([given])
    return made


def test_a_function_becomes_a_class() -> None:
    made = of(describe)
    assert issubclass(made, BaseTool)
    assert (made.__name__, made.__doc__, made.__module__) == ("describe", "Describes.", __name__)
    assert made.definition() == Tool.function(describe).param()
    call = made.from_call(sent('{"title": "T", "schema": "2", "call": true, "json": "crime", "_hidden": 7, "no": 1}'))
    arguments = {"title": "T", "schema": 2, "id": "i", "call": True, "model_config": 1, "json": Genre.CRIME}
    assert call.args == {**arguments, "_hidden": 7, "self": 5}
    assert call.id == "call_1"
    assert call.call() == "T 2 i True 1 crime 7 5"
    assert repr(call).startswith("describe(title='T', schema=2, id='i'")
    with pytest.raises(pydantic.ValidationError, match="greater than or equal to 1"):
        made.from_call(sent('{"title": "T", "schema": 0}'))


def test_functions_whose_defaults_are_fields() -> None:
    def search(query: str, count: int = pydantic.Field(default=3, description="How many."), schema: int = 1) -> str:
        return f"{query} {count} {schema}"

    made = of(search)
    assert made.definition()["function"]["parameters"]["properties"]["count"]["description"] == "How many."
    assert made.from_call(sent('{"query": "a"}')).call() == "a 3 1"
    assert made.from_call(sent('{"query": "a"}')).args == {"query": "a", "count": 3, "schema": 1}


def test_functions_whose_parameters_are_called_as_those_of_methods() -> None:
    def told(self: str, cls: int, positional: str) -> str:
        return f"{self} {cls} {positional}"

    arguments = {"self": "a", "cls": 1, "positional": "b"}
    made = of(told).from_call(sent(arguments))
    assert made.args == arguments
    assert made.call() == "a 1 b"


def test_functions_of_both_colours_and_with_their_call() -> None:
    assert done(of(later).from_call(sent('{"n": 3}')).call()) == 3
    assert inspect.iscoroutinefunction(of(later).call) is hasattr(inspect, "markcoroutinefunction")
    made = of(with_call)
    assert list(made.definition()["function"]["parameters"]["properties"]) == ["text"]
    assert made.from_call(sent('{"text": "a"}')).call() == "a call_1 {'text': 'a'}"


def test_the_class_of_a_function_is_made_once_and_goes_with_it() -> None:
    def used() -> weakref.ref[Any]:
        def short(a: int) -> int:
            return a

        @functools.wraps(short)
        def wrapped(a: int) -> int:
            return short(a) + 1

        assert of(short) is of(short)
        assert of(wrapped) is not of(short)
        assert of(wrapped).from_call(sent('{"a": 1}')).call() == 2
        return weakref.ref(short)

    gone = used()
    gc.collect()
    assert gone() is None


def unannotated(a: int, b) -> None: ...  # type: ignore[no-untyped-def]  # pyright: ignore


def misdescribed(a: int) -> None:
    """Does.

    :param a: This one.
    :param c: There is none.
    """


def mistyped(
    a: int,
) -> None:
    """Does.

    Parameters
    ----------
    a : int
        This one.
    d : str
        There is none.
    """


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (unannotated, ValueError, "All parameters must have a type annotation: 'b' of unannotated has none"),  # pyright: ignore
        (misdescribed, ValueError, "misdescribed describes the parameter 'c', which is not in its signature: a"),
        (mistyped, ValueError, "mistyped describes the parameter 'd'"),
        (lambda: 1, ValueError, "pass name="),
        (3, TypeError, "not int"),
        ("text", TypeError, "not str"),
    ],
)
def test_what_cannot_be_a_tool(given: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        tool_classes([given])


def test_lists_of_tools() -> None:
    assert tool_classes(None) == []
    assert tool_classes([FormatBook, describe])[0] is FormatBook
    with pytest.raises(ValueError, match="two tools are called 'describe'"):
        tool_classes([describe, describe])
    for given in (describe, FormatBook, "describe", {"type": "function"}, 3):
        with pytest.raises(TypeError, match="must be a list of tools"):
            tool_classes(given)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Adder:
    def __init__(self, base: int) -> None:
        self.base = base

    def add(self, n: int) -> int:
        """Adds."""
        return self.base + n


def test_methods_and_other_tools() -> None:
    adder = Adder(3)
    assert of(adder.add) is of(adder.add)
    assert of(adder.add).from_call(sent('{"n": 1}')).call() == 4
    assert of(Adder(4).add).from_call(sent('{"n": 1}')).call() == 5

    @tool(name="renamed", description="Says.")
    def plain(a):  # type: ignore[no-untyped-def]  # pyright: ignore
        return a  # pyright: ignore

    made = of(plain)
    assert names([made]) == ["renamed"]
    assert of(plain) is made
    assert made.from_call(sent('{"a": "x"}')).call() == "x"
    assert of(tools_of([FormatBook])["FormatBook"]) is FormatBook


def test_objects_that_can_be_called() -> None:
    class Calling:
        """Calls."""

        __name__ = "calling"
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, n: int) -> int:
            return n + 1

    calling = Calling()
    assert of(calling).from_call(sent('{"n": 1}')).call() == 2
    assert names([of(calling)]) == ["calling"]
    adders = [Adder(number) for number in range(150)]
    made = [of(adder.add) for adder in adders]
    assert of(adders[-1].add) is made[-1]
    assert of(adders[0].add) is not made[0]  # those of methods are kept in a table with an end
    assert tool_class_of(tools_of([FormatBook])["FormatBook"]) is FormatBook


def test_tools_that_hold_themselves() -> None:
    class Folder(BaseTool):
        """A folder."""

        name: str
        inner: list[Folder] | None = None

        def call(self) -> int:
            return len(self.inner or ())

    Folder.model_rebuild(_types_namespace={"Folder": Folder})
    parameters = Folder.definition()["function"]["parameters"]
    assert parameters["type"] == "object"
    assert parameters["properties"]["inner"]["anyOf"][0]["items"] == {"$ref": "#/$defs/Folder"}
    assert Folder.from_call(sent('{"name": "a", "inner": [{"name": "b"}]}')).call() == 1


def test_definitions_become_classes() -> None:
    definition = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    made = of(definition).from_call(sent('{"a": [1]}'))
    assert made.args == {"a": [1]}
    assert type(made).definition() == definition
    with pytest.raises(TypeError, match="'f' has no function"):
        made.call()


def test_the_tools_of_a_box() -> None:
    class Box(Toolbox):
        opened = 0

        def prepare(self) -> None:
            self.opened += 1

        def count(self) -> int:
            return self.opened

    box = Box()
    (count,) = tool_classes([box])
    assert [count.from_call(sent("{}")).call() for _ in range(2)] == [1, 1]

    class Later(Toolbox):
        async def prepare_async(self) -> None: ...

        def count(self) -> int:
            return 1

    (count,) = tool_classes([Later()])
    with pytest.raises(TypeError, match="by execute_tools"):
        count.from_call(sent("{}")).call()


# --- classes in chains ---


def test_calls_of_classes_in_chains() -> None:
    made = tools_of([FormatBook])["FormatBook"]
    call = ToolCall.of(sent('{"title": "Emma"}'))
    bound = arguments_of(call, made)
    assert made(*bound.positional, **bound.named) == "Emma by nobody"
    assert bound.positional[0].id == "call_1"
    for arguments, problem in (("{}", "title: is missing"), ("[", "no JSON|Invalid JSON")):
        with pytest.raises(BadArgumentsError, match=problem):
            arguments_of(ToolCall.parsed("FormatBook", arguments, "1"), made)

    class Closed(FormatBook):
        model_config = pydantic.ConfigDict(extra="forbid")

    with pytest.raises(BadArgumentsError, match="no such parameter; the parameters are: title, author, genre"):
        arguments_of(ToolCall.parsed("Closed", '{"title": "a", "b": 1}', "1"), tools_of([Closed])["Closed"])


# --- while they are sent ---


def test_tools_that_grow() -> None:
    growing, seen = GrowingTool(FormatBook), list[BaseTool]()
    text = '{"title": "Emma", "author": "Jane"}'
    for at in range(0, len(text), 6):
        seen.append(growing.feed(text[at : at + 6], sent(text[: at + 6])))
    assert all(isinstance(each, FormatBook) for each in seen)
    assert [each.delta for each in seen][:2] == ['{"titl', 'e": "E']
    assert [each.args["title"] for each in seen] == [None, "E", "Emma", "Emma", "Emma", "Emma"]
    assert [each.args["author"] for each in seen] == [None, None, None, None, "J", "Jane"]
    assert {each.id for each in seen} == {"call_1"}
    assert {type(each).definition()["function"]["name"] for each in seen} == {"FormatBook"}
    assert FormatBook.from_call(sent(text)).delta is None


def test_functions_whose_calls_grow() -> None:
    growing = GrowingTool(of(describe))
    first = growing.feed('{"title": "T', sent(""))
    assert isinstance(first, of(describe))
    assert first.args == {**dict.fromkeys(first.args), "title": "T"}
    second = growing.feed('o", "schema": 5}', sent(""))
    assert (second.args["title"], second.args["schema"], second.args["id"]) == ("To", 5, "i")
    assert first.args["title"] == "T"
    assert GrowingTool(of(describe)).feed("no json", sent("")).args["title"] is None
