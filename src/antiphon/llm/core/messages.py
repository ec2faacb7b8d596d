"""Messages on their way to a provider: what it would refuse is left out or put otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...runtime.core.kinds import is_iterable, is_list, is_mapping
from ..providers.profile import Provider
from .data import Data
from .parts import Message

__all__ = ["messages_for"]

_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks")
_PLAIN = frozenset({"role", "content"})


def messages_for(provider: Provider, messages: object) -> list[Any]:
    """The messages as `provider` takes them; those that were passed stay as they are.

    Raises TypeError for what are no messages, ValueError for none at all.
    """
    if not is_list(messages) and (
        isinstance(messages, (str, bytes)) or is_mapping(messages) or not is_iterable(messages)
    ):
        raise TypeError(f"messages must be a list of messages, not {type(messages).__name__}")
    made: list[Any] = []
    for number, message in enumerate(messages):
        if isinstance(message, Message):
            made += [_message(provider, number, dict(each)) for each in message.sent()]
        else:
            made.append(_message(provider, number, message))
    if not made:
        raise ValueError("messages is empty: there is nothing to ask")
    if provider.joins_system_messages:
        made = _system_first(made)
    return _joined(made) if provider.alternates_roles else made


def _message(provider: Provider, number: int, message: Any) -> Any:
    # Most are no more than this.
    if message.__class__ is dict:
        if message.keys() == _PLAIN and message["content"] is not None:
            return message
    elif isinstance(message, Data) and message.keys() == _PLAIN and isinstance(message["content"], str):
        return dict(message)
    dump = getattr(message, "to_dict", None) or getattr(message, "model_dump", None)
    given: Any = dump() if callable(dump) and not isinstance(message, type) else message
    if not is_mapping(given):
        raise TypeError(f"messages[{number}] must be a mapping, not {type(message).__name__}")
    if "role" not in given:
        raise ValueError(f"messages[{number}] has no role")
    role = given["role"]
    kept = dict(given)
    if role == "assistant":
        _assistant(provider, kept)
    if not provider.sends_extra_content_back:
        kept.pop("extra_content", None)
    if not provider.message_names and role != "tool":
        kept.pop("name", None)
    if not provider.null_fields:
        kept = {key: value for key, value in kept.items() if value is not None}
    return kept


def _assistant(provider: Provider, message: dict[str, Any]) -> None:
    thoughts = message.get("reasoning_content") or message.get("reasoning")
    calls: Any = message.get("tool_calls")
    back = provider.reasoning_back
    if back == "never" or (back == "with tool calls" and not calls):
        for name in _THOUGHTS:
            message.pop(name, None)
    elif isinstance(thoughts, str) and thoughts:
        details = message.get("reasoning_details")
        for name in _THOUGHTS:
            message.pop(name, None)
        message[provider.reasoning_field] = thoughts
        if details and provider.reasoning_field == "reasoning":
            message["reasoning_details"] = details
    if is_list(calls):
        dropped = ("index",) if provider.sends_extra_content_back else ("index", "extra_content")  # of streams
        message["tool_calls"] = [
            {key: value for key, value in call.items() if key not in dropped} if is_mapping(call) else call
            for call in calls
        ]


def _system_first(messages: list[Any]) -> list[Any]:
    system = [message for message in messages if message["role"] in ("system", "developer")]
    if len(system) < 2 and messages[: len(system)] == system:
        return messages
    joined = {**system[0], "content": _contents(message.get("content") for message in system)}
    return [joined, *(message for message in messages if message["role"] not in ("system", "developer"))]


def _joined(messages: list[Any]) -> list[Any]:
    made: list[Any] = []
    for message in messages:
        last = made[-1] if made else None
        if last is not None and last["role"] == message["role"] and message["role"] in ("user", "assistant"):
            made[-1] = {**last, **message, "content": _contents((last.get("content"), message.get("content")))}
        else:
            made.append(message)
    return made


def _contents(contents: Iterable[object]) -> object:
    """Several contents as one: text where all are text, else parts."""
    given = [content for content in contents if content]
    if all(isinstance(content, str) for content in given):
        return "\n".join(map(str, given))
    parts: list[object] = []
    for content in given:
        parts += content if is_list(content) else [{"type": "text", "text": content}]
    return parts
