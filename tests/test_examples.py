"""Every example runs as a user runs it, against the embedded server; the web applications on servers of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from antiphon.mock import MockServer, serve

EXAMPLES = Path(__file__).parent.parent / "examples"
APPLICATIONS = {"fastapi_app", "sanic_app"}
PROGRAMS = sorted(path for path in EXAMPLES.glob("*.py") if path.stem not in APPLICATIONS)


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def environment(server: MockServer) -> dict[str, str]:
    return {**os.environ, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "key", "PYTHONUNBUFFERED": "1"}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_runs(program: Path, server: MockServer) -> None:
    command = [sys.executable, "-W", "error", str(program)]
    done = subprocess.run(command, env=environment(server), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.strip()


def test_the_demo_has_something_to_show_under_each_heading() -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES.parent / "scripts" / "demo.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    shown = {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in done.stdout.split("\n== ")[1:]}
    assert len(shown) > 10
    assert [heading for heading, text in shown.items() if not text] == ["done"]


COMMANDS = {
    "fastapi_app": ["-m", "uvicorn", "fastapi_app:app", "--port", "{port}", "--log-level", "warning"],
    "sanic_app": ["-m", "sanic", "sanic_app:app", "--single-process", "--port", "{port}", "--host", "127.0.0.1"],
}


@contextmanager
def running(application: str, server: MockServer) -> Generator[str]:
    """The application under its own server; afterwards a signal has ended it, and it left no error behind."""
    port = free_port()
    command = [sys.executable, *(part.format(port=port) for part in COMMANDS[application])]
    process = subprocess.Popen(
        command, cwd=EXAMPLES, env=environment(server), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        wait_until_it_listens(port, process)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    except BaseException as error:
        process.kill()
        output, _ = process.communicate()
        error.add_note(output)
        raise
    assert "Traceback" not in output, output
    assert "Error" not in output, output
    assert process.returncode in (0, -signal.SIGINT, 130), output


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_until_it_listens(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # the program is starting; there is nothing else to wait for
        else:
            return
    raise AssertionError("the application did not start")


@pytest.mark.parametrize("application", sorted(APPLICATIONS))
def test_an_application_answers_streams_and_ends(application: str, server: MockServer) -> None:
    with running(application, server) as url, httpx.Client(base_url=url, timeout=30) as visitor:
        answers = [visitor.get("/ask", params={"question": f"Hello {number}"}) for number in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert all(answer.json()["answer"] for answer in answers)
        streamed = visitor.get("/stream", params={"question": "Count"})
        assert streamed.status_code == 200
        assert streamed.text.strip()
