"""Puts generated Python into its final shape: imports sorted, then formatted, by ruff in one run over all files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

__all__ = ["FormatError", "formatted"]

_SETTINGS: Final = ("--isolated", "--target-version", "py311", "--line-length", "120", "--quiet")


class FormatError(Exception):
    """ruff is missing, or could not read what it was given: the text is no Python."""


def formatted(
    files: Mapping[str, str], first_party: Sequence[str] = ("antiphon", "antiphon_codegen", "tests")
) -> dict[str, str]:
    """The files, formatted; keys are kept and need not be usable as paths."""
    if not files:
        return {}
    with tempfile.TemporaryDirectory(prefix="antiphon-") as folder:
        paths: dict[str, Path] = {}
        for number, (key, text) in enumerate(files.items()):
            # Names of our own making: no key can lead out of the folder, and none clashes with another.
            path = Path(folder) / f"m{number}.py"
            path.write_text(text, "utf-8", newline="\n")
            paths[key] = path
        known = ", ".join(f'"{name}"' for name in first_party)
        # `src`: else the order would depend on what lies in the folder where the generator is started.
        imports = ("--config", "src = []", "--config", f"lint.isort.known-first-party = [{known}]")
        _ruff("check", "--select", "I,RUF022", "--fix", *imports, *_SETTINGS, folder)
        _ruff("format", *_SETTINGS, folder)
        return {key: path.read_text("utf-8") for key, path in paths.items()}


def _ruff(*arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if "No module named ruff" in result.stderr:
        raise FormatError("ruff is not installed: pip install 'antiphon[generate]'")
    if result.returncode not in (0, 1) or "error: Failed to parse" in result.stderr:
        raise FormatError(f"ruff could not format the generated code:\n{result.stderr.strip()[:2000]}")
