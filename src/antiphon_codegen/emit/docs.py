"""Prose of the document, wrapped for docstrings. The words stay; only line breaks inside paragraphs change."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Final

__all__ = ["argument_docs", "one_line", "wrapped"]

_WIDTH: Final = 104
_ITEM: Final = re.compile(r"\s*(?:[-*+]|[0-9]+[.)])\s+")
_KEPT: Final = re.compile(r"\s*(?:\||```|~~~|#|>|    )")
_LONGEST: Final = 20_000


def wrapped(text: str | None, width: int = _WIDTH) -> str:
    """The text as paragraphs of this width; lists, tables and code keep their lines. Empty for no text."""
    if not text or not text.strip():
        return ""
    cleaned = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    out: list[str] = []
    paragraph: list[str] = []
    fenced = False

    def flush() -> None:
        if paragraph:
            head = _ITEM.match(paragraph[0])
            hanging = " " * len(head[0]) if head else ""
            joined = " ".join(line.strip() for line in paragraph)
            if head:
                joined = " " * (len(head[0]) - len(head[0].lstrip())) + joined
            out.extend(
                textwrap.wrap(joined, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
                or [""]
            )
            paragraph.clear()

    for line in (
        textwrap.dedent(cleaned.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)).strip("\n").split("\n")
    ):
        stripped = line.rstrip()
        if stripped.lstrip().startswith(("```", "~~~")):
            flush()
            fenced = not fenced
            out.append(stripped)
        elif fenced or (_KEPT.match(stripped) and not paragraph):
            flush()
            out.append(stripped)
        elif not stripped:
            flush()
            if out and out[-1]:
                out.append("")
        else:
            if _ITEM.match(stripped):
                flush()
            paragraph.append(stripped)
    flush()
    return "\n".join(out).strip("\n")


def one_line(text: str | None, limit: int = 300) -> str:
    """The first sentence or line of a text."""
    plain = " ".join((text or "").split())
    return plain if len(plain) <= limit else plain[: limit - 1].rsplit(" ", 1)[0] + "…"


def argument_docs(arguments: Iterable[tuple[str, str | None]]) -> str:
    """The `Args:` section for the arguments that have something to say."""
    parts: list[str] = []
    for name, docs in arguments:
        if docs and docs.strip():
            first, *rest = wrapped(f"{name}: {docs.strip()}", _WIDTH - 8).split("\n")
            parts.append("\n".join([f"    {first}", *(f"        {line}" if line else "" for line in rest)]))
    return "Args:\n" + "\n".join(parts) if parts else ""
