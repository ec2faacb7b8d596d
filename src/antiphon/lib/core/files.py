"""Files as arguments."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["file_from_path"]


def file_from_path(path: str) -> tuple[str, bytes]:
    """The file at a path, with its name, as an argument for uploads. It is read whole, now.

    Raises OSError when it cannot be read. To upload a large file without holding it in memory, pass a
    `pathlib.Path` in place of this.
    """
    contents = Path(path).read_bytes()
    return os.path.basename(path), contents
