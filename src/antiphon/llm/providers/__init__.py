"""Providers as data: `get("groq")`, `register(Provider(name="mine", base_url=...))`, `every()`."""

from __future__ import annotations

from .profile import Provider
from .registry import every, find, get, register, unregister

__all__ = ["Provider", "every", "find", "get", "register", "unregister"]
