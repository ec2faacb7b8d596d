"""From what a provider answers to one form: OpenAI's, whatever the provider makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from ...runtime.core.errors import APIResponseValidationError, error_detail
from ...runtime.core.kinds import is_list, is_mapping
from ...runtime.core.response import HTTPResponse, parsed
from ..providers.profile import Provider
from .data import Completion, CompletionChunk, Data, Embeddings, ResponseData, data_of

__all__ = ["ChunkReader", "completion_from", "completion_of", "embeddings_from", "event_from", "response_from"]

_COUNTS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")


def completion_from(provider: Provider, response: HTTPResponse) -> Completion:
    """The whole answer. Raises `APIResponseValidationError` for a body that is none."""
    body = _body(provider, response, "choices")
    for number, choice in enumerate(body["choices"]):
        if not is_mapping(choice) or not is_mapping(choice.get("message")):
            raise _invalid(provider, response, body, f"choices[{number}] has no message")
    _fit(provider, body, "message", "chat.completion")
    return data_of(body, Completion)


def completion_of(provider: Provider, body: Mapping[str, Any]) -> Completion:
    """A whole answer that somebody has read already, in OpenAI's form."""
    made = dict(body)
    _fit(provider, made, "message", "chat.completion")
    return data_of(made, Completion)


class ChunkReader:
    """Reads the pieces of one answer."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._calls: dict[object, _Numbers] = {}

    def read(self, chunk: Mapping[str, Any]) -> CompletionChunk:
        """A piece in OpenAI's form."""
        body = dict(chunk)
        choices: Any = body.get("choices")
        kept: list[Any] = [choice for choice in choices if is_mapping(choice)] if is_list(choices) else []
        body["choices"] = kept
        # Groq's own place of it.
        if body.get("usage") is None and is_mapping(own := body.get("x_groq")) and own.get("usage"):
            body["usage"] = own["usage"]
        _fit(self._provider, body, "delta", "chat.completion.chunk")
        fitted: list[Any] = body["choices"]
        for choice in fitted:
            calls: Any = choice["delta"].get("tool_calls")
            numbers = self._calls.setdefault(choice["index"], _Numbers())
            if is_list(calls):
                choice["delta"]["tool_calls"] = [numbers.given(call) for call in calls if is_mapping(call)]
            elif choice.get("finish_reason") == "stop" and numbers.any:
                choice["finish_reason"] = "tool_calls"
        return data_of(body, CompletionChunk)


class _Numbers:
    """The numbers of tool calls, for servers that send none: a new id or a name begins a new call."""

    def __init__(self) -> None:
        self._by_id: dict[object, int] = {}
        self._begun: set[int] = set()
        self._last = -1

    @property
    def any(self) -> bool:
        return self._last >= 0

    def given(self, call: Mapping[str, Any]) -> Mapping[str, Any]:
        """The call with its number."""
        index, known = call.get("index"), call.get("id")
        if not isinstance(index, int):
            index = self._of(call, known)
            call = {**call, "index": index}
        begins = index not in self._begun
        if begins and not known:
            call = {**call, "id": _call_id()}  # its result could not be sent back without one
        self._begun.add(index)
        self._last = index
        if known:
            self._by_id[known] = index
        return call

    def _of(self, call: Mapping[str, Any], known: object) -> int:
        function: Any = call.get("function")
        named = is_mapping(function) and bool(function.get("name"))
        if known in self._by_id:
            return self._by_id[known]
        return max([self._last, *self._by_id.values()]) + 1 if known or named else max(self._last, 0)


def embeddings_from(provider: Provider, response: HTTPResponse) -> Embeddings:
    """The vectors. Raises `APIResponseValidationError` for a body that has none."""
    body = _body(provider, response, "data")
    _count(body)
    return data_of(body, Embeddings)


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
    message = f"{provider.title} ({where}) answered {response.status_code} with what is none: {what}"
    return APIResponseValidationError(response, body, message=message)


def _fit(provider: Provider, body: dict[str, Any], part: str, kind: str) -> None:
    body["object"] = kind  # some call both kinds by one name
    created: Any = body.get("created")
    if isinstance(created, (float, str)):
        body["created"] = _whole(created)
    _count(body)
    choices: list[Any] = []
    for number, choice in enumerate(body["choices"]):
        kept = dict(choice)
        if kept.get("index") is None:
            kept["index"] = number
        said: Any = kept.get(part)
        message = dict(said) if is_mapping(said) else {}
        _message(message, is_whole=part == "message")
        kept[part] = message
        reason: Any = kept.get("finish_reason")
        if isinstance(reason, str):
            reason = provider.finish_reasons.get(reason, reason)
            kept["finish_reason"] = "tool_calls" if reason == "stop" and message.get("tool_calls") else reason
        choices.append(kept)
    body["choices"] = choices


def _message(message: dict[str, Any], *, is_whole: bool) -> None:
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
        message["tool_calls"] = [_tool_call(call, is_whole=is_whole) for call in calls]


def _call_id() -> str:
    return f"call_{uuid4().hex[:24]}"


def _tool_call(call: object, *, is_whole: bool) -> object:
    if not is_mapping(call):
        return call
    kept = dict(call)
    if is_whole and not kept.get("id"):
        kept["id"] = _call_id()
    if is_mapping(function := kept.get("function")) and is_mapping(arguments := function.get("arguments")):
        from ...runtime.core.body import encode_json

        kept["function"] = {**function, "arguments": encode_json(arguments).decode("utf-8")}
    return kept


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


def _count(body: dict[str, Any]) -> None:
    usage: Any = body.get("usage")
    if not is_mapping(usage):
        return
    if all(usage.get(name) is None for name in _COUNTS):
        body["usage"] = None  # an empty one comes with every chunk of some, and must not hide what was counted
        return
    kept = dict(usage)
    for name in _COUNTS:
        if isinstance(count := kept.get(name), (float, str)):
            kept[name] = _whole(count)
    if kept.get("total_tokens") is None and isinstance(asked := kept.get("prompt_tokens"), int):
        kept["total_tokens"] = asked + (kept.get("completion_tokens") or 0)
    body["usage"] = kept


def _whole(number: float | str) -> object:
    try:
        return int(float(number))
    except (ValueError, OverflowError):
        return number
