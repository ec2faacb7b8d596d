"""How long each phase of a request may take, in seconds."""

from __future__ import annotations

import math
from typing import Final, Protocol, TypeAlias, runtime_checkable

from .sentinels import NotGiven, not_given

__all__ = ["DEFAULT_TIMEOUT", "Timeout", "TimeoutLike", "TimeoutTypes", "timeout_from", "timeout_of"]


@runtime_checkable
class TimeoutLike(Protocol):
    """Anything with the four phases: our `Timeout`, or `httpx.Timeout`."""

    @property
    def connect(self) -> float | None: ...
    @property
    def read(self) -> float | None: ...
    @property
    def write(self) -> float | None: ...
    @property
    def pool(self) -> float | None: ...


class _Unset:
    __slots__ = ()


_UNSET: Final = _Unset()
_LONGEST: Final = 4_000_000.0
"""46 days, which every clock and every socket can count: `threading.TIMEOUT_MAX` is not much more on Windows."""


def _phase(name: str, value: float | _Unset | None, default: float | None) -> float | None:
    seconds = default if isinstance(value, _Unset) else value
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name} timeout takes seconds or None, not {type(seconds).__name__}")
    if seconds > _LONGEST:
        return None
    if math.isnan(seconds) or seconds < 0:
        raise ValueError(f"{name} timeout must be zero or more seconds, not {seconds}")
    return float(seconds)


class Timeout:
    """Seconds allowed for each phase; None means no limit, and so does more than a month and a half.

    `Timeout(30)` allows 30 s for each of connecting, one read and one write; `Timeout(600, connect=5)` changes one
    of them. `pool` is how long a call may wait for a free connection. A full pool is not a fault of the server, so
    it has no limit unless one is given by name. Timeouts made of equal numbers are equal, httpx's among them.
    """

    __slots__ = ("_pools", "connect", "pool", "read", "write")

    def __init__(
        self,
        timeout: float | _Unset | None = _UNSET,
        *,
        connect: float | _Unset | None = _UNSET,
        read: float | _Unset | None = _UNSET,
        write: float | _Unset | None = _UNSET,
        pool: float | _Unset | None = _UNSET,
    ) -> None:
        if isinstance(timeout, _Unset) and any(isinstance(phase, _Unset) for phase in (connect, read, write)):
            raise ValueError("Timeout needs a default as its first argument, or all of connect, read and write")
        default = None if isinstance(timeout, _Unset) else timeout
        self.connect: float | None = _phase("connect", connect, default)
        self.read: float | None = _phase("read", read, default)
        self.write: float | None = _phase("write", write, default)
        self.pool: float | None = _phase("pool", pool, None)
        self._pools = (self.pool, _phase("pool", pool, default))  # what it is here, and what httpx makes of it

    def as_dict(self) -> dict[str, float | None]:
        """The four phases by name."""
        return {"connect": self.connect, "read": self.read, "write": self.write, "pool": self.pool}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TimeoutLike):
            return NotImplemented
        if (self.connect, self.read, self.write) != (other.connect, other.read, other.write):
            return False
        pools = other._pools if isinstance(other, Timeout) else (other.pool,)
        return any(pool in pools for pool in self._pools)

    def __hash__(self) -> int:
        return hash((self.connect, self.read, self.write))

    def __repr__(self) -> str:
        if self.connect == self.read == self.write and self.pool is None:
            return f"Timeout({self.read!r})"
        return f"Timeout(connect={self.connect!r}, read={self.read!r}, write={self.write!r}, pool={self.pool!r})"


TimeoutTypes: TypeAlias = float | TimeoutLike | None
"""What `timeout=` takes: seconds, the four phases, or None for no limit."""

DEFAULT_TIMEOUT: Final = Timeout(600.0, connect=5.0)


def timeout_of(http_client: object) -> Timeout | NotGiven:
    """The timeout that the maker of an HTTP client chose; not given where it is the library's own default."""
    chosen = getattr(http_client, "timeout", None)
    if not isinstance(chosen, TimeoutLike):
        return not_given
    timeout = timeout_from(chosen, DEFAULT_TIMEOUT)
    return not_given if set(timeout.as_dict().values()) == {5.0} else timeout


def timeout_from(value: TimeoutTypes | NotGiven, default: Timeout) -> Timeout:
    """The `Timeout` meant by a `timeout=` argument."""
    if isinstance(value, NotGiven):
        return default
    if isinstance(value, Timeout):
        return value
    if value is None or isinstance(value, (int, float)):
        return Timeout(value)
    if isinstance(value, TimeoutLike):  # pyright: ignore[reportUnnecessaryIsInstance]  callers are not all type-checked
        return Timeout(connect=value.connect, read=value.read, write=value.write, pool=value.pool)
    raise TypeError(f"timeout takes seconds, a Timeout or None, not {type(value).__name__}")
