"""Prompts as templates: on functions of both colours, and as classes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar, cast, overload

import pydantic

from ..runtime.core.kinds import is_mapping
from .core.calling.asked import METADATA, BaseDynamicConfig, TemplateMessages, filled, metadata_of
from .core.calling.messages import BaseMessageParam, PromptLike
from .core.calling.parts import PromptError, content_of, items_of
from .core.calling.plans import ASKING, Called, is_decorated
from .core.calling.templates import Template, template_of
from .core.colours import is_async_function

__all__ = ["BasePrompt", "PromptDecorator", "merge_decorators", "metadata", "prompt_template"]

P = ParamSpec("P")
T = TypeVar("T")
PromptT = TypeVar("PromptT", bound="type[BasePrompt]")


class PromptDecorator:
    """What `prompt_template` gives."""

    def __init__(self, template: str | None) -> None:
        self.template = None if template is None else template_of(template)

    @overload
    def __call__(  # pyright: ignore[reportOverlappingOverload]  classes come first
        self, function: PromptT, /
    ) -> PromptT: ...
    @overload
    def __call__(self, function: Callable[P, PromptLike], /) -> Callable[P, list[BaseMessageParam]]: ...
    @overload
    def __call__(
        self, function: Callable[P, Coroutine[Any, Any, Any]], /
    ) -> Callable[P, Coroutine[Any, Any, list[BaseMessageParam]]]: ...
    @overload
    def __call__(self, function: Callable[P, Any], /) -> Callable[P, list[BaseMessageParam]]: ...
    def __call__(self, function: Any, /) -> Any:
        if isinstance(function, type):
            return _of_class(cast("Any", function), self.template)
        if isinstance(function, (staticmethod, classmethod)):
            return type(cast("Any", function))(self(cast("Any", function).__func__))
        return _of_function(function, self.template)


def prompt_template(template: str | None = None) -> PromptDecorator:
    """Gives a function, or a subclass of `BasePrompt`, its prompt; calling the function gives the messages.

    `{name}` in the template is an argument of the function, `{name.attribute}` an attribute of one; `SYSTEM:`, `USER:`,
    `ASSISTANT:` and `MESSAGES:` at the beginning of a line say who speaks. Without a template the docstring is it,
    unless the function returns its prompt.

    Raises `PromptError` for a template that cannot be read.
    """
    return PromptDecorator(template)


def metadata(said: Mapping[str, Any], /) -> Callable[[T], T]:
    """Says something of a function, or of a subclass of `BasePrompt`, that its answers have as `metadata`.

    What the function itself returns as `metadata` takes its place.
    """
    if not is_mapping(said):
        raise TypeError(f"metadata is a mapping, not {type(said).__name__}")

    def decorate(asked: T, /) -> T:
        of: Any = getattr(asked, ASKING).function if is_decorated(asked) else asked
        setattr(of, METADATA, said)
        return asked

    return decorate


def merge_decorators(*decorators: Callable[[Any], Any]) -> Callable[[], Callable[[Callable[P, Any]], Callable[P, Any]]]:
    """One decorator of several, the first of which is the outermost: `both = merge_decorators(one, other)`, `@both()`.

    What is decorated keeps its name and its parameters.
    """

    def merged() -> Callable[[Callable[P, Any]], Callable[P, Any]]:
        def decorate(function: Callable[P, Any], /) -> Callable[P, Any]:
            made: Any = function
            for decorator in reversed(decorators):
                made = decorator(made)
            return made if made is function else functools.update_wrapper(made, function)

        return decorate

    return merged


def _of_function(function: Callable[..., Any], template: Template | None) -> Callable[..., Any]:
    if is_decorated(function):
        raise TypeError("prompt_template stands below call: the function is decorated with call already")
    called = Called(function)

    def made(given: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> TemplateMessages:
        used = template
        if used is None and (given is None or given is ...) and (said := inspect.getdoc(function)):
            used = template_of(said)
        return filled(used, given, called.arguments(args, kwargs), called.name)

    if is_async_function(function):

        async def async_messages(*args: Any, **kwargs: Any) -> Any:
            return made(await function(*args, **kwargs), args, kwargs)

        return functools.update_wrapper(async_messages, function)

    def messages(*args: Any, **kwargs: Any) -> Any:
        return made(function(*args, **kwargs), args, kwargs)

    return functools.update_wrapper(messages, function)


def _of_class(kind: type[BasePrompt], template: Template | None) -> type[BasePrompt]:
    if not issubclass(kind, BasePrompt):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"prompt_template decorates functions and subclasses of BasePrompt, not {kind.__name__}")
    said = kind.__dict__.get("__doc__")
    found = template if template is not None else template_of(said) if said else None
    if found is None:
        raise PromptError(f"{kind.__name__} has no template: pass one, or write it as the docstring")
    kind._template = found  # pyright: ignore[reportPrivateUsage]
    return kind


class _Values(Mapping[str, Any]):
    """The fields, properties and other attributes of a prompt, by their names."""

    def __init__(self, prompt: BasePrompt, computed: Mapping[str, Any]) -> None:
        self._prompt = prompt
        self._computed = computed

    def __getitem__(self, name: str) -> Any:
        if name == "self":
            return self._prompt
        if name in self._computed:
            return self._computed[name]
        if name.startswith("_") or not hasattr(self._prompt, name):
            raise KeyError(name)
        return getattr(self._prompt, name)

    def __iter__(self) -> Any:
        kind = type(self._prompt)
        return iter([*kind.model_fields, *kind.model_computed_fields, *self._computed])

    def __len__(self) -> int:
        return len(list(iter(self)))


class BasePrompt(pydantic.BaseModel):
    """A prompt as a class: its fields are the values of its template.

    Decorate the subclass with `prompt_template`, or write the template as its docstring, or as `prompt_template` of the
    class.
    """

    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    prompt_template: ClassVar[str] = ""
    """The template, where neither the decorator nor the docstring is it."""
    _template: ClassVar[Template | None] = None

    def dynamic_config(self) -> BaseDynamicConfig:
        """Overwrite it to add computed fields, tools, parameters, a client or metadata."""
        return {}

    def message_params(self) -> list[BaseMessageParam]:
        """The messages. Raises `PromptError`."""
        return self._messages()

    def _messages(self) -> TemplateMessages:
        kind = type(self)
        config = self.dynamic_config()
        return filled(kind._read_template(), config, _Values(self, config.get("computed_fields") or {}), kind.__name__)

    @classmethod
    def _read_template(cls) -> Template:
        for each in cls.__mro__:
            if (known := each.__dict__.get("_template")) is not None:
                return known
            if isinstance(text := each.__dict__.get("prompt_template"), str) and text:
                return template_of(text)
        if said := cls.__dict__.get("__doc__"):
            return template_of(said)
        raise PromptError(f"{cls.__name__} has no template: decorate it with prompt_template")

    def __str__(self) -> str:
        texts: list[str] = []
        for message in self.message_params():
            content = content_of(message.content)
            parts = items_of(content)
            if parts is None:
                texts.append(str(content))
            else:
                texts += [str(part["text"]) if is_mapping(part) and "text" in part else repr(part) for part in parts]
        return "\n\n".join(texts)

    def run(self, call: Callable[[Callable[[], Any]], Callable[[], T]], *decorators: Callable[..., Any]) -> T:
        """What a model answers: `prompt.run(llm.call("openai", "gpt-5.4-mini"))`. Further decorators go around that."""

        def prompt(**fields: Any) -> Any:
            return self._messages()

        return self._decorated(prompt, call, decorators)(**self._fields())

    async def run_async(
        self, call: Callable[[Callable[[], Any]], Callable[[], Any]], *decorators: Callable[..., Any]
    ) -> Any:
        """The same in async code."""

        async def prompt(**fields: Any) -> Any:
            return self._messages()

        return await self._decorated(prompt, call, decorators)(**self._fields())

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in type(self).model_fields}

    def _decorated(self, prompt: Any, call: Any, decorators: tuple[Callable[..., Any], ...]) -> Any:
        prompt.__name__ = prompt.__qualname__ = type(self).__name__
        setattr(prompt, METADATA, metadata_of(type(self)))
        made = call(prompt)
        for decorator in decorators:
            made = decorator(made)
        return made

    def dump(self) -> dict[str, Any]:
        """The prompt as data: its template, its values, and the text that they make."""
        return {
            "prompt": str(self),
            "template": self._read_template().text,
            "inputs": self.model_dump(),
            "metadata": self.dynamic_config().get("metadata") or metadata_of(type(self)),
        }
