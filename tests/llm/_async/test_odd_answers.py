"""What servers send where something of another kind belongs: it becomes what was meant, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from antiphon import APIResponseValidationError
from antiphon.llm import AsyncModel, acompletion, aembedding, aresponses, completion_from_chunks

from ..local import Local, completion_body, events, said, whole

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]


def piece(**fields: Any) -> dict[str, Any]:
    """A chunk with these fields in its delta."""
    return said("", delta=fields)


ODD_MESSAGES: list[tuple[dict[str, Any], str, str | None]] = [
    ({"content": 5}, "5", None),
    ({"content": True}, "true", None),
    ({"content": {"age": 3}}, '{"age":3}', None),
    ({"content": {"type": "text", "text": "Hi"}}, "Hi", None),
    ({"content": [None, "H", {"type": "text", "text": "i"}, {"type": "text", "text": None}]}, "Hi", None),
    ({"content": "Hi", "reasoning_content": 5}, "Hi", "5"),
    ({"content": "Hi", "reasoning_content": [{"type": "text", "text": "Hm."}]}, "Hi", "Hm."),
    ({"content": "Hi", "reasoning": {"effort": "low"}}, "Hi", None),
]


@pytest.mark.parametrize(("message", "text", "thought"), ODD_MESSAGES)
async def test_what_a_message_says_is_text(message: dict[str, Any], text: str, thought: str | None) -> None:
    with Local(whole(completion_body(message)), events(piece(**message))) as server:
        model = AsyncModel("openai/m", base_url=server.url("/v1"), api_key="key")
        whole_one = await model.prompt("Hi", stream=False).complete()
        streamed = await model.prompt("Hi").complete()
        pieces = await acompletion("openai/m", ASKED, stream=True, base_url=server.url("/v1"), api_key="key")
        joined = completion_from_chunks([each async for each in pieces]).choices[0].message
    for response in (whole_one, streamed):
        (message_of,) = await response.messages()
        assert (await response.text(), message_of.get("reasoning_content")) == (text, thought)
    assert (joined.content, joined.reasoning_content) == (text, thought)


ODD_CALLS: list[tuple[Any, list[tuple[str, str, dict[str, Any]]]]] = [
    ({"id": "1", "function": {"name": "a", "arguments": "{}"}}, [("1", "a", {})]),
    ([None, {"id": 7, "function": {"name": "a", "arguments": None}}], [("7", "a", {})]),
    ([{"id": ["1"], "function": {"name": 5, "arguments": [1]}}], [('["1"]', "5", {})]),
    ([{"id": "1", "function": None}], [("1", "", {})]),
    ([{"id": "1", "index": "0", "function": {"name": "a", "arguments": {"x": 1}}}], [("1", "a", {"x": 1})]),
    ([{"id": "1", "index": [2], "function": {"name": "a"}}], [("1", "a", {})]),
    (5, []),
]


@pytest.mark.parametrize(("calls", "made"), ODD_CALLS)
async def test_calls_are_calls(calls: Any, made: list[tuple[str, str, dict[str, Any]]]) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": calls}
    with Local(whole(completion_body(message)), events(piece(tool_calls=calls))) as server:
        model = AsyncModel("openai/m", base_url=server.url("/v1"), api_key="key")
        whole_one = await model.prompt("Hi", stream=False).complete()
        streamed = await model.prompt("Hi").complete()
        stream = await acompletion("openai/m", ASKED, stream=True, base_url=server.url("/v1"), api_key="key")
        joined = completion_from_chunks([each async for each in stream]).choices[0].message
    for response in (whole_one, streamed):
        found = [(each.tool_call_id, each.name, each.arguments) for each in await response.tool_calls()]
        assert found == made
    assert [(each.id, each.function.name or "") for each in joined.tool_calls or ()] == [each[:2] for each in made]


@pytest.mark.parametrize("usage", ["5", [1], {"prompt_tokens": "many"}])
async def test_a_usage_that_counts_nothing_is_none(usage: object) -> None:
    with Local(whole(completion_body() | {"usage": usage})) as server:
        model = AsyncModel("openai/m", base_url=server.url("/v1"), api_key="key")
        response = await model.prompt("Hi", stream=False).complete()
    counted = await response.usage()
    assert (counted.input, counted.output) == (None, None)


async def test_the_numbers_of_vectors() -> None:
    rows = [{"embedding": [0.5], "index": "0"}, {"embedding": [1.5], "index": None}]
    with Local(whole({"data": rows}), whole({"data": [None]}), whole({"data": [[0.5]]})) as server:
        where: dict[str, Any] = {"base_url": server.url("/v1"), "api_key": "key"}
        vectors = await aembedding("openai/m", ["a", "b"], **where)
        for _ in range(2):
            with pytest.raises(APIResponseValidationError, match=r"data\[0\] has no embedding"):
                await aembedding("openai/m", ["a"], **where)
    assert [each.index for each in vectors.data] == [0, 1]


@pytest.mark.parametrize("output", [[None], [{"type": "message", "content": "Hi"}], [{"type": "message"}]])
async def test_an_output_without_text_has_none(output: list[Any]) -> None:
    with Local(whole({"output": output})) as server:
        answered = await aresponses("openai/m", "Hi", base_url=server.url("/v1"), api_key="key")
    assert answered.output_text == ""
