"""Programs written for the `openai` package print what they print with it, when only their imports are changed.

They stand in the pages of `programs/`, each with its output. Every program has a server of its own, so that nothing
depends on what ran before.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from antiphon.mock import serve

PAGES = sorted((Path(__file__).parent / "programs").glob("*.md"))
PROGRAM = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```python\n(?P<code>.*?)^```\n\n```text\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL
)
IMPORTS = (
    (re.compile(r"^import openai$", re.MULTILINE), "import antiphon as openai"),
    (re.compile(r"^from openai\b", re.MULTILINE), "from antiphon"),
)


@dataclass(frozen=True)
class Program:
    page: Path
    title: str
    code: str
    output: str

    @property
    def ported(self) -> str:
        """The program with its imports changed, and nothing else."""
        code = self.code
        for pattern, replacement in IMPORTS:
            code = pattern.sub(replacement, code)
        return code


def programs() -> Iterator[Program]:
    for page in PAGES:
        for match in PROGRAM.finditer(page.read_text("utf-8")):
            yield Program(page, match["title"], match["code"], match["output"])


@pytest.mark.parametrize("program", list(programs()), ids=lambda program: f"{program.page.stem}: {program.title}")
def test_a_program_with_its_imports_changed(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program.ported != program.code
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
    printed = io.StringIO()
    with serve() as server, contextlib.redirect_stdout(printed):
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        exec(compile(program.ported, program.title, "exec", dont_inherit=True), {"__name__": "__main__"})
    assert printed.getvalue() == program.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_program_of_a_page_is_overlooked(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(re.findall(r"^```python$", text, re.MULTILINE)) == len(PROGRAM.findall(text))
