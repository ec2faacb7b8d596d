"""Events with fields that are worked out when somebody reads them.

A stream makes many events, and of most of them only a piece is looked at. Snapshots of long texts and of partial JSON
in every one of them would make the time for an answer grow with the square of its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from ...runtime import BaseModel

__all__ = ["LateModel"]


class LateModel(BaseModel):
    """A model some of whose fields are computed on first access, or when the whole object is looked at."""

    __slots__ = ("_late",)

    @classmethod
    def made(cls, late: Mapping[str, Callable[[], object]], **values: object) -> Self:
        """An object with these values, not validated, and with these functions for the other fields."""
        return cls._of(late, values, None)

    @classmethod
    def made_from(cls, model: BaseModel, late: Mapping[str, Callable[[], object]]) -> Self:
        """An object with the values of another, and with these functions for further fields."""
        return cls._of(late, dict(model.__dict__), model.__pydantic_extra__)

    @classmethod
    def _of(
        cls, late: Mapping[str, Callable[[], object]], values: dict[str, object], extra: dict[str, Any] | None
    ) -> Self:
        event = cls.__new__(cls)
        object.__setattr__(event, "__dict__", values)
        object.__setattr__(event, "__pydantic_fields_set__", {*values, *late})
        object.__setattr__(event, "__pydantic_extra__", extra)
        object.__setattr__(event, "__pydantic_private__", None)
        object.__setattr__(event, "_late", late)
        return event

    def _fill(self) -> None:
        late = cast("Mapping[str, Callable[[], object]] | None", getattr(self, "_late", None))
        if late:
            object.__setattr__(self, "_late", None)
            for name, compute in late.items():
                if name not in self.__dict__:
                    cast(Any, self).__dict__[name] = compute()

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            try:
                late = object.__getattribute__(self, "_late")
            except AttributeError:
                late = None
            if late is not None and name in late:
                value = self.__dict__[name] = late[name]()
                return value
            return super().__getattr__(name)

        def model_dump(self, **options):
            self._fill()
            return super().model_dump(**options)

        def model_dump_json(self, **options):
            self._fill()
            return super().model_dump_json(**options)

        def __repr_args__(self):
            self._fill()
            return super().__repr_args__()

        def __eq__(self, other):
            self._fill()
            if isinstance(other, LateModel):
                other._fill()
            return super().__eq__(other)

        __hash__ = None

        def __iter__(self):
            self._fill()
            return super().__iter__()

        def __copy__(self):
            self._fill()
            return super().__copy__()

        def __deepcopy__(self, memo=None):
            self._fill()
            return super().__deepcopy__(memo)

        def __getstate__(self):
            self._fill()
            return super().__getstate__()
