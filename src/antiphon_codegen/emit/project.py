"""What makes a folder with a package in it a project: metadata, a README, the document its tests serve.

These files are written once and belong to the project's owner from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..document import JSON, decoded
from ..plan.model import MethodPlan, Plan, ResourcePlan
from ..plan.symbols import Annotation, Builtin, Choice, IterableOf, ListOf, OneOf
from .api_md import plain_text
from .docs import one_line

__all__ = ["project_files"]


def project_files(plan: Plan, document: Path, changed: JSON = None) -> dict[str, str]:
    """The files of the project beside its package, tests and api.md.

    Its tests serve the document, as the file has it or as it was `changed`.
    """
    text = decoded(document.read_bytes(), document.name) if changed is None else json.dumps(changed, indent=2) + "\n"
    return {
        "pyproject.toml": _pyproject(plan),
        "README.md": _readme(plan),
        ".gitignore": "__pycache__/\n*.pyc\n.venv/\ndist/\n.pytest_cache/\n.ruff_cache/\n",
        f"tests/{document.name}": text,
        **_behaviour(plan),
    }


def _behaviour(plan: Plan) -> dict[str, str]:
    """A class without content for each that the configuration names as hand-written behaviour: the owner's to fill."""
    files: dict[str, str] = {}
    runtime = f"{plan.style.package}{plan.style.runtime[1:]}" if plan.style.runtime[0] == "~" else plan.style.runtime
    for where, path in _mixins(plan):
        module, _, name = path.partition(":")
        folder, _, last = module.rpartition(".")
        root = f"src/{plan.style.package}/{folder.replace('.', '/')}"
        files[f"{root}/__init__.py"] = '"""Behaviour written by hand on top of the generated resources."""\n'
        for colour, prefix in (("async", "Async"), ("sync", "")):
            files[f"{root}/_{colour}/__init__.py"] = f'"""The {colour} side."""\n'
            head = f'"""What `{where}` does besides its calls."""\n\nfrom {runtime} import {prefix}APIResource\n'
            text = files.get(f"{root}/_{colour}/{last}.py", head)
            docs = f'"""Methods put here are those of `{where}` too."""'
            text += f"\n\nclass {prefix}{name}({prefix}APIResource):\n    {docs}\n"
            files[f"{root}/_{colour}/{last}.py"] = text
    return files


def _mixins(plan: Plan) -> Iterator[tuple[str, str]]:
    """The places of hand-written behaviour, with the resource each belongs to."""
    waiting: list[tuple[str, ResourcePlan]] = [(str(each.attribute), each) for each in plan.client.resources]
    while waiting:
        path, resource = waiting.pop(0)
        yield from ((path, each.path) for each in resource.mixin)
        waiting += [(f"{path}.{child.attribute}", child) for child in resource.resources]


def _toml(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too, as long as nothing beyond ASCII needs one."""
    quoted = json.dumps(
        "".join(character if character.isprintable() else " " for character in text), ensure_ascii=False
    )
    return quoted.encode("utf-8", "replace").decode("utf-8")


def _pyproject(plan: Plan) -> str:
    style = plan.style
    needed = ["antiphon>=0.1,<1"]
    if style.runtime.startswith("~"):
        needed = [
            "anyio>=4.10,<5",
            "certifi>=2024.2.2",
            "httpx>=0.28,<1",
            "pydantic>=2.10,<3",
            "sniffio>=1.3,<2",
            "typing-extensions>=4.12,<5",
        ]
    listed = "".join(f"  {_toml(each)},\n" for each in needed)
    license_line = f"license = {_toml(plan.api.config.license)}\n" if plan.api.config.license else ""
    return (
        "[build-system]\n"
        'requires = ["hatchling>=1.25"]\n'
        'build-backend = "hatchling.build"\n\n'
        "[project]\n"
        f"name = {_toml(style.project)}\n"
        f"version = {_toml(style.version)}\n"
        f"description = {_toml(one_line(f'The Python SDK of {plan.api.title}', 200))}\n"
        'readme = "README.md"\n'
        'requires-python = ">=3.11"\n'
        f"{license_line}"
        f"dependencies = [\n{listed}]\n\n"
        "[project.optional-dependencies]\n"
        'aiohttp = ["aiohttp>=3.11,<4"]\n\n'
        "[dependency-groups]\n"
        'dev = ["antiphon[mock]", "pyright", "pytest>=8", "ruff"]\n\n'
        "[tool.hatch.build.targets.wheel]\n"
        f"packages = [{_toml(f'src/{style.package}')}]\n"
        f"exclude = [{_toml(f'src/{style.package}/GENERATED')}]\n\n"
        "[tool.pyright]\n"
        'include = ["src", "tests"]\n'
        'typeCheckingMode = "strict"\n\n'
        "[tool.pytest.ini_options]\n"
        'testpaths = ["tests"]\n'
        'pythonpath = ["src"]\n'
        'filterwarnings = ["error"]\n\n'
        "[tool.ruff]\n"
        "line-length = 120\n"
    )


def _readme(plan: Plan) -> str:
    package, cls = plan.style.package, plan.client.cls
    found = _simplest(plan)
    credential = next((option for option in plan.client.options if option.is_credential), None)
    setting = (
        f"\nThe credential is read from `{credential.env}`, or passed as `{credential.name}=`.\n"
        if credential and credential.env
        else ""
    )
    parts = [
        f"# {plain_text(one_line(plan.api.title, 80))}\n",
        f"{plain_text(one_line(plan.api.docs, 400))}\n" if plan.api.docs else "",
        f"```sh\npip install {plan.style.project}\n```\n{setting}",
    ]
    if found is not None:
        path, method = found
        call = (
            f"client.{'.'.join(path)}({_arguments(method)})" if path else f"client.{method.name}({_arguments(method)})"
        )
        parts.append(
            "```python\n"
            f"from {package} import {cls}\n\n"
            f"client = {cls}()\n"
            f"print({call})\n"
            "```\n\n"
            "The async client has the same methods:\n\n"
            "```python\n"
            "import asyncio\n\n"
            f"from {package} import Async{cls}\n\n\n"
            "async def main() -> None:\n"
            f"    async with Async{cls}() as client:\n"
            f"        print(await {call})\n\n\n"
            "asyncio.run(main())\n"
            "```\n"
        )
    parts.append(
        "Every method is in [api.md](api.md). Failed calls raise subclasses of `APIError`: `APIStatusError` with\n"
        "`status_code`, `APIConnectionError`, `APITimeoutError`. Calls are retried twice by default;\n"
        "`max_retries=` and `timeout=` change that for a client, `client.with_options(...)` for some calls.\n"
    )
    return "\n".join(part for part in parts if part)


def _simplest(plan: Plan) -> tuple[tuple[str, ...], MethodPlan] | None:
    """The method that needs the least, and the way to it."""
    found: list[tuple[int, int, tuple[str, ...], MethodPlan]] = [
        (_cost(method), 0, (), method) for method in plan.client.methods
    ]
    waiting: list[tuple[tuple[str, ...], ResourcePlan]] = [
        ((str(each.attribute),), each) for each in plan.client.resources
    ]
    while waiting:
        path, resource = waiting.pop(0)
        found += [(_cost(method), len(found), (*path, str(method.name)), method) for method in resource.methods]
        waiting += [((*path, str(child.attribute)), child) for child in resource.resources]
    usable = [entry for entry in found if entry[0] < 100]
    if not usable:
        return None
    _, _, path, method = min(usable, key=lambda entry: entry[:2])
    return path, method


def _cost(method: MethodPlan) -> int:
    required = [each for each in method.arguments if each.required]
    if method.operation.deprecated or any(_value(each.annotation) is None for each in required):
        return 100
    return (
        len(required) * 2
        + (0 if method.operation.verb == "get" else 1)
        + (0 if method.result.kind in ("value", "page") else 4)
    )


def _arguments(method: MethodPlan) -> str:
    return ", ".join(
        f"{_value(each.annotation)}" if each.positional else f"{each.name}={_value(each.annotation)}"
        for each in method.arguments
        if each.required
    )


def _value(annotation: Annotation) -> str | None:
    """Something to show for an argument of a simple type."""
    match annotation:
        case Builtin(name):
            return {"str": '"..."', "int": "1", "float": "1.0", "bool": "True"}.get(name)
        case Choice(values):
            return (
                repr(values[0])
                if all(str(value).isidentifier() or isinstance(value, int) for value in values)
                else None
            )
        case IterableOf(item) | ListOf(item):
            inner = _value(item)
            return None if inner is None else f"[{inner}]"
        case OneOf(variants):
            return next((value for each in variants if (value := _value(each)) is not None), None)
        case _:
            return None
