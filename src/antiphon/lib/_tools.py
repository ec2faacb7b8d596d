"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .core.function_tools import pydantic_function_tool, pydantic_responses_function_tool

__all__ = ["pydantic_function_tool", "pydantic_responses_function_tool"]
