"""Completions put together from chunks, those of servers with habits of their own among them."""

from __future__ import annotations

import copy
import pickle
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from antiphon import (
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    SDKError,
    StreamStateError,
    omit,
    pydantic_function_tool,
)
from antiphon.lib.streaming.chat import ChatCompletionStreamState
from antiphon.types.chat import ChatCompletionChunk
from tests.lib.streams import City, called, chunk
from tests.work import counted

PARIS = '{"name":"Paris","inhabitants":2}'


def state(**options: Any) -> ChatCompletionStreamState[Any]:
    return ChatCompletionStreamState(**options)


def fed(chunks: list[Any], into: ChatCompletionStreamState[Any] | None = None) -> ChatCompletionStreamState[Any]:
    into = into or state()
    for each in chunks:
        into.handle_chunk(ChatCompletionChunk.construct(**each))
    return into


def calls(*chunks: Any) -> list[tuple[str, str, str, Any]]:
    message = fed([*chunks, chunk({}, "tool_calls")]).get_final_completion().choices[0].message
    return [
        (call.id, call.function.name, call.function.arguments, getattr(call, "index", None))
        for call in message.tool_calls or ()
    ]


CALLS = {
    "by index": [
        chunk(called("", index=0, id="a", type="function", name="f")),
        chunk(called('{"x"', index=0)),
        chunk(called(":1}", index=0)),
        chunk(called("{}", index=1, id="b", type="function", name="g")),
    ],
    "in turn": [
        chunk(called('{"x"', index=0, id="a", name="f")),
        chunk(called("{", index=1, id="b", name="g")),
        chunk(called(":1}", index=0)),
        chunk(called("}", index=1)),
    ],
    "no index, by id": [
        chunk(called('{"x"', id="a", name="f")),
        chunk(called(":1}", id="a")),
        chunk(called("{}", id="b", name="g")),
    ],
    "no index, no further id": [
        chunk(called('{"x"', id="a", name="f")),
        chunk(called(":1}")),
        chunk(called("{}", id="b", name="g")),
    ],
    "one index for all": [
        chunk(called('{"x":1}', index=0, id="a", name="f")),
        chunk(called("{}", index=0, id="b", name="g")),
    ],
    "the name every time": [
        chunk(called('{"x"', index=0, id="a", name="f")),
        chunk(called(":1}", index=0, id="a", name="f")),
        chunk(called("{}", index=1, id="b", name="g")),
    ],
    "backwards": [
        chunk(called("{}", index=1, id="b", name="g")),
        chunk(called('{"x":1}', index=0, id="a", name="f")),
    ],
    "another id in every piece": [
        chunk(called('{"x"', index=0, id="a", name="f")),
        chunk(called(":1}", index=0, id="z")),
        chunk(called("{}", index=1, id="b", name="g")),
    ],
}


@pytest.mark.parametrize("chunks", CALLS.values(), ids=CALLS.keys())
def test_tool_calls(chunks: list[Any]) -> None:
    assert calls(*chunks) == [("a", "f", '{"x":1}', 0), ("b", "g", "{}", 1)]


def test_choices_in_any_order() -> None:
    chunks = [
        chunk({"content": "b"}, index=1),
        chunk({"role": "assistant", "content": "a"}),
        chunk({"content": "B"}, index=1),
        chunk({}, "stop", index=1),
        chunk({"content": "A"}, "stop"),
    ]
    done = fed(chunks).get_final_completion()
    assert [(each.index, each.message.content, each.finish_reason) for each in done.choices] == [
        (0, "aA", "stop"),
        (1, "bB", "stop"),
    ]


def test_a_choice_without_index_is_the_first() -> None:
    done = fed([chunk({"content": "a"}, index=None), chunk({"content": "b"}, "stop", index=None)])
    assert done.get_final_completion().choices[0].message.content == "ab"


def test_reasoning_usage_and_what_servers_add() -> None:
    chunks = [
        {**chunk(), "choices": [], "prompt_filter_results": [{"index": 0}]},
        chunk({"role": "assistant", "reasoning_content": "th", "reasoning_details": [{"index": 0, "text": "a"}]}),
        chunk({"reasoning_content": "ink", "reasoning_details": [{"index": 0, "text": "b", "type": "x"}]}),
        chunk({"content": "x", "annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}]}),
        chunk({}, "stop", service_tier="flex"),
        chunk(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
    ]
    done = fed(chunks).get_final_completion()
    data: Any = done.to_dict()
    assert data["choices"][0]["message"]["reasoning_content"] == "think"
    assert data["choices"][0]["message"]["reasoning_details"] == [{"index": 0, "text": "ab", "type": "x"}]
    assert data["choices"][0]["message"]["annotations"][0]["url_citation"]["url"] == "u"
    assert data["prompt_filter_results"] == [{"index": 0}]
    assert (data["usage"]["total_tokens"], data["service_tier"], data["id"]) == (3, "flex", "c")
    assert (done.object, done.created, done.model) == ("chat.completion", 1, "m")


def test_audio_and_the_older_function_call() -> None:
    chunks = [
        chunk({"audio": {"id": "a", "data": "AA", "transcript": "He"}, "function_call": {"name": "f"}}),
        chunk({"audio": {"data": "BB", "transcript": "y", "expires_at": 5}, "function_call": {"arguments": "{"}}),
        chunk({"function_call": {"arguments": "}"}}, "function_call"),
    ]
    message = fed(chunks).get_final_completion().choices[0].message
    assert message.audio is not None
    assert (message.audio.data, message.audio.transcript, message.audio.id) == ("AABB", "Hey", "a")
    assert message.function_call is not None
    assert (message.function_call.name, message.function_call.arguments) == ("f", "{}")


@pytest.mark.parametrize(
    "odd",
    [
        {**chunk(), "choices": None},
        chunk({"content": None, "tool_calls": None}),
        {**chunk(), "choices": [{"index": 0, "delta": None, "finish_reason": None}]},
        chunk({"tool_calls": [{"index": 0, "id": None, "function": None}]}),
        {"id": "", "choices": []},
    ],
)
def test_chunks_that_say_nothing_change_nothing(odd: Any) -> None:
    done = fed([chunk({"content": "a"}), odd, chunk({"content": "b"}, "stop")]).get_final_completion()
    assert (done.choices[0].message.content, done.id) == ("ab", "c")


def test_without_a_chunk_there_is_no_completion() -> None:
    with pytest.raises(SDKError, match="chunk"):
        state().get_final_completion()
    with pytest.raises(SDKError, match="chunk"):
        _ = state().current_completion_snapshot


def test_snapshots_are_parsed_as_far_as_they_go() -> None:
    tool = pydantic_function_tool(City)
    filled = fed([chunk({"content": '{"name":"Pa", "in'})], state(response_format=City, input_tools=[tool]))
    assert filled.current_completion_snapshot.choices[0].message.parsed == {"name": "Pa"}
    filled = fed([chunk(called('{"name":"Lyon",', index=0, id="a", name="City"))], state(input_tools=[tool]))
    snapshot = filled.current_completion_snapshot.choices[0].message
    assert snapshot.tool_calls is not None
    assert snapshot.tool_calls[0].function.parsed_arguments == {"name": "Lyon"}


@pytest.mark.parametrize(
    ("finish", "error"), [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)]
)
def test_an_early_end_is_an_error_where_something_is_parsed(finish: str, error: type[Any]) -> None:
    chunks = [chunk({"content": '{"name'}), chunk({}, finish)]
    with pytest.raises(error) as caught:
        fed(chunks, state(response_format=City))
    assert caught.value.completion.choices[0].message.content == '{"name'
    assert pickle.loads(pickle.dumps(caught.value)).completion.id == "c"
    with pytest.raises(error):
        fed(chunks, state(input_tools=[pydantic_function_tool(City)]))
    assert fed(chunks).get_final_completion().choices[0].finish_reason == finish


def test_what_does_not_fit_is_pydantics_error() -> None:
    with pytest.raises(ValidationError):
        fed([chunk({"content": "no JSON"}), chunk({}, "stop")], state(response_format=City))


def test_a_refusal_is_not_parsed() -> None:
    done = fed([chunk({"refusal": "I "}), chunk({"refusal": "won't"}, "stop")], state(response_format=City))
    message = done.get_final_completion().choices[0].message
    assert (message.refusal, message.parsed, message.content) == ("I won't", None, None)


def test_events_are_models_like_others() -> None:
    filled = state(response_format=City)
    _, event = filled.handle_chunk(ChatCompletionChunk.construct(**chunk({"content": '{"name":"Pa"'})))
    assert event.type == "content.delta"
    expected = {"type": "content.delta", "delta": '{"name":"Pa"', "snapshot": '{"name":"Pa"', "parsed": {"name": "Pa"}}
    assert event.to_dict() == expected
    assert copy.deepcopy(event) == event == pickle.loads(pickle.dumps(event))
    assert 'snapshot=\'{"name":"Pa"\'' in repr(event)
    later = filled.handle_chunk(ChatCompletionChunk.construct(**chunk({"content": "}"})))
    assert event.snapshot == '{"name":"Pa"'
    assert later[1].to_dict()["snapshot"] == '{"name":"Pa"}'
    with pytest.raises(AttributeError):
        getattr(event, "nothing")  # noqa: B009  nothing declares it


def test_nothing_is_parsed_that_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    from antiphon.lib.core import chat_state

    parsed: list[object] = []

    def noted(*given: object) -> None:
        parsed.append(given)

    monkeypatch.setattr(chat_state, "partial_json_at", noted)
    filled = state(response_format=City)
    for piece in PARIS:
        filled.handle_chunk(ChatCompletionChunk.construct(**chunk({"content": piece})))
    assert parsed == []


def test_what_is_read_at_every_chunk_costs_what_the_chunk_adds() -> None:
    def steps(count: int) -> int:
        filled, calls = state(response_format=City), 0
        pieces = ['{"name":"', *["0123456789"] * count, '"}']
        chunks = [ChatCompletionChunk.construct(**chunk({"content": piece})) for piece in pieces]

        def counted(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += 1

        for each in chunks:
            _, event, *_ = filled.handle_chunk(each)
            sys.setprofile(counted)
            try:
                getattr(event, "parsed")  # noqa: B009  only some events have it
            finally:
                sys.setprofile(None)
        return calls

    assert steps(500) < steps(50) * 11


def test_work_grows_with_the_number_of_chunks_and_not_faster() -> None:
    one = ChatCompletionChunk.construct(**chunk({"content": "0123456789" * 10}))
    piece = ChatCompletionChunk.construct(**chunk(called("0123456789" * 10, index=0)))

    def calls(count: int) -> int:
        filled = state(response_format=omit)
        with counted() as work:
            for _ in range(count):
                filled.handle_chunk(one)
                filled.handle_chunk(piece)
        return work.calls

    assert calls(10_000) < calls(1_000) * 11


NO_DELTAS: list[Any] = [
    [1],
    {"content": 1},
    {"refusal": ["x"]},
    {"tool_calls": 1},
    {"tool_calls": [None]},
    {"tool_calls": [{"index": 0, "function": "f"}]},
    {"tool_calls": [{"index": 0, "id": "a", "function": {"name": ["f"], "arguments": {}}}]},
]


@pytest.mark.parametrize("delta", NO_DELTAS)
def test_chunks_that_are_none(delta: Any) -> None:
    found = state()
    with pytest.raises(StreamStateError, match="that is none"):
        fed([chunk({"content": "x"}), chunk(delta)], found)
    assert found.get_final_completion().choices[0].message.content == "x"
