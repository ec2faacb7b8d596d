"""Models that are asked by their methods, and conversations with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from ..core.prompt_keywords import ChainKeywords, PromptKeywords, chain_limit_of, prompt_keywords
from ..core.prompts import prompt_of
from ..core.tool_loop import DEFAULT_LIMIT
from ..core.toolboxes import ToolLike, tools_of
from ..core.tools import Tool
from ..model_facts import ModelFacts, check_attachments
from ..pairs.answers import AsyncConverted, new_id
from .chains import AsyncChainResponse
from .model_responses import AsyncResponse
from .tool_calls import AfterCall, BeforeCall

__all__ = ["AsyncConversation", "AsyncKeyModel", "AsyncModel"]


class AsyncModel(ModelFacts):
    """A model of a provider: `AsyncModel("provider/model")`.

    Keywords of `acompletion` hold for every prompt: `base_url`, `timeout`, `max_retries`, `extra_headers`,
    `temperature` and the like. What the model cannot do can be said: then asking it to is a ValueError, with nothing
    being sent. `attachment_types` are the media types that it takes; without them the server decides.

    A class of models of its own has a `model_id`, and may answer by itself: with an async generator
    `execute(prompt, stream, response, conversation)`, which yields texts and `StreamEvent`s; one that takes `key` too
    gets the key.
    """

    def prompt(self, prompt: str | None = None, **keywords: Unpack[PromptKeywords]) -> AsyncResponse:
        """What the model answers to a text. Nothing is sent before the answer is wanted.

        Raises `pydantic.ValidationError` for options that there are not, TypeError and ValueError for arguments that
        cannot be used.
        """
        made = prompt_of(prompt, keywords, options=self.Options)
        check_attachments(self, made)
        return AsyncResponse(self, made)

    def chain(self, prompt: str | None = None, **keywords: Unpack[ChainKeywords]) -> AsyncChainResponse:
        """What the model answers when the tools it calls are called, and their results sent back, until it is done."""
        made = prompt_of(prompt, prompt_keywords(keywords), options=self.Options)
        check_attachments(self, made)
        return AsyncChainResponse(
            self,
            made,
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


class AsyncKeyModel(AsyncModel):
    """A class of models whose `execute` takes a `key` after its other arguments.

    `needs_key` is the name under which the key is stored, `key_env_var` the environment variable that may hold it.
    """

    needs_key: str | None = None  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]
    key_env_var: str | None = None  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]


class AsyncConversation(AsyncConverted):
    """Prompts that follow each other, in the order in which they were made."""

    def __init__(
        self,
        model: AsyncModel,
        *,
        tools: Iterable[ToolLike] | None = None,
        before_call: BeforeCall | None = None,
        after_call: AfterCall | None = None,
        chain_limit: int | None = DEFAULT_LIMIT,
        id: str | None = None,
        name: str | None = None,
    ) -> None:
        self.model = model
        self.id = id or new_id()
        self.name = name
        self.responses: list[AsyncResponse] = []
        """The answers so far; those of chains too, once they were asked for."""
        self.before_call = before_call
        self.after_call = after_call
        self.chain_limit = chain_limit
        self.tools = tools

    @property
    def tools(self) -> list[Tool]:
        """What the model may call in all of it; assign to it to change that."""
        return list(self._tools.values())

    @tools.setter
    def tools(self, tools: Iterable[ToolLike] | None) -> None:
        self._tools = tools_of(tools)

    def prompt(self, prompt: str | None = None, **keywords: Unpack[PromptKeywords]) -> AsyncResponse:
        """What the model answers to this, after what was said before. Answers still open are read first."""
        made = prompt_of(prompt, keywords, tools=self._tools, options=self.model.Options).going_on()
        check_attachments(self.model, made)
        response = AsyncResponse(
            self.model,
            made,
            previous=self._last(),
            conversation=self,
            before_call=self.before_call,
            after_call=self.after_call,
        )
        self.responses.append(response)
        return response

    def chain(self, prompt: str | None = None, **keywords: Unpack[ChainKeywords]) -> AsyncChainResponse:
        """As `chain` of a model, after what was said before."""
        asked = prompt_of(prompt, prompt_keywords(keywords), tools=self._tools, options=self.model.Options)
        made = asked.going_on()
        check_attachments(self.model, made)
        return AsyncChainResponse(
            self.model,
            made,
            previous=self._last,
            conversation=self,
            before_call=keywords.get("before_call") or self.before_call,
            after_call=keywords.get("after_call") or self.after_call,
            limit=chain_limit_of(keywords, self.chain_limit),
        )

    def _last(self) -> AsyncResponse | None:
        return next((each for each in reversed(self.responses) if not each.has_failed), None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {self.model.model_id!r}, {len(self.responses)} answers>"
