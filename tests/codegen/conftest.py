"""Takes the SDKs that tests made out of the interpreter again."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _without_made_modules() -> Iterator[None]:
    finders = list(sys.meta_path)
    before = _made()
    yield
    sys.meta_path[:] = finders
    for name in [name for name in sys.modules if name.partition(".")[0] in _made() - before]:
        del sys.modules[name]


def _made() -> set[str]:
    return {name for name in sys.modules if name.startswith("made_") and "." not in name}
