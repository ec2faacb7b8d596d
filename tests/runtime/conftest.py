"""Makes the garbage collector's visits, which many tests ask for, short."""

from __future__ import annotations

import gc


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what was made up to now stays, and need not be looked at again
