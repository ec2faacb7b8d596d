"""Every `python` snippet of the README and the documents is a program that runs against the embedded server.

`py` snippets want what that server does not have. Only their types are looked at.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from antiphon.mock import serve

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SNIPPET = re.compile(r"^```(python|py)\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\./scripts/(\w+)", re.MULTILINE)
PLACE = re.compile(r"`((?:src|tests|docs|examples|bench)/[\w/.-]+)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")


def snippets(*kinds: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = page.read_text("utf-8")
        for number, match in enumerate(SNIPPET.finditer(text), 1):
            if match[1] in kinds:
                yield f"{page.name}-{number}", match[2]


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with serve() as server:
        yield server.url


@pytest.mark.parametrize(
    ("name", "code"), list(snippets("python")), ids=lambda value: value if "\n" not in str(value) else ""
)
def test_a_snippet_runs(name: str, code: str, server_url: str, tmp_path: Path) -> None:
    own = str(tmp_path.with_name(f"{tmp_path.name}-user"))  # what a snippet keeps
    environment = {**os.environ, "OPENAI_BASE_URL": server_url, "OPENAI_API_KEY": "key", "LLM_USER_PATH": own}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{name}:\n{done.stderr}"
    assert done.stderr == ""


def test_snippets_are_typed_and_in_form(tmp_path: Path) -> None:
    """As in a project whose checks are strict."""
    for name, code in snippets("python", "py"):
        (tmp_path / f"{name}.py").write_text(code, "utf-8")
    settings = {"include": ["."], "typeCheckingMode": "strict", "pythonVersion": "3.11"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    types = ["pyright", "--warnings", "--project", str(tmp_path), "--pythonpath", sys.executable]
    for command in (types, ["ruff", "format", "--config", str(ROOT / "pyproject.toml"), "--diff", str(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_scripts_places_and_links_of_a_page_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    for name in COMMAND.findall(text):
        assert os.access(ROOT / "scripts" / name, os.X_OK), name
    for place in PLACE.findall(text):
        assert (ROOT / place).exists(), place
    for target in LINK.findall(text):
        assert (page.parent / target).exists(), target
