"""One measurement in a process of its own: `python -m bench.worker SUBJECT SCENARIO URL [PROFILE]` prints a number."""

from __future__ import annotations

import cProfile
import sys

from .scenarios import SCENARIOS
from .subjects import SUBJECTS

__all__ = ["main"]


def main(subject: str, scenario: str, url: str, profile: str | None = None) -> None:
    """Measure, and print the number; under the profiler where a file for its findings is named."""
    run = SCENARIOS[scenario].run
    if profile is None:
        print(run(SUBJECTS[subject], url))
        return
    profiler = cProfile.Profile()
    print(profiler.runcall(run, SUBJECTS[subject], url))
    profiler.dump_stats(profile)


if __name__ == "__main__":
    main(*sys.argv[1:])
