"""What is passed as `tools=`: functions, tools, classes whose methods are tools; and what is made ready first."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, TypeAlias, TypeVar, cast

from ...runtime.core.kinds import is_iterable, is_mapping
from .tools import Tool

__all__ = ["ToolLike", "Toolbox", "by_name", "check_tools", "is_prepared", "preparing", "tools_of", "with_prepared"]

GivenT = TypeVar("GivenT")
MadeT = TypeVar("MadeT")

AS_TOOL: Final = "__antiphon_tool__"
"""A class with a method of this name is a tool, which the method gives."""
AS_TOOLS: Final = "__antiphon_tools__"
"""An object with a method of this name has tools, which the method gives."""


class Toolbox:
    """A class whose public methods are tools, named `Class_method`, which share what the object holds.

    One of `prepare()` and `prepare_async()` is called once, before the first prompt they go with; what it adds with
    `add_tool` goes with that prompt too. Where both are overwritten, sync code calls the first, async code the second.
    """

    name: str | None = None
    """What stands before the names of the methods, if not the name of the class. That of an object says nothing."""
    _is_prepared: bool = False

    def prepare(self) -> object:
        """Overwrite it to make ready what the tools need."""

    async def prepare_async(self) -> object:
        """Overwrite it where getting ready waits."""

    def add_tool(self, function: Callable[..., Any] | Tool, *, pass_self: bool = False) -> None:
        """Add a tool under its own name. With `pass_self` its first argument is this object."""
        given: Any = function
        if pass_self:
            if isinstance(function, Tool):
                raise TypeError("pass_self is for functions; a Tool has its parameters already")
            given = given.__get__(self)
        self._added().append(Tool.function(given))

    def tools(self) -> list[Tool]:
        """The tools: the public methods in the order of their definition, then those that were added."""
        said = type(self).name
        prefix = said if isinstance(said, str) and said else type(self).__name__
        names: dict[str, None] = {}
        for cls in reversed(type(self).__mro__):
            if cls is not object and cls is not Toolbox:
                names.update(dict.fromkeys(name for name, value in vars(cls).items() if _is_method(name, value)))
        found = [Tool.function(getattr(self, name), name=f"{prefix}_{name}") for name in names]
        return [_prepared_by(self, each) for each in [*found, *self._added()]]

    def __getstate__(self) -> dict[str, object]:
        # Locks cannot be copied, and a copy needs its own.
        return {name: value for name, value in self.__dict__.items() if name not in _LOCKS}

    def _added(self) -> list[Tool]:
        # Subclasses need not call __init__ of this class.
        return self.__dict__.setdefault("_added_tools", [])


_LOCKS: Final = frozenset({"_preparing", "_async_preparing"})
"""What `antiphon.llm.pairs.running` keeps in a toolbox."""
_LIFE: Final = frozenset({"prepare", "prepare_async", "add_tool", "tools"})


# No methods: every further name on the class is one that no tool could have.


def is_prepared(box: Toolbox) -> bool:
    """Whether a toolbox was made ready."""
    return box._is_prepared  # pyright: ignore[reportPrivateUsage]


@contextmanager
def preparing(box: Toolbox) -> Generator[None]:
    """What is added inside belongs to the tools of prompts that were made before; then the toolbox is ready."""
    before = len(box._added())  # pyright: ignore[reportPrivateUsage]
    yield
    box.__dict__["_tools_before_preparing"] = before
    box._is_prepared = True  # pyright: ignore[reportPrivateUsage]


def _added_when_prepared(box: Toolbox) -> list[Tool]:
    since: int = box.__dict__.get("_tools_before_preparing", 0)
    return [_prepared_by(box, each) for each in box._added()[since:]] if is_prepared(box) else []  # pyright: ignore[reportPrivateUsage]


def _is_method(name: str, value: object) -> bool:
    if name.startswith("_") or name in _LIFE or isinstance(value, (type, property)):
        return False
    return callable(value) or isinstance(value, (staticmethod, classmethod))


def _prepared_by(box: Toolbox, each: Tool) -> Tool:
    return Tool(each.name, each.description, each.input_schema, each.implementation, each.fast, each.signature, box)


class HasTools(Protocol):
    """An object whose methods are tools: a `BaseToolKit`."""

    def __antiphon_tools__(self) -> list[Tool]:
        """The tools."""
        ...


ToolLike: TypeAlias = "Tool | Toolbox | type[Toolbox] | HasTools | Callable[..., Any] | Mapping[str, Any]"
"""What can be passed in `tools=`: functions, tools, toolboxes, tool classes, kits, definitions in OpenAI's format."""


def with_prepared(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    """The tools, with those that their toolboxes got when they were made ready."""
    boxes = {id(each.prepare): each.prepare for each in tools.values() if each.prepare is not None}
    added = [each for box in boxes.values() for each in _added_when_prepared(box)]
    return {**tools, **{each.name: each for each in added if each.name not in tools}}


def tools_of(given: Iterable[ToolLike] | None) -> dict[str, Tool]:
    """The tools by name. Raises TypeError for what is none, ValueError for a name that two have."""
    return by_name(given, _tools, lambda made: made.name)


def by_name(
    given: Iterable[GivenT] | None, made_of: Callable[[GivenT], Iterable[MadeT]], name_of: Callable[[MadeT], str]
) -> dict[str, MadeT]:
    """What is made of each thing in `tools=`, by name.

    Raises TypeError for what is no list, ValueError for a name that two have, and what `made_of` raises.
    """
    if given is None:
        return {}
    check_tools(given)
    found: dict[str, MadeT] = {}
    for each in given:
        for made in made_of(each):
            if (name := name_of(made)) in found:
                raise ValueError(f"two tools are called {name!r}")
            found[name] = made
    return found


def check_tools(given: object) -> None:
    """Raise TypeError for what is no list of anything."""
    if isinstance(given, (str, bytes, type, Tool, Toolbox)) or is_mapping(given) or not is_iterable(given):
        raise TypeError(f"tools must be a list of tools, not {type(given).__name__}")


def _tools(each: ToolLike) -> list[Tool]:
    if isinstance(each, Tool):
        return [each]
    if isinstance(each, type):
        kind = cast("type[Any]", each)
        if issubclass(kind, Toolbox):
            return kind().tools()
        if hasattr(kind, AS_TOOLS):
            return getattr(kind(), AS_TOOLS)()
        made = getattr(kind, AS_TOOL, None)
        return [Tool.function(kind) if made is None else made()]
    if isinstance(each, Toolbox):
        return each.tools()
    if (several := getattr(each, AS_TOOLS, None)) is not None:
        return several()
    if is_mapping(each):
        return [_from_definition(each)]
    return [Tool.function(cast("Callable[..., Any]", each))]


def _from_definition(given: Mapping[str, Any]) -> Tool:
    held: object = given.get("function", given)
    if not is_mapping(held) or not isinstance(held.get("name"), str):
        raise TypeError("a mapping in tools must define a function in OpenAI's format")
    return Tool(held["name"], held.get("description"), held.get("parameters") or {})
