"""The layers: what each part of the source may import, read from the import statements."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"

# What the modules below a path may import: names of libraries, and prefixes of our own modules (of antiphon, where
# they begin with a dot). The first row that fits a module holds for it.
ALLOWED: list[tuple[str, str, str]] = [
    ("antiphon.runtime.core", "pydantic pydantic_core typing_extensions", ".runtime.core"),
    ("antiphon.runtime._async", "typing_extensions", ".runtime.core .runtime._async .runtime.waiting .runtime.binary"),
    ("antiphon.runtime._sync", "typing_extensions", ".runtime.core .runtime._sync .runtime.waiting .runtime.binary"),
    ("antiphon.runtime.transports.httpx2_clients", "httpx2", ".runtime.core .runtime.transports"),
    (
        "antiphon.runtime.transports",
        "httpx certifi anyio aiohttp yarl multidict websockets",
        ".runtime.core .runtime.transports .runtime.waiting",
    ),
    ("antiphon.runtime", "anyio httpx typing_extensions", ".runtime"),
    ("antiphon.client", "typing_extensions", ".runtime .client .resources .types .pagination ._version .lib"),
    ("antiphon.resources", "typing_extensions", ".runtime .resources .types .pagination .lib ._styles"),
    ("antiphon.types", "typing_extensions", ".runtime .types .lib"),
    ("antiphon.pagination", "", ".runtime .types .pagination"),
    ("antiphon.lib.concurrency", "anyio", ".runtime.waiting"),
    ("antiphon.lib.module_client", "", ".runtime .lib .client"),
    ("antiphon.lib._async.azure", "", ".runtime .lib .client"),
    ("antiphon.lib._sync.azure", "", ".runtime .lib .client"),
    ("antiphon.lib", "pydantic pydantic_core typing_extensions", ".runtime .types .lib"),
    (
        "antiphon.llm.core",
        "pydantic pydantic_core typing_extensions",
        ".runtime .types .lib.core .llm.core .llm.providers ._version",
    ),
    ("antiphon.llm.identities", "httpx", ".runtime.core .runtime.lazy .llm.core .llm.identities"),
    ("antiphon.llm.pairs.fetching", "httpx", ".runtime.core"),
    (
        "antiphon.llm",
        "anyio pydantic pydantic_core typing_extensions",
        ".runtime .types .lib .client .llm",
    ),
    (
        "antiphon.mock",
        "python_multipart uvicorn",
        ".mock ._version antiphon_codegen",
    ),
    ("antiphon.cli", "click", "._version"),
    ("antiphon.commands.markdown", "rich", ".commands"),
    ("antiphon.commands", "click pydantic", ".runtime.core .llm .mock .commands antiphon_codegen"),
    (
        "antiphon",
        "",
        ".runtime .client .types .resources .pagination .lib .llm .auth .version ._version ._module_client",
    ),
    ("antiphon_codegen.samples", "jsonschema referencing", "antiphon_codegen"),
    ("antiphon_codegen", "yaml typing_extensions", "antiphon_codegen"),
]

WAITING = {"sleep", "socket", "select", "asyncio", "threading", "subprocess", "http.client", "urllib.request"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(name: str, path: Path) -> Iterator[str]:
    """The full names of the modules a module imports, wherever in it."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package
            for _ in range(node.level - 1):
                base = base.rpartition(".")[0]
            module = ".".join(filter(None, (base if node.level else "", node.module)))
            for alias in node.names:
                yield f"{module}.{alias.name}" if is_module(f"{module}.{alias.name}") else module


def is_module(name: str) -> bool:
    path = SOURCE.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def is_below(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_module_imports_only_what_its_layer_may(name: str, path: Path) -> None:
    _, libraries, own = next(row for row in ALLOWED if is_below(name, row[0]))
    prefixes = [f"antiphon{prefix}" if prefix.startswith(".") else prefix for prefix in own.split()]
    for module in imported(name, path):
        top = module.partition(".")[0]
        fits = is_standard(module) or top in libraries.split() or any(is_below(module, prefix) for prefix in prefixes)
        assert fits, f"{name} imports {module}"


def test_the_core_never_waits() -> None:
    for path in sorted((SOURCE / "antiphon/runtime/core").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            assert not isinstance(node, (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)) or is_protocol(
                tree, node
            ), f"{path.name}:{node.lineno} waits"
            if isinstance(node, ast.Attribute):
                assert node.attr != "sleep", f"{path.name}:{node.lineno} sleeps"
        for module in imported(f"antiphon.runtime.core.{path.stem}", path):
            assert module not in WAITING, f"{path.name} imports {module}"


def is_protocol(tree: ast.Module, node: ast.AST) -> bool:
    """Whether a function only stands in a protocol, which names what others do."""
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and node in each.body:
            return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in each.bases)
    return False


def test_the_generator_knows_nothing_of_the_package() -> None:
    for name, path in modules():
        if is_below(name, "antiphon_codegen"):
            assert not [module for module in imported(name, path) if is_below(module, "antiphon")], name
