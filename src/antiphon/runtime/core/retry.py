"""Which failures are worth another try, and how long to wait before it. Nothing here waits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

__all__ = ["DEFAULT_MAX_RETRIES", "NO_RETRY", "RetryPolicy", "checked_max_retries"]

DEFAULT_MAX_RETRIES: Final = 2
NO_RETRY: Final = None

_RETRIED: Final = frozenset({408, 409, 429})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Seconds are exact: `initial_delay` doubled per retry up to `max_delay`, less up to a quarter of jitter.

    A server's own wish (`retry-after-ms`, `Retry-After`) is obeyed up to `longest_wish`; when it wants more, the
    call fails at once instead of blocking for so long.
    """

    initial_delay: float = 0.5
    max_delay: float = 8.0
    jitter: float = 0.25
    longest_wish: float = 120.0

    def wants_retry(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether an answer of this status may be different next time; `x-should-retry` decides over the status."""
        said = headers.get("x-should-retry", "").strip().lower()
        if said == "true":
            return True
        if said == "false":
            return False
        return status in _RETRIED or status >= 500

    def delay(
        self, retries: int, headers: Mapping[str, str], random: Callable[[], float], now: Callable[[], float]
    ) -> float | None:
        """Seconds to wait before retry number `retries` + 1; None when the server asks for too long a wait."""
        wish = retry_after(headers, now)
        if wish is not None and wish > 0:
            return wish if wish <= self.longest_wish else NO_RETRY
        steady = min(self.initial_delay * 2.0 ** min(retries, 30), self.max_delay)
        return steady * (1 - self.jitter * random())


def retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """The seconds a server asks for, from `retry-after-ms` or `Retry-After` (RFC 9110, section 10.2.3).

    Infinity for a number too large to be one here; None where the value is missing or makes no sense. It never hides
    the error it came with.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    if seconds is not None:
        return seconds
    from email.utils import parsedate_to_datetime  # costs several milliseconds to import, and dates are rare

    try:
        date = parsedate_to_datetime(text)
        # HTTP knows no other zone than GMT; a date that names none would be read as local time.
        return (date if date.tzinfo is not None else date.replace(tzinfo=UTC)).timestamp() - now()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def checked_max_retries(value: object) -> int:
    """The value, if it is a number of retries; TypeError or ValueError if not."""
    if value is None:
        raise TypeError("max_retries cannot be None: pass 0 for no retries, a large number for very many")
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"max_retries must be a whole number, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"max_retries must be zero or more, not {value}")
    return value


def _number(text: str | None) -> float | None:
    # float() also takes "1_000" and digits of other scripts.
    if text is None or "_" in text or not text.isascii():
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    # "inf" is no number of HTTP, but a number of four hundred digits is one.
    return value if math.isfinite(value) or text.strip(" +-0123456789.eE") == "" else None
