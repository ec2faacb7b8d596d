"""The `antiphon` command. What a command needs is loaded when it runs."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any, Final

from ._version import __version__

try:
    import click
except ModuleNotFoundError:
    # Each of these brings click, and what else its command needs.
    extra = next((each for each in sys.argv[1:2] if each in ("generate", "mock")), "cli")
    raise SystemExit(f"the antiphon command needs click: pip install 'antiphon[{extra}]'") from None

__all__ = ["main"]

_COMMANDS: Final = {
    "chat": "Ask a model, or talk with it.",
    "models": "Which models there are, and what they are called.",
    "keys": "API keys, kept for this user.",
    "mock": "Serve an OpenAPI document, to try things out.",
    "generate": "Write an SDK for an OpenAPI document.",
}
"""The modules of `commands`, each with a `command`."""

_INTERRUPTED: Final = 130


class _Commands(click.Group):
    """Knows its commands by name, and loads the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f".commands.{cmd_name}", __package__).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):  # Ctrl-C, also where something is typed in
            code = _INTERRUPTED
        except BrokenPipeError:  # whoever reads this has had enough
            code = 1
        gc.collect()  # the error is gone; what it held open is closed in peace
        if code == 1:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still to be flushed
        elif sys.stderr is not None and sys.stderr.isatty():
            click.echo(err=True)  # the terminal has shown ^C
        raise click.exceptions.Exit(code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="antiphon")
def main() -> None:
    """Ask models, serve APIs to try them, write SDKs for them."""
