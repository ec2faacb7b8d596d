"""One call of a decorated function, from what the function gave to the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import Signature, signature
from typing import Any, Final

from ....runtime.core.kinds import is_mapping
from ..attachments import Loaded
from ..base_tools import BaseTool
from ..colours import is_async, is_async_function
from ..extraction import with_json_asked
from ..tool_classes import tool_classes
from .asked import Asked
from .clients import UnsupportedClientError
from .messages import media_in, said_next, with_media, written
from .parts import Media, PromptError
from .settings import CallSettings, Changes

__all__ = ["ASKING", "Asking", "Called", "Plan", "UnpickledClient", "is_decorated", "planned"]

_NOTHING: Final[Mapping[str, Any]] = {}
_SAID_ELSEWHERE: Final = frozenset({"messages", "model", "provider", "stream"})


@dataclass(frozen=True, eq=False)
class Called:
    """A function that is called for its prompt."""

    function: Callable[..., Any]

    @cached_property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", None) or type(self.function).__name__)

    @cached_property
    def signature(self) -> Signature:
        return signature(self.function)

    def arguments(self, positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by the names of the parameters, defaults among them."""
        bound = self.signature.bind(*positional, **named)
        bound.apply_defaults()
        made = dict(bound.arguments)
        for parameter in self.signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                made.update(made.pop(parameter.name))
        return made


@dataclass(frozen=True, eq=False)
class Asking(Called):
    """A decorated function."""

    settings: CallSettings


ASKING: Final = "__antiphon_asking__"
"""Where a decorated function has its `Asking`."""


def is_decorated(function: Any) -> bool:
    """Whether this very function is decorated, and not one wrapped around it: `wraps` copies what a function has."""
    asking = getattr(function, ASKING, None)
    return asking is not None and getattr(function, "__wrapped__", None) is asking.function


class UnpickledClient:
    """In place of a client, or of a key, that was not pickled with an answer: nobody else is asked instead."""


@dataclass(eq=False, kw_only=True, repr=False, slots=True)
class Plan:
    """What is asked, of whom, and with what."""

    asking: Asking
    settings: CallSettings
    asked: Asked
    arguments: tuple[Sequence[Any], Mapping[str, Any]]
    messages: list[Any]
    given: Mapping[str, Any]
    """The `call_params`, of whoever gave them."""
    parameters: dict[str, Any]
    """All that is sent besides model and messages, and the settings of the sending."""
    tools: tuple[type[BaseTool], ...]
    client: Any
    media: list[Media] = field(default_factory=list[Media])

    def said(self, loaded: Sequence[Loaded]) -> list[Any]:
        """The messages as they are sent."""
        messages = with_media(self.messages, self.media, loaded) if self.media else self.messages
        extraction = self.settings.extraction
        if extraction is not None:
            return extraction.messages(messages)
        return with_json_asked(messages) if self.settings.json_mode else messages

    def __reduce__(self) -> Any:
        from .pickling import facts_of, plan_of

        return plan_of, (facts_of(self),)

    def __deepcopy__(self, memo: object) -> Plan:
        return self  # nobody changes it

    def following(self, said: Sequence[Any], content: object, *, stream: bool) -> Plan:
        """The plan for what is said after these messages, and a plain answer to it.

        Raises `PromptError`, and `UnsupportedClientError` where the client was left behind.
        """
        if isinstance(self.client, UnpickledClient):
            raise UnsupportedClientError(
                "this answer was pickled, and the client or the key that asked for it was not: "
                "ask by a decorated function, with messages and message_param of the answer"
            )
        settings = replace(self.settings, stream=stream, response_model=None, output_parser=None, json_mode=False)
        made = written([*said, *said_next(content)], marks=settings.profile.cache_marks)
        parameters = _parameters(settings, self.tools, dict(self.given))
        return replace(self, settings=settings, messages=made, parameters=parameters, media=media_in(made))


def planned(
    asking: Asking, asked: Asked, changes: Changes, positional: Sequence[Any], named: Mapping[str, Any]
) -> Plan:
    """The plan of a call: what `call` was told, changed by what holds here, and over it what the function returned.

    Raises `PromptError`, TypeError for an async parser of a plain function, and what cannot be used as tools or as a
    `response_model`.
    """
    settings = asking.settings.changed(changes)
    config = asked.config
    tools = settings.tool_types
    if config.get("tools") is not None:
        tools = tuple(tool_classes(config["tools"]))
    own = config.get("call_params") or _NOTHING
    if not is_mapping(own):
        raise PromptError(f"call_params must be a mapping, not {type(own).__name__}")
    parser = settings.output_parser
    if parser is not None and is_async(parser) and not is_async_function(asking.function):
        raise TypeError(f"output_parser is async, and {asking.name} is not: make one as the other")
    # What the function wrote for its own provider does not lead to another one.
    client = None if settings.is_elsewhere else config.get("client")
    given = {**(settings.call_params or _NOTHING), **own}
    if given and _SAID_ELSEWHERE & given.keys():
        name = min(_SAID_ELSEWHERE & given.keys())
        raise PromptError(f"{name!r} cannot be among call_params: it is said elsewhere")
    if asked.is_text:
        messages, media = asked.messages, list[Media]()
    else:
        messages = written(asked.messages, marks=settings.profile.cache_marks)
        media = media_in(messages)
    return Plan(
        asking=asking,
        settings=settings,
        asked=asked,
        arguments=(positional, named),
        messages=messages,
        given=given,
        parameters=_parameters(settings, tools, dict(given)),
        tools=tools,
        client=settings.client if client is None else client,
        media=media,
    )


def _parameters(settings: CallSettings, tools: Sequence[type[BaseTool]], given: dict[str, Any]) -> dict[str, Any]:
    if tools:
        given["tools"] = [*(given.get("tools") or ()), *(each.definition() for each in tools)]
    extraction = settings.extraction
    if extraction is not None:
        request = dict(extraction.request())
        if extraction.instructions is not None and "response_format" in settings.profile.unsupported:
            request.pop("response_format", None)  # the messages say it
        if "tools" in request and given.get("tools"):
            request["tools"] = [*given["tools"], *request["tools"]]
            if tools and not settings.is_streamed:
                request["tool_choice"] = "required"  # the value, or one of these tools first
        given.update(request)
    elif settings.json_mode:
        given.setdefault("response_format", {"type": "json_object"})
    if settings.is_streamed:
        given.setdefault("stream_options", {"include_usage": True})
    return given
