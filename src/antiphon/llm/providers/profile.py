"""What is to be known of a provider: where it is, who may call it, and how it departs from OpenAI's format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..core.credentials import Key

__all__ = ["Identity", "NamedText", "Provider"]

NamedText: TypeAlias = Mapping[str, str]

Identity: TypeAlias = "Callable[[Mapping[str, str]], Key | None]"
"""From the environment to what proves who calls: a key, a function that gives tokens, or what signs each request."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Provider:
    """A server, or a kind of servers, that speaks OpenAI's format more or less.

    The defaults are those of a server that speaks it well. Make one of your own with the fields that differ, and tell
    it to `register`.
    """

    name: str
    """As it stands before the model: `name/model`."""
    aliases: tuple[str, ...] = ()
    """Other names for it."""
    title: str = ""
    """As people write it."""

    # --- where it is ---

    base_url: str | None = None
    """May have places in braces, which `base_url_parts` fills."""
    base_url_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    """For each place in the address the environment variables that may say it; the first that is set counts."""
    base_url_replaced: NamedText = field(default_factory=dict[str, str])
    """What is replaced in an address after that: places whose hosts have other names."""
    hosts: tuple[str, ...] = ()
    """Further hosts that are this provider's, with `*` for any part."""
    base_url_env: tuple[str, ...] = ()
    """Environment variables that hold another address; the first that is set counts."""
    base_url_path: str = ""
    """What is added to an address without a path."""
    api_version_env: tuple[str, ...] = ()
    """Environment variables that hold the version in the query, for servers that want one (Azure's older form)."""

    # --- who may call it ---

    key_env: tuple[str, ...] = ()
    """Environment variables that hold the key; the first that is set counts."""
    token_env: tuple[str, ...] = ()
    """Environment variables that hold a token, which takes the place of a key, and goes in `authorization`."""
    identity: Identity | None = None
    """Makes what proves who calls where there is no key; None where it cannot. It must not wait."""
    needs_key: bool = True
    auth_header: str = "authorization"
    """The header with the key; in `authorization` the word `Bearer` stands before it."""
    headers: NamedText = field(default_factory=dict[str, str])
    """Headers for every request."""

    # --- what it offers ---

    model_prefixes: tuple[str, ...] = ()
    """How models begin that need no name of a provider (`ft:`)."""
    model_id_prefix: str = ""
    """What is put before a model that has no slash."""
    responses: Literal["full", "stateless", "none"] = "none"
    """Whether it has the Responses API, and keeps what was said there."""
    embeddings: bool = True
    lists_models: bool = True
    json_schema: bool = True
    """Whether `response_format` may be a schema."""
    several_choices: bool = True
    """Whether `n` may be more than 1."""

    # --- what is sent to it ---

    own_parameters: frozenset[str] = frozenset()
    """Parameters of its own, taken as keywords."""
    unsupported: frozenset[str] = frozenset()
    """Parameters of OpenAI's format that it refuses or ignores."""
    when_unsupported: Literal["raise", "warn", "drop"] = "raise"
    """What happens when the caller passes one: an error; or it is left out, with or without a
    warning."""
    renamed: NamedText = field(default_factory=dict[str, str])
    """Parameters that have another name there (`seed`, `max_completion_tokens`)."""
    temperature_limit: float | None = None
    """The highest temperature; higher ones are lowered to it."""
    reasoning_efforts: NamedText = field(default_factory=dict[str, str])
    """Levels of `reasoning_effort` that have another name there."""
    stream_options: bool = True
    """Whether it takes `stream_options`; those that do not send the usage anyway."""
    required_tool_choice: str = "required"
    """What it calls a `tool_choice` of `required`."""
    named_tool_choice: bool = True
    """Whether `tool_choice` may name a function; where it may not, that function is the only one that is sent."""
    strict_tools: bool = True
    """Whether tools may say `strict`."""
    refused_schema_keys: frozenset[str] = frozenset()
    """Keywords of JSON Schema that it refuses in the parameters of tools."""
    message_names: bool = True
    """Whether messages may have a `name`."""
    null_fields: bool = True
    """Whether messages may have fields that are null."""
    joins_system_messages: bool = False
    """Whether all system messages must be one, at the beginning."""
    alternates_roles: bool = False
    """Whether messages of one role in a row must be one."""
    reasoning_back: Literal["never", "with tool calls", "always"] = "never"
    """Whether assistant messages that are sent back may, or must, hold what the model thought."""
    reasoning_field: str = "reasoning_content"
    """Where it is then."""
    sends_extra_content_back: bool = False
    """Whether `extra_content` of messages and tool calls must be sent back."""
    cache_marks: bool = False
    """Whether parts of messages may say `cache_control`."""

    # --- what comes from it ---

    finish_reasons: NamedText = field(default_factory=dict[str, str])
    """Finish reasons that OpenAI's format calls otherwise."""

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            if not name or any(character in name for character in "/: ") or name != name.lower():
                raise ValueError(f"{name!r} cannot stand before a model: lower case, without slash, colon and space")
        if not self.title:
            object.__setattr__(self, "title", self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """The name, and the other ones."""
        return (self.name, *self.aliases)
