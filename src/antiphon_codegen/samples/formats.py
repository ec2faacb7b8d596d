"""The formats of text and numbers: whether a value has one, and values that do. Formats not listed here say nothing."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import random
import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit

__all__ = ["EPOCH", "INTEGER_RANGES", "has_format", "text_of_format"]

EPOCH: Final = 1_735_689_600
"""The first second of 2025: what answers count their times from, so that they never change."""

INTEGER_RANGES: Final = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint": (0, 2**64 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}

_DATE_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?")
_DURATION: Final = re.compile(r"[-+]?P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)")
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")


def _is_date_time(text: str) -> bool:
    # A missing offset is let pass: servers do so, and Python writes times without one.
    if not _DATE_TIME.fullmatch(text):
        return False
    datetime.fromisoformat(re.sub(r"\.\d+", "", text).upper())
    return True


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and date.fromisoformat(text))


def _is_time(text: str) -> bool:
    clock = re.fullmatch(r"(\d{2}:\d{2}(?::\d{2})?)(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?", text)
    return clock is not None and time.fromisoformat(clock[1]).hour < 24


def _is_uuid(text: str) -> bool:
    return len(text) in (32, 36) and bool(uuid.UUID(text).hex)


def _is_email(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(at and name and host) and not re.search(r"\s", text) and (bool(_HOST.fullmatch(host)) or "[" in host)


def _is_uri(text: str) -> bool:
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)) and not re.search(r"\s", text) and bool(urlsplit(text))


def _is_base64(text: str) -> bool:
    return len(base64.b64decode(text, validate=True)) >= 0


def _is_ipv4(text: str) -> bool:
    return bool(ipaddress.IPv4Address(text).packed)


def _is_ipv6(text: str) -> bool:
    return bool(ipaddress.IPv6Address(text).packed)


def _is_host(text: str) -> bool:
    return len(text) <= 253 and bool(_HOST.fullmatch(text))


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "time": _is_time,
    "duration": lambda text: len(text) > 2 and bool(_DURATION.fullmatch(text)),
    "uuid": _is_uuid,
    "email": _is_email,
    "uri": _is_uri,
    "byte": _is_base64,
    "ipv4": _is_ipv4,
    "ipv6": _is_ipv6,
    "hostname": _is_host,
}


def has_format(value: object, name: str) -> bool:
    """Whether a value has a format. A format is about one type; values of others have it."""
    if isinstance(value, str):
        check = _CHECKS.get(name)
        try:
            return check is None or len(value) > 100_000 or check(value)
        except (ValueError, OverflowError, binascii.Error):
            return False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        limits = INTEGER_RANGES.get(name)
        return limits is None or limits[0] <= value <= limits[1]
    return True


def text_of_format(name: str, chance: random.Random) -> str | None:
    """A text with the format; None for formats that say nothing."""
    moment = datetime.fromtimestamp(EPOCH, UTC) + timedelta(seconds=chance.randrange(300 * 86_400))
    number = chance.randrange(1000, 10_000)
    match name:
        case "date-time":
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "date" | "partial-date":
            return moment.strftime("%Y-%m-%d")
        case "time":
            return moment.strftime("%H:%M:%SZ")
        case "duration":
            return f"PT{number % 60 + 1}M"
        case "uuid":
            return str(uuid.UUID(int=chance.getrandbits(128), version=4))
        case "email" | "idn-email":
            return f"user{number}@example.com"
        case "uri" | "url" | "iri":
            return f"https://example.com/{number}"
        case "uri-reference" | "iri-reference":
            return f"/{number}"
        case "hostname" | "idn-hostname":
            return f"host{number}.example.com"
        case "ipv4":
            return f"192.0.2.{number % 250 + 1}"
        case "ipv6":
            return f"2001:db8::{number:x}"
        case "byte" | "base64" | "base64url":
            return base64.b64encode(f"bytes {number}".encode()).decode()
        case "decimal":
            return f"{number / 100:.2f}"
        case "unixtime" | "unix-time":
            return str(int(moment.timestamp()))
        case "snowflake":
            return str(10**17 + number)
        case "password":
            return f"password-{number}"
        case "json-pointer":
            return f"/{number}"
        case "regex":
            return "^.*$"
        case _:
            return None
