"""From the texts of a command line to what a model is asked: tools, attachments, a schema, options."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import click

from .terminal import is_terminal

if TYPE_CHECKING:
    from ..llm import Attachment

__all__ = ["attachments_of", "options_of", "piped_bytes", "piped_text", "schema_from", "tools_from", "typed_text"]

_STDIN: Final = "-"
_TAKEN: Final = ("image/", "audio/", "text/", "application/pdf")


def tools_from(names: Iterable[str]) -> list[Any]:
    """The tools that `module:name` and `file.py:name` mean. Raises ClickException."""
    return [_tool(name) for name in names]


def _tool(text: str) -> Any:
    place, _, path = text.rpartition(":")
    if not place or not path:
        raise click.BadParameter(f"{text!r} is no tool: module:function, or file.py:function", param_hint="--tool")
    found: Any = _module(place)
    for name in path.split("."):
        known = [each for each in dir(found) if not each.startswith("_")]
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise click.ClickException(f"{place} has no {name!r}{hint}")
        found = getattr(found, name)
    return found


def _module(place: str) -> Any:
    folder = os.getcwd()
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        if not place.endswith(".py"):
            return importlib.import_module(place)
        path = Path(place)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise click.ClickException(f"there is no file {place}")
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(path.stem, module)  # annotations are looked up there
        spec.loader.exec_module(module)
    except click.ClickException:
        raise
    except (Exception, SystemExit) as error:
        raise click.ClickException(f"{place} cannot be imported: {type(error).__name__}: {error}") from None
    else:
        return module


def attachments_of(places: Iterable[str], typed: Iterable[tuple[str, str]]) -> list[Attachment]:
    """The attachments of paths and URLs, where `-` is what is piped in; `typed` are those whose type is said.

    Raises ClickException.
    """
    return [_attachment(place, None) for place in places] + [_attachment(place, kind) for place, kind in typed]


def _attachment(place: str, kind: str | None) -> Attachment:
    from ..llm import Attachment

    if place.startswith(("http://", "https://", "data:")):
        return Attachment(url=place, type=kind)
    if place == _STDIN:
        given = Attachment(content=piped_bytes(), type=kind)
        content = given.content or b""
    else:
        path = Path(place)
        if not path.is_file():
            raise click.ClickException(f"there is no file {place} to attach")
        given = Attachment(path=path, type=kind)
        content = None
    if (given.named_type or "").startswith(_TAKEN) or kind is not None:
        return given
    # What is text is sent as text, whatever it is called.
    content = Path(place).read_bytes() if content is None else content
    if _is_text(content):
        return Attachment(content=content, type="text/plain")
    if given.named_type is None and Attachment(content=content).named_type is None:
        raise click.ClickException(f"what {place} is cannot be told: say it with --at {place} TYPE")
    return given


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def schema_from(text: str, *, multi: bool) -> Mapping[str, Any]:
    """The schema that a text is: JSON, the path of a file with JSON, or `name, age int`. Raises ClickException."""
    from ..llm.core.schemas import list_schema, schema_dsl

    source = text.strip()
    if not source.startswith("{"):
        path = Path(source)
        try:
            is_file = path.is_file()
        except (OSError, ValueError):  # too long for a name, say
            is_file = False
        if not is_file:
            if source.endswith(".json"):
                raise click.ClickException(f"there is no file {source}")
            return schema_dsl(text, multi=multi)
        source = path.read_text("utf-8-sig")
    try:
        schema: Any = json.loads(source)
    except ValueError as error:
        raise click.ClickException(f"the schema is no JSON: {error}") from None
    if not isinstance(schema, dict):
        raise click.ClickException("the schema must be a JSON object")
    given: dict[str, Any] = schema  # pyright: ignore[reportUnknownVariableType]
    return list_schema(given) if multi else given


def options_of(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The options of a prompt. Values are text, or JSON where text does not fit. Raises ClickException."""
    return {name: _option(name, text) for name, text in pairs}


def _option(name: str, text: str) -> Any:
    import pydantic

    from ..llm import Options

    known = list(Options.model_fields)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise click.ClickException(f"there is no option {name!r}; {hint}")
    candidates: list[Any] = [text]
    try:
        parsed = json.loads(text)
    except ValueError:
        pass
    else:
        candidates.insert(0 if text.lstrip().startswith(("[", "{")) else 1, parsed)
    said = ""
    for candidate in candidates:
        try:
            return getattr(Options.model_validate({name: candidate}), name)
        except pydantic.ValidationError as error:
            said = said or error.errors()[0]["msg"]
    raise click.ClickException(f"the option {name} cannot be {text!r}: {said}")


def piped_text() -> str:
    """The text that is piped in; empty at a terminal. Raises ClickException for what is no text."""
    if is_terminal(sys.stdin):
        return ""
    try:
        return piped_bytes().decode("utf-8-sig").strip("\n")
    except UnicodeDecodeError:
        raise click.ClickException("what is piped in is no text: attach it with -a -") from None


def typed_text(what: str, text: str) -> str:
    """A text of the command line, also where the system reads that in ASCII. Raises ClickException for no text."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise click.ClickException(f"{what} is no text in UTF-8") from None


def piped_bytes() -> bytes:
    """What is piped in; nothing where the input was closed."""
    stdin: TextIO | None = sys.stdin
    return b"" if stdin is None or stdin.closed else stdin.buffer.read()
