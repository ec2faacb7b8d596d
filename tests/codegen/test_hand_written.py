"""What the configuration adds of an author's own: classes that resources and models inherit, names of packages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.transports.scripted import Answer

from .sdks import SDK, build, document, json_answer, operation

PET: dict[str, Any] = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


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


def test_a_model_is_a_kind_of_another_one(tmp_path: Path) -> None:
    def built(folder: str, bases: Mapping[str, str]) -> SDK:
        own = {"model_bases": bases}
        config = {
            "organization": {"name": "made"},
            "targets": {"python": {"package_name": "made_up", "x-antiphon": own}},
            "resources": {"pets": {"models": {"pet": "Pet", "cat": "Cat"}, "methods": {"first": "get /first"}}},
        }
        cat: dict[str, Any] = {**PET, "properties": {**PET["properties"], "lives": {"type": "integer"}}}
        answer = json_answer({"$ref": "#/components/schemas/Cat"})
        found = document({"/first": {"get": operation(answer=answer)}}, {"Cat": cat, "Pet": PET})
        (tmp_path / folder).mkdir()
        return build(tmp_path / folder, found, config)

    sdk = built("a", {"Cat": "Pet"})
    text = sdk.text("types/pets_types.py")
    assert text.index("class Pet(BaseModel):") < text.index("class Cat(Pet):")
    cat = sdk.client(Answer(200, {"name": "Mog", "lives": 9})).pets.first()
    assert (cat.name, cat.lives, [each.__name__ for each in type(cat).__mro__[:2]]) == ("Mog", 9, ["Cat", "Pet"])
    for number, bases in enumerate(({"Cat": "zoo.Pet"}, {"Dog": "Pet"})):
        with pytest.raises(ValueError, match="there are 0 models"):
            built(f"b{number}", bases)


def test_modules_of_types_may_have_other_names(tmp_path: Path) -> None:
    sdk = pets(tmp_path, {"addresses": {"animal": "Pet", "pet.Beast": "pets:Pet"}}, "lib.walks:Walks")
    spelled, _, nested = sdk.text("types/_addresses.py").partition("NESTED")
    assert '"animal": "Pet"' in spelled
    assert '"pet.Beast": "pets:Pet"' in nested
    assert "animal" not in nested
