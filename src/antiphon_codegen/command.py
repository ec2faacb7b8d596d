"""What `antiphon generate` does: from arguments to files, messages and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, TextIO, cast

from .generate import Generation, generate, run_stages
from .plan.names import Identifier
from .plan.plan import Wishes
from .problems import Problem, Refused, listing
from .python.format import FormatError
from .write import Changes, WriteError, differences, write

__all__ = ["Request", "run"]

_FOUND_BESIDE: Final = ("stainless.yml", "stainless.yaml", "openapi.stainless.yml", ".stainless/stainless.yml")
_PROBLEMS_SHOWN: Final = 50
_RUNTIME: Final = "antiphon"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    document: Path
    output: Path
    config: Path | None = None
    package: str | None = None
    project: str | None = None
    in_place: bool = False
    """Write into the repository that holds the runtime, and not a project of its own."""
    vendored: Mapping[str, str] | None = None
    """The runtime's files, where the package is to hold a copy of it."""
    strict: bool = False
    check: bool = False
    dump: str | None = None


def run(request: Request, out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """Generate, and say what came of it. 0 when files were written; 1 when nothing was."""
    config = request.config or _beside(request.document)
    if config is not None and request.config is None:
        print(f"using {config.name}, which lies beside the document", file=err)
    vendored = request.in_place or request.vendored is not None
    runtime = "~runtime" if vendored else f"{_RUNTIME}.runtime"
    wishes = Wishes(request.package, request.project, runtime, in_place=request.in_place)
    folder = request.document.resolve().parent
    try:
        if request.dump is not None:
            return _dump(request, config, wishes, out)
        generation = generate(request.document, config, wishes, vendored=request.vendored)
    except Refused as refused:
        print(listing(refused.problem, folder), file=err)
        print("nothing was written", file=err)
        return 1
    except FormatError as error:
        print(str(error), file=err)
        return 1
    if not vendored and generation.plan.style.package == _RUNTIME:
        print(
            f"an SDK cannot be called {_RUNTIME!r}, the name of the package it imports its runtime from; "
            "give another with --package, or put the runtime into it with --vendor-runtime; nothing was written",
            file=err,
        )
        return 1
    _report(generation.problems, folder, err)
    if request.strict and generation.problems:
        print(f"{_counted(len(generation.problems), 'problem')}, and --strict: nothing was written", file=err)
        return 1
    return _check(request, generation, err) if request.check else _write(request, generation, out, err)


def _beside(document: Path) -> Path | None:
    return next((path for name in _FOUND_BESIDE if (path := document.parent / name).is_file()), None)


def _report(problems: tuple[Problem, ...], folder: Path, err: TextIO) -> None:
    for problem in problems[:_PROBLEMS_SHOWN]:
        print(listing(problem, folder), file=err)
    if len(problems) > _PROBLEMS_SHOWN:
        print(f"... and {len(problems) - _PROBLEMS_SHOWN} more", file=err)


def _check(request: Request, generation: Generation, err: TextIO) -> int:
    found = differences(generation.owned, request.output, generation.manifest, generation.listing)
    for line in found:
        print(line, file=err)
    return 1 if found else 0


def _write(request: Request, generation: Generation, out: TextIO, err: TextIO) -> int:
    try:
        request.output.mkdir(parents=True, exist_ok=True)
        changes = write(generation.owned, generation.scaffold, request.output, generation.manifest, generation.listing)
    except WriteError as error:
        print(f"{error}; nothing was written", file=err)
        return 1
    except OSError as error:
        print(f"cannot write to {request.output}: {error.strerror}", file=err)
        return 1
    print(_summary(generation, changes), file=out)
    return 0


def _summary(generation: Generation, changes: Changes) -> str:
    plan = generation.plan
    methods = sum(1 for _ in _methods(plan.client))
    types = sum(len(module.declarations) for module in plan.types)
    text = (
        f"{plan.style.package}: {_counted(methods, 'method')} in two colours, {_counted(types, 'type')}; "
        f"{_counted(len(changes.written), 'file')} written, {len(changes.removed)} removed"
    )
    left_out = len(generation.problems)
    return f"{text}; {_counted(left_out, 'problem')}, see above" if left_out else text


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _methods(client: Any) -> list[Any]:
    found = list(client.methods)
    waiting = list(client.resources)
    while waiting:
        resource = waiting.pop()
        found += resource.methods
        waiting += resource.resources
    return found


def _dump(request: Request, config: Path | None, wishes: Wishes, out: TextIO) -> int:
    stages, problems, _ = run_stages(request.document, config, wishes)
    found: dict[str, object] = {
        "spec": stages.spec,
        "config": stages.config,
        "ir": stages.api,
        "plan": stages.plan,
        "problems": problems,
    }
    json.dump(_plain(found[request.dump or "ir"]), out, indent=1, ensure_ascii=False)
    out.write("\n")
    return 0


def _plain(value: object) -> Any:
    """A stage as JSON: the same for the same document, whatever the machine."""
    if is_dataclass(value) and not isinstance(value, type):
        entries = {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.repr}
        return {
            "kind": type(value).__name__,
            **{name: each for name, each in entries.items() if each not in (None, (), [], {})},
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in cast("Mapping[object, object]", value).items()}
    if isinstance(value, (set, frozenset)):
        return sorted(str(each) for each in cast("set[object]", value))
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in cast("list[object]", value)]
    if isinstance(value, Identifier):
        return str(value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
