"""What a command says, and how it fails: in one line, without a traceback, without a key."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from typing import Any, Final, TextIO

import click

from ..runtime.core.errors import SDKError, excerpt
from ..runtime.core.headers import REDACTED

__all__ = ["Plain", "aside", "is_terminal", "shown", "told", "without_secrets", "write"]

_LONGEST: Final = 1000
_SHORTEST_SECRET: Final = 8
_CONTROLS: Final = dict.fromkeys(
    [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
) | {0x0D: None}
"""Characters that do something to a terminal instead of being shown, except for line breaks and tabs."""


class Plain(click.Command):
    """A command whose failures are told in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        _show_anything()
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
                raise
            except Exception as error:  # whatever it is, nobody at a terminal wants a traceback
                said = told(error)
            # Here, where the error is gone, and with it what it held open.
            raise click.ClickException(said)


def told(error: BaseException) -> str:
    """What went wrong, in one line."""
    if _is_validation(error):
        text = _validation(error)
    elif isinstance(error, KeyError) and error.args:
        text = str(error.args[0])
    elif isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
    else:
        text = str(error) or type(error).__name__
    if not isinstance(error, (SDKError, OSError, ValueError, TypeError, KeyError)):
        text = f"{type(error).__name__}: {text}"
    notes: list[str] = getattr(error, "__notes__", [])
    if notes:
        text = f"{text} ({'; '.join(notes)})" if text.endswith(".") else "; ".join([text, *notes])
    return without_secrets(excerpt(text, _LONGEST))


def without_secrets(text: str) -> str:
    """The text with every key that is known here made unreadable: servers may repeat what was sent to them."""
    for secret in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return text


def shown(text: str, *, terminal: bool) -> str:
    """What a model said, fit for a terminal: nothing in it does anything but being shown."""
    return text.translate(_CONTROLS) if terminal else text


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits there; nobody does where the stream was closed."""
    return stream is not None and not stream.closed and stream.isatty()


def write(text: str) -> None:
    """Write a piece of what was asked for; nowhere where the output was closed."""
    stdout: TextIO | None = sys.stdout
    if stdout is not None and not stdout.closed:
        stdout.write(text)
        stdout.flush()


def aside(text: str) -> None:
    """Say something on the side, where answers do not go."""
    click.echo(click.style(shown(text, terminal=True), dim=True), err=True)


def _warn(message: Warning | str, *_: object) -> None:
    click.echo(f"Warning: {without_secrets(excerpt(str(message), _LONGEST))}", err=True)


def _show_anything() -> None:
    """Have characters that the terminal cannot show replaced, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if callable(change := getattr(stream, "reconfigure", None)):
            change(errors="replace")


def _secrets() -> set[str]:
    from ..llm import KeyStoreError, get_key, key_names, providers

    found = {os.environ.get(name, "").strip() for provider in providers.every() for name in provider.key_env}
    with suppress(KeyStoreError), warnings.catch_warnings():  # then none of them was used
        warnings.simplefilter("ignore")  # of what was told already
        found |= {get_key(name) for name in key_names()}
    context = click.get_current_context(silent=True)
    given: object = None if context is None else context.params.get("key")
    if isinstance(given, str):
        found.add(given.strip())
    return {secret for secret in found if len(secret) >= _SHORTEST_SECRET}


def _is_validation(error: BaseException) -> bool:
    return type(error).__name__ == "ValidationError" and callable(getattr(error, "errors", None))


def _validation(error: Any) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:3])
