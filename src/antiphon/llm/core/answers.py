"""From what a provider answers to one form: OpenAI's, whatever the provider makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import uuid4

from ...runtime.core.errors import APIResponseValidationError, error_detail
from ...runtime.core.kinds import is_list, is_mapping
from ...runtime.core.response import HTTPResponse, parsed
from ..providers.profile import Provider
from .data import Completion, CompletionChunk, Data, Delta, Embeddings, Message, ResponseData, Usage, data_of

__all__ = ["ChunkReader", "completion_from", "completion_of", "embeddings_from", "event_from", "response_from"]

_COUNTS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")


def completion_from(provider: Provider, response: HTTPResponse) -> Completion:
    """The whole answer. Raises `APIResponseValidationError` for a body that is none."""
    body = _body(provider, response, "choices")
    for number, choice in enumerate(body["choices"]):
        if not is_mapping(choice) or not is_mapping(choice.get("message")):
            raise _invalid(provider, response, body, f"choices[{number}] has no message")
    return completion_of(provider, body)


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
            if is_list(calls):
                calls = choice["delta"]["tool_calls"] = [call for call in calls if is_mapping(call)]
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
        index, known = call.get("index"), call.get("id")
        if not isinstance(index, int):
            index = call["index"] = self._of(call, known)
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
    made: Embeddings = data_of(_body(provider, response, "data"), Embeddings)
    _count(made)
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
        made["created"] = _whole(created)
    _count(made)
    for number, choice in enumerate(made["choices"]):
        if choice.get("index") is None:
            choice["index"] = number
        message: Any = choice.get(part)
        if not is_mapping(message):
            message = choice[part] = Delta() if part == "delta" else Message()
        _read_message(cast("dict[str, Any]", message), is_whole=part == "message")
        reason: Any = choice.get("finish_reason")
        if isinstance(reason, str):
            reason = provider.finish_reasons.get(reason, reason)
            choice["finish_reason"] = "tool_calls" if reason == "stop" and message.get("tool_calls") else reason


def _read_message(message: dict[str, Any], *, is_whole: bool) -> None:
    content: Any = message.get("content")
    if is_list(content):
        text, thought = _texts(content)
        message["content"] = text
        if thought:
            message["reasoning_content"] = thought
    if not message.get("reasoning_content") and isinstance(thought := message.get("reasoning"), str):
        message["reasoning_content"] = thought
    calls: Any = message.get("tool_calls")
    if is_list(calls):
        for call in calls:
            if is_mapping(call):
                _read_tool_call(cast("dict[str, Any]", call), is_whole=is_whole)


def _call_id() -> str:
    return f"call_{uuid4().hex[:24]}"


def _read_tool_call(call: dict[str, Any], *, is_whole: bool) -> None:
    if is_whole and not call.get("id"):
        call["id"] = _call_id()
    if is_mapping(function := call.get("function")) and is_mapping(arguments := function.get("arguments")):
        from ...runtime.core.body import encode_json

        cast("dict[str, Any]", function)["arguments"] = encode_json(arguments).decode("utf-8")


def _texts(parts: list[Any]) -> tuple[str, str]:
    """The text, and the thoughts, of a content that came in parts."""
    text, thought = "", ""
    for part in parts:
        if isinstance(part, str):
            text += part
        elif not is_mapping(part):
            continue
        elif part.get("type") == "thinking":
            inner: Any = part.get("thinking")
            thought += _texts(inner)[0] if is_list(inner) else str(inner or "")
        else:
            text += str(part.get("text") or "")
    return text, thought


def _count(made: dict[str, Any]) -> None:
    usage: Any = made.get("usage")
    if not is_mapping(usage):
        return
    counts = cast("dict[str, Any]", usage)
    asked, answered, total = map(counts.get, _COUNTS)
    if asked.__class__ is answered.__class__ is total.__class__ is int:
        return
    if asked is answered is total is None:
        made["usage"] = None  # an empty one comes with every chunk of some, and must not hide what was counted
        return
    for name in _COUNTS:
        if isinstance(count := counts.get(name), (float, str)):
            counts[name] = _whole(count)
    if counts.get("total_tokens") is None and isinstance(asked := counts.get("prompt_tokens"), int):
        counts["total_tokens"] = asked + (counts.get("completion_tokens") or 0)


def _whole(number: float | str) -> object:
    try:
        return int(float(number))
    except (ValueError, OverflowError):
        return number
