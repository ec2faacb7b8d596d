"""Every scenario for every subject, side by side in one run, as a table of ratios."""

from __future__ import annotations

import argparse
import json
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .scenarios import SCENARIOS, Scenario
from .subjects import SUBJECTS

__all__ = ["main"]

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = ROOT / ".venvs" / "bench"


@contextmanager
def _server() -> Generator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.server"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.stdin.close()


def _measure(subject: str, scenario: str, url: str, profile: str | None = None) -> float:
    python = ENVIRONMENTS / SUBJECTS[subject].environment / "bin" / "python"
    command = [str(python), "-m", "bench.worker", subject, scenario, url, *([profile] if profile else [])]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise SystemExit(f"{subject}, {scenario}:\n{done.stderr}")
    return float(done.stdout)


def _compare(names: list[str], rounds: int, url: str) -> dict[str, dict[str, float]]:
    """The median of the rounds. Subjects take turns, so that what slows the machine slows all of them."""
    found: dict[str, dict[str, float]] = {}
    for name in names:
        numbers: dict[str, list[float]] = {subject: [] for subject in SCENARIOS[name].subjects}
        for _ in range(rounds):
            for subject, seen in numbers.items():
                seen.append(_measure(subject, name, url))
        found[name] = {subject: statistics.median(seen) for subject, seen in numbers.items()}
        print(_row(SCENARIOS[name], found[name]), flush=True)
    return found


def _row(scenario: Scenario, numbers: dict[str, float]) -> str:
    parts = [f"{scenario.title:<40}"]
    ours = [name for name in numbers if name.startswith("antiphon")]
    for name in ours:
        best = _best(numbers, aiohttp=name.endswith("+aiohttp"))
        ratio = None if best is None else best / numbers[name]
        verdict = ""
        if scenario.target is not None and ratio is not None:
            verdict = f" (target {scenario.target:g}: {'met' if ratio >= scenario.target else 'MISSED'})"
        if scenario.ceiling is not None:
            verdict += f" (at most {scenario.ceiling:g}: {'met' if numbers[name] <= scenario.ceiling else 'MISSED'})"
        label = name.removeprefix("antiphon") or "default"
        compared = "" if ratio is None else f", openai {best:.3g}: {ratio:.1f}x less"
        parts.append(f"{label} {numbers[name]:.3g} {scenario.unit}{compared}{verdict}")
    if scenario.bare is not None:
        parts.append(f"bare {scenario.bare} {numbers[scenario.bare]:.3g}")
    return " | ".join(parts)


def _best(numbers: dict[str, float], *, aiohttp: bool) -> float | None:
    rivals = [value for name, value in numbers.items() if name.startswith("openai") and ("+" in name) == aiohttp]
    return min(rivals, default=None)


def main() -> int:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure what calls cost the client.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print the numbers for machines, after the table")
    parser.add_argument("--profile", metavar="SUBJECT", help="run one scenario for one subject under the profiler")
    given = parser.parse_args()
    unknown = [name for name in given.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    names = given.scenarios or list(SCENARIOS)
    with _server() as url:
        if given.profile is not None:
            if given.profile not in SUBJECTS:
                parser.error(f"no subject {given.profile}; there are {', '.join(SUBJECTS)}")
            with tempfile.NamedTemporaryFile(suffix=".prof") as file:
                _measure(given.profile, names[0], url, file.name)
                pstats.Stats(file.name).sort_stats("tottime").print_stats(40)
            return 0
        found = _compare(names, given.rounds, url)
    if given.json:
        print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
