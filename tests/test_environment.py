"""What somebody sees whose machine cannot set up an environment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ("cat", "cksum", "dirname", "mkdir", "rm", "tr", "touch", "chmod")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one script, whose `bin` has all the programs there are."""
    for folder in ("scripts", "bin"):
        (tmp_path / folder).mkdir()
    for name in TOOLS:
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    shutil.copy(ROOT / "scripts" / "environment.sh", tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "scripts" / "demo").write_text('. "$(dirname "$0")/environment.sh"\nenvironment test\n')
    return tmp_path


def python(project: Path, code: str) -> None:
    program = project / "bin" / "python3"
    program.write_text(f"#!/bin/sh\n{code}\n")
    program.chmod(0o755)


def demo(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(project / "scripts" / "demo")],
        env={"PATH": str(project / "bin")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_no_python_that_is_new_enough(project: Path) -> None:
    python(project, "exit 1")
    done = demo(project)
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == ["Python 3.11 or newer is needed; set PYTHON to one."]


def test_half_an_environment_is_not_kept(project: Path) -> None:
    half = "mkdir -p .venv/bin; touch .venv/bin/python; chmod +x .venv/bin/python; echo no ensurepip >&2; exit 1"
    python(project, f'case "$*" in *venv*) {half};; esac')
    for _ in range(2):
        done = demo(project)
        assert done.returncode == 1
        assert done.stderr.splitlines()[1:] == ["no ensurepip"]
        assert not (project / ".venv").exists()
