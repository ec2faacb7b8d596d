"""Talking with a model at a terminal, line by line."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Final

import click

from .answering import How, answer
from .kept import keep
from .reading import typed_text
from .terminal import aside, told

if TYPE_CHECKING:
    from ..llm import Conversation

__all__ = ["talk"]

_TYPED: Final = "what was typed in"
_HELP: Final = '''\
/new    begin again, with nothing said before
/exit   leave; so does Ctrl-D, and Ctrl-C where you type
/help   this
"""     begins a text of several lines, and ends it
Ctrl-C  while the model answers: that is enough'''


def talk(conversation: Conversation, how: How, system: str | None, *, kept: bool) -> None:
    """Ask what is typed in, until that ends. Raises KeyboardInterrupt for Ctrl-C where nothing is being answered."""
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("readline")  # lines can be edited then
    aside(f"{conversation.model.model_id}; /help says what else there is")
    while True:
        try:
            text = typed_text(_TYPED, _typed())
        except EOFError:
            click.echo()
            return
        except (click.ClickException, UnicodeDecodeError):
            click.echo(f"Error: {_TYPED} is no text in UTF-8", err=True)
            continue
        command = text.strip()
        if command in ("/exit", "/quit", "exit", "quit"):
            return
        if command == "/help":
            aside(_HELP)
        elif command == "/new":
            conversation.responses.clear()
        elif command.startswith("/") and " " not in command and "/" not in command[1:]:
            aside(f"{command} is no command; /help says which there are")
        elif command:
            _answer(conversation, how, text, system)
            if kept:
                keep(conversation)


def _answer(conversation: Conversation, how: How, text: str, system: str | None) -> None:
    before = len(conversation.responses)
    try:
        answer(conversation, how, text, system=system)
    except KeyboardInterrupt:
        said = click.style("interrupted", dim=True)
    except Exception as error:  # the next question may fare better
        said = f"Error: {told(error)}"
    else:
        return
    del conversation.responses[before:]  # as if it had not been asked
    click.echo(said, err=True)


def _typed() -> str:
    """The next text. Raises EOFError and KeyboardInterrupt."""
    line = input("> ")
    if not line.startswith('"""'):
        return line
    lines = [line[3:]]
    while not lines[-1].endswith('"""'):
        lines.append(input("… "))
    lines[-1] = lines[-1][:-3]
    return "\n".join(lines)
