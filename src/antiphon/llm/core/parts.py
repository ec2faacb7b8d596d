"""Messages and what they consist of: texts, thoughts, calls of tools and their results, attachments.

A `Message` is a mapping in OpenAI's form, which can be sent anywhere, and tells its parts as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, Final, Literal, cast

from ...runtime.core.kinds import checked_mapping, is_list, is_mapping
from .attachments import Attachment, attachment_from_dict, attachment_of, attachment_to_dict
from .tools import ToolCall, ToolResult, output_text

__all__ = [
    "AttachmentPart",
    "Message",
    "Part",
    "ReasoningPart",
    "TextPart",
    "ToolCallPart",
    "ToolResultPart",
    "checked_list",
    "parts_of",
]

_OF_CALLS: Final = frozenset({"id", "type", "function", "index"})
_THOUGHTS: Final = frozenset({"reasoning_content", "reasoning", "reasoning_details"})
_OF_MESSAGES: Final = frozenset({"role", "content", "tool_calls", "tool_call_id", "name", "refusal"}) | _THOUGHTS
_FORMATS: Final = {"wav": "audio/wav", "mp3": "audio/mpeg"}


class Part:
    """A part of a message."""

    kind: ClassVar[str] = ""
    provider_metadata: dict[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        """The part as JSON can hold it."""
        made = self._fields()
        if self.provider_metadata:
            made["provider_metadata"] = self.provider_metadata
        return {"type": self.kind, **made}

    def _fields(self) -> dict[str, Any]:
        raise NotImplementedError

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Part:
        """The part that `to_dict` wrote. Raises ValueError for a type that there is not, and TypeError."""
        given: dict[str, Any] = dict(checked_mapping("a part of a message", data))
        kind = given.pop("type", None)
        match kind:
            case "text":
                return TextPart(**given)
            case "reasoning":
                return ReasoningPart(**given)
            case "tool_call":
                return ToolCallPart(**given)
            case "tool_result":
                attachments = [attachment_from_dict(each) for each in given.pop("attachments", ())]
                return ToolResultPart(**given, attachments=attachments)
            case "attachment":
                held = given.pop("attachment", None)
                return AttachmentPart(attachment_from_dict(held) if held else None, **given)
            case _:
                raise ValueError(f"{kind!r} is no type of a part")


@dataclass(frozen=True)
class TextPart(Part):
    """Text."""

    kind = "text"

    text: str = ""
    provider_metadata: dict[str, Any] | None = None
    type: Literal["text"] = field(default="text", repr=False)

    def _fields(self) -> dict[str, Any]:
        return {"text": self.text}


@dataclass(frozen=True)
class ReasoningPart(Part):
    """What the model thought; `redacted` where the provider says that it did, and keeps it to itself."""

    kind = "reasoning"

    text: str = ""
    redacted: bool = False
    provider_metadata: dict[str, Any] | None = None

    def _fields(self) -> dict[str, Any]:
        return {"text": self.text, **({"redacted": True} if self.redacted else {})}


@dataclass(frozen=True)
class ToolCallPart(Part):
    """A call that the model wants."""

    kind = "tool_call"

    name: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tool_call_id: str | None = None
    server_executed: bool = False
    """Whether the provider made the call itself."""
    provider_metadata: dict[str, Any] | None = None
    args: InitVar[Mapping[str, Any] | None] = None
    """Another word for `arguments`, as `id` is for `tool_call_id`."""
    id: InitVar[str | None] = None
    type: Literal["tool_call"] = field(default="tool_call", repr=False)

    def __post_init__(self, args: Mapping[str, Any] | None, id: str | None) -> None:
        if args is not None:
            object.__setattr__(self, "arguments", args)
        if id is not None:
            object.__setattr__(self, "tool_call_id", id)

    def _fields(self) -> dict[str, Any]:
        made: dict[str, Any] = {"name": self.name, "arguments": dict(self.arguments)}
        if self.tool_call_id is not None:
            made["tool_call_id"] = self.tool_call_id
        return {**made, **({"server_executed": True} if self.server_executed else {})}


@dataclass(frozen=True)
class ToolResultPart(Part):
    """What came of a call."""

    kind = "tool_result"

    name: str = ""
    output: str = ""
    tool_call_id: str | None = None
    server_executed: bool = False
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    exception: str | None = None
    """What the tool raised, as text."""
    provider_metadata: dict[str, Any] | None = None
    content: InitVar[object] = None
    """Another word for `output`, as `id` is for `tool_call_id`."""
    id: InitVar[str | None] = None
    is_error: bool = field(default=False, repr=False)
    type: Literal["tool_result"] = field(default="tool_result", repr=False)

    def __post_init__(self, content: object, id: str | None) -> None:
        if content is not None:
            object.__setattr__(self, "output", output_text(content))
        if id is not None:
            object.__setattr__(self, "tool_call_id", id)

    def _fields(self) -> dict[str, Any]:
        made: dict[str, Any] = {"name": self.name, "output": self.output}
        for name in ("tool_call_id", "exception"):
            if getattr(self, name) is not None:
                made[name] = getattr(self, name)
        if self.attachments:
            made["attachments"] = [attachment_to_dict(each) for each in self.attachments]
        return {**made, **({"server_executed": True} if self.server_executed else {})}


@dataclass(frozen=True)
class AttachmentPart(Part):
    """An image, a sound, a document."""

    kind = "attachment"

    attachment: Attachment | None = None
    provider_metadata: dict[str, Any] | None = None

    def _fields(self) -> dict[str, Any]:
        return {} if self.attachment is None else {"attachment": attachment_to_dict(self.attachment)}


class Message(dict[str, Any]):
    """A message: a mapping as it is sent, with `role` and `parts`.

    Attachments stand in it as they were given, and are brought here when it is sent.
    """

    def __init__(
        self, role: str, parts: Iterable[Part] = (), provider_metadata: Mapping[str, Any] | None = None
    ) -> None:
        self._parts: list[Part] | None = list(parts)
        super().__init__(_sent(role, self._parts))
        self.update(provider_metadata or {})

    @classmethod
    def of(cls, given: Mapping[str, Any], *, thought_in_secret: bool = False) -> Message:
        """A message from one in OpenAI's form. Its form does not say whether thoughts were kept secret."""
        if isinstance(given, Message):
            return given
        made = cls.__new__(cls)
        made.update(given)
        made._parts = [ReasoningPart(redacted=True), *_read(given)] if thought_in_secret else None
        return made

    @property
    def role(self) -> str:
        """`system`, `user`, `assistant` or `tool`."""
        return str(self.get("role") or "")

    @property
    def parts(self) -> list[Part]:
        """What the message consists of."""
        return list(_read(self)) if self._parts is None else list(self._parts)

    @property
    def text(self) -> str:
        """The texts among the parts."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def provider_metadata(self) -> dict[str, Any] | None:
        """What the provider put beside the parts, and may want back."""
        return {key: value for key, value in self.items() if key not in _OF_MESSAGES} or None

    def sent(self) -> list[dict[str, Any]]:
        """The messages that are sent for it: a message with several results is one for each.

        What tools attached follows in a message of the user.
        """
        results = [part for part in self._parts or () if isinstance(part, ToolResultPart)]
        if not results:
            return [self]
        attached = [each for part in results for each in part.attachments]
        made: list[dict[str, Any]] = [_sent("tool", [part]) for part in results]
        return [*made, *([{"role": "user", "content": attached}] if attached else [])]

    def to_dict(self) -> dict[str, Any]:
        """The message as data that says of each part what it is; `from_dict` reads it."""
        made: dict[str, Any] = {"role": self.role, "parts": [part.to_dict() for part in self.parts]}
        kept = self.provider_metadata
        return {**made, **({"provider_metadata": kept} if kept else {})}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """The message that `to_dict` wrote, or one in OpenAI's form. Raises TypeError and ValueError."""
        data = checked_mapping("a message", data)
        if not isinstance(role := data.get("role"), str):
            raise ValueError(f"a message has a role: {dict(data)!r}")
        if "parts" not in data:
            return cls.of(data)
        parts = [Part.from_dict(each) for each in checked_list("parts", data["parts"])]
        return cls(role, parts, data.get("provider_metadata"))

    def __repr__(self) -> str:
        return f"Message({super().__repr__()})"


def checked_list(name: str, given: object) -> list[Any]:
    """The list, an empty one for None. Raises TypeError for what is none, naming it."""
    if given is None:
        return []
    if not is_list(given):
        raise TypeError(f"{name} must be a list, not {type(given).__name__}")
    return given


def parts_of(items: Iterable[object]) -> list[Part]:
    """Parts from texts, attachments, calls, results, parts, and lists of those. Raises TypeError for anything else."""
    made: list[Part] = []
    for item in items:
        if isinstance(item, Part):
            made.append(item)
        elif isinstance(item, str):
            made.append(TextPart(item))
        elif isinstance(item, Attachment):
            made.append(AttachmentPart(item))
        elif isinstance(item, ToolCall):
            made.append(ToolCallPart(item.name, item.arguments, item.tool_call_id))
        elif isinstance(item, ToolResult):
            said = None if item.exception is None else f"{type(item.exception).__name__}: {item.exception}"
            attachments = list(item.attachments)
            made.append(ToolResultPart(item.name, item.output, item.tool_call_id, False, attachments, said))
        elif isinstance(item, (list, tuple)):
            made += parts_of(cast("list[object]", item))
        else:
            raise TypeError(f"a part of a message is text, an attachment, a call or a result, not {item!r}")
    return made


def _sent(role: str, parts: Iterable[Part]) -> dict[str, Any]:
    """The parts in OpenAI's form."""
    content: list[Any] = []
    calls: list[dict[str, Any]] = []
    thoughts: dict[str, Any] = {}
    for part in parts:
        beside = part.provider_metadata or {}
        match part:
            case TextPart():
                content.append({"type": "text", "text": part.text})
            case AttachmentPart(attachment=Attachment() as attachment):
                content.append(attachment)
            case ReasoningPart():
                thoughts.update(beside)
                if part.text:
                    thoughts["reasoning_content"] = thoughts.get("reasoning_content", "") + part.text
            case ToolCallPart(server_executed=False):
                call = ToolCall(part.name, part.arguments, part.tool_call_id)
                calls.append({**beside, **call.param()})
            case ToolResultPart(server_executed=False):
                # Several cannot be said in one message: see `Message.sent`.
                return {"role": "tool", "tool_call_id": part.tool_call_id or "", "content": part.output}
            case _:
                pass
    made: dict[str, Any] = {"role": role, "content": _plain(content, joined=role in ("system", "assistant"))}
    if calls:
        made["content"] = made["content"] or None
        made["tool_calls"] = calls
    return {**made, **thoughts}


def _plain(content: list[Any], *, joined: bool) -> Any:
    """One text as a text, several as parts, unless the message is to be one text."""
    texts = [str(part["text"]) for part in content if is_mapping(part)]
    return "".join(texts) if len(texts) == len(content) and (joined or len(texts) < 2) else content


def _read(message: Mapping[str, Any]) -> Iterator[Part]:
    content: object = message.get("content")
    if message.get("role") == "tool":
        text = content if isinstance(content, str) else "".join(_text(part) for part in _list(content))
        yield ToolResultPart(str(message.get("name") or ""), text, message.get("tool_call_id"))
        return
    thought: object = message.get("reasoning_content") or message.get("reasoning")
    if details := message.get("reasoning_details"):
        yield ReasoningPart(thought if isinstance(thought, str) else "", not thought, {"reasoning_details": details})
    elif isinstance(thought, str) and thought:
        yield ReasoningPart(thought)
    if isinstance(content, str) and content:
        yield TextPart(content)
    for part in _list(content):
        if isinstance(part, Attachment):
            yield AttachmentPart(part)
        elif (attachment := _attachment(part)) is not None:
            yield AttachmentPart(attachment)
        elif text := _text(part):
            yield TextPart(text)
    for call in _list(message.get("tool_calls")):
        if is_mapping(call):
            read = ToolCall.of(call)
            beside = {key: value for key, value in call.items() if key not in _OF_CALLS}
            yield ToolCallPart(read.name, read.arguments, read.tool_call_id, False, beside or None)


def _list(value: object) -> list[Any]:
    return value if is_list(value) else []


def _text(part: Any) -> str:
    return str(part.get("text") or "") if is_mapping(part) else str(part)


def _attachment(part: object) -> Attachment | None:
    if not is_mapping(part):
        return None
    held: Any = part.get(str(part.get("type"))) or {}
    match part.get("type"):
        case "image_url":
            return _from_url(str(held.get("url") or ""))
        case "file" if held.get("file_data"):
            return _from_url(str(held["file_data"]))
        case "input_audio":
            kind = _FORMATS.get(str(held.get("format")))
            return attachment_from_dict({"type": kind, "content": held.get("data") or ""})
        case _:
            return None


def _from_url(url: str) -> Attachment:
    head, _, data = url.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        return attachment_of(url)
    return attachment_from_dict({"type": head[len("data:") :].partition(";")[0] or None, "content": data})
