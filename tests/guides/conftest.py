"""A server for each test, and `guide`, which runs a program as a user does and tells what came of it.

A guide is a folder of programs, each with a `main()`; the test beside them runs each and says what it printed and sent.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from antiphon.llm import providers
from antiphon.mock import MockServer, Received, serve

SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """What came of a program that ended well and wrote nothing to its error stream."""

    output: str
    requests: list[Received]

    @property
    def lines(self) -> list[str]:
        """What it printed."""
        return self.output.splitlines()

    @property
    def bodies(self) -> list[Any]:
        """The bodies of what it sent."""
        return [request.body for request in self.requests]

    @property
    def asked(self) -> list[str]:
        """The last text of each request that has messages, in the order of their arrival."""
        return [_text(body["messages"][-1]["content"]) for body in self.bodies if body and "messages" in body]


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or ())


class Guide:
    """Runs the programs of the folder of a test."""

    def __init__(self, folder: Path, server: MockServer, working: Path) -> None:
        self._folder = folder
        self._server = server
        self._working = working

    def run(self, program: str, *arguments: str, **environment: str) -> Ran:
        """Run `program`.py in an empty folder, where every warning is an error."""
        before = len(self._server.requests)
        done = subprocess.run(
            [sys.executable, "-W", "error", str(self._folder / f"{program}.py"), *arguments],
            cwd=self._working,
            env={**os.environ, **environment_of(self._server), **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return Ran(done.stdout, self._server.requests[before:])


def environment_of(server: MockServer) -> dict[str, str]:
    """What leads every provider that has a variable for its address to the server."""
    found = {"PYTHONUNBUFFERED": "1"}
    for provider in providers.every():
        found |= dict.fromkeys(provider.key_env, "no-secret")
        found |= dict.fromkeys(provider.base_url_env, server.url)
    return found


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


@pytest.fixture
def guide(request: pytest.FixtureRequest, server: MockServer, tmp_path: Path) -> Guide:
    return Guide(request.path.parent, server, tmp_path)
