"""What a model is asked: text, system text, attachments, tools, a schema, options; and the request it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ...runtime.core.kinds import is_iterable, is_mapping
from .attachments import Attachment, Loaded, attachment_of, message_part
from .keyless import PickledWithoutKeys
from .parts import Message, parts_of
from .prompt_keywords import CONTENT, Options, options_of
from .said import attached, system, tool_message, user, with_attachments
from .schemas import schema_of
from .toolboxes import tools_of
from .tools import Tool, ToolCall, ToolResult

__all__ = [
    "Prompt",
    "prompt_of",
    "result_messages",
    "unanswered_calls",
]


_NOT_SENT: Final = {"json_object", "image_detail", "reasoning_summary", "chat_completions"}


@dataclass(frozen=True)
class Prompt(PickledWithoutKeys):
    """What a model is asked."""

    text: str | None = None
    system: str | None = None
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    known_tools: Mapping[str, Tool] = field(default_factory=dict[str, Tool])
    tool_results: list[ToolResult] = field(default_factory=list[ToolResult])
    schema: Mapping[str, Any] | None = None
    given: tuple[Mapping[str, Any], ...] | None = None
    """All that is said, where that was given."""
    before: tuple[Mapping[str, Any], ...] | None = None
    """What was said before, in place of what a conversation remembers."""
    after: tuple[Mapping[str, Any], ...] = ()
    """What is said after the text."""
    sent: tuple[Mapping[str, Any], ...] | None = None
    """All that was said, once it was."""
    options: Options = field(default_factory=Options)
    hide_reasoning: bool = False
    stream: bool = True
    key: str | None = field(default=None, repr=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in _MADE_WHEN_READ:
                raise AttributeError(f"{type(self).__name__} has no {name!r}", name=name, obj=self)
            return self.__dict__.setdefault(name, _MADE_WHEN_READ[name]())

    @property
    def prompt(self) -> str:
        """The text, with its fragments."""
        return self.text or ""

    @property
    def tools(self) -> list[Tool]:
        """What the model may call."""
        return list(self.known_tools.values())

    @property
    def messages(self) -> list[Message]:
        """What was said to the model, all that came before included; before it was asked, what this prompt adds."""
        if self.sent is not None or self.given is not None:
            return [Message.of(each) for each in self.sent or self.given or ()]
        made = [Message.of(each) for each in self.before or ()]
        made += [] if self.system is None else [system(self.system)]
        made += [tool_message(*self.tool_results)] if self.tool_results else []
        texts = [] if self.text is None else [self.text]
        made += [user(*texts, *self.attachments)] if texts or self.attachments else []
        return [*made, *(Message.of(each) for each in self.after)]

    def following(self, results: Iterable[ToolResult]) -> Prompt:
        """The next prompt of a chain: nothing new but these results."""
        nothing: Any = {"text": None, "system": None, "attachments": [], "given": None, "before": None, "after": ()}
        return replace(self, **nothing, sent=None, tool_results=list(results))

    def keep_sent(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Remember as which messages it was sent, for the one answer that it has."""
        self.__dict__["sent"] = tuple(messages)

    def going_on(self) -> Prompt:
        """The same prompt, whose messages are what was said before it."""
        return replace(self, given=None, before=self.given)

    def followed(self) -> Prompt:
        """The same prompt, whose messages come after its text."""
        return replace(self, given=None, after=self.given or ())

    def unanswered(self) -> list[ToolCall]:
        """The calls that its messages end with, and that are to be made first."""
        if not self.known_tools:
            return []
        if self.given is None and (self.text is not None or self.attachments or self.tool_results):
            return []
        return unanswered_calls(self.given or self.before or ())

    def resumed(self, results: Iterable[ToolResult]) -> Prompt:
        """The same prompt, whose messages end with these results."""
        results = list(results)
        given = result_messages(results)
        if self.given is None:
            return replace(self, before=(*(self.before or ()), *given))
        return replace(self, given=(*self.given, *given), tool_results=results)

    def needed(self, history: Iterable[Mapping[str, Any]] = ()) -> tuple[Attachment, ...]:
        """The attachments that go into the messages: those in them; of the prompt, and then of results."""
        if self.given is not None:
            return tuple(attached(self.given))
        own = self.__dict__
        if not (history or self.before or own.get("attachments") or own.get("tool_results") or self.after):
            return ()
        of_results = (each for result in self.tool_results for each in result.attachments)
        before = (*history, *(self.before or ()))
        return (*attached(before), *self.attachments, *of_results, *attached(self.after))

    def said(self, history: Sequence[Mapping[str, Any]], loaded: Sequence[Loaded]) -> list[Mapping[str, Any]]:
        """All messages. Raises ValueError when there is nothing to ask."""
        if self.given is not None:
            return with_attachments(self.given, loaded, image_detail=self.options.image_detail)
        results = self.__dict__.get("tool_results")
        if self.text is not None and not (history or self.before or loaded or results or self.after):
            asked: Mapping[str, Any] = {"role": "user", "content": self.text}
            return [asked] if self.system is None else [{"role": "system", "content": self.system}, asked]
        detail, before = self.options.image_detail, (*history, *(self.before or ()))
        first, last = len(list(attached(before))), len(loaded) - len(list(attached(self.after)))
        made = with_attachments(before, loaded[:first], image_detail=detail)
        spoken = next((each.get("content") for each in reversed(made) if each.get("role") == "system"), None)
        if self.system is not None and self.system != spoken:
            made.append({"role": "system", "content": self.system})
        made += [result.param() for result in self.tool_results]
        if own := loaded[first:last]:
            text: list[Any] = [{"type": "text", "text": self.text}] if self.text is not None else []
            parts = [message_part(each, image_detail=detail) for each in own]
            made.append({"role": "user", "content": [*text, *parts]})
        elif self.text is not None:
            made.append({"role": "user", "content": self.text})
        made += with_attachments(self.after, loaded[last:], image_detail=detail)
        if not made:
            raise ValueError("there is nothing to ask: pass a prompt, attachments or messages")
        return made

    def parameters(self, *, stream: bool) -> dict[str, Any]:
        """The parameters of the request besides model and messages."""
        made: dict[str, Any] = {}
        own: Options | None = self.__dict__.get("options")
        if own is not None and (own.model_fields_set or type(own) is not Options):
            made = own.model_dump(exclude_none=True, exclude=_NOT_SENT)
            if own.json_object:
                made["response_format"] = {"type": "json_object"}
        if self.schema is not None:
            form = {"name": "output", "schema": dict(self.schema)}
            made["response_format"] = {"type": "json_schema", "json_schema": form}
        if self.known_tools:
            made["tools"] = [tool.param() for tool in self.tools]
        if stream:
            made["stream_options"] = {"include_usage": True}
        if self.key is not None:
            made["api_key"] = self.key
        return made


def prompt_of(
    text: object,
    keywords: Mapping[str, Any],
    *,
    tools: Mapping[str, Tool] | None = None,
    options: type[Options] = Options,
) -> Prompt:
    """The prompt that these arguments make. `tools` are those of a conversation, unless others are given.

    Raises TypeError and ValueError, and `pydantic.ValidationError` for options.
    """
    if text is not None and not isinstance(text, str):
        raise TypeError(f"the prompt is text, not {type(text).__name__}; messages go into messages=")
    given: dict[str, Any] = {}
    loose: dict[str, Any] = {}
    for name, value in keywords.items():
        if name not in CONTENT:
            loose[name] = value
        elif value is not None:
            given[name] = value
    of_system = given.get("system")
    if of_system is not None and not isinstance(of_system, str):
        raise TypeError(f"system is text, not {type(of_system).__name__}")
    made = object.__new__(Prompt)  # the constructor would make each field anew, for every prompt
    if not loose and _FEW.issuperset(given):
        made.__dict__.update(given, text=text, known_tools=dict(tools) if tools else {})
        if options is not Options:  # whose own may be required
            made.__dict__["options"] = options()
        return made
    messages = given.get("messages")
    made.__dict__.update(
        text=_joined(given.get("fragments"), text, "\n"),
        system=_joined(given.get("system_fragments"), of_system, "\n\n"),
        attachments=[attachment_of(each) for each in _several("attachments", given)],
        known_tools=tools_of(given["tools"]) if "tools" in given else dict(tools or {}),
        tool_results=list(_several("tool_results", given)),
        schema=schema_of(given.get("schema")),
        given=None if messages is None else _messages(messages),
        options=options_of(options, given.get("options"), loose),
        hide_reasoning=bool(given.get("hide_reasoning", False)),
        stream=bool(given.get("stream", True)),
        key=given.get("key"),
    )
    return made


_MADE_WHEN_READ: Final = {"attachments": list, "tool_results": list, "options": Options}
_FEW: Final = frozenset({"key", "stream", "system"})
"""Keywords that are taken as they are."""


def result_messages(results: Iterable[ToolResult]) -> list[Mapping[str, Any]]:
    """The messages that hold results, and what tools attached."""
    return list(Message("tool", parts_of(results)).sent()) if (results := list(results)) else []


def unanswered_calls(messages: Sequence[Mapping[str, Any]]) -> list[ToolCall]:
    """The calls at the end of messages that have no results there."""
    answered: list[object] = []
    for message in reversed(messages):
        if message.get("role") == "tool":
            answered.append(message.get("tool_call_id") or "")
            continue
        if message.get("role") != "assistant":
            break
        open_calls: list[ToolCall] = []
        for call in message.get("tool_calls") or ():
            if (known := call.get("id") or "") in answered:
                answered.remove(known)  # calls without an id are answered in their order
            else:
                open_calls.append(ToolCall.of(call))
        return open_calls
    return []


def _messages(given: object) -> tuple[Mapping[str, Any], ...]:
    if isinstance(given, (str, bytes)) or is_mapping(given) or not is_iterable(given):
        raise TypeError(f"messages must be a list of messages, not {type(given).__name__}")
    made: list[Mapping[str, Any]] = []
    for number, each in enumerate(given):
        if not is_mapping(each):
            raise TypeError(f"messages[{number}] must be a mapping, not {type(each).__name__}")
        message = Message.from_dict(each) if "parts" in each else each
        made += message.sent() if isinstance(message, Message) else [message]
    return tuple(made)


def _several(name: str, keywords: Mapping[str, Any]) -> Iterable[Any]:
    given: object = keywords.get(name, ())
    if isinstance(given, (str, bytes)) or is_mapping(given) or not is_iterable(given):
        raise TypeError(f"{name} must be a list, not {type(given).__name__}")
    return given


def _joined(fragments: object, text: str | None, between: str) -> str | None:
    if fragments is None:
        return text
    if isinstance(fragments, str) or not is_iterable(fragments):
        raise TypeError("fragments must be a list of texts")
    return between.join([*(str(each) for each in fragments), *([] if text is None else [text])])
