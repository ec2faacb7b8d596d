"""Objects whose methods are tools; what the model is told of them may depend on the object."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from string import Formatter
from typing import Any, ClassVar, Final, TypeVar

import pydantic

from .base_tools import BaseTool
from .tool_classes import checked_tool, tool_class_of
from .tools import Tool

__all__ = ["BaseToolKit", "toolkit_tool"]

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_MARK: Final = "__antiphon_toolkit_tool__"
_PLACE: Final = re.compile(r"\{(self(?:\.[A-Za-z]\w*)+)(![rsa])?(:[^{}]*)?\}")
_formatter: Final = Formatter()


def toolkit_tool(method: FunctionT) -> FunctionT:
    """Make a method of a `BaseToolKit` a tool. It may be async.

    Its docstring describes it; `{self.name}` in it becomes what the object has under this name.
    """
    setattr(getattr(method, "__func__", method), _MARK, True)
    return method


class _Made:
    """What was made of a kit. It is no part of what the kit is: copies and pickles of it begin anew."""

    def __init__(self, of: object = None, tools: Sequence[Tool] = ()) -> None:
        self.of = of
        self.tools = tools
        self.classes: dict[str, type[BaseTool]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Made)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[_Made], tuple[()]]:
        return _Made, ()


class BaseToolKit(pydantic.BaseModel):
    """Tools that share the fields of an object: its methods with `@toolkit_tool`.

    They are called as the methods are, after `__namespace__` and `_` where that is given.
    """

    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    __namespace__: ClassVar[str | None] = None
    _made: _Made = pydantic.PrivateAttr(default_factory=lambda: _Made())

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        for name, method in _methods(cls):
            if not inspect.getdoc(method):
                raise ValueError(f"{cls.__name__}.{name} has no docstring, which says to the model what it does")
            for place in _places(inspect.getdoc(method) or ""):
                if place not in cls.model_fields and not hasattr(cls, place):
                    raise ValueError(f"the docstring of {cls.__name__}.{name} has {{self.{place}}}, which is not there")

    def create_tools(self) -> list[type[BaseTool]]:
        """The tools as classes, with what the object holds now. Raises ValueError where no method is one."""
        made = [self._class_of(tool) for tool in self.__antiphon_tools__()]
        if not made:
            raise ValueError(f"{type(self).__name__} has no method with @toolkit_tool")
        return made

    def _class_of(self, tool: Tool) -> type[BaseTool]:
        classes = self._made.classes
        known = classes.get(tool.name)
        if known is None or known._description() != (tool.description or ""):  # pyright: ignore[reportPrivateUsage]
            known = classes[tool.name] = tool_class_of(tool)
        return known

    def __antiphon_tools__(self) -> list[Tool]:
        if self._made.of is not self:
            prefix = f"{self.__namespace__}_" if self.__namespace__ else ""
            tools = [checked_tool(getattr(self, name), f"{prefix}{name}") for name, _ in _methods(type(self))]
            self._made = _Made(self, tools)
        return [self._filled(tool) for tool in self._made.tools]

    def _filled(self, tool: Tool) -> Tool:
        text = _filled(tool.description or "", self)
        return tool if text == tool.description else replace(tool, description=text)


def _methods(cls: type[BaseToolKit]) -> Iterator[tuple[str, Callable[..., Any]]]:
    names: dict[str, None] = {}
    for each in reversed(cls.__mro__):
        names.update(dict.fromkeys(name for name, value in vars(each).items() if _is_marked(value)))
    for name in names:
        method = getattr(cls, name, None)
        if callable(method) and _is_marked(method):
            yield name, method


def _is_marked(method: object) -> bool:
    return hasattr(getattr(method, "__func__", method), _MARK)  # class methods and static ones hold their function


def _places(text: str) -> Iterator[str]:
    """The first names after `self.`. Raises ValueError for places that name something else."""
    for found in _PLACE.finditer(text):
        yield found[1].split(".")[1]
    for found in re.finditer(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})", text):
        if found[1] != "self":
            raise ValueError(f"places in descriptions of toolkit tools begin with self, and {found[0]} does not")


def _filled(text: str, kit: BaseToolKit) -> str:
    def value(found: re.Match[str]) -> str:
        held = _formatter.get_field(found[1], (), {"self": kit})[0]
        held = _formatter.convert_field(held, found[2][1:]) if found[2] else held
        return format(held, found[3][1:] if found[3] else "")

    return _PLACE.sub(value, text)
