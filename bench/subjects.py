"""How each library is spoken to. Modules are imported when a subject is asked for, in its own environment."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

__all__ = ["SUBJECTS", "Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A library in one way of using it."""

    name: str
    environment: str
    """The environment it is installed in."""
    module: str
    sync_class: str = ""
    async_class: str = ""
    aiohttp: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether it is a transport that knows nothing of the API."""
        return not self.sync_class

    def sync_client(self, url: str) -> Any:
        return getattr(importlib.import_module(self.module), self.sync_class)(base_url=url, api_key="sk-bench")

    def async_client(self, url: str) -> Any:
        module = importlib.import_module(self.module)
        more = {"http_client": module.DefaultAioHttpClient()} if self.aiohttp else {}
        return getattr(module, self.async_class)(base_url=url, api_key="sk-bench", **more)


SUBJECTS = {
    subject.name: subject
    for subject in (
        Subject("antiphon", "ours", "antiphon", "Client", "AsyncClient"),
        Subject("antiphon+aiohttp", "ours", "antiphon", "Client", "AsyncClient", aiohttp=True),
        Subject("openai-2", "openai-2", "openai", "OpenAI", "AsyncOpenAI"),
        Subject("openai-2+aiohttp", "openai-2", "openai", "OpenAI", "AsyncOpenAI", aiohttp=True),
        Subject("openai-3", "openai-3", "openai", "OpenAI", "AsyncOpenAI"),
        Subject("openai-3+aiohttp", "openai-3", "openai", "OpenAI", "AsyncOpenAI", aiohttp=True),
        Subject("httpx", "ours", "httpx"),
        Subject("aiohttp", "ours", "aiohttp", aiohttp=True),
    )
}
