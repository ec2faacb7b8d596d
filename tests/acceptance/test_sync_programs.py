"""Sync programs: one client in many threads, and an interruption from the keyboard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial

import pytest

from antiphon import OpenAI

from ..runtime.colours import reached
from ..runtime.transports.servers import STREAM, Peer, RawServer, chunk


def said(client: OpenAI, text: str) -> str:
    completion = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
    return (completion.choices[0].message.content or "").removeprefix("You said: ")


def streamed(client: OpenAI, text: str) -> str:
    stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}], stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream).removeprefix("You said: ")


def test_threads_share_a_client() -> None:
    with OpenAI() as client, ThreadPoolExecutor(16) as threads:
        texts = [f"number {number}" for number in range(100)]
        assert list(threads.map(partial(said, client), texts)) == texts
        assert list(threads.map(partial(streamed, client), texts)) == texts
        found = [threads.submit(client.models.retrieve, text) for text in texts]
        assert sorted(each.result().id for each in as_completed(found)) == sorted(texts)
        lists = [threads.submit(lambda: len(list(client.files.list(limit=10)))) for _ in range(8)]
        assert [each.result() for each in lists] == [45] * 8


@contextmanager
def ctrl_c_when(ready: threading.Semaphore) -> Generator[None]:
    """Presses Ctrl-C when it is time; the block ends with that.

    Pressed just before the program begins to wait, it does not end the wait: Python knows of the signal, but runs its
    handler when the system call returns. So it is pressed again after a while, as people do.
    """
    ended = threading.Event()

    def run() -> None:
        if reached(ready):
            os.kill(os.getpid(), signal.SIGINT)
            while not ended.wait(3):
                os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        ended.set()
        thread.join()


def test_ctrl_c_in_a_call_that_waits() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.server.reached.release()
        peer.until_closed()

    with RawServer(script) as server, OpenAI(base_url=server.url("/v1"), timeout=20) as client:
        with ctrl_c_when(server.reached):
            client.models.retrieve("m")
        assert reached(server.given_up)
        assert len(server.requests) == 1  # it was not tried again


def test_ctrl_c_in_a_stream_that_waits() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(b'data: {"id": "1", "choices": []}\n\n'))
        peer.until_closed()

    with RawServer(script) as server, OpenAI(base_url=server.url("/v1"), timeout=20) as client:
        stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "a b c"}], stream=True)
        with ctrl_c_when(server.reached):
            for _ in stream:
                server.reached.release()
        assert reached(server.given_up)


def test_ctrl_c_between_two_chunks() -> None:
    with OpenAI() as client:
        stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "a b c"}], stream=True)

        def read() -> None:
            for _ in stream:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            read()
        assert said(client, "next") == "next"


def test_ctrl_c_is_heard_where_a_shell_started_the_tests_in_the_background() -> None:
    """Such a shell has all it starts ignore it, as this one does."""
    one = f"{__file__}::{test_ctrl_c_in_a_call_that_waits.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", one]
    done = subprocess.run(
        ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", *command], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
