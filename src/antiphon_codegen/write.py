"""Puts generated files in place: atomically, only inside the output folder, only over files the generator owns."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

__all__ = ["Changes", "WriteError", "differences", "manifest_text", "owned_files", "write"]


class WriteError(Exception):
    """The files cannot be put where they belong; nothing was changed."""


@dataclass(slots=True)
class Changes:
    written: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    """Files that belong to the user and were there already."""


def manifest_text(header: str, facts: Mapping[str, str], files: Mapping[str, str]) -> str:
    """The list of files the generator owns, with their hashes, under some facts about their making."""
    lines = [header, *(f"# {name}: {value}" for name, value in facts.items())]
    lines += [f"{_hash(text)}  {path}" for path, text in sorted(files.items())]
    return "\n".join(lines) + "\n"


def owned_files(root: Path, manifest: str) -> dict[str, str]:
    """The files of the last run and their hashes; none when there was no run."""
    path = root / manifest
    owned: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            digest, _, name = line.partition("  ")
            if name and not line.startswith("#") and _is_inside(name):
                owned[name] = digest
    return owned


def write(files: Mapping[str, str], scaffold: Mapping[str, str], root: Path, manifest: str, listing: str) -> Changes:
    """Write `files`, which the generator owns, and those of `scaffold` that are not there yet.

    `listing` is the text of the manifest. Files of an earlier run that are no longer made are removed, if they are as
    they were written. Raises `WriteError`, before anything is changed, when a file is in the way that the generator
    does not own.
    """
    owned = owned_files(root, manifest)
    changes = Changes()
    for name in (*files, *scaffold, manifest):
        _check_place(root, name)
    for name, text in files.items():
        path = root / name
        if path.is_file() and name not in owned and path.read_text("utf-8", errors="replace") != text:
            raise WriteError(f"{name} is there already and was not written by the generator; move it away")
    _check_case({*files, *scaffold})
    for name, text in {**files, manifest: listing}.items():
        path = root / name
        if not path.is_file() or path.read_bytes() != text.encode("utf-8"):
            _replace(path, text)
            changes.written.append(name)
    for name, text in scaffold.items():
        if (root / name).exists():
            changes.kept.append(name)
        else:
            _replace(root / name, text)
            changes.written.append(name)
    for name, digest in owned.items():
        path = root / name
        if (
            name not in files
            and path.is_file()
            and not path.is_symlink()
            and _hash(path.read_text("utf-8", errors="replace")) == digest
        ):
            path.unlink()
            _remove_empty(path.parent, root)
            changes.removed.append(name)
    return changes


def differences(files: Mapping[str, str], root: Path, manifest: str, listing: str) -> list[str]:
    """Where the files in place are not what the generator would write now."""
    found: list[str] = []
    for name, text in {**files, manifest: listing}.items():
        path = root / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.read_bytes() != text.encode("utf-8"):
            found.append(f"{name} is not what the generator writes")
    found += [
        f"{name} is no longer generated"
        for name in owned_files(root, manifest)
        if name not in files and (root / name).exists()
    ]
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _check_place(root: Path, name: str) -> None:
    if not _is_inside(name):
        raise WriteError(f"{name!r} is no path inside of the output folder")
    path = root
    for part in PurePosixPath(name).parts:
        path = path / part
        if path.is_symlink():
            raise WriteError(f"{path.relative_to(root)} is a symbolic link; the generator does not write through it")
    if path.is_dir():
        raise WriteError(f"{name} is a folder")


def _check_case(names: set[str]) -> None:
    seen: dict[str, str] = {}
    for name in sorted(names):
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise WriteError(f"{other} and {name} would be one file on some systems")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".generated-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_relative_to(root):
        caches = folder / "__pycache__"
        if caches.is_dir():
            for compiled in caches.glob("*.pyc"):
                compiled.unlink()
            caches.rmdir()
        if any(folder.iterdir()):
            return
        folder.rmdir()
        folder = folder.parent
