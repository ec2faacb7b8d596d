"""Models that are asked by their methods, and conversations with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from ..core.prompts import ChainKeywords, PromptKeywords, chain_limit_of, prompt_keywords, prompt_of
from ..core.tool_loop import DEFAULT_LIMIT
from ..core.tools import ToolLike, tools_of
from .chains import AsyncChainResponse
from .model_responses import AsyncResponse
from .tool_calls import AfterCall, BeforeCall

__all__ = ["AsyncConversation", "AsyncModel"]


class AsyncModel:
    """A model of a provider: `AsyncModel("provider/model")`.

    `settings` are keywords of `acompletion` that hold for every prompt: `base_url`, `api_key`, `timeout`,
    `max_retries`, `extra_headers` and the like.
    """

    def __init__(self, model_id: str, **settings: Any) -> None:
        self.model_id = model_id
        self.settings = settings

    def prompt(self, prompt: str | None = None, **keywords: Unpack[PromptKeywords]) -> AsyncResponse:
        """What the model answers to a text. Nothing is sent before the answer is wanted.

        Raises `pydantic.ValidationError` for options that there are not, TypeError and ValueError for arguments that
        cannot be used.
        """
        return AsyncResponse(self, prompt_of(prompt, keywords))

    def chain(self, prompt: str | None = None, **keywords: Unpack[ChainKeywords]) -> AsyncChainResponse:
        """What the model answers when the tools it calls are called, and their results sent back, until it is done."""
        return AsyncChainResponse(
            self,
            prompt_of(prompt, prompt_keywords(keywords)),
            before_call=keywords.get("before_call"),
            after_call=keywords.get("after_call"),
            limit=chain_limit_of(keywords),
        )

    def conversation(
        self,
        *,
        tools: Iterable[ToolLike] | None = None,
        before_call: BeforeCall | None = None,
        after_call: AfterCall | None = None,
        chain_limit: int | None = DEFAULT_LIMIT,
    ) -> AsyncConversation:
        """A conversation, in which every prompt follows what was said before. The arguments hold for all of it."""
        return AsyncConversation(
            self, tools=tools, before_call=before_call, after_call=after_call, chain_limit=chain_limit
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model_id!r}>"


class AsyncConversation:
    """Prompts that follow each other, in the order in which they were made."""

    def __init__(
        self,
        model: AsyncModel,
        *,
        tools: Iterable[ToolLike] | None = None,
        before_call: BeforeCall | None = None,
        after_call: AfterCall | None = None,
        chain_limit: int | None = DEFAULT_LIMIT,
    ) -> None:
        self.model = model
        self.responses: list[AsyncResponse] = []
        """The answers so far; those of chains too, once they were asked for."""
        self._tools = tools_of(tools)
        self._before_call = before_call
        self._after_call = after_call
        self._chain_limit = chain_limit

    def prompt(self, prompt: str | None = None, **keywords: Unpack[PromptKeywords]) -> AsyncResponse:
        """What the model answers to this, after what was said before. Answers still open are read first."""
        made = prompt_of(prompt, keywords, tools=self._tools)
        response = AsyncResponse(self.model, made, previous=self._last())
        self.responses.append(response)
        return response

    def chain(self, prompt: str | None = None, **keywords: Unpack[ChainKeywords]) -> AsyncChainResponse:
        """As `chain` of a model, after what was said before."""
        return AsyncChainResponse(
            self.model,
            prompt_of(prompt, prompt_keywords(keywords), tools=self._tools),
            previous=self._last,
            made=self.responses.append,
            before_call=keywords.get("before_call") or self._before_call,
            after_call=keywords.get("after_call") or self._after_call,
            limit=chain_limit_of(keywords, self._chain_limit),
        )

    def _last(self) -> AsyncResponse | None:
        return next((each for each in reversed(self.responses) if not each.has_failed), None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self.model.model_id!r}, {len(self.responses)} answers>"
