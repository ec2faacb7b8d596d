"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .runtime import is_given
from .runtime.core.kinds import is_list, is_mapping

__all__ = ["is_given", "is_list", "is_mapping"]
