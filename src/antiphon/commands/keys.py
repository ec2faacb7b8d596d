"""`antiphon keys`: API keys, kept for this user."""

from __future__ import annotations

import difflib
import os
import sys

import click

from .options import HELP, completed_keys, completed_providers
from .reading import piped_text
from .terminal import Plain, is_terminal

__all__ = ["command"]


@click.group(name="keys", context_settings=HELP)
def command() -> None:
    """Keep API keys in a file that only you can read.

    A key that is kept under the name of a provider is used for its models, unless the environment has another.
    """


@command.command(name="set", cls=Plain)
@click.argument("name", shell_complete=completed_providers)
def set_(name: str) -> None:
    """Keep a key under NAME, such as `openai`. It is typed in unseen, or read from a pipe."""
    from ..llm import providers, set_key

    value: str = click.prompt("Key", hide_input=True, err=True) if is_terminal(sys.stdin) else piped_text()
    set_key(name, value)
    provider = providers.find(name)
    if provider is None:
        known = [each for one in providers.every() for each in one.names]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        click.echo(f"Kept. No provider is called {name!r}{hint}: pass it as --key {name}, or key={name!r}.", err=True)
        return
    before = next((each for each in provider.key_env if os.environ.get(each)), None)
    if before is not None:
        click.echo(f"Kept. {before} is set in this environment, and goes before it.", err=True)


@command.command(cls=Plain)
@click.argument("name", shell_complete=completed_keys)
def get(name: str) -> None:
    """Print the key that is kept under NAME."""
    from ..llm import get_key

    _check(name)
    click.echo(get_key(name))


@command.command(name="list", cls=Plain)
def list_() -> None:
    """Print the names of the keys, never the keys."""
    from ..llm import key_names

    for name in key_names():
        click.echo(name)


@command.command(cls=Plain)
@click.argument("name", shell_complete=completed_keys)
def remove(name: str) -> None:
    """Forget the key that is kept under NAME."""
    from ..llm import remove_key

    _check(name)
    remove_key(name)


@command.command(cls=Plain)
def path() -> None:
    """Print where the file of keys is."""
    from ..llm import keys_path

    click.echo(keys_path())


def _check(name: str) -> None:
    from ..llm import key_names

    names = key_names()
    if name not in names:
        there_are = f"; there are {', '.join(names)}" if names else ""
        raise click.ClickException(f"no key is kept under {name!r}{there_are}")
