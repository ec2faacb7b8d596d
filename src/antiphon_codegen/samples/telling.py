"""What is wrong, in words: short, and with the values that matter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from .values import as_list

__all__ = ["listed", "shown", "told", "unique"]


def shown(value: object) -> str:
    """A value in a message: as JSON, cut where it is long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = type(value).__name__
    return text if len(text) <= 80 else text[:76] + '..."'


def told(keyword: str, argument: Any, value: Any, message: str) -> str:
    """The message of a single keyword; some are put plainer than the package does."""
    match keyword:
        case "type":
            wanted = " or ".join(as_list(argument)) or str(argument)
            return f"{shown(value)} is not of type {wanted}"
        case "enum":
            return f"{shown(value)} is not one of {listed([shown(each) for each in argument[:1000]])}"
        case "const":
            return f"{shown(value)} is not {shown(argument)}"
        case "minLength" | "maxLength":
            word = "shorter" if keyword == "minLength" else "longer"
            return f"{shown(value)} is {word} than {argument} characters"
        case "minItems" | "maxItems":
            word = "fewer" if keyword == "minItems" else "more"
            return f"has {len(value)} items, {word} than {argument}"
        case _:
            return message if len(message) <= 200 else f"{shown(value)} does not satisfy {keyword} {shown(argument)}"


def listed(texts: Sequence[str]) -> str:
    """The first of some texts, and how many there are when that is not all."""
    return ", ".join(texts[:12]) + (f" ... ({len(texts)} in all)" if len(texts) > 12 else "")


def unique(texts: Iterable[str]) -> list[str]:
    """The texts in their order, each once."""
    return list(dict.fromkeys(texts))
