"""Runs `async def` tests: each in an event loop of its own."""

from __future__ import annotations

from .api.conftest import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]
