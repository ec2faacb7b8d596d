"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from collections.abc import Mapping

from .runtime import QueryStyle
from .runtime.core.query import ArrayFormat, NestedFormat

__all__ = ["Querystring", "stringify"]


class Querystring(QueryStyle):
    """How lists and nested values are written into a query; lists as entries of one name unless told otherwise."""

    def __init__(self, *, array_format: ArrayFormat = "repeat", nested_format: NestedFormat = "brackets") -> None:
        super().__init__(array_format, nested_format)

    def stringify(
        self,
        params: Mapping[str, object],
        *,
        array_format: ArrayFormat | None = None,
        nested_format: NestedFormat | None = None,
    ) -> str:
        return QueryStyle(array_format or self.arrays, nested_format or self.nested).stringify(params)


def stringify(
    params: Mapping[str, object], *, array_format: ArrayFormat = "repeat", nested_format: NestedFormat = "brackets"
) -> str:
    """The text of a query."""
    return QueryStyle(array_format, nested_format).stringify(params)
