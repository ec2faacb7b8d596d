"""One answer of a model on the terminal: its text as it arrives, and on the side what tools are called."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..runtime.core.errors import excerpt
from .terminal import aside, is_terminal, shown, write

if TYPE_CHECKING:
    from ..llm import Attachment, Conversation, StreamEvent, ToolCall, ToolResult
    from ..llm.core.prompt_keywords import PromptKeywords

__all__ = ["How", "answer"]

_ASIDE: Final = 200


@dataclass
class How:
    """How answers are asked for and shown."""

    tools: list[Any] = field(default_factory=list[Any])
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    schema: Mapping[str, Any] | None = None
    key: str | None = None
    stream: bool = True
    as_json: bool = False
    hide_reasoning: bool = False
    usage: bool = False
    chain_limit: int | None = None
    markdown: bool = False


class _Text(Protocol):
    """Where the text of an answer is written."""

    def add(self, piece: str) -> None: ...
    def pause(self) -> None: ...
    def end(self) -> None: ...


def answer(
    conversation: Conversation,
    how: How,
    prompt: str | None,
    *,
    system: str | None = None,
    attachments: Iterable[Attachment] = (),
) -> None:
    """Ask, and show the answer. Raises what asking raises."""
    content: PromptKeywords = {
        "system": system,
        "attachments": attachments,
        "schema": how.schema,
        "options": how.options,
        "key": how.key,
        "stream": how.stream,
        "hide_reasoning": how.hide_reasoning,
    }
    written = _written(how)
    before = len(conversation.responses)
    if how.tools:
        calls = _Calls(written)
        chain = conversation.chain(
            prompt, **content, before_call=calls.before, after_call=calls.after, chain_limit=how.chain_limit
        )
        _show(chain.stream_events(), how, written)
    else:
        _show(conversation.prompt(prompt, **content).stream_events(), how, written)
    made = conversation.responses[before:]
    if any(each.incomplete for each in made):
        aside("the answer broke off: the server closed the stream before its end")
    if how.as_json:
        write(f"{json.dumps(made[-1].json(), indent=2, ensure_ascii=False)}\n")
    if how.usage:
        counted = [each.usage() for each in made]
        read, wrote = sum(each.input or 0 for each in counted), sum(each.output or 0 for each in counted)
        aside(f"{read} tokens read, {wrote} written")


def _show(events: Iterable[StreamEvent], how: How, written: _Text) -> None:
    thought = _Thought(written) if not how.hide_reasoning and is_terminal(sys.stderr) else None
    try:
        for event in events:
            if event.type == "reasoning":
                if thought is not None:
                    thought.add(event.chunk)
                continue
            if thought is not None:
                thought.end()
            if event.type == "text" and not how.as_json:
                written.add(event.chunk)
    finally:
        written.end()


class _Thought:
    """What the model thinks, line by line."""

    def __init__(self, written: _Text) -> None:
        self._written = written
        self._line = ""

    def add(self, piece: str) -> None:
        *lines, self._line = (self._line + piece).split("\n")
        for line in lines:
            self._say(line)

    def end(self) -> None:
        if self._line:
            self._say(self._line)
        self._line = ""

    def _say(self, line: str) -> None:
        self._written.pause()
        aside(line)


class _Calls:
    """Says which tools are called, and what they give."""

    def __init__(self, written: _Text) -> None:
        self._written = written

    def before(self, tool: object, call: ToolCall) -> None:
        self._written.pause()
        arguments = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
        aside(f"→ {call.name}({excerpt(arguments, _ASIDE)})")

    def after(self, tool: object, call: ToolCall, result: ToolResult) -> None:
        self._written.pause()
        aside(f"← {excerpt(result.output, _ASIDE)}")


def _written(how: How) -> _Text:
    if how.markdown and not how.as_json and is_terminal(sys.stdout):
        with suppress(ModuleNotFoundError):  # without rich it is plain
            from .markdown import Markdown, is_possible

            if is_possible():
                return Markdown()
    return _Plain()


class _Plain:
    """Text as it is, with a line break at its end."""

    def __init__(self) -> None:
        self._terminal = is_terminal(sys.stdout)
        self._is_open = False
        """Whether the last line has no end yet."""

    def add(self, piece: str) -> None:
        text = shown(piece, terminal=self._terminal)
        if text:
            self._is_open = not text.endswith("\n")  # first, for Ctrl-C may come at any moment
            write(text)

    def pause(self) -> None:
        """Something else is about to be said; where it would run into this, a line ends."""
        if self._terminal:
            self.end()

    def end(self) -> None:
        if self._is_open:
            self._is_open = False
            write("\n")
