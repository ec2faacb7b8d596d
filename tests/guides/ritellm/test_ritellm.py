"""The programs of this guide, run."""

from __future__ import annotations

from antiphon.mock import MockServer

from ..conftest import Guide

QUESTIONS = ["What is a comet?", "What is a moon?", "What is a star?"]


def test_first_steps(guide: Guide) -> None:
    ran = guide.run("first_steps")
    assert ran.lines == ["You said: What is the capital of France?", "True True no such entry", "gpt-3.5-turbo"]
    assert {name: ran.bodies[0][name] for name in ("model", "temperature", "max_tokens")} == {
        "model": "gpt-3.5-turbo",
        "temperature": 0.7,
        "max_tokens": 50,
    }


def test_async_completion(guide: Guide) -> None:
    assert guide.run("async_completion").lines == ["Response: You said: Tell me a joke"]


def test_gather(guide: Guide) -> None:
    ran = guide.run("gather")
    assert ran.lines == [f"{question} -> You said: {question}" for question in QUESTIONS]
    assert sorted(ran.asked) == QUESTIONS
    assert {body["max_tokens"] for body in ran.bodies} == {100}


def test_streaming(guide: Guide) -> None:
    ran = guide.run("streaming")
    first, second, third = ran.lines
    assert first == "You said: Hello there"
    assert second == "You said: Write a short poem"
    assert [piece for piece in third.split("|") if piece] == ["You ", "said: ", "Count"]
    assert [body["stream"] for body in ran.bodies] == [True] * 3


def test_other_servers(guide: Guide, server: MockServer) -> None:
    ran = guide.run("other_servers", SERVER=server.url, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert ran.lines == [*["You said: Hello"] * 3, "You said: Bye"]
    assert {request.path for request in ran.requests} == {"/v1/chat/completions"}
    assert {body["model"] for body in ran.bodies} == {"local-model"}


def test_additional_parameters(guide: Guide) -> None:
    ran = guide.run("additional_parameters")
    assert ran.lines == ["Invalid JSON in additional_params"]
    names = ("top_p", "seed", "presence_penalty", "temperature")
    assert [{name: body[name] for name in names if name in body} for body in ran.bodies] == [
        {"top_p": 0.9, "seed": 7},
        {"presence_penalty": 0.5},
        {"temperature": 0},
    ]


def test_semaphore(guide: Guide) -> None:
    ran = guide.run("semaphore")
    assert ran.lines == [f"You said: Question {number}" for number in range(6)]
    assert len(ran.requests) == 6


def test_errors(guide: Guide, server: MockServer) -> None:
    server.enqueue(401, {"error": {"message": "no"}})
    assert guide.run("errors").lines == [
        "ValueError: Provider not supported for model: nowhere/gpt-3.5-turbo",
        "refused: 401",
        "RuntimeError: OPENAI_API_KEY environment variable not set",
    ]


def test_tracing(guide: Guide) -> None:
    assert guide.run("tracing").lines == [
        "acompletion True ['messages', 'model']",
        "You said: Hello",
        "completion False ['messages', 'model']",
        "You said: Hello",
    ]
