"""The functions that answer: `acompletion`, `aresponses`, `aembedding`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from ...runtime import APIError
from ...runtime.core.response import HTTPResponse
from ...runtime.core.timeouts import DEFAULT_TIMEOUT, timeout_from
from ..core.answers import (
    ChunkReader,
    completion_from,
    embeddings_from,
    event_from,
    plain_completion_from,
    response_from,
)
from ..core.asking import Attempt, Kind, attempts
from ..core.data import Completion, CompletionChunk, Data, Embeddings, ResponseData
from ..core.failing import told
from ..core.mocked import mocked_chunks, mocked_completion, mocked_embeddings, mocked_events, mocked_response
from ..core.parameters import CompletionParameters, EmbeddingParameters, MessageInput, ResponseParameters
from ..keys import stored_keys
from ..providers.profile import Provider
from ..providers.registry import known
from .clients import async_client_of
from .streams import AsyncPieces, async_listed_pieces, async_pieces_of

if TYPE_CHECKING:
    from ...runtime import AsyncAPIClient
    from ..pairs.streams import AsyncOpened

__all__ = ["acompletion", "aembedding", "aresponses", "async_completed", "async_through"]


@overload
async def acompletion(
    model: str,
    messages: Iterable[MessageInput],
    *,
    stream: Literal[False] | None = None,
    **parameters: Unpack[CompletionParameters],
) -> Completion: ...
@overload
async def acompletion(
    model: str,
    messages: Iterable[MessageInput],
    *,
    stream: Literal[True],
    **parameters: Unpack[CompletionParameters],
) -> AsyncPieces[CompletionChunk]: ...
@overload
async def acompletion(
    model: str,
    messages: Iterable[MessageInput],
    *,
    stream: bool | None,
    **parameters: Unpack[CompletionParameters],
) -> Completion | AsyncPieces[CompletionChunk]: ...
async def acompletion(
    model: str, messages: Iterable[MessageInput], *, stream: bool | None = None, **parameters: Any
) -> Completion | AsyncPieces[CompletionChunk]:
    """A model's answer to some messages; with `stream=True` its pieces as they arrive.

    `model` is `provider/model` or `provider:model`; without a provider it is OpenAI's. Every parameter of OpenAI's chat
    completions can be given, and those that `Settings` names: key, address, timeout, retries, fallbacks.

    Raises `UnknownProviderError`, `MissingKeyError`, `UnsupportedParameterError`, ValueError and TypeError before
    anything is sent, and `APIError` when no model answered.
    """
    return await async_completed(model, messages, stream, parameters, completion_from)


async def async_completed(
    model: str,
    messages: Iterable[MessageInput],
    stream: bool | None,
    parameters: dict[str, Any],
    whole: Callable[[Provider, HTTPResponse], Any] = plain_completion_from,
    *,
    provider: str | None = None,
) -> Any:
    """What `acompletion` gives, here of a provider's model; the whole answer is what `whole` makes of the response."""
    mock = parameters.pop("mock_response", None)
    if mock is not None:
        return async_listed_pieces(mocked_chunks(model, mock)) if stream else mocked_completion(model, mock)
    ways = _ways("completion", model, messages, stream, parameters, provider)
    return await _first_answer(ways, whole, _read_chunks)


@overload
async def aresponses(
    model: str,
    input: str | Iterable[MessageInput] | None = None,
    *,
    stream: Literal[False] | None = None,
    **parameters: Unpack[ResponseParameters],
) -> ResponseData: ...
@overload
async def aresponses(
    model: str,
    input: str | Iterable[MessageInput] | None = None,
    *,
    stream: Literal[True],
    **parameters: Unpack[ResponseParameters],
) -> AsyncPieces[Data]: ...
@overload
async def aresponses(
    model: str,
    input: str | Iterable[MessageInput] | None = None,
    *,
    stream: bool | None,
    **parameters: Unpack[ResponseParameters],
) -> ResponseData | AsyncPieces[Data]: ...
async def aresponses(
    model: str, input: str | Iterable[MessageInput] | None = None, *, stream: bool | None = None, **parameters: Any
) -> ResponseData | AsyncPieces[Data]:
    """A model's answer by the Responses API, its text in `output_text`; with `stream=True` the events it consists of.

    For the models of providers that have this API. Otherwise as `acompletion`.
    """
    mock = parameters.pop("mock_response", None)
    if mock is not None:
        return async_listed_pieces(mocked_events(model, mock)) if stream else mocked_response(model, mock)
    ways = _ways("responses", model, input, stream, parameters)
    return await _first_answer(ways, response_from, lambda provider: event_from)


async def aembedding(
    model: str, input: str | Iterable[object], **parameters: Unpack[EmbeddingParameters]
) -> Embeddings:
    """The vectors of some texts (or of one): `embeddings.data[0].embedding`. Otherwise as `acompletion`."""
    given: dict[str, Any] = {**parameters}
    mock = given.pop("mock_response", None)
    if mock is not None:
        return mocked_embeddings(mock)
    ways = _ways("embedding", model, input, None, given)
    return await _first_answer(ways, embeddings_from, None)


def _ways(
    kind: Kind,
    model: object,
    subject: object,
    stream: bool | None,
    given: Mapping[str, Any],
    provider: str | None = None,
) -> list[Attempt]:
    return attempts(
        kind, model, subject, stream, given, registry=known, environment=os.environ, keys=stored_keys, provider=provider
    )


async def _first_answer(
    ways: list[Attempt],
    whole: Callable[[Provider, HTTPResponse], Any],
    reader: Callable[[Provider], Callable[[Mapping[str, Any]], Any]] | None,
) -> Any:
    failures: list[tuple[Attempt, APIError]] = []
    for way in ways:
        try:
            return await async_client_of(way.route.endpoint).send(way.call, _AsyncAnswer(way, whole, reader))
        except APIError as error:
            failures.append((way, error))
    try:
        raise told(failures)
    finally:
        failures.clear()  # the errors hold this frame


async def async_through(client: AsyncAPIClient, way: Attempt) -> Any:
    """The completion, or its pieces, by a client of somebody's."""
    return await client.send(way.call, _AsyncAnswer(way, completion_from, _read_chunks))


def _read_chunks(provider: Provider) -> Callable[[Mapping[str, Any]], CompletionChunk]:
    return ChunkReader(provider).read


class _AsyncAnswer:
    """Makes the answer of a response, whole or in pieces."""

    cast_to: Any = dict

    def __init__(
        self,
        way: Attempt,
        whole: Callable[[Provider, HTTPResponse], Any],
        reader: Callable[[Provider], Callable[[Mapping[str, Any]], Any]] | None,
    ) -> None:
        self.needs_body = not way.streamed
        self._provider = way.route.provider
        self._call = way.call
        self._whole = whole
        self._reader = reader

    def make(self, opened: AsyncOpened, to: Any = None) -> Any:
        if self.needs_body or self._reader is None:
            return self._whole(self._provider, opened.response)
        seconds = timeout_from(self._call.timeout, DEFAULT_TIMEOUT).read
        return async_pieces_of(opened, self._reader(self._provider), read_seconds=seconds)
