"""The package's names: each is there, and loaded when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import antiphon.runtime

ROOT = Path(__file__).parents[2]

# Type checkers see the imports that stand for the lazy names, and not the list that is made at run time.
NAMES: list[str] = vars(antiphon.runtime)["__all__"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there(name: str) -> None:
    assert getattr(antiphon.runtime, name) is not None


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        getattr(antiphon.runtime, "nonsense")  # noqa: B009  type checkers know that it is not there
    assert set(NAMES) <= set(dir(antiphon.runtime))
    assert {"TYPE_CHECKING", "annotations", "attach"}.isdisjoint(dir(antiphon.runtime))


@pytest.mark.parametrize(
    ("use", "absent"),
    [
        ("import antiphon.runtime", ["pydantic", "httpx", "anyio", "aiohttp", "antiphon.runtime.core.errors"]),
        ("from antiphon.runtime import RateLimitError, omit, Timeout", ["pydantic", "httpx", "anyio", "aiohttp"]),
        ("from antiphon.runtime import APIClient, AsyncAPIClient, BaseModel", ["httpx", "anyio", "aiohttp"]),
        (
            "from tests.runtime._sync.sdk import Client; Client(api_key='k', base_url='https://a.b').copy()",
            ["httpx", "anyio", "aiohttp", "asyncio", "ssl"],
        ),
    ],
)
def test_what_an_import_loads(use: str, absent: list[str]) -> None:
    program = f"{use}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    )
    assert set(absent).isdisjoint(done.stdout.split())
