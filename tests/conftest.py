"""Runs `async def` tests, each in an event loop of its own; and lets Ctrl-C be heard."""

from __future__ import annotations

import signal

from .api.conftest import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]

# What a shell starts in the background ignores Ctrl-C, and so does whatever that starts in turn: tests that press it,
# and the programs they press it for, would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
