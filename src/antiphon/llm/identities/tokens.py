"""Tokens that are kept until they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

__all__ = ["Token", "TokenKeeper"]

_EARLY = 300.0
"""Seconds before its end at which a token is replaced: it must still hold when the request arrives."""


class Token:
    """A token and when it ends, in seconds since 1970; None where nobody knows."""

    __slots__ = ("ends", "text")

    def __init__(self, text: str, ends: float | None) -> None:
        self.text = text
        self.ends = ends

    def holds(self) -> bool:
        return self.ends is None or time.time() < self.ends - _EARLY

    def __repr__(self) -> str:
        return "<Token>"


class TokenKeeper:
    """A credential function that fetches a token when it has none that holds. One thread fetches, others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._refused = ""

    def fetch(self) -> Token:
        """A new token. May block."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether there is a token that holds."""
        return self._token is not None and self._token.holds()

    def refused(self, fields: Mapping[str, str], /) -> None:
        """Forget the token if it is the one in these header fields."""
        token = self._token
        if token is not None and fields.get("authorization") == f"Bearer {token.text}":
            self._refused, self._token = token.text, None

    def __call__(self) -> str:
        """The token."""
        token = self._token
        if token is not None and token.holds():
            return token.text
        with self._lock:
            token = self._token
            if token is None or not token.holds():
                token = self._token = self.fetch()
            return token.text

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
