"""What is known of a model before it is asked: its name, its key, what it can do. The same in both colours."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, Unpack

from ..runtime.core.errors import SDKError
from .core.attachments import check_type
from .core.errors import UnknownProviderError
from .core.keyless import PickledWithoutKeys, UnpickledKey
from .core.parameters import CompletionParameters
from .core.prompt_keywords import Options
from .core.prompts import Prompt
from .core.routing import key_of, provider_of
from .keys import get_key, stored_keys
from .providers.profile import Provider
from .providers.registry import known

__all__ = [
    "ConversationNotSupported",
    "ModelFacts",
    "check_attachments",
    "check_prompt",
    "check_types",
    "own_answer",
    "request_parameters",
]


class ConversationNotSupported(SDKError, ValueError):
    """The model takes one message and remembers nothing, and was to go on with a conversation."""


class ModelFacts(PickledWithoutKeys):
    """The facts of a model. What it cannot do is an error when it is asked for."""

    # On the class, so that classes of models can say them too.

    Options: ClassVar[type[Options]] = Options
    """The options that prompts can have; a class of models may have more of them."""
    model_id: str = ""
    key: str | None = None
    """A key, or the name of a stored one, for every prompt that has none of its own."""
    can_stream: bool = True
    """Whether answers come piece by piece."""
    supports_tools: bool = True
    supports_schema: bool = True
    supports_conversation: bool = True
    attachment_types: Collection[str] | None = None
    """The media types that it takes; None where that is left to the server."""
    settings: Mapping[str, Any] = {}
    """What is passed with every request."""

    def __init__(
        self,
        model_id: str | None = None,
        *,
        key: str | None = None,
        can_stream: bool | None = None,
        supports_tools: bool | None = None,
        supports_schema: bool | None = None,
        supports_conversation: bool | None = None,
        attachment_types: Iterable[str] | None = None,
        **settings: Unpack[CompletionParameters],
    ) -> None:
        given = {
            "model_id": model_id,
            "key": key,
            "can_stream": can_stream,
            "supports_tools": supports_tools,
            "supports_schema": supports_schema,
            "supports_conversation": supports_conversation,
            "attachment_types": None if attachment_types is None else frozenset(attachment_types),
            "settings": {**self.settings, **settings} if settings else None,
        }
        vars(self).update({name: value for name, value in given.items() if value is not None})
        if not isinstance(self.model_id, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"model_id must be text, not {type(self.model_id).__name__}")
        if not self.model_id:
            raise ValueError("a model has a model_id: provider/model")

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
        """The key that is sent: what is given, that of the model, that of the environment, the stored one.

        None where there is none and none is needed, or where a function gives it. A class of models that says itself
        what its key is called has the stored one before that of the environment.

        Raises `NeedsKeyException` when there is none.
        """
        given = explicit_key or self.key or self.settings.get("api_key")
        if given is not None and not isinstance(given, str):
            return None
        provider = self._provider() if type(self).needs_key is ModelFacts.needs_key else None
        if provider is not None:
            return key_of(provider, given, os.environ, stored_keys)
        return None if not given and self.needs_key is None else get_key(given, self.needs_key, self.key_env_var)

    def _provider(self) -> Provider | None:
        if own_answer(self) is not None:
            return None
        name, address = self.settings.get("provider"), self.settings.get("base_url") or self.settings.get("api_base")
        try:
            return provider_of(self.model_id, known, name=name, base_url=address)[0]
        except UnknownProviderError:
            return None

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.model_id}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model_id!r}>"


# No methods: a class of models may give these names to what it has itself.


def own_answer(model: ModelFacts) -> Callable[..., Any] | None:
    """The method of a class of models that answers prompts without asking a server."""
    return getattr(model, "execute", None)


def request_parameters(model: ModelFacts, prompt: Prompt) -> dict[str, Any]:
    """What a request for this prompt has besides model and messages."""
    made = {**model.settings, **prompt.parameters(stream=prompt.stream and model.can_stream)}
    if model.key is not None and isinstance(made.get("api_key"), (UnpickledKey, type(None))):
        made["api_key"] = model.key
    return made


def check_attachments(model: ModelFacts, prompt: Prompt) -> None:
    """Raises ValueError for attachments whose type the model does not take, as far as it is known already."""
    for each in vars(prompt).get("attachments", ()):
        if model.attachment_types is None and own_answer(model) is None:
            check_type(each)
        elif (kind := each.named_type) is not None:
            check_types(model, [kind])


def check_types(model: ModelFacts, kinds: Iterable[str]) -> None:
    """Raises ValueError for media types that the model does not take."""
    if model.attachment_types is None:
        return
    for kind in kinds:
        if not model.attachment_types:
            raise ValueError(f"{model} does not support attachments")
        if kind not in model.attachment_types:
            taken = ", ".join(sorted(model.attachment_types))
            raise ValueError(f"{model} does not support attachments of type {kind!r}, only {taken}")


def check_prompt(model: ModelFacts, prompt: Prompt, messages: Iterable[Mapping[str, Any]]) -> None:
    """Raises ValueError for a prompt that asks for what the model cannot do."""
    if prompt.known_tools and not model.supports_tools:
        raise ValueError(f"{model} does not support tools")
    if prompt.schema is not None and not model.supports_schema:
        raise ValueError(f"{model} does not support schemas")
    if not model.supports_conversation and any(each.get("role") in ("assistant", "tool") for each in messages):
        raise ConversationNotSupported(f"{model} does not support conversations")
