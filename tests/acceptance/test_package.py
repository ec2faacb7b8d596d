"""What a wheel of the project has to carry besides its modules."""

from __future__ import annotations

import tomllib
from pathlib import Path

import antiphon
from antiphon.mock.server import own_document

ROOT = Path(__file__).parents[2]


def test_the_description_of_the_api_goes_into_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"openapi.yaml": "antiphon/openapi.yaml"}
    assert own_document() in (ROOT / "openapi.yaml", Path(antiphon.__file__).parent / "openapi.yaml")
