"""From what a provider answers to one form: OpenAI's, whatever the provider makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import uuid4

from ...runtime.core.errors import APIResponseValidationError, error_detail
from ...runtime.core.kinds import is_list, is_mapping
from ...runtime.core.response import HTTPResponse, parsed
from ..providers.profile import Provider
from .data import (
    MESSAGE_SHAPE,
    CalledFunction,
    Completion,
    CompletionChunk,
    Data,
    Delta,
    Embeddings,
    Message,
    ResponseData,
    Usage,
    data_of,
)

__all__ = [
    "ChunkReader",
    "completion_from",
    "completion_of",
    "embeddings_from",
    "event_from",
    "plain_completion_from",
    "response_from",
]

_COUNTS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")


def completion_from(provider: Provider, response: HTTPResponse) -> Completion:
    """The whole answer. Raises `APIResponseValidationError` for a body that is none."""
    return data_of(plain_completion_from(provider, response), Completion)


def plain_completion_from(provider: Provider, response: HTTPResponse) -> dict[str, Any]:
    """The same without attributes, for who takes it apart."""
    body = _body(provider, response, "choices")
    for number, choice in enumerate(body["choices"]):
        if not is_mapping(choice) or not is_mapping(choice.get("message")):
            raise _invalid(provider, response, body, f"choices[{number}] has no message")
    _fit(provider, body, "message", "chat.completion")
    return body


def completion_of(provider: Provider, body: Mapping[str, Any]) -> Completion:
    """A whole answer that somebody has read already, in OpenAI's form."""
    made: Completion = data_of(body, Completion)
    _fit(provider, made, "message", "chat.completion")
    return made


class ChunkReader:
    """Reads the pieces of one answer."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._calls: dict[object, _Numbers] = {}

    def read(self, chunk: Mapping[str, Any]) -> CompletionChunk:
        """A piece in OpenAI's form."""
        made: CompletionChunk = data_of(chunk, CompletionChunk)
        choices: Any = made.get("choices")
        kept: list[Any] = [each for each in choices if is_mapping(each)] if is_list(choices) else []
        made["choices"] = kept
        # Groq's own place of it.
        if made.get("usage") is None and is_mapping(own := made.get("x_groq")) and own.get("usage"):
            made["usage"] = data_of(own["usage"], Usage)
        _fit(self._provider, made, "delta", "chat.completion.chunk")
        for choice in kept:
            calls: Any = choice["delta"].get("tool_calls")
            if calls is None and choice.get("finish_reason") is None:
                continue
            numbers = self._calls.setdefault(choice["index"], _Numbers())
            if calls:
                for call in calls:
                    numbers.give(call)
            elif choice.get("finish_reason") == "stop" and numbers.any:
                choice["finish_reason"] = "tool_calls"
        return made


class _Numbers:
    """The numbers of tool calls, for servers that send none: a new id or a name begins a new call."""

    def __init__(self) -> None:
        self._by_id: dict[object, int] = {}
        self._begun: set[int] = set()
        self._last = -1

    @property
    def any(self) -> bool:
        return self._last >= 0

    def give(self, call: dict[str, Any]) -> None:
        """Give the call its number, and the first piece of it an id."""
        index, known = _whole(call.get("index")), call.get("id")
        if index is None:
            index = self._of(call, known)
        call["index"] = index
        if index not in self._begun:
            self._begun.add(index)
            if not known:
                call["id"] = _call_id()  # its result could not be sent back without one
        self._last = index
        if known:
            self._by_id[known] = index

    def _of(self, call: Mapping[str, Any], known: object) -> int:
        function: Any = call.get("function")
        named = is_mapping(function) and bool(function.get("name"))
        if known in self._by_id:
            return self._by_id[known]
        return max([self._last, *self._by_id.values()]) + 1 if known or named else max(self._last, 0)


def embeddings_from(provider: Provider, response: HTTPResponse) -> Embeddings:
    """The vectors. Raises `APIResponseValidationError` for a body that has none."""
    body = _body(provider, response, "data")
    for number, item in enumerate(body["data"]):
        if not is_mapping(item) or "embedding" not in item:
            raise _invalid(provider, response, body, f"data[{number}] has no embedding")
    made: Embeddings = data_of(body, Embeddings)
    _count(made)
    for number, item in enumerate(made.data):
        if item.index.__class__ is not int and "index" in item:
            item["index"] = _whole_or(item.index, number)
    return made


def response_from(provider: Provider, response: HTTPResponse) -> ResponseData:
    """An answer of the Responses API. Raises `APIResponseValidationError` for a body that is none."""
    return data_of(_body(provider, response, "output"), ResponseData)


def event_from(event: Mapping[str, Any]) -> Data:
    """An event of the Responses API, with the answer so far in its own form."""
    made: Data = data_of(event)
    if is_mapping(answer := made.get("response")):
        made["response"] = data_of(answer, ResponseData)
    return made


def _body(provider: Provider, response: HTTPResponse, wanted: str) -> dict[str, Any]:
    body: dict[str, Any] = dict(parsed(dict[str, Any], response))
    if is_list(body.get(wanted)):
        return body
    if body.get("error"):
        detail, said = error_detail(body)
        message = f"{provider.title} answered {response.status_code} with an error: {said}"
        raise APIResponseValidationError(response, detail, message=message)
    said = "null" if wanted in body and body[wanted] is None else "no list" if wanted in body else "missing"
    raise _invalid(provider, response, body, f"{wanted!r} is {said}")


def _invalid(provider: Provider, response: HTTPResponse, body: object, what: str) -> APIResponseValidationError:
    where = response.request.url.host
    message = f"{provider.title} ({where}) answered {response.status_code} with no answer in it: {what}"
    return APIResponseValidationError(response, body, message=message)


def _fit(provider: Provider, made: dict[str, Any], part: str, kind: str) -> None:
    """Put right what servers do otherwise; `made` is ours to change."""
    made["object"] = kind  # some call both kinds by one name
    created: Any = made.get("created")
    if isinstance(created, (float, str)):
        made["created"] = _whole_or(created, created)
    _count(made)
    for number, choice in enumerate(made["choices"]):
        if choice.get("index").__class__ is not int:
            choice["index"] = _whole_or(choice.get("index"), number)
        message: Any = choice.get(part)
        if not is_mapping(message):
            message = choice[part] = _whole_in_a_piece(choice) if part == "delta" else Message()
        _read_message(cast("dict[str, Any]", message), is_whole=part == "message")
        reason: Any = choice.get("finish_reason")
        if isinstance(reason, str):
            reason = provider.finish_reasons.get(reason, reason)
            choice["finish_reason"] = "tool_calls" if reason == "stop" and message.get("tool_calls") else reason


def _whole_in_a_piece(choice: dict[str, Any]) -> Delta:
    """What a choice without a delta says: some send a whole answer as the only piece."""
    message = choice.pop("message", None)
    return data_of(message, Delta, MESSAGE_SHAPE) if is_mapping(message) else Delta()


def _read_message(message: dict[str, Any], *, is_whole: bool) -> None:
    content: Any = message.get("content")
    if content is not None and content.__class__ is not str:
        text, thought = _texts(content if is_list(content) else [content])
        message["content"] = text
        if thought:
            message["reasoning_content"] = thought
    said: Any = message.get("reasoning_content")
    if said is not None and said.__class__ is not str:
        message["reasoning_content"] = "".join(_texts(said if is_list(said) else [said]))
    elif not said and isinstance(said := message.get("reasoning"), str):
        message["reasoning_content"] = said
    calls: Any = message.get("tool_calls")
    if calls is not None:
        several: list[Any] = calls if is_list(calls) else [calls]
        message["tool_calls"] = kept = [call for call in several if is_mapping(call)]
        for call in kept:
            _read_tool_call(cast("dict[str, Any]", call), is_whole=is_whole)


def _call_id() -> str:
    return f"call_{uuid4().hex[:24]}"


def _read_tool_call(call: dict[str, Any], *, is_whole: bool) -> None:
    known: Any = call.get("id")
    if known and known.__class__ is not str:
        call["id"] = _written(known)
    elif is_whole and not known:
        call["id"] = _call_id()
    function: Any = call.get("function")
    if not is_mapping(function):
        if call.get("type") in ("function", None):
            call["function"] = CalledFunction()
        return
    for name in ("name", "arguments"):
        value = function.get(name)
        if value is not None and value.__class__ is not str:
            cast("dict[str, Any]", function)[name] = _written(value)


def _texts(parts: list[Any]) -> tuple[str, str]:
    """The text, and the thoughts, of a content that came in parts."""
    text, thought = "", ""
    for part in parts:
        if not is_mapping(part):
            text += "" if part is None else _written(part)
        elif part.get("type") == "thinking":
            inner: Any = part.get("thinking")
            thought += _texts(inner)[0] if is_list(inner) else str(inner or "")
        elif "text" in part or "type" in part:
            text += str(part.get("text") or "")
        else:
            text += _written(part)  # an answer in JSON that somebody has read on the way
    return text, thought


def _written(value: object) -> str:
    """The text that was meant: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    from ...runtime.core.body import encode_json

    return encode_json(value).decode("utf-8")


def _count(made: dict[str, Any]) -> None:
    usage: Any = made.get("usage")
    if usage is None:
        return
    if not is_mapping(usage):
        made["usage"] = None
        return
    counts = cast("dict[str, Any]", usage)
    asked, answered, total = map(counts.get, _COUNTS)
    if asked.__class__ is answered.__class__ is total.__class__ is int:
        return
    if asked is answered is total is None:
        made["usage"] = None  # an empty one comes with every chunk of some, and must not hide what was counted
        return
    for name in _COUNTS:
        if counts.get(name) is not None:
            counts[name] = _whole(counts[name])
    if counts.get("total_tokens") is None and isinstance(asked := counts.get("prompt_tokens"), int):
        counts["total_tokens"] = asked + (counts.get("completion_tokens") or 0)


def _whole(number: object) -> int | None:
    """The whole number that is meant; None where none is."""
    if number.__class__ is int:
        return cast("int", number)
    try:
        return int(float(number)) if isinstance(number, (float, str)) else None
    except (ValueError, OverflowError):
        return None


def _whole_or(number: object, other: Any) -> Any:
    found = _whole(number)
    return other if found is None else found
