"""What the configuration adds of an author's own: classes that resources and models inherit, names of packages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .sdks import SDK, build, document, json_answer, operation

PET = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def pets(folder: Path, own: Mapping[str, Any], mixin: Any) -> SDK:
    path = {"get": operation(answer=json_answer({"$ref": "#/components/schemas/Pet"}))}
    config = {
        "organization": {"name": "made"},
        "targets": {"python": {"package_name": "made_up", "x-antiphon": own}},
        "resources": {"pets": {"models": {"pet": "Pet"}, "methods": {"first": "get /pets/first"}, "x-mixin": mixin}},
    }
    return build(folder, document({"/pets/first": path}, {"Pet": PET}), config)


def test_a_resource_inherits_several_classes_and_views_have_their_calls(tmp_path: Path) -> None:
    sdk = pets(tmp_path, {}, ["lib.walks:Walks", {"class": "lib.food:Food", "calls": ["feed"]}])
    text = sdk.text("resources/pets/_async.py")
    assert "class AsyncPetsResource(AsyncWalks, AsyncFood, AsyncAPIResource):" in text
    assert "self.feed = async_raw_method(view.feed)" in text
    assert "self.feed = async_streamed_method(view.feed)" in text
    assert "class PetsResource(Walks, Food, APIResource):" in sdk.text("resources/pets/_sync.py")


def test_a_model_inherits_a_class_and_a_package_of_types_has_further_names(tmp_path: Path) -> None:
    own = {
        "model_mixins": {"Pet": "lib.core.names:Loud"},
        "type_exports": {"zoo": {"lib.core.names": ["Cage"]}},
    }
    sdk = pets(tmp_path, own, "lib.walks:Walks")
    assert "class Pet(Loud, BaseModel):" in sdk.text("types/pets_types.py")
    assert "from ..lib.core.names import Loud" in sdk.text("types/pets_types.py")
    assert f"from {sdk.name}.lib.core.names import Cage as Cage" in sdk.text("types/zoo/__init__.py")
