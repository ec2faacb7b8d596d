"""The keywords of `prompt` and `chain`, and the options among them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypedDict

import pydantic

from ...runtime.core.kinds import is_mapping
from .attachments import Attachment
from .tool_loop import DEFAULT_LIMIT, AfterCall, BeforeCall
from .toolboxes import ToolLike
from .tools import ToolResult

__all__ = [
    "CONTENT",
    "ChainKeywords",
    "Fragment",
    "Options",
    "PromptKeywords",
    "chain_limit_of",
    "options_of",
    "prompt_keywords",
]


class Fragment(str):
    """A text for `fragments=` that knows where it comes from."""

    source: str

    def __new__(cls, content: str, source: str = "") -> Self:
        made = super().__new__(cls, content)
        made.source = source
        return made

    def id(self) -> str:
        """The same for the same text: its SHA-256."""
        return hashlib.sha256(self.encode()).hexdigest()


class Options(pydantic.BaseModel):
    """The options of a prompt, as keywords or in `options={...}`."""

    model_config = pydantic.ConfigDict(extra="forbid")

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: str | list[str] | None = None
    logit_bias: dict[str, int] | None = None
    """As a mapping, or as its JSON text."""
    seed: int | None = None
    json_object: bool | None = None
    """Whether the answer is to be JSON, of whatever form."""
    image_detail: str | None = None
    """How closely images are looked at: `low`, `high`, `auto`."""
    reasoning_effort: str | None = None
    reasoning_summary: str | None = None
    """Chat completions have no summaries: taken, and not sent."""
    verbosity: str | None = None
    service_tier: str | None = None
    chat_completions: bool | None = None
    """Nothing to choose here: models are asked by chat completions."""

    @pydantic.field_validator("logit_bias", mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value


class _OptionKeywords(TypedDict, total=False):
    temperature: float | None
    max_tokens: int | None
    top_p: float | None
    frequency_penalty: float | None
    presence_penalty: float | None
    stop: str | list[str] | None
    logit_bias: dict[str, int] | str | None
    seed: int | None
    json_object: bool | None
    image_detail: str | None
    reasoning_effort: str | None
    reasoning_summary: str | None
    verbosity: str | None
    service_tier: str | None
    chat_completions: bool | None


class PromptKeywords(_OptionKeywords, total=False):
    """The keywords of `prompt`; options can be keywords of their own as well."""

    fragments: Sequence[str] | None
    """Texts that stand before the prompt."""
    attachments: Iterable[Attachment | str | bytes | Path] | None
    """Images, sounds, PDFs, texts: an `Attachment`, a path, a URL, or bytes."""
    system: str | None
    system_fragments: Sequence[str] | None
    messages: Iterable[Mapping[str, Any]] | None
    """All that is said, made by `llm.user` and the like or in OpenAI's form; then prompt, system text and attachments
    are not looked at. In a conversation and a reply it is what was said before the prompt, and after it."""
    stream: bool
    """Whether the answer comes piece by piece; true unless you say otherwise."""
    schema: Mapping[str, Any] | type[pydantic.BaseModel] | str | None
    """What the answer has to fit: a JSON schema, a pydantic model, or a text for `schema_dsl`."""
    tools: Iterable[ToolLike] | None
    tool_results: Iterable[ToolResult] | None
    options: Mapping[str, Any] | None
    hide_reasoning: bool
    """Whether what the model thinks is kept out of the events."""
    key: str | None
    """The API key, if not the provider's of the environment."""


class ChainKeywords(PromptKeywords, total=False):
    """The keywords of `chain`."""

    before_call: BeforeCall | None
    """Called with the tool (or None) and the call; `CancelToolCall` keeps it from being made."""
    after_call: AfterCall | None
    """Called with the tool, the call and the result."""
    chain_limit: int | None
    """How many answers are asked for at most, 25 unless you say otherwise; None or 0 for no limit."""


CONTENT: Final = frozenset(PromptKeywords.__annotations__) - frozenset(_OptionKeywords.__annotations__)
"""The keywords of a prompt that are no options."""
_OF_CHAINS: Final = frozenset(ChainKeywords.__annotations__) - frozenset(PromptKeywords.__annotations__)


def prompt_keywords(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords of a chain that belong to its prompt."""
    return {name: value for name, value in keywords.items() if name not in _OF_CHAINS}


def chain_limit_of(keywords: Mapping[str, Any], default: int | None = DEFAULT_LIMIT) -> int | None:
    """The limit among the keywords of a chain."""
    return keywords.get("chain_limit", default)


def options_of(kind: type[Options], given: object, loose: Mapping[str, Any]) -> Options:
    """The options that were given in a mapping and as keywords. Raises TypeError and `pydantic.ValidationError`."""
    if given is None and not loose:
        return kind()
    if given is not None and not is_mapping(given):
        raise TypeError(f"options must be a mapping, not {type(given).__name__}")
    both = sorted((given or {}).keys() & loose.keys())
    if both:
        raise TypeError(f"{both[0]} is given twice: in options and as a keyword")
    return kind.model_validate({**(given or {}), **loose})
