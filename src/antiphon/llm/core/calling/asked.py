"""What a decorated function gave: the messages it means, and the settings that are for this call alone."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypedDict, cast

from ....runtime.core.kinds import is_mapping
from ..parameters import CompletionParameters
from .messages import Messages, message_list
from .parts import PromptError
from .templates import Template

__all__ = [
    "METADATA",
    "Asked",
    "BaseDynamicConfig",
    "Metadata",
    "TemplateMessages",
    "asked_of",
    "filled",
    "metadata_of",
]

METADATA: Final = "__antiphon_metadata__"
"""Where functions and classes of prompts have what the decorator says of them."""


class Metadata(TypedDict, total=False):
    """What somebody wants to know of a call later."""

    tags: Any


def metadata_of(asked: object) -> Mapping[str, Any]:
    """What the decorator says of a function, or of a class of prompts."""
    return getattr(asked, METADATA, _NOTHING)


class BaseDynamicConfig(TypedDict, total=False):
    """What a function may return to say more than what is asked; each of them holds for this call alone."""

    messages: Messages.Type
    """What is asked, where no template says it."""
    client: Any
    tools: Sequence[Any]
    call_params: CompletionParameters | Mapping[str, Any]
    computed_fields: Mapping[str, Any]
    """Values for the template besides the arguments of the function."""
    metadata: Mapping[str, Any]


_KEYS: Final = frozenset(BaseDynamicConfig.__annotations__)
_NOTHING: Final[Mapping[str, Any]] = {}


class Asked(NamedTuple):
    """The messages, and what goes with them."""

    messages: list[Any]
    config: Mapping[str, Any]
    template: str | None = None
    is_text: bool = False
    """Whether it is one message with a text, in which there is nothing to look for."""


class TemplateMessages(list[Any]):
    """The messages of a template, which remember what else the function said."""

    def __init__(self, messages: Sequence[Any], config: Mapping[str, Any], template: str | None) -> None:
        super().__init__(messages)
        self.config = config
        self.template = template


def asked_of(given: object, name: str = "the function") -> Asked:
    """What is meant by what a function gave. Raises `PromptError`."""
    if isinstance(given, str):
        return Asked(message_list(given), _NOTHING, is_text=True)
    if isinstance(given, TemplateMessages):
        return Asked(list(given), given.config, given.template)
    if given is None or given is ...:
        raise PromptError(f"{name} returned no prompt, and no template gives one: return it, or use prompt_template")
    config = _config_of(given)
    if config is None:
        messages = message_list(given)
    elif "messages" not in config:
        raise PromptError(f"{name} returned no messages, and no template gives them")
    else:
        messages = message_list(config["messages"])
    if not messages:
        raise PromptError(f"{name} returned no messages: there is nothing to ask")
    return Asked(messages, config or _NOTHING)


def filled(template: Template | None, given: object, arguments: Mapping[str, Any], name: str) -> TemplateMessages:
    """The messages of a template; those the function gave count more. Raises `PromptError`."""
    if template is None:
        asked = asked_of(given, name)
        return TemplateMessages(asked.messages, asked.config, None)
    if given is None or given is ...:
        config: Mapping[str, Any] | None = _NOTHING
    else:
        config = _config_of(given)
    if config is None:
        raise PromptError(f"{name} has a template and returned a prompt of its own: {type(given).__name__}")
    if "messages" in config:
        return TemplateMessages(message_list(config["messages"]), config, template.text)
    computed = config.get("computed_fields") or _NOTHING
    if not is_mapping(computed):
        raise PromptError(f"computed_fields must be a mapping, not {type(computed).__name__}")
    messages = template.messages(ChainMap({**computed}, cast("dict[str, Any]", arguments)))
    if not messages:
        raise PromptError(f"the template of {name} came out empty: there is nothing to ask")
    return TemplateMessages(messages, config, template.text)


def _config_of(given: object) -> Mapping[str, Any] | None:
    """What a function gave as its configuration; None where it is something else."""
    if not is_mapping(given) or "role" in given or (given and "type" in given and not given.keys() & _KEYS):
        return None
    unknown = sorted(str(key) for key in given if key not in _KEYS)
    if unknown:
        raise PromptError(f"there is no {unknown[0]!r} in a configuration; there are: {', '.join(sorted(_KEYS))}")
    return given
