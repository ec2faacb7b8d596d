"""The programs of this guide, run."""

from __future__ import annotations

from ..conftest import Guide

QUESTIONS = ["What is a comet?", "What is a moon?", "What is a star?"]


def test_gather(guide: Guide) -> None:
    ran = guide.run("gather")
    assert ran.lines == [f"{question} -> You said: {question}" for question in QUESTIONS]
    assert sorted(ran.asked) == QUESTIONS
    assert {body["max_tokens"] for body in ran.bodies} == {100}
