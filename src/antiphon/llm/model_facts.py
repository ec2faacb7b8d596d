"""What is known of a model before it is asked: its name, its key, what it can do. The same in both colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from .core.attachments import Attachment
from .core.prompts import Options, Prompt
from .keys import get_key
from .providers.profile import Provider
from .providers.registry import known

__all__ = ["ConversationNotSupported", "ModelFacts"]

_PREFIX: Final = re.compile(r"([^/:]+)[/:](?=.)")


class ConversationNotSupported(ValueError):
    """The model takes one message and remembers nothing, and was to go on with a conversation."""


class ModelFacts:
    """The facts of a model. What it cannot do is an error when it is asked for."""

    Options: ClassVar[type[Options]] = Options
    """The options that prompts can have."""

    def __init__(
        self,
        model_id: str,
        *,
        key: str | None,
        can_stream: bool,
        supports_tools: bool,
        supports_schema: bool,
        supports_conversation: bool,
        attachment_types: Iterable[str] | None,
        settings: Mapping[str, Any],
    ) -> None:
        self.model_id = model_id
        self.key = key
        """A key, or the name of a stored one, for every prompt that has none of its own."""
        self.can_stream = can_stream
        """Whether answers come piece by piece."""
        self.supports_tools = supports_tools
        self.supports_schema = supports_schema
        self.supports_conversation = supports_conversation
        self.attachment_types = None if attachment_types is None else frozenset(attachment_types)
        """The media types that it takes; None where that is left to the server."""
        self.settings: dict[str, Any] = dict(settings)
        """What is passed with every request."""

    @property
    def needs_key(self) -> str | None:
        """The provider whose key is needed; None for servers that want none."""
        provider = self._provider()
        return None if provider is None or not provider.needs_key else provider.name

    @property
    def key_env_var(self) -> str | None:
        """The environment variable that holds the key."""
        provider = self._provider()
        return provider.key_env[0] if provider is not None and provider.key_env else None

    def get_key(self, explicit_key: str | None = None) -> str | None:
        """The key: what is given, that of the model, the stored one of its provider, that of the environment.

        None where none is needed. Raises `NeedsKeyException` when there is none.
        """
        given = explicit_key or self.key or self.settings.get("api_key")
        if not given and self.needs_key is None:
            return None
        provider = self._provider()
        variables = provider.key_env if provider is not None else ()
        import os

        named = next((name for name in variables if os.environ.get(name, "").strip()), self.key_env_var)
        return get_key(given, self.needs_key, named)

    def parameters(self, prompt: Prompt) -> dict[str, Any]:
        """What a request for this prompt has besides model and messages."""
        made = {**self.settings, **prompt.parameters(stream=prompt.stream and self.can_stream)}
        if self.key is not None:
            made.setdefault("api_key", self.key)
        return made

    def check_attachments(self, attachments: Iterable[Attachment]) -> None:
        """Raises ValueError for attachments whose type the model does not take, as far as it is known already."""
        self.check_types(kind for each in attachments if (kind := each.named_type) is not None)

    def check_types(self, kinds: Iterable[str]) -> None:
        """Raises ValueError for media types that the model does not take."""
        if self.attachment_types is None:
            return
        for kind in kinds:
            if not self.attachment_types:
                raise ValueError(f"{self} does not support attachments")
            if kind not in self.attachment_types:
                taken = ", ".join(sorted(self.attachment_types))
                raise ValueError(f"{self} does not support attachments of type {kind!r}, only {taken}")

    def check(self, prompt: Prompt, messages: Iterable[Mapping[str, Any]]) -> None:
        """Raises ValueError for a prompt that asks for what the model cannot do."""
        if prompt.known_tools and not self.supports_tools:
            raise ValueError(f"{self} does not support tools")
        if prompt.schema is not None and not self.supports_schema:
            raise ValueError(f"{self} does not support schemas")
        if not self.supports_conversation and any(each.get("role") in ("assistant", "tool") for each in messages):
            raise ConversationNotSupported(f"{self} does not support conversations")

    def _provider(self) -> Provider | None:
        name, address = self.settings.get("provider"), self.settings.get("base_url")
        if isinstance(name, str):
            return known.find(name)
        prefix = _PREFIX.match(self.model_id)
        found = known.at(address) if isinstance(address, str) else None
        found = found or (known.find(prefix[1]) if prefix else None) or known.with_model(self.model_id)
        return found or (None if prefix else known.get("openai"))

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.model_id}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model_id!r}>"
