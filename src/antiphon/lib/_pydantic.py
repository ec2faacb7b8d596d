"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .core.strict_schema import to_strict_json_schema

__all__ = ["to_strict_json_schema"]
