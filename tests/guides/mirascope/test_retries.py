"""The programs about other tries and about kits, run."""

from __future__ import annotations

import json
from typing import Any

from antiphon.mock import MockServer

from ...llm.local import completion_body
from ..conftest import Guide

BUSY = {"error": {"message": "busy"}}


def called(*calls: tuple[str, Any]) -> dict[str, Any]:
    made = [
        {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for number, (name, arguments) in enumerate(calls)
    ]
    return completion_body({"role": "assistant", "content": None, "tool_calls": made})


def test_retries(guide: Guide, server: MockServer) -> None:
    for title in ("War", "war", "WAR"):
        server.enqueue(200, called(("Book", {"title": title, "author": "Leo"})))
    server.enqueue(429, BUSY)
    server.enqueue(200, completion_body("First"))
    server.enqueue(200, completion_body("Second"))
    for _ in range(2):
        server.enqueue(500, BUSY)
    server.enqueue(200, completion_body("Third"))
    for _ in range(4):
        server.enqueue(429, BUSY)
    ran = guide.run("retries")
    assert ran.lines == [
        "title='WAR' author='Leo'",
        "anthropic ['RateLimitError']",
        "openai",
        "anthropic",
        "4",
    ]
    assert ran.asked[:3] == [
        "Which book says All happy families are alike?",
        "Earlier errors: 1 of title\n\nWhich book says All happy families are alike?",
        "Earlier errors: 2 of title\n\nWhich book says All happy families are alike?",
    ]


def test_toolkits(guide: Guide, server: MockServer) -> None:
    server.enqueue(
        200,
        called(
            ("book_tools_suggest_book", {"title": "Emma", "author": "Jane"}), ("book_tools_look_up", {"title": "Emma"})
        ),
    )
    server.enqueue(200, completion_body("Read it"))
    ran = guide.run("toolkits")
    assert ran.lines == ["['Emma by Jane', 'Emma: shelf 1']", "Read it"]
    functions = [each["function"] for each in ran.bodies[0]["tools"]]
    assert [each["name"] for each in functions] == ["book_tools_suggest_book", "book_tools_look_up"]
    assert functions[0]["description"] == "Suggests a book that a beginner reader may like."
    assert [message["role"] for message in ran.bodies[1]["messages"]] == ["user", "assistant", "tool", "tool"]
