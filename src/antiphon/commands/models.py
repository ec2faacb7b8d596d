"""`antiphon models`: which models there are, and what they are called."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import click

from .options import HELP, completed_models, completed_providers
from .terminal import Plain, is_terminal

__all__ = ["command"]


class _Models(click.Group, Plain):
    """Lists the models when no command is given."""


def _listing(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="As JSON."),
        click.option("--refresh", is_flag=True, help="Ask the provider, also when it was asked today."),
        click.option(
            "--provider",
            "-p",
            shell_complete=completed_providers,
            help="The models of this provider, as it says itself.",
        ),
        click.option("--query", "-q", help="Only models with this in their names."),
    ):
        function = option(function)
    return function


@click.group(name="models", cls=_Models, invoke_without_command=True, context_settings=HELP)
@_listing
@click.pass_context
def command(ctx: click.Context, **how: Any) -> None:
    """List the models that are known by name; with --provider those it has.

    The answer of a provider is kept for a day, and known offline.
    """
    if ctx.invoked_subcommand is None:
        _list(**how)


@command.command(name="list", cls=Plain)
@_listing
def list_(**how: Any) -> None:
    """List the models that are known by name; with --provider those it has."""
    _list(**how)


@command.command(cls=Plain)
@click.argument("name", required=False, shell_complete=completed_models)
@click.option("--reset", is_flag=True, help="Forget which model was set.")
def default(name: str | None, *, reset: bool) -> None:
    """Print the model that is meant when none is named, or make it NAME."""
    from ..llm import get_default_model, get_model, set_default_model

    if name is not None and reset:
        raise click.UsageError("--reset takes no name")
    if name is not None:
        get_model(name)
        set_default_model(name)
    elif reset:
        set_default_model(None)
    else:
        click.echo(get_default_model())


@command.command(cls=Plain)
@click.argument("alias", required=False)
@click.argument("name", required=False, shell_complete=completed_models)
@click.option("--remove", is_flag=True, help="Forget ALIAS.")
def aliases(alias: str | None, name: str | None, *, remove: bool) -> None:
    """Print the other names of models, or make ALIAS one of NAME."""
    from ..llm import get_model, remove_alias, set_alias
    from ..llm.store import stored_aliases

    if alias is None:
        for known, model in sorted(stored_aliases().items()):
            click.echo(f"{known}: {model}")
    elif remove and name is None:
        remove_alias(alias)
    elif name is None or remove:
        raise click.UsageError("an alias and a model, or --remove and an alias")
    else:
        get_model(name)
        set_alias(alias, name)


@command.command(cls=Plain)
def embeddings() -> None:
    """List the embedding models that are known by name."""
    from ..llm import get_embedding_models_with_aliases

    _print((each.model_id, each.aliases) for each in get_embedding_models_with_aliases())


def _list(query: str | None, provider: str | None, *, refresh: bool, as_json: bool) -> None:
    from ..llm import discover_models, get_models_with_aliases

    if refresh and provider is None:
        raise click.UsageError("--refresh needs --provider: whom to ask")
    names = {each.model_id: each.aliases for each in get_models_with_aliases()}
    if provider is not None:
        found = discover_models(provider, max_age=0.0) if refresh else discover_models(provider)
        names = {name: names.get(name, set()) for name in found}
    wanted = (query or "").lower()
    kept = [
        (name, aliases) for name, aliases in names.items() if any(wanted in each.lower() for each in (name, *aliases))
    ]
    if as_json:
        click.echo(json.dumps([{"id": name, "aliases": sorted(aliases)} for name, aliases in kept], indent=2))
    else:
        _print(kept)


def _print(models: Iterable[tuple[str, set[str]]]) -> None:
    """One a line; what else there is to say only where a person reads it."""
    from ..llm import get_default_model

    meant = get_default_model() if is_terminal(sys.stdout) else None
    for name, aliases in models:
        said = ["default"] if name == meant else []
        said += [f"aliases: {', '.join(sorted(aliases))}"] if aliases and meant is not None else []
        click.echo(name + (click.style(f"  ({'; '.join(said)})", dim=True) if said else ""))
