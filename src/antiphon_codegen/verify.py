"""The last look before anything is written: every module parses, and defines just what was planned."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from .emit.colours import colour_names, sync_text
from .plan.model import Plan
from .python.format import formatted

__all__ = ["VerifyError", "verify"]


class VerifyError(Exception):
    """The generator made something it should not have: a fault of the generator, not of the document."""


def verify(files: Mapping[str, str], plan: Plan, package_root: str) -> None:
    """Raise `VerifyError` when a module does not parse, lacks or adds a name, or a pair of colours is no mirror."""
    trees: dict[str, ast.Module] = {}
    for path, text in files.items():
        if path.endswith(".py"):
            try:
                trees[path] = ast.parse(text)
            except (SyntaxError, ValueError) as error:
                raise VerifyError(f"{path} is no Python: {error}") from None
    for module in plan.types:
        path = f"{package_root}/{'/'.join(module.module)}.py"
        planned = {str(each.symbol.name) for each in module.declarations}
        found = _defined(trees[path])
        if planned != found:
            raise VerifyError(f"{path}: planned and defined names differ: {sorted(planned ^ found)}")
    _verify_mirrors(files, plan)


def _defined(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names.update(
                target.id for target in node.targets if isinstance(target, ast.Name) and target.id != "__all__"
            )
    return names


def _verify_mirrors(files: Mapping[str, str], plan: Plan) -> None:
    """Every `_sync` module is, to the byte, the mirror of the `_async` module beside it; there are no exceptions."""
    names = colour_names(plan)
    pairs = {path: path.replace("/_async.py", "/_sync.py") for path in files if path.endswith("/_async.py")}
    lonely = {path for path in files if path.endswith("/_sync.py")} ^ set(pairs.values())
    if lonely:
        raise VerifyError(f"modules without a partner in the other colour: {sorted(lonely)}")
    expected = formatted({pairs[path]: sync_text(files[path], names) for path in pairs}, [plan.style.package])
    for path, text in expected.items():
        if files[path] != text:
            raise VerifyError(f"{path} is not the mirror of its async partner")
