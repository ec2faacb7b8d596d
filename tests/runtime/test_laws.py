"""Laws of the runtime that are read from its source, and that it keeps when Python leaves assertions out."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from .transports.servers import STREAM, Peer, RawServer, answer, chunk

ROOT: Final = Path(__file__).parents[2]
RUNTIME: Final = ROOT / "src" / "antiphon" / "runtime"
FILES: Final = sorted(RUNTIME.rglob("*.py"))


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    yield from (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RUNTIME)))
def test_a_file(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 600
    assert not list(nodes(path, ast.Assert)), "an assertion does nothing under python -O"
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
    for node in nodes(path, ast.Call):
        assert ast.unparse(node).split("(")[0] not in ("pickle.loads", "pickle.load", "eval", "exec", "marshal.loads")


CATCHES_ALL: Final = {
    "_async/bodies.py": "a fault of what feeds a request is told as it is",
    "transports/aiohttp_body.py": "the same",
    "transports/loops.py": "closing what nobody holds any more",
    "transports/websockets.py": "the library's own errors become ours, others are raised as they are",
}
"""Where `except Exception` is right; everywhere else it would swallow the caller's own errors."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RUNTIME)))
def test_nothing_is_caught_that_is_not_ours(path: Path) -> None:
    for handler in nodes(path, ast.ExceptHandler):
        assert isinstance(handler, ast.ExceptHandler)
        caught = "" if handler.type is None else ast.unparse(handler.type)
        reraises = any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))
        interrupted = any(isinstance(node, ast.Name) and node.id == "interrupted" for node in ast.walk(handler))
        if caught in ("", "Exception", "BaseException"):
            name = str(path.relative_to(RUNTIME)).replace("_sync/", "_async/")
            assert reraises or interrupted or name in CATCHES_ALL


PROGRAM: Final = """
import asyncio, sys
from tests.runtime._async.sdk import AsyncClient
from tests.runtime._sync.sdk import Client
from antiphon.runtime import APIStatusError, CredentialsError

def check(fact):
    if not fact:
        raise SystemExit("not so")

check(not __debug__)
with Client(api_key="k", base_url=sys.argv[1]) as client:
    check(client.things.create().id == "ok")
    check([item.id for item in client.things.events()] == ["1"])
    check(client.things.upload(file=b"abc").to_dict() == {"id": "ok"})
    try:
        client.things.retrieve("missing")
    except APIStatusError as error:
        check(error.status_code == 404)
    else:
        check(False)
try:
    Client()
except CredentialsError:
    pass
else:
    check(False)

async def main():
    async with AsyncClient(api_key="k", base_url=sys.argv[1]) as client:
        check((await client.things.create()).id == "ok")
        check([item.id async for item in await client.things.events()] == ["1"])
        await asyncio.gather(*(client.things.create() for _ in range(20)))

asyncio.run(main())
"""


def answers(peer: Peer) -> None:
    while asked := peer.request():
        if b"/events" in asked:
            peer.send(STREAM + chunk(b'data: {"id": "1"}\n\n') + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        elif b"/missing" in asked:
            peer.send(answer(b"{}", status="404 Not Found"))
        else:
            peer.send(answer(b'{"id": "ok"}'))


def test_without_assertions() -> None:
    with RawServer(answers) as server:
        done = subprocess.run(
            [sys.executable, "-O", "-W", "error", "-c", textwrap.dedent(PROGRAM), server.url("/v1")],
            capture_output=True,
            timeout=60,
            cwd=ROOT,
            check=False,
        )
    assert (done.returncode, done.stderr.decode()) == (0, "")
