"""The README's table of differences: what only one colour shows, and that each row has its test."""

from __future__ import annotations

import asyncio
import inspect
import re
import subprocess
import sys
from pathlib import Path

from antiphon import AsyncOpenAI

from ._async import test_differences as async_tests

README = Path(__file__).parents[2] / "README.md"


def test_an_import_loads_nothing() -> None:
    """`import`"""
    program = (
        "import sys, antiphon\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print([name for name in ('httpx', 'pydantic', 'aiohttp', 'anyio') if name in loaded])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_one_client_in_two_runs() -> None:
    """an async client in a second `asyncio.run`"""
    client = AsyncOpenAI()

    async def main() -> str:
        return (await client.models.retrieve("m")).id

    assert [asyncio.run(main()) for _ in range(3)] == ["m", "m", "m"]
    asyncio.run(client.close())


def test_each_row_has_its_test() -> None:
    table = README.read_text("utf-8").partition("## Differences from the `openai` package")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?![-|])(.+?) \|", table, re.MULTILINE)
    mine = [value for name, value in globals().items() if name.startswith("test_")]
    theirs = [value for name, value in vars(async_tests).items() if name.startswith("test_")]
    proved = [inspect.getdoc(test) for test in (*mine, *theirs) if test is not test_each_row_has_its_test]
    assert len(rows) > 15
    assert set(rows) == set(proved)
