"""`antiphon generate`: an SDK for an OpenAPI document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .options import FILE, HELP

__all__ = ["command"]


@click.command(context_settings=HELP)
@click.argument("document", type=FILE)
@click.option("--output", "-o", type=click.Path(file_okay=False, path_type=Path), help="The folder of the project.")
@click.option("--config", "-c", type=FILE, help="A stainless.yml; one beside the document is found without.")
@click.option("--package", help="The name to import the SDK by.")
@click.option("--project", help="The name to install the SDK by.")
@click.option("--vendor-runtime", is_flag=True, help="Put a copy of the runtime into the package: no dependency on us.")
@click.option("--strict", is_flag=True, help="Write nothing when the document has problems.")
@click.option("--check", is_flag=True, help="Write nothing; say where what is there differs.")
@click.option("--dump", type=click.Choice(["spec", "config", "ir", "plan", "problems"]), help="Print a stage as JSON.")
def command(
    document: Path,
    output: Path | None,
    config: Path | None,
    package: str | None,
    project: str | None,
    dump: str | None,
    *,
    vendor_runtime: bool,
    strict: bool,
    check: bool,
) -> None:
    """Write an SDK for DOCUMENT, an OpenAPI 3.0 or 3.1 or Swagger 2.0 document in JSON or YAML.

    What is generated is written anew each time; README.md and pyproject.toml are yours once they are there.
    """
    if output is None and dump is None:
        raise click.UsageError("Missing option '--output' / '-o': where to write.")
    try:
        from antiphon_codegen.command import Request, run
    except ModuleNotFoundError as error:
        raise click.ClickException(f"generating needs {error.name}: pip install 'antiphon[generate]'") from None
    request = Request(
        document,
        output or Path(),
        config,
        package,
        project,
        vendored=_runtime() if vendor_runtime else None,
        strict=strict,
        check=check,
        dump=dump,
    )
    sys.exit(run(request))


def _runtime() -> dict[str, str]:
    """The files of the runtime, by their paths in it."""
    root = Path(__file__).parent.parent / "runtime"
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in sorted(root.rglob("*.py"))}
