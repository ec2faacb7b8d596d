"""The whole way from a document to the files of an SDK: every stage once, each in a module of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from . import GENERATOR_VERSION
from .document import JSON, Document, load
from .emit.api_md import api_md
from .emit.channels import channel_modules
from .emit.client import client_modules, package_module
from .emit.colours import colour_names, sync_text
from .emit.module_client import module_client
from .emit.packages import resource_packages, types_packages
from .emit.pagination import pagination_modules
from .emit.project import project_files
from .emit.resources import resource_modules
from .emit.styles import styles_module
from .emit.tests import test_modules
from .emit.types import types_modules
from .ir.config import Config, read_config
from .ir.infer import infer
from .ir.lower import lower
from .ir.model import API
from .plan.model import Plan
from .plan.plan import Wishes, plan
from .problems import Origin, Problem, Problems, Refused
from .python.format import formatted
from .python.module import Module, render
from .python.source import Code, comment
from .samples.calls import DocumentSamples
from .spec.parse import parse
from .spec.resolve import Library, ResolvedSpec, resolve
from .spec.swagger import as_openapi_3
from .spec.transforms import transformed
from .verify import verify
from .write import manifest_text

__all__ = ["Generation", "Stages", "generate", "run_stages"]


@dataclass(frozen=True, slots=True)
class Stages:
    """What each stage made of the document."""

    spec: ResolvedSpec
    config: Config
    api: API
    plan: Plan
    changed: JSON = None
    """The document as the configuration changes it, where it does."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The files of an SDK. `owned` are written anew each time, `scaffold` only where there is no such file yet."""

    owned: Mapping[str, str]
    scaffold: Mapping[str, str]
    manifest: str
    """The path of the manifest."""
    listing: str
    """The text of the manifest."""
    problems: tuple[Problem, ...]
    plan: Plan


def run_stages(document: Path, config: Path | None, wishes: Wishes) -> tuple[Stages, tuple[Problem, ...], Document]:
    """Every stage up to the plan. Raises `Refused` when the document or the configuration cannot be used."""
    try:
        return _run_stages(document, config, wishes)
    except RecursionError:
        raise _too_deep(document) from None


def _too_deep(document: Path) -> Refused:
    message = "schemas lead from one to the next too far to be followed"
    return Refused(Problem("too-large", message, Origin(document.name)))


def _run_stages(document: Path, config: Path | None, wishes: Wishes) -> tuple[Stages, tuple[Problem, ...], Document]:
    problems = Problems()
    written = load(document, problems)
    config_document = load(config, problems) if config is not None else None
    meant = transformed(written, config_document, problems)
    source = as_openapi_3(meant, problems)
    library = Library(source, problems)
    try:
        spec = parse(source, problems)
    except Refused as refused:
        raise Refused(library.located(refused.problem)) from None
    resolved = resolve(spec, library, problems)
    given = read_config(config_document, problems) if config_document is not None else None
    complete = infer(resolved, given, problems)
    api = lower(resolved, complete, library, config_document, problems)
    planned = plan(api, wishes, problems)
    found = tuple(_located(problem, library, config_document) for problem in problems)
    changed = None if meant is written else meant.root
    return Stages(resolved, complete, api, planned, changed), found, source


def _located(problem: Problem, library: Library, config: Document | None) -> Problem:
    if config is not None and problem.origin.file == config.name:
        return replace(problem, origin=config.located(problem.origin))
    return library.located(problem)


def generate(
    document: Path,
    config: Path | None = None,
    wishes: Wishes | None = None,
    *,
    vendored: Mapping[str, str] | None = None,
) -> Generation:
    """The files of the SDK for a document. `vendored` are the runtime's files, where the package is to hold them.

    Raises `Refused` when the document cannot be used, `FormatError` without ruff, `VerifyError` for a fault of the
    generator itself.
    """
    try:
        return _generate(document, config, wishes or Wishes(), vendored)
    except RecursionError:
        raise _too_deep(document) from None


def _generate(document: Path, config: Path | None, wishes: Wishes, vendored: Mapping[str, str] | None) -> Generation:
    stages, problems, source = run_stages(document, config, wishes)
    planned = stages.plan
    sources = document.name if config is None else f"{document.name} and {config.name}"
    header = comment(f"Generated by antiphon_codegen from {sources}. Do not edit.")
    package_root = f"src/{planned.style.package}"
    python = _python_files(planned, header, package_root)
    python |= _test_files(planned, header, source)
    files = formatted(python, [planned.style.package])
    verify(files, planned, package_root)
    files.update({f"{package_root}/runtime/{path}": text for path, text in (vendored or {}).items()})
    files["api.md"] = api_md(planned, f"<!-- {header.text.removeprefix('# ')} -->")
    scaffold: Mapping[str, str] = {}
    if not wishes.in_place:
        scaffold = project_files(planned, document, stages.changed)
    manifest = f"{package_root}/GENERATED"
    facts = {"document": _digest(document), **({"configuration": _digest(config)} if config is not None else {})}
    listing = manifest_text(f"{header.text}", {**facts, "generator": GENERATOR_VERSION}, files)
    return Generation(files, scaffold, manifest, listing, problems, planned)


def _python_files(planned: Plan, header: Code, package_root: str) -> dict[str, str]:
    modules: list[Module] = [package_module(planned), *types_packages(planned), *types_modules(planned)]
    modules += resource_packages(planned)
    coloured = [*resource_modules(planned), *channel_modules(planned)]
    for module in client_modules(planned):
        (coloured if module.place[-1:] == ("_async",) else modules).append(module)
    modules += pagination_modules(planned)
    modules += [each for each in (styles_module(planned), module_client(planned)) if each is not None]
    package = str(planned.style.package)
    files = {_path(module, package_root): render(module, header, package) for module in modules}
    files |= _in_both_colours(
        planned, {_path(module, package_root): render(module, header, package) for module in coloured}
    )
    if not planned.style.in_place:
        version = planned.style.version
        files[f"{package_root}/_version.py"] = (
            f'{header.text}\n"""The version of this SDK."""\n\n__version__ = {version!r}\n'
        )
        files[f"{package_root}/py.typed"] = ""
    return files


def _test_files(planned: Plan, header: Code, document: Document) -> dict[str, str]:
    plain, coloured = test_modules(planned, document.path.name, DocumentSamples(document))
    package = str(planned.style.package)
    files = {path: render(module, header, package) for path, module in plain.items()}
    return files | _in_both_colours(
        planned, {path: render(module, header, package) for path, module in coloured.items()}
    )


def _in_both_colours(planned: Plan, files: Mapping[str, str]) -> dict[str, str]:
    """The async files, and beside each the sync one that mirrors it."""
    names = colour_names(planned)
    found: dict[str, str] = {}
    # The async text is put into its final shape first: what the sync text mirrors is what a reader sees.
    for path, text in formatted(files, [planned.style.package]).items():
        found[path] = text
        found[path.replace("/_async", "/_sync")] = sync_text(text, names)
    return found


def _path(module: Module, package_root: str) -> str:
    inner = "/".join((*module.place, "__init__")) if module.is_package else "/".join(module.place)
    return f"{package_root}/{inner}.py"


def _digest(path: Path) -> str:
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
