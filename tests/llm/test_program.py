"""What a program of this layer costs, and that it ends quietly."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from .local import Local, completion_body, events, said, whole


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def loaded(program: str, *names: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{program}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [each for each in json.loads(done.stdout.splitlines()[-1]) if each.partition(".")[0] in names]


def test_importing_costs_nothing() -> None:
    assert not loaded("import antiphon.llm", "httpx", "httpcore", "pydantic", "aiohttp", "anyio", "asyncio")
    assert len(loaded("import antiphon.llm", "antiphon")) <= 4
    functions = loaded("from antiphon.llm import acompletion, completion", "antiphon", "httpx", "httpcore", "anyio")
    assert not [each for each in functions if not each.startswith("antiphon")]
    assert not [each for each in functions if each.startswith(("antiphon.types", "antiphon.resources"))]


ASKED = '"openai/m", [{"role": "user", "content": "Hi"}]'


@pytest.mark.parametrize(
    "program",
    [
        f"from antiphon.llm import completion; completion({ASKED})",
        f"import asyncio; from antiphon.llm import acompletion; asyncio.run(acompletion({ASKED}))",
        f"from antiphon.llm import completion; next(iter(completion({ASKED}, stream=True)))",
        f"""
import asyncio
from antiphon.llm import acompletion

async def main():
    stream = await acompletion({ASKED}, stream=True)
    await anext(stream)

for _ in range(2):
    asyncio.run(main())
""",
        f"""
import asyncio
from antiphon.llm import acompletion

async def main():
    for _ in await acompletion({ASKED}, stream=True):
        break

asyncio.run(main())
""",
    ],
)
def test_a_program_that_closes_nothing_ends_quietly(program: str) -> None:
    first = events(*map(said, "abc")) if "stream=True" in program else whole(completion_body())
    with Local(first) as server:
        done = run(program, OPENAI_BASE_URL=server.url("/v1"), OPENAI_API_KEY="key")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
