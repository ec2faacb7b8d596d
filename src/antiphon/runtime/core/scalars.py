"""How one value is written in a path, a query, a form field or a header."""

from __future__ import annotations

import datetime
from enum import Enum
from uuid import UUID

__all__ = ["scalar_text"]


def scalar_text(value: object) -> str | None:
    """The value as text, or None when it is no scalar.

    Booleans are `true` and `false`, dates and times ISO 8601, members of enumerations their value.
    """
    if type(value) is str:
        return value
    if isinstance(value, Enum):
        return scalar_text(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return None
