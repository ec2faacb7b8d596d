"""Messages as prompts write them, and as they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pydantic_core import CoreSchema, core_schema

from ....runtime.core.kinds import is_iterable, is_mapping
from .. import data, parts
from ..attachments import Loaded
from ..said import held, with_parts
from ..tools import ToolResult
from .parts import CacheControlPart, Media, Piece, PromptError, content_of, items_of, media_part

__all__ = [
    "BaseMessageParam",
    "Content",
    "Messages",
    "PromptLike",
    "history_of",
    "media_in",
    "message_list",
    "said_next",
    "with_media",
    "written",
]


class BaseMessageParam(data.Message):
    """A message: `BaseMessageParam(role="user", content="...")`.

    It is a dict whose entries are attributes as well. The content is a text, or a list of texts, parts, images and
    sounds.
    """

    __slots__ = ()

    role: str
    content: Any
    name: str | None
    tool_call_id: str | None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        def read(value: Any) -> BaseMessageParam:
            return value if isinstance(value, BaseMessageParam) else cls(value)

        return core_schema.no_info_plain_validator_function(
            lambda value: read(value) if is_mapping(value) else _refused(value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: dict(value)),
        )


def _refused(value: object) -> BaseMessageParam:
    raise ValueError(f"a message is a mapping with role and content, not {type(value).__name__}")


Content: TypeAlias = Piece | Sequence[Piece | Any] | Any
"""What can be the content of a message: a text, a part, an image, or a list of them."""


PromptLike: TypeAlias = str | Mapping[str, Any] | Sequence[Any] | None
"""What most functions return."""


class Messages:
    """Makes messages: `Messages.System("...")`, `Messages.User("...")`, `Messages.Assistant("...")`."""

    Type: TypeAlias = str | BaseMessageParam | Mapping[str, Any] | Sequence[Any]
    """What a function that a model answers may return: a text, a message, a list of messages, or of parts."""

    @staticmethod
    def System(content: Content) -> BaseMessageParam:  # noqa: N802  users know these names
        """What the model is to be."""
        return BaseMessageParam(role="system", content=content)

    @staticmethod
    def User(content: Content) -> BaseMessageParam:  # noqa: N802
        """What somebody said."""
        return BaseMessageParam(role="user", content=content)

    @staticmethod
    def Assistant(content: Content) -> BaseMessageParam:  # noqa: N802
        """What the model said."""
        return BaseMessageParam(role="assistant", content=content)


def message_list(given: object) -> list[Any]:
    """The messages that a prompt means: one of text or parts, a message, or a list of either.

    Raises `PromptError` for what is none of them.
    """
    if isinstance(given, str):
        return [BaseMessageParam(role="user", content=given)]
    if _is_message(given):
        return [given]
    items = items_of(given)
    if items is not None:
        if any(_is_message(item) for item in items):
            wrong = next((item for item in items if not _is_message(item)), None)
            if wrong is not None:
                raise PromptError(f"a list of messages holds messages alone, not {type(wrong).__name__}")
            return list(items)
        return [BaseMessageParam(role="user", content=list(items))] if items else []
    return [BaseMessageParam(role="user", content=[given])]


def said_next(content: object) -> list[Any]:
    """The messages that follow an answer: results of tools, or whatever a prompt may be. Raises `PromptError`."""
    items = [content] if isinstance(content, ToolResult) else items_of(content)
    if items and all(isinstance(item, ToolResult) for item in items):
        return list(parts.Message("tool", parts.parts_of(items)).sent())
    return message_list(content)


def _is_message(item: object) -> bool:
    if is_mapping(item):
        return "role" in item
    return hasattr(item, "role") and callable(getattr(item, "model_dump", getattr(item, "to_dict", None)))


def written(messages: Iterable[object], *, marks: bool = False) -> list[Any]:
    """The messages in OpenAI's form, with `Media` where something has to be brought here.

    `marks` says whether the provider takes marks for its cache. Raises `PromptError`.
    """
    made: list[Any] = []
    for message in messages:
        if not is_mapping(message):
            made.append(message)  # a message of a client's answer, which knows its own form
            continue
        role = message.get("role")
        if not isinstance(role, str) or not role:  # servers may know further ones than OpenAI's
            raise PromptError(f"the role of a message is a text such as 'user', not {role!r}")
        if isinstance(message, parts.Message) and len(sent := message.sent()) != 1:
            made += written(sent, marks=marks)
            continue
        content: object = message.get("content")
        if content is None or isinstance(content, str):
            made.append(message)
        else:
            made += _written(message, content_of(content), marks=marks)
    return made


def _written(message: Mapping[str, Any], content: list[Any], *, marks: bool) -> Iterator[Any]:
    """The message; results of calls, and what tools attached, are messages of their own, before it."""
    kept: list[Any] = []
    own: list[parts.Part] = []
    results: list[parts.Part] = []
    for part in content:
        match part:
            case CacheControlPart():
                if marks and kept and is_mapping(kept[-1]):
                    mark = {"type": part.cache_type, **({"ttl": part.ttl} if part.ttl else {})}
                    kept[-1] = {**kept[-1], "cache_control": mark}
            case parts.ToolResultPart():
                results.append(part)
            case parts.Part():
                own.append(part)
            case _:
                kept.append(part)
    if results:
        yield from written(parts.Message("tool", results).sent(), marks=marks)
    if kept or own or not results:
        text = kept[0]["text"] if len(kept) == 1 and _is_plain_text(kept[0]) else kept
        said = {key: value for key, value in parts.Message(str(message["role"]), own).items() if key != "content"}
        yield {**message, "content": text or (None if own else ""), **said}


def _is_plain_text(part: object) -> bool:
    return is_mapping(part) and len(part) == 2 and part.get("type") == "text" and "text" in part


def media_in(messages: Iterable[Any]) -> list[Media]:
    """What has to be brought here, in its order."""
    return list(held(messages, Media))


def with_media(messages: Iterable[Any], media: Sequence[Media], loaded: Sequence[Loaded]) -> list[Any]:
    """The messages with parts in place of what `media_in` found. Raises ValueError for what cannot be sent."""
    return with_parts(messages, Media, [media_part(each, here) for each, here in zip(media, loaded, strict=True)])


def history_of(value: object, name: str) -> list[Any]:
    """The messages that are put into a prompt as they are. Raises `PromptError` for anything else."""
    if value is None:
        return []
    if isinstance(value, (str, bytes)) or is_mapping(value) or not is_iterable(value):
        raise PromptError(f"MESSAGES: {{{name}}} must be a list of messages, not {type(value).__name__}")
    items = list(value)
    for number, item in enumerate(items):
        if not _is_message(item):
            raise PromptError(f"{name}[{number}] must be a message, not {type(item).__name__}")
    return items
