"""Asking by whatever `client=` is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from ...runtime import AsyncAPIClient
from ...runtime.core.kinds import is_mapping
from ...runtime.waiting import async_answered
from ..core.answers import ChunkReader
from ..core.asking import attempt_with
from ..core.calling.clients import (
    OwnTree,
    UnsupportedClientError,
    check_settings,
    completion_by,
    keywords_for,
    mapping_of,
    title_of,
)
from ..core.calling.plans import Plan
from ..pairs.clients import async_client_way, async_taken
from .asking import async_completed, async_through
from .streams import AsyncPieces

__all__ = ["async_sent"]


async def async_sent(plan: Plan, messages: list[Any], *, stream: bool) -> tuple[Any, Any]:
    """The completion, or its pieces, and what the client itself gave; the latter None where that is the same.

    Raises `UnsupportedClientError`, and what the client raises.
    """
    settings, parameters, client = plan.settings, plan.parameters, plan.client
    if client is None or parameters.get("mock_response") is not None:
        given = {**parameters}
        return await async_completed(settings.model, messages, stream, given, provider=settings.provider), None
    provider = settings.profile
    check_settings(parameters)
    way = async_client_way(client, provider)
    if not isinstance(way, OwnTree):
        given = {"base_url": way.base_url, "api_key": way.key, **parameters}
        return await async_completed(settings.model, messages, stream, given, provider=settings.provider), None
    attempt = attempt_with(provider, settings.model, messages, stream=stream, parameters=parameters)
    if isinstance(client, AsyncAPIClient):
        return await async_through(client, attempt), None
    create: Any = way.create
    retries = parameters.get("max_retries", parameters.get("num_retries"))
    options: Any = getattr(client, "with_options", None)
    if retries is not None and callable(options):
        changed: Any = options(max_retries=retries)
        create = changed.chat.completions.create
    body: Any = attempt.call.body
    answer = await async_taken(create(**keywords_for(create, body, parameters)), client)
    if stream:
        reader = ChunkReader(provider)
        return AsyncPieces(_AsyncForeign(answer, client), reader.read), answer
    return completion_by(answer, client, provider), answer


class _AsyncForeign:
    """The stream of a client of another make."""

    def __init__(self, given: Any, client: object) -> None:
        if not hasattr(given, "__aiter__") or is_mapping(given):
            raise UnsupportedClientError(f"{title_of(client)} gave no stream: {type(given).__name__}")
        self._given = given
        self._items: Any = aiter(given)
        self._client = client

    async def __anext__(self) -> Mapping[str, Any]:
        return mapping_of(await anext(self._items), self._client)

    async def __aiter__(self) -> AsyncIterator[Mapping[str, Any]]:
        async for item in self._items:
            yield mapping_of(item, self._client)

    async def close(self) -> None:
        for held in (self._given, self._items):
            for name in ("close", "aclose"):
                end = getattr(held, name, None)
                if callable(end):
                    await async_answered(end())
                    return
