"""The version under the name that users of the `openai` package look for."""

from __future__ import annotations

from ._version import __version__

__all__ = ["VERSION"]

VERSION = __version__
