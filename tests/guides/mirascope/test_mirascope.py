"""The programs of this guide, run."""

from __future__ import annotations

from antiphon.mock import MockServer

from ...llm.scripts import calling, saying
from ..conftest import Guide

BOOK = "You said: Recommend a fantasy book"


def test_prompts(guide: Guide) -> None:
    ran = guide.run("prompts")
    assert ran.lines == [*[BOOK] * 5, "You said: Recommend a horror book"]
    system, user = {"role": "system", "content": "You are a librarian"}, {"role": "user", "content": BOOK[10:]}
    assert [body["messages"] for body in ran.bodies[:4]] == [[user], *[[system, user]] * 3]


def test_providers(guide: Guide) -> None:
    ran = guide.run("providers")
    names = [line.split()[0] for line in ran.lines]
    assert names == "openai anthropic mistral groq xai litellm azure deepseek together ollama vllm".split()
    assert all(line.endswith(BOOK) for line in ran.lines)
    assert len(ran.requests) == 11


def test_parallel_calls(guide: Guide) -> None:
    ran = guide.run("parallel_calls")
    genres = ["fantasy", "science fiction", "mystery", "romance"]
    assert ran.lines == [*(f"{genre}: You said: Recommend a {genre} book" for genre in genres), "True"]
    assert len(ran.requests) == 8


def test_streaming(guide: Guide) -> None:
    assert guide.run("streaming").lines == [
        "|You |said: |Recommend |a |fantasy |book|||",
        BOOK,
        "assistant None ['stop']",
        "True",
        "enough: You ",
        "You said: Recommend a poetry book",
    ]


def test_tools(guide: Guide) -> None:
    ran = guide.run("tools")
    assert ran.lines[0] == "FormatBook True ['author', 'title']"
    assert " by " in ran.lines[1]
    assert ran.lines[2].startswith(("1 [", "2 ["))
    assert "'user', 'assistant', 'tool'" in ran.lines[2]
    assert ran.lines[-1] == "The tools said"


def test_streaming_tools(guide: Guide, server: MockServer) -> None:
    arguments = '{"title": "A", "author": "B"}'
    for step in (
        calling(("FormatBook", arguments), ("FormatBook", arguments), text="Two"),
        calling(("FormatBook", arguments)),
    ):
        server.enqueue(step.status, step.body, headers=dict(step.headers))
    assert guide.run("streaming_tools").lines == [
        "Two",
        "['A by B', 'A by B']",
        "['A by B', 'A by B']",
        '{"t None None',
        'itle": "A", "author": "B"} A B',
        "complete A B",
    ]


def test_custom_clients(guide: Guide) -> None:
    ran = guide.run("custom_clients")
    assert all(line.endswith(BOOK) for line in ran.lines)
    names = "anthropic mistral gemini groq xai cohere azure vertex bedrock own plain".split()
    assert [request.headers["x-team"] for request in ran.requests] == ["books", *(f"{name}-key" for name in names)]


def test_dynamic_configuration(guide: Guide) -> None:
    ran = guide.run("dynamic_configuration")
    assert ran.lines == [
        "0.9 {'tags': {'version:0001'}} {'genre': 'fantasy', 'creativity': 0.9}",
        "You said: Recommend a fantasy book of at most 700 pages, but none of:",
        "Dune",
        "Emma",
        "shelf",
        "You said: Where is Emma?",
    ]
    assert ran.bodies[0]["temperature"] == 0.9


def test_chat_application(guide: Guide, server: MockServer) -> None:
    for step in (calling(("Search", '{"query": "shelf"}')), saying("Two ", "books"), saying("You are welcome")):
        server.enqueue(step.status, step.body, headers=dict(step.headers))
    ran = guide.run("chat_application")
    assert ran.lines == [
        "(User): What is on the shelf?",
        "(Assistant): [Search] Two books",
        "(User): Thank you",
        "(Assistant): You are welcome",
        "['user', 'assistant', 'tool', 'assistant', 'user', 'assistant']",
    ]
    assert [
        message["role"] for message in ran.bodies[-1]["messages"]
    ] == "system user assistant tool assistant user".split()


def test_values(guide: Guide) -> None:
    assert guide.run("values").lines == [
        "Book str",
        "{'str'}",
        "True True",
        "['You', 'said:', 'a', 'b']",
        "True",
    ]


def test_overrides(guide: Guide) -> None:
    assert guide.run("overrides").lines == [
        "groq llama-3.3-70b-versatile",
        "anthropic claude-sonnet-5",
        "openai gpt-5.4-mini",
        "groq llama-3.3-70b-versatile",
        "provider and model are changed together: pass both, or neither",
    ]
