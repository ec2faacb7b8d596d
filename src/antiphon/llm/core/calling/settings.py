"""What a decorated function is asked with, and what is changed of it for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypedDict
from weakref import WeakKeyDictionary

from ....runtime.core.kinds import is_mapping
from ...providers.profile import Provider
from ...providers.registry import Registry, known
from ..base_tools import BaseTool
from ..extraction import Extraction, check_type
from ..parameters import CompletionParameters
from ..routing import provider_of
from ..tool_classes import tool_classes
from ..toolboxes import check_tools

__all__ = [
    "CallSettings",
    "Changes",
    "CommonCallParams",
    "StreamConfig",
    "changes_of",
    "current_changes",
    "in_context",
    "mark_overridden",
    "under",
]

CommonCallParams = CompletionParameters
"""Parameters of the request: those of `completion`."""


class StreamConfig(TypedDict, total=False):
    """How a stream is wanted."""

    partial_tools: bool
    """Whether tools come while they grow, and not only when they are complete."""


_NAMES: Final = (
    *("provider", "model", "stream", "tools", "response_model"),
    *("output_parser", "json_mode", "client", "call_params"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Changes:
    """What takes the place of settings: those that are named here."""

    given: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def over(self, other: Changes) -> Changes:
        """These over others."""
        return Changes({**other.given, **self.given}) if other.given else self


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CallSettings:
    """The arguments of `call`, checked.

    Raises `UnknownProviderError`, ValueError and TypeError for those that cannot be used.
    """

    provider: str
    model: str
    stream: bool | Mapping[str, Any] = False
    tools: Sequence[Any] | None = None
    response_model: Any = None
    output_parser: Callable[[Any], Any] | None = None
    json_mode: bool = False
    client: Any = None
    call_params: Mapping[str, Any] | None = None
    is_elsewhere: bool = False
    """Whether another provider took the place of that for which the function was written."""

    def __post_init__(self) -> None:
        if self.output_parser is not None and self.stream:
            raise ValueError("Cannot use output_parser with stream=True")
        if self.output_parser is not None and not callable(self.output_parser):
            raise TypeError(f"output_parser must be a function, not {type(self.output_parser).__name__}")
        if not isinstance(self.stream, bool) and not is_mapping(self.stream):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f'stream must be a bool or {{"partial_tools": True}}, not {self.stream!r}')
        if is_mapping(self.stream) and not self.stream.keys() <= {"partial_tools"}:
            raise ValueError(f"stream takes partial_tools alone, not {', '.join(map(str, self.stream))}")
        if self.response_model is not None:
            check_type(self.response_model)
        if self.tools is not None:
            check_tools(self.tools)
            object.__setattr__(self, "tools", tuple(self.tools))  # whoever iterates an iterator again finds nothing
        if self.call_params is not None and not is_mapping(self.call_params):
            raise TypeError(f"call_params must be a mapping, not {type(self.call_params).__name__}")

    @classmethod
    def of(cls, provider: str, model: str | None, registry: Registry = known, **others: Any) -> CallSettings:
        """Settings for a provider and its model, or for `provider/model`."""
        name, bare = _placed(provider, model, registry)
        return cls(provider=name, model=bare, **others)

    @property
    def profile(self) -> Provider:
        """What is known of the provider."""
        return known.get(self.provider)

    @property
    def partial_tools(self) -> bool:
        return is_mapping(self.stream) and bool(self.stream.get("partial_tools"))

    @property
    def is_streamed(self) -> bool:
        return self.stream is True or (self.stream is not False and is_mapping(self.stream))

    @cached_property
    def tool_types(self) -> tuple[type[BaseTool], ...]:
        """The tools as classes."""
        return tuple(tool_classes(self.tools or ()))

    @cached_property
    def extraction(self) -> Extraction | None:
        """How the answer becomes a `response_model`."""
        if self.response_model is None:
            return None
        profile = self.profile
        schemas = profile.json_schema and "response_format" not in profile.unsupported
        return Extraction.of(self.response_model, json_mode=self.json_mode, schemas=schemas)

    def changed(self, changes: Changes) -> CallSettings:
        """The settings with some of them changed; the same object for the same changes."""
        if not changes.given:
            return self
        made = self._changed.get(changes)
        if made is None:
            made = self._changed[changes] = self._with(changes.given)
        return made

    @cached_property
    def _changed(self) -> WeakKeyDictionary[Changes, CallSettings]:
        return WeakKeyDictionary()

    def _with(self, given: Mapping[str, Any]) -> CallSettings:
        made = {name: value for name, value in given.items() if name != "provider"}
        if "provider" in given:
            made["provider"], made["model"] = _placed(given["provider"], given.get("model"), known)
            if known.get(made["provider"]) is not known.get(self.provider):
                # A client leads to the provider it was made for.
                made = {"client": None, **made, "is_elsewhere": True}
        return replace(self, **made)


def _placed(provider: object, model: object, registry: Registry) -> tuple[str, str]:
    if not isinstance(provider, str) or not (model is None or isinstance(model, str)):
        raise TypeError('a provider and a model are texts: ("openai", "gpt-5.4-mini") or ("openai/gpt-5.4-mini")')
    if model is not None:
        if not model.strip():
            raise ValueError("model is empty")
        return registry.get(provider).name, model
    found = registry.find(provider)
    if found is not None or not provider.strip():
        raise ValueError(f"{provider!r} names no model: pass one after it, or provider/model")
    found, bare = provider_of(provider, registry)
    if not bare.strip():
        raise ValueError(f"{provider!r} names a provider and no model")
    return found.name, bare


def changes_of(**given: Any) -> Changes:
    """The changes that these arguments ask for; None is as good as leaving one out.

    Raises ValueError for a provider without a model and for a model without a provider.
    """
    kept = {name: value for name, value in given.items() if value is not None}
    provider, model = kept.get("provider"), kept.get("model")
    whole = isinstance(provider, str) and known.find(provider) is None and any(mark in provider for mark in "/:")
    if (model is not None and provider is None) or (provider is not None and model is None and not whole):
        raise ValueError("provider and model are changed together: pass both, or neither")
    if provider is not None:  # one by one, so that each takes the place of what holds already
        kept["provider"], kept["model"] = _placed(provider, model, known)
    unknown = kept.keys() - set(_NAMES)
    if unknown:
        raise TypeError(f"there is no setting {min(unknown)!r}; there are: {', '.join(_NAMES)}")
    return Changes(kept)


_NONE: Final = Changes()
_current: Final[ContextVar[Changes]] = ContextVar("antiphon_call_changes", default=_NONE)


def current_changes() -> Changes:
    """What holds here and now: in this task, or in this thread."""
    return _current.get()


_OVERRIDDEN: Final = "__antiphon_overridden__"


def mark_overridden(made: Callable[..., Any], function: Callable[..., Any], changes: Changes) -> None:
    """Remember of what an overridden function was made."""
    made.__dict__[_OVERRIDDEN] = made, function, changes


def under(changes: Changes, function: Callable[..., Any]) -> tuple[Callable[..., Any], Changes]:
    """What to call, and with which changes, so that these come before those of an overridden function."""
    made, inner, others = getattr(function, _OVERRIDDEN, (None, function, changes))
    if made is not function:  # `wraps` copies what a function has
        return function, changes
    return inner, changes.over(others)


@contextlib.contextmanager
def in_context(changes: Changes) -> Generator[None]:
    """Make changes hold for what is called inside, over those that hold already."""
    token = _current.set(changes.over(_current.get()))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # a generator may end where it did not begin: there nothing was set
            _current.reset(token)
