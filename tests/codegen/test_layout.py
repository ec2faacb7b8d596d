"""Where types are put: packages, files that are taken apart, a module for each type, and what loading one costs."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.transports.scripted import Answer
from antiphon_codegen.generate import generate
from antiphon_codegen.plan.plan import Plan, Wishes

from .sdks import build, document, json_answer, json_body, operation, stages, written

TEXT = {"type": "string"}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def wide(count: int, **more: Any) -> dict[str, Any]:
    """An object with many properties."""
    described = {f"p{n}": {**TEXT, "description": "What it is."} for n in range(count)}
    return {"type": "object", "properties": {**described, **more}}


def big() -> tuple[dict[str, Any], dict[str, Any]]:
    """A document whose types are too many for one file, and its configuration."""
    schemas: dict[str, Any] = {}
    for family in ("Image", "Text", "Video"):
        for number in range(6):
            schemas[f"Report{family}Part{number}"] = wide(30, inner={"type": "object", "properties": {"deep": TEXT}})
        schemas[f"Report{family}"] = {"oneOf": [ref(f"Report{family}Part{number}") for number in range(6)]}
    schemas["Report"] = wide(3, image=ref("ReportImage"), text=ref("ReportText"), video=ref("ReportVideo"))
    schemas["Note"] = wide(2, report=ref("Report"))
    paths = {
        "/reports": {"post": operation(body=json_body(ref("Report")), answer=json_answer(ref("Report")))},
        "/notes": {"get": operation(answer=json_answer(ref("Note")))},
    }
    config: dict[str, Any] = {
        "resources": {
            "reports": {
                "methods": {"create": "post /reports"},
                "models": {name.lower(): name for name in schemas if name != "Note"},
            },
            "notes": {"methods": {"retrieve": "get /notes"}, "models": {"note": "Note"}},
        }
    }
    return document(paths, schemas), config


def files_of(plan: Plan) -> dict[str, str]:
    return {str(each.symbol.name): ".".join(module.module) for module in plan.types for each in module.declarations}


def test_long_modules_become_packages_of_families(tmp_path: Path) -> None:
    made, config = big()
    sdk = build(tmp_path, made, config)
    sdk.import_all()
    files = files_of(sdk.generation.plan)
    assert files["ReportImagePart0"] == files["ReportImagePart5"] == "types.reports_types.image"
    assert files["ReportTextPart0"] == "types.reports_types.text"
    assert files["ReportImagePart0Inner"] == "types.reports_types.image"
    for path, source in sdk.generation.owned.items():
        assert len(source.splitlines()) <= 600, path
    types = sdk.get("types")
    assert types.ReportImagePart0 is sdk.get("types.reports_types.image").ReportImagePart0
    assert sdk.client(Answer(200, {"p0": "x"})).reports.create(p0="y").p0 == "x"


def test_resources_are_also_where_sdks_with_a_file_for_each_have_them(tmp_path: Path) -> None:
    made = document({"/books": {"post": operation()}, "/authors": {"get": operation()}})
    authors = {"methods": {"retrieve": "get /authors"}}
    books = {"methods": {"create": "post /books"}, "subresources": {"authors": authors}}
    sdk = build(tmp_path / "a", made, {"resources": {"books": books}})
    sdk.import_all()
    package, module = sdk.get("resources.books"), sdk.get("resources.books.books")
    own = [name for name in package.__all__ if "Books" in name]
    assert len(own) == 6
    assert [getattr(module, name) for name in own] == [getattr(package, name) for name in own]
    files = build(tmp_path / "b", document({"/a/b": {"get": operation()}, "/a": {"get": operation()}})).generation.owned
    assert not [path for path in files if path.endswith("/resources/a/a.py")]


def test_a_new_schema_moves_no_other(tmp_path: Path) -> None:
    made, config = big()
    before = files_of(stages(tmp_path / "a", made, config)[0].plan)
    schemas = made["components"]["schemas"]
    schemas["ReportImageNew"] = wide(5)
    schemas["ReportImage"]["oneOf"].append(ref("ReportImageNew"))
    config["resources"]["reports"]["models"]["report_image_new"] = "ReportImageNew"
    after = files_of(stages(tmp_path / "b", made, config)[0].plan)
    assert {name: file for name, file in after.items() if name in before} == before
    assert after["ReportImageNew"] == "types.reports_types.image"


def test_no_two_files_need_each_other(tmp_path: Path) -> None:
    """Types of two packages that are used by both, though no type needs itself."""
    schemas = {
        "A": wide(1, b=ref("B")),
        "B": wide(1, c=ref("C")),
        "C": wide(1, d=ref("D")),
        "D": wide(1),
    }
    config: dict[str, Any] = {
        "resources": {
            "one": {"methods": {"retrieve": "get /a"}, "models": {"a": "A", "c": "C"}},
            "two": {
                "methods": {"retrieve": "get /b"},
                "models": {"b": "B", "d": "D"},
                "subresources": {"three": {"methods": {"create": "post /b"}, "models": {}}},
            },
        }
    }
    paths = {
        "/a": {"get": operation(answer=json_answer(ref("A")))},
        "/b": {"get": operation(answer=json_answer(ref("B"))), "post": operation(answer=json_answer(ref("D")))},
    }
    sdk = build(tmp_path, document(paths, schemas), config)
    sdk.import_all()
    assert {"A", "B", "C", "D"} <= set(sdk.get("types").__all__)
    found = sdk.client(Answer(200, {"b": {"c": {"d": {"p0": "x"}}}})).one.retrieve()
    assert found.b.c.d.p0 == "x"


def test_types_that_need_each_other_are_in_one_file_and_known_in_both_packages(tmp_path: Path) -> None:
    schemas = {"Author": wide(1, books={"type": "array", "items": ref("Book")}), "Book": wide(1, author=ref("Author"))}
    config: dict[str, Any] = {
        "resources": {
            "people": {
                "subresources": {"authors": {"methods": {"retrieve": "get /authors"}, "models": {"author": "Author"}}}
            },
            "shop": {"subresources": {"books": {"methods": {"retrieve": "get /books"}, "models": {"book": "Book"}}}},
        }
    }
    paths = {f"/{name.lower()}s": {"get": operation(answer=json_answer(ref(name)))} for name in schemas}
    sdk = build(tmp_path, document(paths, schemas), config)
    sdk.import_all()
    assert sdk.get("types.people").Author.__name__ == "Author"
    assert sdk.get("types.shop").Book.__name__ == "Book"
    found = sdk.client(Answer(200, {"books": [{"author": {"p0": "x"}}]})).people.authors.retrieve()
    assert found.books[0].author.p0 == "x"


def test_a_module_for_each_type_without_a_file(tmp_path: Path) -> None:
    made, config = big()
    config["resources"]["reports"]["models"]["odd_name"] = "ReportImage"
    del config["resources"]["reports"]["models"]["reportimage"]
    sdk = build(tmp_path, made, config)
    module = sdk.get("types.report_image_part0")
    assert module.ReportImagePart0 is sdk.get("types").ReportImagePart0
    assert module.Inner.__name__ == "ReportImagePart0Inner"
    assert module.__all__ == ["ReportImagePart0"]
    assert sdk.get("types.odd_name").OddName is sdk.get("types").OddName
    params = sdk.get("types.report_create_params")
    assert params.ReportCreateParams is sdk.get("types").ReportCreateParams
    assert sdk.get("types").report_create_params is params
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = module.Nothing
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{sdk.name}.types.nothing_of_that_name")
    assert not [path for path in sdk.generation.owned if path.endswith("report_image_part0.py")]


def test_what_is_not_used_is_not_loaded(tmp_path: Path) -> None:
    made, config = big()
    sdk = build(tmp_path, made, config)
    program = f"""
import sys, json
sys.path.insert(0, {str(sdk.folder / "src")!r})
import {sdk.name}
loaded = [sorted(m for m in sys.modules if m.startswith({sdk.name!r}))]
from antiphon.runtime.transports.scripted import Answer, ScriptedTransport
client = {sdk.name}.Client(http_client=ScriptedTransport([Answer(200, {{}})]))
client.reports
client.notes
loaded.append(sorted(m for m in sys.modules if m.startswith({sdk.name + ".types."!r})))
{sdk.name}.types.ReportTextPart0
loaded.append(sorted(m for m in sys.modules if m.startswith({sdk.name + ".types."!r})))
print(json.dumps(loaded))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    at_import, with_client, with_type = json.loads(done.stdout)
    assert not [name for name in at_import if ".types" in name or ".resources" in name]
    assert with_client == []
    assert [name.rpartition(".types.")[2] for name in with_type] == ["reports_types", "reports_types.text"]


def test_the_same_document_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    made, config = big()
    path, given = written(tmp_path, made), written(tmp_path, config, "stainless.json")
    program = f"""
import hashlib
from pathlib import Path
from antiphon_codegen.generate import generate
found = generate(Path({str(path)!r}), Path({str(given)!r}))
print(hashlib.sha256(repr(sorted({{**found.owned, **found.scaffold}}.items())).encode()).hexdigest(), found.listing)
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1


def test_the_order_of_components_changes_no_name(tmp_path: Path) -> None:
    made, config = big()
    first = files_of(stages(tmp_path / "a", made, config)[0].plan)
    schemas = made["components"]["schemas"]
    made["components"]["schemas"] = dict(reversed(schemas.items()))
    assert files_of(stages(tmp_path / "b", made, config)[0].plan) == first


def test_an_sdk_needs_what_its_runtime_needs(tmp_path: Path) -> None:
    made = tmp_path / "openapi.json"
    made.write_text(json.dumps(document({"/x": {"get": operation()}})))
    project = generate(made, None, Wishes(runtime="~runtime")).scaffold["pyproject.toml"]
    own = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    needed, ours = (set(tomllib.loads(text)["project"]["dependencies"]) for text in (project, own))
    assert needed == ours
