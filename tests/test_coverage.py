"""What users of the `openai` package know is here, or on the list of what is left out, which is exact."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "coverage.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """`scripts/coverage.py`, under a name that hides nobody else's module."""
    spec = importlib.util.spec_from_file_location("antiphon_scripts_coverage", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def surface(**parts: Any) -> dict[str, Any]:
    """A surface with nothing in it but these parts."""
    empty: dict[str, Any] = {"methods": {}, "types": {}, "type_modules": {}, "public_modules": {}}
    empty |= {"top_level": {}, "top_level_all": []}
    return {"version": "1.2.3", "client": {"init": {}, "members": {}}, **empty, **parts}


def test_the_surfaces_are_covered(script: ModuleType) -> None:
    surfaces = sorted(script.SURFACES.glob("surface_*.json"))
    if not surfaces:
        pytest.skip("there are no surfaces beside the repository")
    listed = script.reasons()
    found = [script.coverage(script.read(path), listed) for path in surfaces]
    assert [item.key for each in found for item in each.missing] == []
    assert script.needless(found, listed) == []


def test_what_is_missing_is_found(script: ModuleType) -> None:
    parameters = {"model": {"kw": False, "required": True}, "depth": {"kw": True, "required": False}}
    method = {"params": parameters, "request_options": [], "wrappers": ["with_raw_response"], "returns": "Modul"}
    methods = {"models.retrieve": {**method, "http_path": "/models/{model}"}, "models.lose": method}
    made = surface(
        methods=methods,
        types={"types.Model": {"kind": "model", "fields": {"id": {}, "weight": {}}}, "types.Lost": {"kind": "model"}},
        type_modules={"types.model": {"Model": {"kind": "model"}, "Weight": {"kind": "model"}}},
        public_modules={"pagination": ["SyncPage", "LostPage"], "lost": []},
        top_level_all=["Client", "Lost"],
    )
    found = script.coverage(made, ())
    assert [item.key for item in found.missing] == [
        "parameter models.retrieve (sync) depth",
        "result models.retrieve (sync)",
        "parameter models.retrieve (async) depth",
        "method models.lose (sync)",
        "method models.lose (async)",
        "export Lost",
        "module name pagination.LostPage",
        "module lost",
        "field types.Model.weight",
        "type types.Lost",
        "nested name types.model.Weight",
    ]


def test_the_list_is_exact(script: ModuleType) -> None:
    reason = script.Reason
    listed = (
        reason("gone", ("export Lost*", "export Client"), ""),
        reason("of another version", ("export Later",), "9.9"),
    )
    found = script.coverage(surface(top_level_all=["Client", "Lost", "LostToo", "Later"]), listed)
    assert [item.name for item in found.missing] == ["Later"]
    assert [item.name for item in found.left_out] == ["Lost", "LostToo"]
    assert script.needless([found], listed) == ["export Client", "export Later"]
