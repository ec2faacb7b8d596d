"""The programs of this guide, run."""

from __future__ import annotations

import socket
import threading
import time

import httpx
import pytest

from antiphon.mock import MockServer

from ..conftest import Guide, Ran


def test_gather(guide: Guide) -> None:
    ran = guide.run("gather")
    prompts = [f"Say something about the number {number}" for number in range(20)]
    assert ran.lines == [f"{prompt}: You said: {prompt}" for prompt in prompts]
    assert sorted(ran.asked) == sorted(prompts)


def test_streaming(guide: Guide) -> None:
    ran = guide.run("streaming")
    assert ran.lines == ["You said: Tell me about bees"]
    assert ran.bodies[0]["stream"] is True


def test_context_manager(guide: Guide) -> None:
    ran = guide.run("context_manager")
    assert ran.lines == ["You said: Name a river", "closed: True", "True"]
    assert len(ran.requests) == 1


def test_several_runs(guide: Guide) -> None:
    assert guide.run("several_runs").lines == [f"You said: {text}?" for text in ("First", "Second", "Third")]


def test_with_aiohttp(guide: Guide) -> None:
    assert guide.run("with_aiohttp").lines == ["aiohttp is used: True", "You said: Say this is a test"]


def test_errors(guide: Guide, server: MockServer) -> None:
    server.enqueue(429, {"error": {"message": "slower"}})
    server.enqueue(fault="drop")
    server.enqueue(418, {"error": {"message": "a teapot"}})
    first, second, third, last = guide.run("errors").lines
    assert first == "A 429 was received; slow down: 429"
    assert second.startswith("The server could not be reached: ")
    assert third.startswith("Another status was received: 418 ")
    assert "a teapot" in third
    assert last.startswith("no connection: ")


def test_semaphore(guide: Guide) -> None:
    ran = guide.run("semaphore")
    assert ran.lines == [*(f"You said: Task {number}" for number in range(10)), "at most 3"]
    assert len(ran.requests) == 10


def test_jobs(guide: Guide) -> None:
    ran = guide.run("jobs")
    assert ran.lines == ["45 jobs, 45 of them different", "20 on the first page; more: True"]
    assert [request.query.get("limit") for request in ran.requests] == ["20"] * 4


def test_task_group(guide: Guide) -> None:
    assert guide.run("task_group").lines == [
        "You said: A story about a fox",
        "You said: A story about a crow",
        "failed: 1 cancelled: True",
        "You said: Still there?",
    ]


def test_fastapi_application(guide: Guide) -> None:
    assert guide.run("fastapi_application").lines == [
        str([f"You said: {number}" for number in range(5)]),
        "You said: piece by piece",
        "client closed: True",
    ]


def test_sanic_application(guide: Guide) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    outcomes: list[Ran] = []
    program = threading.Thread(target=lambda: outcomes.append(guide.run("sanic_application", PORT=str(port))))
    program.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as visitor:
        deadline = time.monotonic() + 30
        while program.is_alive() and time.monotonic() < deadline:
            try:
                reply = visitor.get("/chat", params={"message": "Hello"})
            except httpx.ConnectError:
                time.sleep(0.05)  # it is starting; there is nothing else to wait for
            else:
                assert reply.json() == {"reply": "You said: Hello"}
                visitor.get("/stop")
                break
    program.join(30)
    if not outcomes:
        pytest.fail("the application did not end well")
    assert "client closed: True" in outcomes[0].lines
