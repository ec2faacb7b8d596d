"""Faults on request: what a client has to live with, asked for by the header `x-mock-fault` or per operation.

`status=503; times=2`: instructions with a semicolon between them. What each does stands in docs/mock.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast

__all__ = ["BadFault", "Ending", "Fault", "Faults", "parse_fault"]

Ending: TypeAlias = Literal["whole", "drop", "truncate", "stall", "stall-body", "cut-stream"]
Page: TypeAlias = Literal["", "html", "empty", "error-in-200"]

_ENDINGS: Final = ("drop", "truncate", "stall", "stall-body", "cut-stream")
_PAGES: Final = ("html", "empty", "error-in-200")
_LONGEST_WAIT: Final = 600.0
_MOST_KEYS: Final = 10_000


class BadFault(ValueError):
    """An instruction that is not known."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one answer."""

    status: int | None = None
    ending: Ending = "whole"
    page: Page = ""
    delay: float = 0.0
    after: int | None = None
    """How many events, or bytes, come before a stream is cut or a body ends."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    times: int | None = None
    key: str = ""
    """Requests with the same key are counted together."""


def parse_fault(text: str) -> Fault:
    """The fault that instructions ask for. Raises `BadFault`."""
    status: int | None = None
    ending: Ending = "whole"
    page: Page = ""
    delay, after, times, key = 0.0, None, None, ""
    headers: dict[str, str] = {}
    for part in text.split(";"):
        name, given, value = (each.strip() for each in part.partition("="))
        match name.lower():
            case "":
                continue
            case "status":
                status = int(_number(name, value, 100, 599))
            case "times":
                times = int(_number(name, value, 0, 1_000_000))
            case "delay":
                delay = _number(name, value, 0, _LONGEST_WAIT)
            case "key":
                key = value
            case "retry-after" | "retry-after-ms" | "x-should-retry":
                headers[name.lower()] = value
            case word if word in _ENDINGS:
                ending = cast(Ending, word)
                after = int(_number(name, value, 0, 10**9)) if given else None
            case word if word in _PAGES and not given:
                page = cast(Page, word)
            case _:
                known = ", ".join(("status=", "times=", "delay=", "key=", "retry-after=", *_ENDINGS, *_PAGES))
                raise BadFault(f"x-mock-fault: {name[:50]!r} is no fault; there are {known}")
    if headers and status is None:
        status = 429
    return Fault(status, ending, page, delay, after, headers, times, key)


def _number(name: str, value: str, low: float, high: float) -> float:
    try:
        number = float(value)
    except ValueError:
        raise BadFault(f"x-mock-fault: {name}= needs a number, not {value[:50]!r}") from None
    if not low <= number <= high:  # which is also false of nan
        raise BadFault(f"x-mock-fault: {name}= has to be from {low:g} to {high:g}")
    return number


class Faults:
    """Counts the requests of each key, for faults that happen a number of times."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def now(self, text: str, place: str) -> Fault | None:
        """The fault this request meets; None when it is past those it was asked for. Raises `BadFault`.

        The first request that succeeds ends the count: the next one begins again.
        """
        fault = parse_fault(text)
        if fault.times is None:
            return fault
        key = fault.key or f"{place} {text}"
        count = self._counts.get(key, 0)
        if count >= fault.times:
            self._counts.pop(key, None)
            return None
        if len(self._counts) >= _MOST_KEYS:
            self._counts.clear()
        self._counts[key] = count + 1
        return fault
