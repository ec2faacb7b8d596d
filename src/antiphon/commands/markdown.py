"""Answers as Markdown on a terminal: what is complete stays, what still grows is drawn anew."""

from __future__ import annotations

import os
import re
import time
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markdown import Markdown as Rendered
from rich.segment import Segment

from .terminal import shown

__all__ = ["Markdown", "divided", "is_possible"]

_SECONDS: Final = 0.05
"""How long a drawing stays at least."""
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


def is_possible() -> bool:
    """Whether the terminal can be drawn on."""
    return os.environ.get("TERM", "") not in ("", "dumb")


class Markdown:
    """Writes the text of an answer."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._open = ""
        self._is_first = True
        self._live: Live | None = None
        self._drawn_at = 0.0

    def add(self, piece: str) -> None:
        """Write a piece of the text."""
        complete, self._open = divided(self._open + shown(piece, terminal=True))
        if complete:
            self._print(complete)
        now = time.monotonic()
        if self._open.strip() and now - self._drawn_at >= _SECONDS:
            self._drawn_at = now
            self._draw()

    def pause(self) -> None:
        """Something else is about to be said."""
        self.end()

    def end(self) -> None:
        """Write what there is, whether it is complete or not."""
        text, self._open = self._open, ""
        self._print(text)

    def _print(self, text: str) -> None:
        if self._live is not None:
            self._live.stop()  # what it has drawn goes with it
            self._live = None
        if text.strip():
            if not self._is_first:
                self._console.print()
            self._console.print(_Lines(text))
            self._is_first = False

    def _draw(self) -> None:
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stderr=False)
            self._live.start()
        self._live.update(_Lines(self._open, apart=not self._is_first, growing=True), refresh=True)


def divided(text: str) -> tuple[str, str]:
    """The paragraphs, lists and blocks of code that are complete, and what may still grow."""
    fence, at, cut = "", 0, 0
    after_blank = False
    for line in text.splitlines(keepends=True):
        begins = _FENCE.match(line)
        # Something indented goes on with what was before the blank line.
        if after_blank and not fence and line.strip() and not line[0].isspace():
            cut = at
        if fence:
            if begins and begins[1].startswith(fence) and not line[begins.end() :].strip():
                fence = ""
        elif begins:
            fence = begins[1]
        after_blank = not line.strip() and line.endswith("\n")
        at += len(line)
    return text[:cut], text[cut:]


class _Lines:
    """Markdown in lines without blanks at their ends; of what still grows the last ones, as many as there is room."""

    def __init__(self, text: str, *, apart: bool = False, growing: bool = False) -> None:
        # Where a link leads is to be seen.
        self._inner = Rendered(text, code_theme="ansi_dark", hyperlinks=False)
        self._apart = apart
        self._growing = growing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [_trimmed(line) for line in console.render_lines(self._inner, options, pad=False)]
        if self._apart:
            lines.insert(0, [])
        for line in lines[-max(console.height - 1, 1) :] if self._growing else lines:
            yield from line
            yield Segment.line()


def _trimmed(line: list[Segment]) -> list[Segment]:
    """The line without blanks at its end that nobody sees."""
    kept = list(line)
    while kept and (kept[-1].style is None or kept[-1].style.bgcolor is None):
        text = kept[-1].text.rstrip(" ")
        if text:
            kept[-1] = Segment(text, kept[-1].style)
            break
        kept.pop()
    return kept
