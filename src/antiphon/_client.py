"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .client import AsyncClient, Client
from .runtime import AsyncStream, Stream, Timeout

__all__ = ["AsyncClient", "AsyncOpenAI", "AsyncStream", "Client", "OpenAI", "Stream", "Timeout"]

OpenAI = Client
AsyncOpenAI = AsyncClient
