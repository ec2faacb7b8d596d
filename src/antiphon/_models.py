"""What programs written for the `openai` package import from its module of this name."""

from __future__ import annotations

from .runtime import BaseModel
from .runtime.core.low_level import FinalRequestOptions

__all__ = ["BaseModel", "FinalRequestOptions"]
