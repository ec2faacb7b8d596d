"""Every example runs as a user runs it, against the embedded server; the web applications on servers of their own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
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

from antiphon import Client
from antiphon.mock import MockServer, serve

EXAMPLES = Path(__file__).parent.parent / "examples"
APPLICATIONS = {"fastapi_app", "sanic_app"}
RECEIVER = "webhook_receiver"
PROGRAMS = sorted(path for path in EXAMPLES.glob("*.py") if path.stem not in {*APPLICATIONS, RECEIVER})
KEY = b"the secret of the endpoint"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def environment(server: MockServer) -> dict[str, str]:
    ours = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "key", "OPENAI_WEBHOOK_SECRET": SECRET}
    return {**os.environ, **ours, "PYTHONUNBUFFERED": "1"}


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
    "webhook_receiver": ["-m", "uvicorn", "webhook_receiver:app", "--port", "{port}", "--log-level", "warning"],
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


def test_the_receiver_of_webhooks_takes_what_is_signed_and_only_once(server: MockServer) -> None:
    with Client(base_url=server.url, api_key="key") as client:
        response = client.responses.create(model="m", input="Hello")
    event = {"id": "evt_1", "type": "response.completed", "created_at": 1, "data": {"id": response.id}}
    body = json.dumps(event).encode()
    headers = signed(body)
    before = len(server.requests)
    with running(RECEIVER, server) as url, httpx.Client(base_url=url, timeout=30) as visitor:
        answers = [
            visitor.post("/webhooks", content=content, headers=headers).status_code
            for content in (body, body, body + b" ")
        ]
        assert answers == [204, 204, 400]
        deadline = time.monotonic() + 30
        while not (texts := visitor.get("/texts").json()) and time.monotonic() < deadline:
            time.sleep(0.05)  # the answer comes before the work
    assert texts == {response.id: "You said: Hello"}
    assert [request.operation for request in server.requests[before:]] == ["responses.retrieve"]


def signed(body: bytes) -> dict[str, str]:
    """The headers of a message."""
    moment = str(int(time.time()))
    digest = hmac.new(KEY, b"msg_1." + moment.encode() + b"." + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": moment, "webhook-signature": signature}
