"""What is inferred where no configuration says anything: the names of resources and methods."""

from __future__ import annotations

from pathlib import Path

import pytest

from .sdks import build, document, operation

METHODS: dict[str, tuple[str, str, str | None, str]] = {
    "what is done to an item": ("post", "/books/{id}:archive", None, "books.archive(id)"),
    "what is done to all": ("post", "/books:batchGet", None, "books.batch_get()"),
    "a function of a controller": ("get", "/", "AppController_getHello", "get_hello()"),
    "a function of a controller, at a path": ("post", "/auth/login", "AuthController.login", "auth.login()"),
    "the root without a name": ("get", "/", None, "retrieve()"),
    "a verb at the end": ("get", "/neo/browse", None, "neo.browse()"),
    "a call by its name": ("get", "/users.listGroups", None, "users.list_groups()"),
    "a call by its name, of more parts": ("post", "/admin.apps.restrict", None, "admin.apps.restrict()"),
    "a call of a thing that begins like a call": (
        "post",
        "/admin.restrictAccess.addGroup",
        None,
        "admin.restrict_access.add_group()",
    ),
    "a file": ("get", "/users.json", None, "users.list()"),
    "what is got": ("get", "/users/get-teams", None, "users.get_teams()"),
    "a keyword": ("get", "/import/{class}", None, "import_.retrieve(class_)"),
    "another alphabet": (
        "get",
        "/\N{CYRILLIC SMALL LETTER TE}\N{CYRILLIC SMALL LETTER O}\N{CYRILLIC SMALL LETTER VE}",
        None,
        "tov.retrieve()",
    ),
    "ideographs": ("get", "/\N{CJK UNIFIED IDEOGRAPH-5546}/{id}", None, "u5546.retrieve(id)"),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_called(tmp_path: Path, name: str) -> None:
    verb, path, said, expected = METHODS[name]
    used = operation()
    if said is not None:
        used["operationId"] = said
    if "{" in path:
        parameter = path.partition("{")[2].partition("}")[0]
        used["parameters"] = [{"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}]
    sdk = build(tmp_path, document({path: {verb: used}}))
    listed = sdk.generation.owned["api.md"]
    assert f"`client.{expected}`" in listed, listed
