"""The package's names: each is there, and loaded when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import antiphon.runtime


@pytest.mark.parametrize("name", antiphon.runtime.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(antiphon.runtime, name) is not None


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = antiphon.runtime.nonsense  # pyright: ignore[reportAttributeAccessIssue]  that is the point
    assert set(antiphon.runtime.__all__) <= set(dir(antiphon.runtime))


@pytest.mark.parametrize(
    ("use", "absent"),
    [
        ("import antiphon.runtime", ["pydantic", "httpx", "anyio", "aiohttp", "antiphon.runtime.core.errors"]),
        ("from antiphon.runtime import RateLimitError, omit, Timeout", ["pydantic", "httpx", "anyio", "aiohttp"]),
        ("from antiphon.runtime import APIClient, AsyncAPIClient, BaseModel", ["httpx", "anyio", "aiohttp"]),
    ],
)
def test_what_an_import_loads(use: str, absent: list[str]) -> None:
    program = f"{use}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert set(absent).isdisjoint(done.stdout.split())
