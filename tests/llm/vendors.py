"""Clients as packages of vendors make them: their shape, and what can be read of them. Nothing is sent by them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from antiphon.llm.core.mocked import mocked_chunks, mocked_completion

__all__ = [
    "Anthropic",
    "AsyncAnthropic",
    "AsyncStrict",
    "AsyncTree",
    "AzureInference",
    "Cohere",
    "Google",
    "Mistral",
    "Strict",
    "Tree",
    "async_shaped",
    "shaped",
]


class _Answer:
    """Like a model of pydantic."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def model_dump(self) -> Any:
        return dict(self._body)


class AsyncStreamOf:
    def __init__(self, tree: AsyncTree, items: Iterator[Any]) -> None:
        self._tree = tree
        self._items = items

    async def __aiter__(self) -> AsyncIterator[Any]:
        for item in self._items:
            yield _Answer(item)

    async def close(self) -> None:
        self._tree.closed += 1


class StreamOf:
    def __init__(self, tree: Tree, items: Iterator[Any]) -> None:
        self._tree = tree
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            yield _Answer(item)

    def close(self) -> None:
        self._tree.closed += 1


class _Held:
    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.closed = 0

    @property
    def chat(self) -> Any:
        return self

    @property
    def completions(self) -> Any:
        return self


class AsyncTree(_Held):
    """Has `chat.completions.create`, and takes any keyword."""

    def with_options(self, max_retries: int) -> AsyncTree:
        self.asked.append({"max_retries": max_retries})
        return self

    async def create(self, **keywords: Any) -> Any:
        self.asked.append(keywords)
        if keywords.get("stream"):
            return AsyncStreamOf(self, mocked_chunks("own", "From a tree"))
        return _Answer(mocked_completion("own", "From a tree"))


class Tree(_Held):
    """The same in sync."""

    def with_options(self, max_retries: int) -> Tree:
        self.asked.append({"max_retries": max_retries})
        return self

    def create(self, **keywords: Any) -> Any:
        self.asked.append(keywords)
        if keywords.get("stream"):
            return StreamOf(self, mocked_chunks("own", "From a tree"))
        return _Answer(mocked_completion("own", "From a tree"))


class AsyncStrict(_Held):
    """Takes only the keywords it knows."""

    async def create(self, *, model: str, messages: Any, stream: bool = False) -> Any:
        self.asked.append({"model": model, "messages": messages, "stream": stream})
        return mocked_chunks("own", "x") if stream else mocked_completion("own", "x")


class Strict(_Held):
    """The same in sync."""

    def create(self, *, model: str, messages: Any, stream: bool = False) -> Any:
        self.asked.append({"model": model, "messages": messages, "stream": stream})
        return None if stream else mocked_completion("own", "x")


def async_shaped(answer: Any) -> Any:
    """An object with the tree alone, whose `create` gives this."""

    async def create(**keywords: Any) -> Any:
        return answer

    return _with_create(create)


def shaped(answer: Any) -> Any:
    """An object with the tree alone, whose `create` gives this."""

    def create(**keywords: Any) -> Any:
        return answer

    return _with_create(create)


def _with_create(create: Any) -> Any:
    made = _Held()
    made.create = create  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return made


class SyncAPIClient:
    pass


class AsyncAPIClient:
    pass


class Anthropic(SyncAPIClient):
    """No `chat.completions`, but address and key."""

    def __init__(self, base_url: str, api_key: str | None = None, auth_token: str | None = None) -> None:
        self.base_url = base_url
        self.api_key = api_key
        self.auth_token = auth_token


class AsyncAnthropic(AsyncAPIClient):
    """The same in async."""

    def __init__(self, base_url: str, api_key: str | None = None, auth_token: str | None = None) -> None:
        self.base_url = base_url
        self.api_key = api_key
        self.auth_token = auth_token


class Mistral:
    """One class for both colours, with its settings in an object of its own."""

    class _Secured:
        def __init__(self, api_key: str) -> None:
            self.api_key = api_key

    class _Settings:
        def __init__(self, url: str, security: Any) -> None:
            self._url = url
            self.security = security

        def get_server_details(self) -> tuple[str, dict[str, str]]:
            return self._url, {}

    def __init__(self, url: str, api_key: str, *, called: bool = False) -> None:
        secured = Mistral._Secured(api_key)
        self.sdk_configuration = Mistral._Settings(url, (lambda: secured) if called else secured)
        self.chat = object()


class Google:
    """Tells neither address nor key."""

    vertexai = False

    def __init__(self, api_key: str) -> None:
        self._key = api_key


class Cohere:
    """`chat` is a method."""

    def __init__(self, api_key: str) -> None:
        self._key = api_key

    def chat(self, **keywords: Any) -> None: ...


class AzureInference:
    """Keeps everything to itself."""

    def __init__(self, endpoint: str, credential: object) -> None:
        self._config = (endpoint, credential)

    def complete(self, **keywords: Any) -> None: ...
