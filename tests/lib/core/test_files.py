"""Files as arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon import file_from_path


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "name.txt").write_bytes(b"data")
    assert file_from_path(str(tmp_path / "name.txt")) == ("name.txt", b"data")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        file_from_path("/no/such/file")
