"""Programs that leave things lying about: they end well, and nobody complains, with every warning an error."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Final

import pytest

from .transports.servers import STREAM, Peer, RawServer, answer, chunk

ROOT: Final = Path(__file__).parents[2]
EVENTS: Final = STREAM + chunk(b'data: {"id": "1"}\n\n') * 2 + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"

PREAMBLE: Final = """
import asyncio, gc, os, signal, sys, threading
from tests.runtime._async.sdk import AsyncClient
from tests.runtime._sync.sdk import Client

URL = sys.argv[1]
"""

SYNC: Final = {
    "used and alive at exit": """
        client = Client(api_key="k", base_url=URL)
        client.things.create()
    """,
    "dropped": """
        client = Client(api_key="k", base_url=URL)
        client.things.create()
        del client
        gc.collect()
    """,
    "closed twice": """
        client = Client(api_key="k", base_url=URL)
        client.things.create()
        client.close()
        client.close()
    """,
    "a stream open at exit": """
        client = Client(api_key="k", base_url=URL)
        stream = client.things.events()
        next(stream)
    """,
    "a stream in a cycle": """
        client = Client(api_key="k", base_url=URL)
        stream = client.things.events()
        next(stream)
        stream.me = stream
        client.me = stream
    """,
    "an open response and a raw one at exit": """
        client = Client(api_key="k", base_url=URL)
        manager = client.things.with_streaming_response.create()
        response = manager.__enter__()
        raw = client.things.with_raw_response.events()
    """,
    "an exception in the middle": """
        try:
            with Client(api_key="k", base_url=URL) as client:
                for item in client.things.events():
                    raise LookupError
        except LookupError:
            pass
    """,
    "a daemon thread in the middle of a stream": """
        client = Client(api_key="k", base_url=URL)
        begun = threading.Event()
        def work():
            for item in client.things.events():
                begun.set()
                threading.Event().wait()
        threading.Thread(target=work, daemon=True).start()
        begun.wait(20)
    """,
    "interrupted by the user": """
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        client = Client(api_key="k", base_url=URL)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            client.get("/hold", cast_to=str)
        except KeyboardInterrupt:
            assert client.things.create().id == "ok"
        else:
            raise SystemExit("not interrupted")
    """,
    "an upload that fails": """
        from pathlib import Path
        client = Client(api_key="k", base_url="http://127.0.0.1:1", max_retries=0)
        try:
            client.things.upload(file=Path(__file__ if "__file__" in globals() else sys.executable))
        except Exception as error:
            print(type(error).__name__)
    """,
    "fork after use": """
        client = Client(api_key="k", base_url=URL)
        client.things.create()
        child = os.fork()
        for _ in range(2):
            assert client.things.create().id == "ok"
            assert [item.id for item in client.things.events()] == ["1", "1"]
        if child:
            assert os.waitpid(child, 0)[1] == 0
            assert client.things.create().id == "ok"
    """,
    "fork while another thread makes the first call": """
        client = Client(api_key="k", base_url=URL)
        lock = client._transport._lock.lock
        lock.acquire()
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            assert client.things.create().id == "ok"
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        lock.release()
        assert client.things.create().id == "ok"
    """,
    "fork with a stream open": """
        client = Client(api_key="k", base_url=URL)
        stream = client.things.events()
        next(stream)
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0
            assert [item.id for item in stream] == ["1"]
        else:
            assert client.things.create().id == "ok"
            del stream
            gc.collect()
    """,
    "fork while another thread makes calls": """
        client = Client(api_key="k", base_url=URL)
        stop = threading.Event()
        def work():
            while not stop.is_set():
                client.things.create()
        thread = threading.Thread(target=work)
        thread.start()
        client.things.create()
        children = []
        for _ in range(5):
            child = os.fork()
            if child == 0:
                client.things.create()
                os._exit(0)
            children.append(child)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        thread.join()
    """,
}

ASYNC: Final = {
    "used and alive at exit": """
        client = AsyncClient(api_key="k", base_url=URL)
        async def main():
            await client.things.create()
        asyncio.run(main())
    """,
    "never used": """
        client = AsyncClient(api_key="k", base_url=URL)
        other = Client(api_key="k", base_url=URL)
    """,
    "dropped in the loop": """
        async def main():
            client = AsyncClient(api_key="k", base_url=URL)
            await client.things.create()
            del client
            gc.collect()
            await asyncio.sleep(0.01)
        asyncio.run(main())
    """,
    "dropped after the loop": """
        client = AsyncClient(api_key="k", base_url=URL)
        async def main():
            await client.things.create()
        asyncio.run(main())
        del client
        gc.collect()
    """,
    "several runs, streams left open": """
        client = AsyncClient(api_key="k", base_url=URL)
        kept = []
        async def main():
            await asyncio.gather(*(client.things.create() for _ in range(5)))
            stream = await client.things.events()
            await anext(stream)
            kept.append(stream)
            kept.append(await client.things.with_raw_response.events())
            async for item in await client.things.events():
                break
        for _ in range(3):
            asyncio.run(main())
        kept.clear()
        gc.collect()
        asyncio.run(client.close())
        asyncio.run(client.close())
    """,
    "closed in another loop": """
        client = AsyncClient(api_key="k", base_url=URL)
        async def main():
            await client.things.create()
        asyncio.run(main())
        asyncio.run(client.close())
    """,
    "a loop run piece by piece": """
        loop = asyncio.new_event_loop()
        client = AsyncClient(api_key="k", base_url=URL)
        loop.run_until_complete(client.things.create())
        stream = loop.run_until_complete(client.things.events())
        del stream
        gc.collect()
        loop.run_until_complete(client.things.create())
        loop.run_until_complete(client.close())
        loop.close()
    """,
    "a call cut off by the end of the loop": """
        client = AsyncClient(api_key="k", base_url=URL)
        async def main():
            task = asyncio.create_task(client.things.create())
            await asyncio.sleep(0.001)
        asyncio.run(main())
    """,
    "an exception in the middle": """
        async def main():
            async with AsyncClient(api_key="k", base_url=URL) as client:
                async for item in await client.things.events():
                    raise LookupError
        try:
            asyncio.run(main())
        except LookupError:
            pass
    """,
    "interrupted by the user": """
        client = AsyncClient(api_key="k", base_url=URL)
        async def main():
            asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
            await asyncio.gather(*(client.get("/hold", cast_to=str) for _ in range(5)))
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            pass
        else:
            raise SystemExit("not interrupted")
        async def again():
            assert (await client.things.create()).id == "ok"
        asyncio.run(again())
    """,
    "a group where one fails": """
        client = AsyncClient(api_key="k", base_url=URL, max_retries=0)
        async def fail():
            await client.things.create()
            raise LookupError
        async def walk():
            async for item in await client.things.events():
                await asyncio.sleep(10)
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(walk())
                group.create_task(fail())
        try:
            asyncio.run(main())
        except* LookupError:
            pass
    """,
    "fork after use": """
        client = AsyncClient(api_key="k", base_url=URL)
        async def main():
            assert (await client.things.create()).id == "ok"
            assert [item.id async for item in await client.things.events()] == ["1", "1"]
        asyncio.run(main())
        child = os.fork()
        asyncio.run(main())
        if child:
            assert os.waitpid(child, 0)[1] == 0
            asyncio.run(main())
    """,
    "fork while another thread makes the first call": """
        client = AsyncClient(api_key="k", base_url=URL)
        lock = client._transport._lock.lock
        lock.acquire()
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            assert asyncio.run(client.things.create()).id == "ok"
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        lock.release()
        assert asyncio.run(client.things.create()).id == "ok"
    """,
    "fork inside the loop": """
        client = AsyncClient(api_key="k", base_url=URL)
        def in_child():
            asyncio.events._set_running_loop(None)
            async def main():
                assert (await client.things.create()).id == "ok"
            asyncio.run(main())
            gc.collect()
        async def main():
            stream = await client.things.events()
            await anext(stream)
            child = os.fork()
            if child == 0:
                in_child()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert [item.id async for item in stream] == ["1"]
            assert (await client.things.create()).id == "ok"
        asyncio.run(main())
    """,
}


def answers(peer: Peer) -> None:
    while asked := peer.request():
        if b"/hold" in asked:
            peer.send(STREAM)
            peer.until_closed()
            return
        peer.send(EVENTS if b"/events" in asked else answer(b'{"id": "ok"}'))


@pytest.mark.parametrize(
    "program",
    [*SYNC.values(), *ASYNC.values()],
    ids=[*(f"sync: {name}" for name in SYNC), *(f"async: {name}" for name in ASYNC)],
)
def test_nothing_is_said(program: str) -> None:
    environment = {**os.environ, "PYTHONASYNCIODEBUG": "", "PYTHONPATH": str(ROOT)}
    with RawServer(answers) as server:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PREAMBLE + textwrap.dedent(program), server.url("/v1")],
            capture_output=True,
            timeout=60,
            env=environment,
            cwd=ROOT,
            check=False,
        )
    assert (done.returncode, done.stderr.decode()) == (0, "")
