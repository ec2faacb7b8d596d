"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from functools import cached_property

__all__ = ["PYDANTIC_V1", "PYDANTIC_V2", "cached_property"]

PYDANTIC_V1 = False
PYDANTIC_V2 = True
