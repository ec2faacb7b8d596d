"""`antiphon mock`: a server for trying an API out."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from .options import FILE, HELP

if TYPE_CHECKING:
    from ..mock import MockServer

__all__ = ["command"]

_LONGEST_LINE: Final = 200


@click.command(context_settings=HELP)
@click.argument("document", required=False, type=FILE)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=4010, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option("--items", default=45, show_default=True, type=click.IntRange(0, 100_000), help="How long lists are.")
@click.option("--page-size", type=click.IntRange(1), help="Items per page when the request does not say.")
@click.option("--seed", default="", help="Another seed gives other samples.")
@click.option("--strict", is_flag=True, help="Refuse parameters and properties the document does not know.")
@click.option("--quiet", "-q", is_flag=True, help="Print no line per request.")
def command(
    document: Path | None,
    host: str,
    port: int,
    items: int,
    page_size: int | None,
    seed: str,
    *,
    strict: bool,
    quiet: bool,
) -> None:
    """Serve DOCUMENT, an OpenAPI document, until Ctrl-C; without one, the API this SDK is for.

    Requests are checked against the document; answers fit it. The header `x-mock-fault` of a request asks for
    trouble: `x-mock-fault: status=503; times=2`.
    """
    from antiphon_codegen.problems import Refused, listing

    try:
        from ..mock import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    try:
        server = serve(
            document,
            host=host,
            port=port,
            items=items,
            page_size=page_size,
            seed=seed,
            strict=strict,
            watcher=None if quiet else _tell,
        )
    except Refused as refused:
        raise click.ClickException(listing(refused.problem, Path.cwd())) from None
    try:
        server.start()
    except OSError as error:
        hint = "; --port 0 takes a free one" if port else ""
        raise click.ClickException(f"cannot listen on {host} port {port}: {error.strerror}{hint}") from None
    with server, _being_told() as told:  # before anything is printed: who reads it may well stop the server at once
        _introduce(server)
        while not told.wait(0.5):  # Windows wakes no thread for a signal while it waits without end
            pass
    click.echo("stopped", err=True)


def _introduce(server: MockServer) -> None:
    service = server.service
    count = len(service.operations)
    click.echo(f"{service.title} {service.version}: {count} operations at {server.url}".replace("  ", " "))
    if "chat.completions.create" in service.by_id:
        click.echo(f"  export OPENAI_BASE_URL={server.url} OPENAI_API_KEY=any")
    for problem in list(service.problems)[:5]:
        click.echo(f"  {problem.message}", err=True)
    click.echo("Ctrl-C stops it.")
    sys.stdout.flush()


def _tell(method: str, path: str, status: int, seconds: float) -> None:
    shown = path if len(path) <= _LONGEST_LINE else path[: _LONGEST_LINE - 1] + "…"
    click.echo(f"{status} {method} {shown} {seconds * 1000:.1f} ms")
    sys.stdout.flush()


@contextmanager
def _being_told() -> Generator[threading.Event]:
    """What is set by Ctrl-C, or by being asked to end."""
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
