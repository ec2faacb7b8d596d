"""The work that is measured: each scenario gives one number for one subject, in a fresh process."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from .answers import JOBS
from .layer import added, added_async
from .subjects import Subject

__all__ = ["SCENARIOS", "Scenario"]

_MESSAGES: Final = [{"role": "user", "content": "Hello!"}]
_CHAT: Final[dict[str, Any]] = {"model": "gpt-5.4-mini", "messages": _MESSAGES}
_CALLS: Final = 1_500
_SYNC_CHUNKS: Final = 20_000
_STREAMS: Final = 100
_ASYNC_CHUNKS: Final = 200
_IDLE: Final = 950  # with those before them fewer than the 1,000 connections that clients open
_IMPORTS: Final = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the table."""

    title: str
    unit: str
    run: Callable[[Subject, str], float]
    """Measures a subject against a server's URL."""
    subjects: tuple[str, ...]
    bare: str | None = None
    """The transport to compare with."""
    target: float | None = None
    """How many times less than the better `openai` it is to be."""
    ceiling: float | None = None
    """What it may be at most, in its unit."""


# --- imports, from outside ---


def _children(program: str, url: str) -> float:
    """Milliseconds of CPU that a program takes in a process of its own, less those of Python itself."""

    def once(text: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", text], check=True, env={**os.environ, "BENCH_URL": url})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1_000

    once(program)  # writes the bytecode
    return max(0.01, min(once(program) for _ in range(_IMPORTS)) - min(once("pass") for _ in range(_IMPORTS)))


def _imported(subject: Subject, url: str) -> float:
    return _children(f"import {subject.module}", url)


def _cold(subject: Subject, url: str) -> float:
    if subject.is_bare:
        return _children("import httpx, pydantic", url)
    return _children(_first_call(subject), url)


def _first_call(subject: Subject) -> str:
    return (
        f"import os; from {subject.module} import {subject.sync_class} as C\n"
        "c = C(base_url=os.environ['BENCH_URL'], api_key='sk-bench')\n"
        f"c.chat.completions.create(**{_CHAT!r})"
    )


def _resident(subject: Subject, url: str) -> float:
    program = (
        "import httpx, pydantic\nhttpx.Client()" if subject.is_bare else _first_call(subject)
    ) + "\nprint(open('/proc/self/statm').read().split()[1])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "BENCH_URL": url},
    )
    return int(done.stdout) * resource.getpagesize() / 1e6


# --- calls ---


@contextmanager
def _clock(result: list[float], count: int) -> Generator[None]:
    """Appends the microseconds of CPU that one of `count` took."""
    start = time.process_time()
    yield
    result.append((time.process_time() - start) / count * 1e6)


def _sync_chat(subject: Subject, url: str) -> float:
    call = _sync_call(subject, url)
    for _ in range(100):
        call()
    found: list[float] = []
    for _ in range(3):
        with _clock(found, _CALLS // 3):
            for _ in range(_CALLS // 3):
                call()
    return min(found)


def _sync_call(subject: Subject, url: str) -> Callable[[], object]:
    if not subject.is_bare:
        client = subject.sync_client(url)
        return lambda: client.chat.completions.create(**_CHAT)
    import httpx

    bare = httpx.Client()
    return lambda: bare.post(f"{url}/chat/completions", json=_CHAT).json()


def _async_chat(width: int) -> Callable[[Subject, str], float]:
    """`width` calls in flight at any time."""

    async def measure(subject: Subject, url: str) -> float:
        async with _async_call(subject, url) as call:
            calls = max(_CALLS, 2 * width)

            async def worker(left: list[int]) -> None:
                while left[0] > 0:
                    left[0] -= 1
                    await call()

            async def all_of(count: int) -> None:
                left = [count]
                await asyncio.gather(*(worker(left) for _ in range(width)))

            await all_of(max(100, 2 * width))
            found: list[float] = []
            for _ in range(3):
                with _clock(found, calls):
                    await all_of(calls)
            return min(found)

    return lambda subject, url: asyncio.run(measure(subject, url))


class _async_call:  # noqa: N801  a context manager, used like a function
    def __init__(self, subject: Subject, url: str) -> None:
        self._subject = subject
        self._url = url
        self._client: Any = None

    async def __aenter__(self) -> Callable[[], Awaitable[object]]:
        subject, url = self._subject, self._url
        if not subject.is_bare:
            client = self._client = subject.async_client(url)
            return lambda: client.chat.completions.create(**_CHAT)
        target = f"{url}/chat/completions"
        if subject.aiohttp:
            import aiohttp

            session = self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

            async def call() -> object:
                async with session.post(target, json=_CHAT) as response:
                    return json.loads(await response.read())

            return call
        import httpx

        bare = self._client = httpx.AsyncClient(limits=httpx.Limits(), timeout=60)

        async def post() -> object:
            return (await bare.post(target, json=_CHAT)).json()

        return post

    async def __aexit__(self, *_: object) -> None:
        await (self._client.aclose() if hasattr(self._client, "aclose") else self._client.close())


# --- streams ---


def _sync_stream(subject: Subject, url: str) -> float:
    found: list[float] = []
    asked = {**_CHAT, "model": f"stream-{_SYNC_CHUNKS}"}
    if subject.is_bare:
        import httpx

        bare = httpx.Client(timeout=60)
        for _ in range(3):
            with _clock(found, _SYNC_CHUNKS), bare.stream("POST", f"{url}/chat/completions", json=asked) as response:
                count = sum(1 for line in response.iter_lines() if line.startswith("data: {") and json.loads(line[6:]))
            _expect(count, _SYNC_CHUNKS)
        return min(found)
    client = subject.sync_client(url)
    client.chat.completions.create(**_CHAT)
    for _ in range(3):
        with _clock(found, _SYNC_CHUNKS):
            count = sum(1 for _ in client.chat.completions.create(**asked, stream=True))
        _expect(count, _SYNC_CHUNKS)
    return min(found)


def _async_streams(subject: Subject, url: str) -> float:
    async def measure() -> float:
        asked = {**_CHAT, "model": f"stream-{_ASYNC_CHUNKS}"}
        async with _stream_call(subject, url, asked) as one:
            await asyncio.gather(*(one() for _ in range(_STREAMS)))
            found: list[float] = []
            for _ in range(3):
                with _clock(found, _STREAMS * _ASYNC_CHUNKS):
                    counts = await asyncio.gather(*(one() for _ in range(_STREAMS)))
                _expect(sum(counts), _STREAMS * _ASYNC_CHUNKS)
            return min(found)

    return asyncio.run(measure())


class _stream_call(_async_call):  # noqa: N801
    def __init__(self, subject: Subject, url: str, asked: dict[str, Any]) -> None:
        super().__init__(subject, url)
        self._asked = asked

    async def __aenter__(self) -> Callable[[], Awaitable[int]]:  # type: ignore[override]
        await super().__aenter__()
        client, asked, target = self._client, self._asked, f"{self._url}/chat/completions"

        async def one() -> int:
            count = 0
            async for _ in await client.chat.completions.create(**asked, stream=True):
                count += 1
            return count

        async def bare() -> int:
            count = 0
            async with client.post(target, json=asked) as response:
                async for line in response.content:
                    if line.startswith(b"data: {"):
                        json.loads(line[6:])
                        count += 1
            return count

        return bare if self._subject.is_bare else one


def _idle_streams(subject: Subject, url: str) -> float:
    """Kilobytes that a stream holds which is open and says nothing."""

    async def measure() -> float:
        asked = {**_CHAT, "model": "stream-idle"}
        client = subject.async_client(url)
        opened: list[Any] = []
        await client.chat.completions.create(**_CHAT)

        async def one() -> None:
            stream = await client.chat.completions.create(**asked, stream=True)
            iterator: AsyncIterator[object] = aiter(stream)
            await anext(iterator)
            opened.append((stream, iterator))

        async def several(count: int) -> None:
            for _ in range(0, count, 25):
                await asyncio.gather(*(one() for _ in range(25)))

        await several(25)
        before = _resident_bytes()
        await several(_IDLE)
        grown = _resident_bytes() - before
        for stream, _ in opened:
            await stream.close()
        await client.close()
        return grown / _IDLE / 1e3

    return asyncio.run(measure())


def _resident_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


# --- lists and numbers ---


def _paging(subject: Subject, url: str) -> float:
    client = subject.sync_client(url)
    found: list[float] = []
    for _ in range(3):
        with _clock(found, JOBS):
            count = sum(1 for _ in client.fine_tuning.jobs.list(limit=100))
        _expect(count, JOBS)
    return min(found)


def _embeddings(model: str) -> Callable[[Subject, str], float]:
    return lambda subject, url: _embedded(model, subject, url)


def _embedded(model: str, subject: Subject, url: str) -> float:
    client = subject.sync_client(url)
    inputs = [f"text {number}" for number in range(100)]
    found: list[float] = []
    for _ in range(5):
        with _clock(found, 1_000):
            result = client.embeddings.create(model=model, input=inputs)
        _expect(len(result.data[99].embedding), 1_536)
    return min(found)


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} came, not {wanted}")


_OPENAI: Final = ("openai-2", "openai-3")
_OPENAI_AIOHTTP: Final = ("openai-2+aiohttp", "openai-3+aiohttp")
_OURS: Final = ("antiphon",)
_DEFAULT: Final = (*_OURS, *_OPENAI)
_AIOHTTP: Final = ("antiphon+aiohttp", *_OPENAI_AIOHTTP)

SCENARIOS: Final = {
    "import": Scenario("import", "ms", _imported, _DEFAULT, None, 20),
    "cold": Scenario("import, client, first chat call", "ms", _cold, (*_DEFAULT, "httpx"), "httpx", 3),
    "sync-chat": Scenario("sync chat call", "µs", _sync_chat, (*_DEFAULT, "httpx"), "httpx", 1.9),
    "async-1": Scenario("async chat call, 1 in flight", "µs", _async_chat(1), (*_DEFAULT, "httpx"), "httpx"),
    "async-100": Scenario("async chat call, 100 in flight", "µs", _async_chat(100), (*_DEFAULT, "httpx"), "httpx", 2.2),
    "async-1000": Scenario("async chat call, 1,000 in flight", "µs", _async_chat(1_000), _DEFAULT),
    "aiohttp-100": Scenario(
        "the same with aiohttp, 100 in flight", "µs", _async_chat(100), (*_AIOHTTP, "aiohttp"), "aiohttp", 4.5
    ),
    "sync-stream": Scenario(
        "chunk of one stream of 20,000, sync", "µs", _sync_stream, (*_DEFAULT, "httpx"), "httpx", 7
    ),
    "async-streams": Scenario(
        "chunk of 100 streams of 200, async", "µs", _async_streams, (*_DEFAULT, *_AIOHTTP, "aiohttp"), "aiohttp", 6
    ),
    "paging": Scenario("item of a list of 5,000 jobs", "µs", _paging, _DEFAULT, None, 8),
    "embeddings": Scenario(
        "100 embeddings of 1,536 floats", "ms", _embeddings("text-embedding-floats"), _DEFAULT, None, 8
    ),
    "base64": Scenario("the same from a server that packs them", "ms", _embeddings("text-embedding"), _DEFAULT),
    "memory": Scenario(
        "resident memory after the first call", "MB", _resident, (*_DEFAULT, "httpx"), "httpx", None, 42
    ),
    "idle-streams": Scenario("memory of an idle open stream", "kB", _idle_streams, (*_DEFAULT, *_AIOHTTP), None, 2),
    **{
        f"llm-{prefix}{way}": Scenario(f"added to the call by {title}", "µs", measure(way), _OURS, None, None, 30)
        for prefix, measure, titles in (
            ("", added, ("completion", "model.prompt", "@llm.call")),
            ("async-", added_async, ("acompletion", "async model.prompt", "async @llm.call")),
        )
        for way, title in zip(("completion", "prompt", "call"), titles, strict=True)
    },
}
