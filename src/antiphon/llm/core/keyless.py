"""Objects whose copies have their keys, and whose pickles have not: those may go anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, Self

from ...runtime.core.kinds import is_mapping
from .errors import NeedsKeyException

__all__ = ["PickledWithoutKeys", "UnpickledKey"]

_KEYS: Final = frozenset({"key", "api_key", "azure_ad_token", "azure_ad_token_provider"})


class UnpickledKey:
    """In place of a key that was not pickled: no other key is sent to where that one was meant for."""

    def is_ready(self) -> bool:
        """It need not wait."""
        return True

    def __call__(self) -> str:
        raise NeedsKeyException("this was pickled, and its key was not: pass key=..., or give the model its key again")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnpickledKey)

    def __hash__(self) -> int:
        return hash(UnpickledKey)


class PickledWithoutKeys:
    """What has keys as attributes, or in its settings."""

    def __copy__(self) -> Self:
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        made = memo[id(self)] = object.__new__(type(self))
        made.__dict__.update({name: deepcopy(value, memo) for name, value in self.__dict__.items()})
        return made

    def __getstate__(self) -> dict[str, Any]:
        return _without_keys(self.__dict__)


def _without_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: UnpickledKey() if name in _KEYS and value is not None else value for name, value in values.items()}
    if is_mapping(settings := made.get("settings")):
        made["settings"] = _without_keys(settings)
    return made
