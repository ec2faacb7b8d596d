"""However a program treats an aiohttp transport, nothing is said on its standard error, in development mode either."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

from .servers import CERTIFICATE, OK, Peer, RawServer

_PRELUDE: Final = """
import asyncio, gc, os, ssl, sys, threading
import antiphon.runtime.transports.aiohttp_session  # loading it takes so long that a loop in debug mode would say so
from antiphon.runtime.core.request import Request
from antiphon.runtime.core.timeouts import Timeout
from antiphon.runtime.transports.aiohttp import AioHTTPTransport
from antiphon.runtime.transports.aiohttp_client import DefaultAioHttpClient

base, kind, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)

def new():
    if kind == "client":
        return DefaultAioHttpClient(verify=context, trust_env=False).antiphon_transport()
    return AioHTTPTransport(verify=context, trust_env=False)

async def opened(transport, path=""):
    return await transport.send(Request("GET", base + path, {}, None, Timeout(15)), None)

async def streamed(transport):
    reply = await opened(transport, "stream")
    assert await anext(reply.pieces()) == b"one"
    return reply

async def read(transport):
    return await (await opened(transport)).read()
"""

_PROGRAMS: Final = {
    "dropped without close": """
async def main():
    transport = new()
    await asyncio.gather(*(read(transport) for _ in range(3)))
asyncio.run(main())
""",
    "alive at exit, after two loops": """
transport = new()
asyncio.run(read(transport))
asyncio.run(read(transport))
""",
    "closed twice": """
transport = new()
async def main():
    await read(transport)
    await transport.aclose()
    await transport.aclose()
asyncio.run(main())
asyncio.run(transport.aclose())
""",
    "a stream open at exit": """
async def main():
    global transport, reply
    transport = new()
    reply = await streamed(transport)
asyncio.run(main())
""",
    "a stream dropped": """
async def main():
    transport = new()
    await streamed(transport)
asyncio.run(main())
""",
    "a stream and its transport in a cycle": """
async def main():
    transport = new()
    cycle = [transport, await streamed(transport)]
    cycle.append(cycle)
    del cycle, transport
    gc.collect()
    await asyncio.sleep(0)
asyncio.run(main())
""",
    "left by an exception": """
async def main():
    transport = new()
    reply = await streamed(transport)
    raise SystemExit(0)
asyncio.run(main())
""",
    "a call cut off by the end of the loop": """
async def main():
    transport = new()
    task = asyncio.create_task(read(transport))
    await asyncio.sleep(0)
asyncio.run(main())
""",
    "dropped between two runs of a loop": """
loop = asyncio.new_event_loop()
transport = new()
loop.run_until_complete(read(transport))
del transport
gc.collect()
loop.run_until_complete(asyncio.sleep(0))
loop.run_until_complete(loop.shutdown_asyncgens())
loop.close()
""",
    "closed in another loop": """
transport = new()
async def main():
    await read(transport)
    thread = threading.Thread(target=lambda: asyncio.run(transport.aclose()))
    thread.start()
    await asyncio.to_thread(thread.join)
asyncio.run(main())
""",
    "a fork": """
transport = new()
asyncio.run(read(transport))
child = os.fork()
asyncio.run(read(transport))
if child:
    assert os.waitpid(child, 0)[1] == 0
""",
    "a fork inside a loop": """
transport = new()
async def main():
    await read(transport)
    child = os.fork()
    if child == 0:
        asyncio._set_running_loop(None)
        asyncio.run(read(transport))
        sys.stderr.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert await read(transport) == b'{"ok": true}'
asyncio.run(main())
""",
}


def serve(peer: Peer) -> None:
    while asked := peer.request():
        if b"/stream" in asked:
            peer.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
            peer.until_closed()
            return
        peer.send(OK)


@pytest.mark.parametrize("kind", ["transport", "client"])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("program", _PROGRAMS)
def test_nothing_is_said(program: str, tls: bool, kind: str) -> None:
    with RawServer(serve, tls=tls) as server:
        done = subprocess.run(
            [
                *(sys.executable, "-X", "dev", "-W", "error::ResourceWarning", "-W", "ignore::DeprecationWarning"),
                *("-c", _PRELUDE + _PROGRAMS[program], server.url("/"), kind, str(CERTIFICATE)),
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
    # How long a callback took is news of the machine: a busy one is told of by loops in debug mode.
    said = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]
    assert (done.returncode, said) == (0, [])


def test_without_aiohttp_the_names_are_there_and_say_what_is_missing() -> None:
    program = """
import sys
sys.modules["aiohttp"] = None
from antiphon.runtime import AioHTTPTransport, DefaultAioHttpClient
for make in (AioHTTPTransport, DefaultAioHttpClient):
    try:
        make()
    except RuntimeError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["aiohttp is not installed: pip install 'antiphon[aiohttp]'"] * 2


def test_aiohttp_is_loaded_by_the_first_transport_and_not_before() -> None:
    program = """
import sys
from antiphon.runtime import AioHTTPTransport, DefaultAioHttpClient
assert "aiohttp" not in sys.modules
AioHTTPTransport()
assert "aiohttp" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
