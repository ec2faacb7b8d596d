"""Kits of tools: methods that share what an object holds."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Coroutine
from typing import Any, ClassVar, Literal

import pytest

from antiphon.llm import BaseTool, BaseToolKit, toolkit_tool
from antiphon.llm.core.tool_classes import tool_classes
from antiphon.llm.core.toolboxes import tools_of


def sent(arguments: object, name: str = "FormatBook") -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def done(coroutine: Coroutine[Any, Any, Any]) -> object:
    """What a coroutine gives that never waits."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


def names(classes: list[type[BaseTool]]) -> list[str]:
    return [each.definition()["function"]["name"] for each in classes]


class Adder:
    def __init__(self, base: int) -> None:
        self.base = base

    def add(self, n: int) -> int:
        """Adds."""
        return self.base + n


def shout(text: str) -> str:
    """Say it loudly."""
    return text.upper()


class Advisor(BaseToolKit):
    __namespace__ = "advisor"

    level: Literal["beginner", "expert"]
    reader: Adder | None = None

    @toolkit_tool
    def suggest(self, title: str) -> str:
        """Suggests a book for a {self.level!s:>8} in the form {"title": "..."}.

        Args:
            title: Of which book.
        """
        return f"{title} for a {self.level}"

    @toolkit_tool
    async def look_up(self, n: int) -> int:
        """Looks it up."""
        return n

    def help(self) -> str:
        return "not a tool"


def test_kits_of_both_colours() -> None:
    kit = Advisor(level="beginner")
    suggest, look_up = kit.create_tools()
    assert names([suggest, look_up]) == ["advisor_suggest", "advisor_look_up"]
    function = suggest.definition()["function"]
    assert function["description"] == 'Suggests a book for a beginner in the form {"title": "..."}.'
    assert function["parameters"]["properties"] == {"title": {"type": "string", "description": "Of which book."}}
    assert suggest.from_call(sent('{"title": "Emma"}')).call() == "Emma for a beginner"
    assert done(look_up.from_call(sent('{"n": 1}')).call()) == 1
    assert kit.create_tools() == [suggest, look_up]
    kit.level = "expert"
    again, same = kit.create_tools()
    assert "for a   expert" in again.definition()["function"]["description"]
    assert same is look_up
    assert names(tool_classes([kit, shout])) == ["advisor_suggest", "advisor_look_up", "shout"]
    assert list(tools_of([kit])) == ["advisor_suggest", "advisor_look_up"]


def test_copies_of_kits_have_tools_of_their_own() -> None:
    kit = Advisor(level="beginner")
    before = kit.create_tools()
    assert kit == Advisor(level="beginner")
    for other in (kit.model_copy(), copy.copy(kit), kit.model_copy(deep=True), pickle.loads(pickle.dumps(kit))):
        assert other == kit
        other.level = "expert"
        (suggest, _) = other.create_tools()
        assert suggest.from_call(sent('{"title": "Emma"}')).call() == "Emma for a expert"
    assert before[0].from_call(sent('{"title": "Emma"}')).call() == "Emma for a beginner"
    assert kit.create_tools() == before


def test_kits_inherit_and_do_without_a_prefix() -> None:
    class More(Advisor):
        __namespace__ = None

        @toolkit_tool
        def suggest(self, title: str) -> str:
            """Suggests another one."""
            return title

        @toolkit_tool
        def again(self) -> str:
            """Once more."""
            return "again"

    assert names(More(level="expert").create_tools()) == ["suggest", "look_up", "again"]


def test_methods_of_the_class_and_of_nobody() -> None:
    class Several(BaseToolKit):
        factor: ClassVar[int] = 2

        @toolkit_tool
        @classmethod
        def times(cls, n: int) -> int:
            """Multiplies."""
            return n * cls.factor

        @classmethod
        @toolkit_tool
        def plus(cls, n: int) -> int:
            """Adds."""
            return n + cls.factor

        @toolkit_tool
        @staticmethod
        def minus(n: int) -> int:
            """Negates."""
            return -n

        @staticmethod
        @toolkit_tool
        def same(n: int) -> int:
            """Nothing."""
            return n

        @classmethod
        def other(cls) -> None:
            """No tool."""

    class More(Several):
        factor: ClassVar[int] = 5

    tools = More().create_tools()
    calls = {
        tool.definition()["function"]["name"]: tool.from_call({"function": {"arguments": {"n": 3}}}) for tool in tools
    }
    assert {name: call.call() for name, call in calls.items()} == {"times": 15, "plus": 8, "minus": -3, "same": 3}


def test_a_class_of_kits_stands_for_a_kit() -> None:
    class Plain(BaseToolKit):
        factor: int = 2

        @toolkit_tool
        def times(self, n: int) -> int:
            """Multiplies."""
            return n * self.factor

    (tool,) = tool_classes([Plain])
    assert tool.from_call({"function": {"name": "times", "arguments": {"n": 3}}}).call() == 6
    assert list(tools_of([Plain])) == ["times"]


def test_kits_that_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"Silent\.say has no docstring"):

        class Silent(BaseToolKit):  # pyright: ignore[reportUnusedClass]
            @toolkit_tool
            def say(self, text: str) -> str:
                return text

    with pytest.raises(ValueError, match=r"\{self\.nothing\}, which is not there"):

        class Wrong(BaseToolKit):  # pyright: ignore[reportUnusedClass]
            @toolkit_tool
            def say(self, text: str) -> str:
                """Says {self.nothing}."""
                return text

    with pytest.raises(ValueError, match=r"begin with self, and \{level\} does not"):

        class Loose(BaseToolKit):  # pyright: ignore[reportUnusedClass]
            level: int

            @toolkit_tool
            def say(self, text: str) -> str:
                """Says {level}."""
                return text

    class Empty(BaseToolKit):
        pass

    with pytest.raises(ValueError, match="Empty has no method"):
        Empty().create_tools()

    class Bare(BaseToolKit):
        @toolkit_tool
        def say(self, text) -> str:  # type: ignore[no-untyped-def]  # pyright: ignore
            """Says."""
            return ""

    with pytest.raises(ValueError, match="'text' of say has none"):
        Bare().create_tools()
