"""Numbers and texts for a shape: within its limits, and in keeping with the name of the property they are for."""

from __future__ import annotations

import random
from math import isfinite
from typing import Final, cast

from ..document import JSON
from .formats import EPOCH, INTEGER_RANGES, text_of_format
from .patterns import text_for
from .shapes import Shape

__all__ = ["number_for", "says_no", "tells_of_trouble", "text_of"]

_LONGEST_TEXT: Final = 20_000
_WORDS: Final = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "island", "juniper"),
    *("lagoon", "meadow", "north", "opal", "prairie", "quartz", "river", "summit", "timber", "willow"),
)
# Lists have an end, and all is well.
_FALSE: Final = frozenset(
    {
        *("has_more", "hasmore", "has_next", "hasnext", "is_truncated", "limitexceeded", "flagged"),
        *("failed", "is_error", "has_import_errors", "disabled", "archived", "is_deleted", "is_stale"),
    }
)
_TROUBLE: Final = frozenset({"error", "errors", "last_error", "refusal", "incomplete_details", "failure", "failed_at"})


def says_no(name: str) -> bool:
    """Whether a flag is false when all is well."""
    return name.lower() in _FALSE


def tells_of_trouble(name: str) -> bool:
    """Whether a property is there only when something went wrong."""
    return name in _TROUBLE


def number_for(shape: Shape, name: str, chance: random.Random, *, whole: bool) -> JSON:
    """A number within the limits of a shape."""
    try:
        return _number(shape, name, chance, whole=whole)
    except OverflowError:  # limits and steps beyond what a float holds
        return cast(JSON, shape.facts.get("minimum", shape.facts.get("maximum", 0)))


def _number(shape: Shape, name: str, chance: random.Random, *, whole: bool) -> JSON:
    facts = shape.facts
    step = facts.get("multipleOf")
    low, high = facts.get("minimum"), facts.get("maximum")
    small = step or (1 if whole else 0.5)
    if "exclusiveMinimum" in facts:
        low = max(low if low is not None else facts["exclusiveMinimum"], facts["exclusiveMinimum"] + small)
    if "exclusiveMaximum" in facts:
        high = min(high if high is not None else facts["exclusiveMaximum"], facts["exclusiveMaximum"] - small)
    span = INTEGER_RANGES.get(facts.get("format", ""))
    if span is not None and whole:
        low = span[0] if low is not None and low < span[0] else low
        high = span[1] if high is not None and high > span[1] else high
    value: int | float = chance.randrange(1, 100) if whole else chance.randrange(1, 1000) / 10
    if (whole and _is_time(name)) or facts.get("format") in ("unixtime", "unix-time"):
        value = EPOCH + chance.randrange(300 * 86_400)
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high if low is None else max(low, high) if low > high else high
    if "exclusiveMinimum" in facts and value <= facts["exclusiveMinimum"]:
        value = (facts["exclusiveMinimum"] + (high if high is not None else value + 1)) / 2
    if step:
        value = _stepped(value, step, low)
    if not isfinite(value):
        raise OverflowError
    return int(value) if whole and isinstance(value, float) and value.is_integer() else value


def text_of(shape: Shape, name: str, chance: random.Random) -> str:
    """A text with the pattern, format and length that a shape asks for."""
    facts = shape.facts
    least = min(facts.get("minLength", 0), _LONGEST_TEXT)
    most = facts.get("maxLength")
    pattern = facts.get("pattern")
    if pattern is not None:
        found = text_for(pattern, chance, shortest=least, longest=most)
        if found is not None:
            return found
    made = text_of_format(facts.get("format", ""), chance) or _words(name, chance)
    if len(made) < least:
        made = (made + " " + " ".join(_WORDS * (least // 100 + 1)))[:least].ljust(least, "x")
    return made if most is None else made[:most]


def _words(name: str, chance: random.Random) -> str:
    """A text that suits the name of a property."""
    lower = name.lower()
    if lower == "id" or lower.endswith(("_id", "-id")) or name.endswith("Id"):
        stem = lower.removesuffix("id").strip("_-") or "item"
        return f"{stem}-{chance.getrandbits(32):08x}"
    if lower in ("url", "uri", "href", "link") or lower.endswith(("_url", "_uri")) or name.endswith("Url"):
        return f"https://example.com/{chance.choice(_WORDS)}"
    if "email" in lower:
        return f"{chance.choice(_WORDS)}@example.com"
    if lower.endswith("_at") or lower in ("timestamp", "datetime"):
        return cast(str, text_of_format("date-time", chance))
    return f"{chance.choice(_WORDS)} {chance.choice(_WORDS)}"


def _is_time(name: str) -> bool:
    return name in ("created", "updated", "timestamp", "expires") or name.endswith(("_at", "At"))


def _stepped(value: float, step: float, low: float | None) -> float:
    """The multiple of a step that is nearest from below, but not under the limit."""
    if not isfinite(value / step):
        raise OverflowError
    count = int(value // step)
    if low is not None and count * step < low:
        count += 1
    return count * step
