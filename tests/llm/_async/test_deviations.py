"""How providers depart from OpenAI's format, each with the answer that it is to become."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from antiphon import APIError, APIResponseValidationError, llm
from antiphon.llm import Provider, UnsupportedParameterError, acompletion, aembedding, aresponses, providers
from antiphon.llm.providers.table import PROVIDERS

from ...runtime.transports.servers import answer
from ..local import Local, completion_body, events, said, whole

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]


async def asked(server: Local, provider: str, **parameters: Any) -> Any:
    given: dict[str, Any] = {"messages": ASKED, "base_url": server.url("/v1"), "api_key": "key", "max_retries": 0}
    ask: Any = acompletion
    return await ask(f"{provider}/m", **given | parameters)


async def pieces(server: Local, provider: str) -> list[Any]:
    return [chunk async for chunk in await asked(server, provider, stream=True)]


def text_of(chunks: list[Any]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def delta(**fields: Any) -> dict[str, Any]:
    return {"index": 0, "delta": fields, "finish_reason": None}


def chunk(*choices: object, **fields: Any) -> dict[str, Any]:
    return {"id": "c", "created": 1, "model": "m", "choices": list(choices), **fields}


def delta_with(piece: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A piece with further fields in its delta."""
    (choice,) = piece["choices"]
    return piece | {"choices": [choice | {"delta": choice["delta"] | fields}]}


def choice_with(piece: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A piece with further fields in its choice."""
    (choice,) = piece["choices"]
    return piece | {"choices": [choice | fields]}


NOTHING: dict[str, Any] = {}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
HELLO = (said("Hel"), said("lo"), said("", finish_reason="stop"))

STREAMS: list[tuple[str, str, tuple[Any, ...]]] = [
    ("azure", "first chunk without choices", (chunk(prompt_filter_results=[{}]), *HELLO)),
    (
        "azure",
        "chunk without delta",
        (*HELLO, chunk({"index": 0, "content_filter_results": {}, "finish_reason": None})),
    ),
    ("openai", "usage chunk with empty choices", (*HELLO, chunk(usage=USAGE))),
    ("xai", "usage chunk with empty choices", (*HELLO, chunk(usage=USAGE))),
    ("gemini", "no index", (chunk({"delta": {"content": "Hello"}, "finish_reason": "stop"}),)),
    ("gemini", "null choices", (chunk() | {"choices": None}, *HELLO)),
    ("gemini", "usage without counts on every chunk", tuple({**each, "usage": NOTHING} for each in HELLO)),
    ("openrouter", "comments", (": OPENROUTER PROCESSING\n\n", *HELLO, ": OPENROUTER PROCESSING\n\n")),
    ("litellm", "relayed comment", ("data: : keepalive\n\n", *HELLO)),
    ("llamacpp", "timings", (*HELLO[:2], HELLO[2] | {"timings": {"predicted_ms": 1.5}})),
    ("llamacpp", "ping", ("event: ping\n\n", *HELLO)),
    ("perplexity", "object of a whole answer", tuple(each | {"object": "chat.completion"} for each in HELLO)),
    ("mistral", "content in parts", (chunk(delta(content=[{"type": "text", "text": "Hello"}])),)),
    ("together", "null delta", (*HELLO, chunk({"index": 0, "delta": None, "finish_reason": "stop"}))),
    ("cerebras", "float created", tuple(each | {"created": 1.5} for each in HELLO)),
    ("fireworks", "usage on the last chunk", (*HELLO[:2], HELLO[2] | {"usage": USAGE})),
    ("anthropic", "role on every chunk", tuple(delta_with(each, role="assistant") for each in HELLO)),
    ("groq", "null fields", tuple(delta_with(each, tool_calls=None, reasoning=None) for each in HELLO)),
    ("cohere", "finish reason in capitals", (*HELLO[:2], said("", finish_reason="COMPLETE"))),
    ("deepseek", "comments", (": keep-alive\n\n", *HELLO)),
    ("ollama", "everything at once", (chunk(delta(content="Hello", role="assistant"), done=True),)),
    ("vllm", "stop reason beside the finish reason", (*HELLO[:2], said("", finish_reason="stop", stop_reason=2))),
    ("lmstudio", "named event", tuple(f"event: message\ndata: {json.dumps(each)}\n\n" for each in HELLO)),
    ("bedrock", "no object", tuple({**each, "object": None} for each in HELLO)),
    ("vertex", "no id", tuple({key: value for key, value in each.items() if key != "id"} for each in HELLO)),
    ("openrouter", "retry field alone", ("retry: 1000\n\n", *HELLO)),
    ("litellm", "empty data", ("data:\n\n", *HELLO)),
    ("ollama", "the whole answer as the only piece", (completion_body(),)),
    ("llamacpp", "text of a number as index", tuple(choice_with(each, index="0") for each in HELLO)),
    ("llamacpp", "what is no number as index", tuple(choice_with(each, index=[0]) for each in HELLO)),
    ("vllm", "usage that is none", tuple(each | {"usage": "3"} for each in HELLO)),
    ("together", "carriage returns", tuple(f"data: {json.dumps(each)}\r\n\r\n" for each in HELLO)),
    ("mistral", "text of a date as created", tuple(each | {"created": "1700000000"} for each in HELLO)),
]


@pytest.mark.parametrize(("provider", "what", "chunks"), STREAMS, ids=[f"{row[0]}: {row[1]}" for row in STREAMS])
async def test_a_stream_is_read(provider: str, what: str, chunks: tuple[Any, ...]) -> None:
    with Local(events(*chunks)) as server:
        got = await pieces(server, provider)
    assert text_of(got) == "Hello"
    assert {each.object for each in got} == {"chat.completion.chunk"}
    assert all(isinstance(each.created, int) for each in got)
    assert all(choice.index == 0 for each in got for choice in each.choices)


@pytest.mark.parametrize(
    ("provider", "fields"),
    [
        ("deepseek", {"reasoning_content": "Hm."}),
        ("groq", {"reasoning": "Hm."}),
        ("ollama", {"reasoning": "Hm."}),
        ("vllm", {"reasoning_content": "Hm."}),
        ("openrouter", {"reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]}),
        ("mistral", {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]}),
    ],
)
async def test_thoughts_are_in_one_place(provider: str, fields: dict[str, Any]) -> None:
    message = {"role": "assistant", "content": "Hello", **fields}
    with Local(whole(completion_body(message)), events(chunk(delta(**fields)))) as server:
        completion = await asked(server, provider)
        got = await pieces(server, provider)
    assert completion.choices[0].message.reasoning_content == "Hm."
    assert [each.choices[0].delta.reasoning_content for each in got] == ["Hm."]


def test_every_provider_is_here() -> None:
    here = {provider for provider, _, _ in STREAMS}
    assert here == {provider.name for provider in PROVIDERS}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
async def test_every_provider_answers(provider: Provider) -> None:
    tools = [TOOL]
    message = {"role": "assistant", "content": None, "tool_calls": [call("look", id="1")]}
    answers = (whole(completion_body()), whole(completion_body(message)), events(*HELLO, chunk(usage=USAGE)))
    with Local(*answers) as server:
        assert (await asked(server, provider.name)).choices[0].message.content == "Hello"
        made = await asked(server, provider.name, tools=tools, tool_choice="required")
        back = [*ASKED, made.choices[0].message, {"role": "tool", "tool_call_id": "1", "content": "18"}]
        stream = await asked(server, provider.name, messages=back, tools=tools, stream=True)
        got = [each async for each in stream]
    assert made.choices[0].finish_reason == "tool_calls"
    assert (text_of(got), got[-1].usage) == ("Hello", USAGE)
    key = "key" if provider.auth_header != "authorization" else "bearer key"
    assert all(f"{provider.auth_header}: {key}" in head.split("\r\n") for head in server.heads)
    model = provider.model_id_prefix + "m"
    assert [body["model"] for body in server.bodies] == [model] * 3
    assert server.bodies[1]["tool_choice"] == provider.required_tool_choice
    sent = server.bodies[2]["messages"][1]
    assert (sent["role"], sent["tool_calls"][0]["id"]) == ("assistant", "1")
    assert ("content" in sent) is provider.null_fields


async def test_a_usage_without_counts_hides_none() -> None:
    empty = tuple({**each, "usage": NOTHING} for each in HELLO)
    with Local(events({**HELLO[0], "usage": USAGE}, *empty)) as server:
        got = await pieces(server, "vertex")
    assert [each.usage for each in got] == [USAGE, None, None, None]


async def test_calls_without_an_id_get_one() -> None:
    message = {"role": "assistant", "tool_calls": [call("a"), call("a", id=""), call("b", id="mine")]}
    parts = [chunk(delta(tool_calls=[call("a", index=0)])), chunk(delta(tool_calls=[{"index": 0, "function": {}}]))]
    with Local(whole(completion_body(message)), events(*parts, chunk(delta(tool_calls=[call("b")])))) as server:
        ids = [each.id for each in (await asked(server, "gemini")).choices[0].message.tool_calls]
        streamed = [each.choices[0].delta.tool_calls[0].id for each in await pieces(server, "gemini")]
    assert ids[2] == "mine"
    made = [*ids[:2], streamed[0], streamed[2]]
    assert all(each.startswith("call_") for each in made)
    assert (len(set(made)), streamed[1]) == (4, None)


async def test_groqs_own_place_of_the_usage() -> None:
    with Local(events(*HELLO[:2], HELLO[2] | {"x_groq": {"id": "r", "usage": USAGE}})) as server:
        assert (await pieces(server, "groq"))[-1].usage == USAGE


def call(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": "{}"}, **fields}


NUMBERED: list[tuple[list[list[Any]], list[int]]] = [
    ([[call("a", id="1")], [call("b", id="2")]], [0, 1]),
    ([[call("a"), call("b")]], [0, 1]),
    ([[call("a", id="1")], [{"function": {"arguments": "{"}}], [{"id": "1", "function": {}}]], [0, 0, 0]),
    ([[call("a", id="1", index=3)], [call("b", id="2")]], [3, 4]),
    ([[{"function": {"arguments": "{"}}]], [0]),
]


@pytest.mark.parametrize(("calls", "numbers"), NUMBERED)
async def test_tool_calls_without_numbers_get_them(calls: list[list[Any]], numbers: list[int]) -> None:
    parts = [chunk(delta(tool_calls=each)) for each in calls]
    with Local(events(*parts, chunk({"index": 0, "delta": {}, "finish_reason": "stop"}))) as server:
        got = await pieces(server, "gemini")
    assert [each.index for part in got for each in part.choices[0].delta.tool_calls or ()] == numbers
    assert got[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("provider", "given", "reason"),
    [
        ("cohere", "COMPLETE", "stop"),
        ("cohere", "MAX_TOKENS", "length"),
        ("mistral", "model_length", "length"),
        ("together", "eos", "stop"),
        ("openai", "something_new", "something_new"),
    ],
)
async def test_finish_reasons_have_one_name(provider: str, given: str, reason: str) -> None:
    body = completion_body()
    body["choices"][0]["finish_reason"] = given
    with Local(whole(body)) as server:
        assert (await asked(server, provider)).choices[0].finish_reason == reason


async def test_a_tool_call_is_no_stop() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [call("a", id="1")]}
    with Local(whole(completion_body(message))) as server:
        choice = (await asked(server, "xai")).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls[0].function.name == "a"
    assert "index" not in choice.message.tool_calls[0]


async def test_odd_values_are_made_right() -> None:
    usage: dict[str, Any] = {"prompt_tokens": "1", "completion_tokens": 2.0}
    message = {"role": "assistant", "tool_calls": [call("a") | {"function": {"name": "a", "arguments": {"x": 1}}}]}
    body = completion_body(message, object="chat.completions", created=1.9, usage=usage)
    del body["choices"][0]["index"]
    with Local(whole(body)) as server:
        completion = await asked(server, "vllm")
    assert (completion.object, completion.created, completion.choices[0].index) == ("chat.completion", 1, 0)
    assert completion.usage == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assert completion.choices[0].message.tool_calls[0].function.arguments == '{"x":1}'
    assert completion.choices[0].message.content is None


NO_ANSWERS: list[tuple[Any, str]] = [
    (
        {"error": {"message": "out of credits", "code": 402}},
        "answered 200 with an error: out of credits",
    ),
    ({"error": "oops"}, "oops"),
    (
        completion_body() | {"choices": None},
        "OpenRouter (127.0.0.1) answered 200 with no answer in it: 'choices' is null",
    ),
    ({"id": None, "object": None}, "'choices' is missing"),
    (completion_body() | {"choices": {}}, "'choices' is no list"),
    (completion_body() | {"choices": [{"index": 0}]}, "choices[0] has no message"),
    (["no"], "array"),
]


@pytest.mark.parametrize(("body", "said"), NO_ANSWERS)
async def test_an_answer_that_is_none_is_an_error(body: object, said: str) -> None:
    with Local(whole(body)) as server, pytest.raises(APIResponseValidationError) as caught:
        await asked(server, "openrouter")
    assert said in str(caught.value)


NO_STREAMS: list[tuple[Any, str]] = [
    (whole({"error": {"message": "out of credits"}}), "out of credits"),
    (answer(b"<html>Bad Gateway</html>", "content-type: text/html"), "text/html"),
    (events('event: error\ndata: {"message": "too many"}\n\n'), "too many"),
    (events({"error": "oops"}), "oops"),
    (events("data: no JSON\n\n"), "no JSON"),
]


@pytest.mark.parametrize(("sent", "said"), NO_STREAMS)
async def test_a_stream_that_is_none_is_an_error(sent: bytes, said: str) -> None:
    with Local(sent) as server, pytest.raises(APIError, match=said):
        await pieces(server, "openrouter")


@pytest.mark.parametrize("provider", ["openrouter", "groq"])
async def test_an_error_in_the_middle_of_a_stream_is_raised(provider: str) -> None:
    with Local(events(HELLO[0], {"error": {"message": "overloaded"}, "choices": []})) as server:
        stream = await asked(server, provider, stream=True)
        assert text_of([await anext(stream)]) == "Hel"
        with pytest.raises(APIError, match="overloaded"):
            await anext(stream)


# --- what is sent ---

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "look",
        "strict": True,
        "parameters": {
            "$schema": "x",
            "type": "object",
            "additionalProperties": False,
            "properties": {"strict": {"type": "string"}},
        },
    },
}

SENT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("openai", {"max_completion_tokens": 5, "seed": 1}, {"max_completion_tokens": 5, "seed": 1}),
    ("mistral", {"max_completion_tokens": 5, "seed": 1}, {"max_tokens": 5, "random_seed": 1}),
    ("mistral", {"tool_choice": "required", "safe_prompt": True}, {"tool_choice": "any", "safe_prompt": True}),
    ("mistral", {"stream_options": {"include_usage": True}}, {}),
    ("deepseek", {"user": "u", "max_completion_tokens": 5}, {"user_id": "u", "max_tokens": 5}),
    ("anthropic", {"temperature": 1.7}, {"temperature": 1.0}),
    ("openrouter", {"reasoning_effort": "max"}, {"reasoning_effort": "xhigh"}),
    ("groq", {"logit_bias": {"1": 1}, "drop_params": True}, {}),
    ("groq", {"n": 1}, {"n": 1}),
    ("vllm", {"top_k": 5, "extra_body": {"x": 1}}, {"top_k": 5, "x": 1}),
    ("openai", {"additional_params": '{"seed": 7}'}, {"seed": 7}),
    ("openai", {"additional_params": {"seed": 7}, "seed": 1}, {"seed": 7}),
    ("openai", {"temperature": None, "stop": ["x"]}, {"stop": ["x"]}),
]


@pytest.mark.parametrize(("provider", "parameters", "sent"), SENT)
async def test_parameters_become_those_of_the_provider(
    provider: str, parameters: dict[str, Any], sent: dict[str, Any]
) -> None:
    with Local(whole(completion_body())) as server:
        await asked(server, provider, **parameters)
    assert server.bodies == [{"model": "m", "messages": ASKED, **sent}]


async def test_a_named_function_where_no_choice_can_name_it() -> None:
    named = {"type": "function", "function": {"name": "look"}}
    other = {"type": "function", "function": {"name": "other"}}
    with Local(whole(completion_body())) as server:
        await asked(server, "mistral", tools=[other, TOOL], tool_choice=named)
        await asked(server, "openai", tools=[other, TOOL], tool_choice=named)
        with pytest.raises(ValueError, match="names no function that tools has"):
            await asked(server, "mistral", tools=[other], tool_choice=named)
    mistral, openai = server.bodies
    assert [tool["function"]["name"] for tool in mistral["tools"]] == ["look"]
    assert (mistral["tool_choice"], len(openai["tools"]), openai["tool_choice"]) == ("any", 2, named)


async def test_headers_of_a_provider() -> None:
    providers.register(Provider(name="titled", needs_key=False, headers={"X-Title": "mine", "X-Other": "b"}))
    try:
        with Local(whole(completion_body())) as server:
            await asked(server, "titled", extra_headers={"x-other": "c"})
        lines = server.heads[0].split("\r\n")
    finally:
        providers.unregister("titled")
    assert "x-title: mine" in lines
    assert "x-other: c" in lines
    assert "x-other: b" not in lines


async def test_tools_become_those_of_the_provider() -> None:
    with Local(whole(completion_body())) as server:
        await asked(server, "mistral", tools=[TOOL])
        await asked(server, "anthropic", tools=[TOOL])
        await asked(server, "openai", tools=[TOOL])
    mistral, anthropic, openai = (body["tools"][0]["function"] for body in server.bodies)
    assert mistral["parameters"] == {"type": "object", "properties": {"strict": {"type": "string"}}}
    assert "strict" not in mistral
    assert anthropic == {key: value for key, value in TOOL["function"].items() if key != "strict"}
    assert openai == TOOL["function"]


@pytest.mark.parametrize(
    ("provider", "parameters", "said"),
    [
        ("groq", {"logprobs": True}, "Groq does not support logprobs; pass drop_params=True to leave it out"),
        ("groq", {"n": 2}, "Groq does not support n other than 1"),
        ("deepseek", {"response_format": {"type": "json_schema"}}, "DeepSeek does not support a schema"),
    ],
)
async def test_what_a_provider_refuses_is_told_before_anything_is_sent(
    provider: str, parameters: dict[str, Any], said: str
) -> None:
    with Local(whole(completion_body())) as server:
        with pytest.raises(UnsupportedParameterError) as caught:
            await asked(server, provider, **parameters)
        assert server.requests == []
    assert said in str(caught.value)


async def test_what_a_provider_ignores_is_a_warning() -> None:
    with Local(whole(completion_body())) as server:
        with pytest.warns(UserWarning, match="Anthropic does not support seed, which is left out") as told:
            await asked(server, "anthropic", seed=1)
        assert told[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            await asked(server, "anthropic", seed=1, drop_params=True)
    assert all("seed" not in body for body in server.bodies)


async def test_it_is_told_where_the_program_asks_whichever_way_it_takes() -> None:
    with Local(whole(completion_body())) as server:
        where: Any = {"base_url": server.url("/v1"), "api_key": "key"}

        @llm.call("anthropic", "m", call_params={"seed": 1, **where})
        async def question() -> str:
            return "Hello?"

        model = llm.AsyncModel("anthropic/m", **where)
        with pytest.warns(UserWarning, match="which is left out") as told:
            await model.prompt("Hello?", seed=1, stream=False).text()
        assert told[0].filename == __file__
        with pytest.warns(UserWarning, match="which is left out") as told:
            await question()
        assert told[0].filename == __file__


THOUGHT: dict[str, Any] = {"role": "assistant", "content": "Hello", "reasoning_content": "Hm.", "refusal": None}
CALLED: dict[str, Any] = {
    **THOUGHT,
    "tool_calls": [call("a", id="1", index=0, extra_content={"google": {"thought_signature": "s"}})],
}


@pytest.mark.parametrize(
    ("provider", "message", "sent"),
    [
        ("openai", THOUGHT, {"role": "assistant", "content": "Hello", "refusal": None}),
        ("groq", THOUGHT, {"role": "assistant", "content": "Hello"}),
        ("deepseek", THOUGHT, {"role": "assistant", "content": "Hello", "refusal": None}),
        ("deepseek", CALLED, {**THOUGHT, "tool_calls": [call("a", id="1")]}),
        ("ollama", THOUGHT, {"role": "assistant", "content": "Hello", "refusal": None, "reasoning": "Hm."}),
        ("vllm", THOUGHT, THOUGHT),
        (
            "gemini",
            CALLED,
            {
                "role": "assistant",
                "content": "Hello",
                "refusal": None,
                "tool_calls": [call("a", id="1", extra_content={"google": {"thought_signature": "s"}})],
            },
        ),
    ],
)
async def test_answers_sent_back_are_what_the_provider_takes(
    provider: str, message: dict[str, Any], sent: dict[str, Any]
) -> None:
    with Local(whole(completion_body())) as server:
        await asked(server, provider, messages=[*ASKED, message])
    assert server.bodies[0]["messages"][1] == sent


async def test_messages_are_arranged_as_the_provider_wants_them() -> None:
    messages = [
        {"role": "user", "content": "a", "name": "Ann"},
        {"role": "user", "content": [{"type": "text", "text": "b"}]},
        {"role": "system", "content": "one"},
        {"role": "system", "content": "two"},
    ]
    with Local(whole(completion_body())) as server:
        for provider in ("perplexity", "anthropic", "groq", "openai"):
            await asked(server, provider, messages=messages)
    perplexity, anthropic, groq, openai = (body["messages"] for body in server.bodies)
    both = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert perplexity == [{"role": "system", "content": "one\ntwo"}, {"role": "user", "content": both, "name": "Ann"}]
    assert anthropic == [{"role": "system", "content": "one\ntwo"}, *messages[:2]]
    assert groq == [{"role": "user", "content": "a"}, *messages[1:]]
    assert openai == messages


@pytest.mark.parametrize(
    ("provider", "head"),
    [("openai", "authorization: bearer key"), ("azure", "api-key: key"), ("anthropic", "authorization: bearer key")],
)
async def test_the_key_is_where_the_provider_looks(provider: str, head: str) -> None:
    with Local(whole(completion_body())) as server:
        await asked(server, provider)
    assert head in server.heads[0].split("\r\n")
    assert ("authorization" in server.heads[0]) is head.startswith("authorization")


async def test_azures_older_form_has_deployments_and_a_version() -> None:
    with Local(whole(completion_body())) as server:
        for model in ("azure/my deployment", "azure/d"):
            await acompletion(
                model,
                ASKED,
                base_url=server.url("/openai"),
                api_key="key",
                api_version="2024-10-21",
                extra_query={"a": "b"},
            )
        await acompletion("azure/d", ASKED, base_url=server.url("/openai/v1"), api_key="key", api_version="preview")
    lines = [head.partition(" http/")[0] for head in server.heads]
    assert lines == [
        "post /openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21&a=b",
        "post /openai/deployments/d/chat/completions?api-version=2024-10-21&a=b",
        "post /openai/v1/chat/completions?api-version=preview",
    ]


async def test_responses_and_embeddings_where_there_are_none() -> None:
    with Local(whole({"id": "r"})) as server:
        where: dict[str, Any] = {"base_url": server.url("/v1"), "api_key": "key"}
        with pytest.raises(UnsupportedParameterError, match="DeepSeek does not support the Responses API"):
            await aresponses("deepseek/m", "Hi", **where)
        with pytest.raises(UnsupportedParameterError, match="Ollama does not support previous_response_id"):
            await aresponses("ollama/m", "Hi", previous_response_id="r", **where)
        with pytest.raises(UnsupportedParameterError, match="Anthropic does not support embeddings"):
            await aembedding("anthropic/m", "Hi", **where)
        with pytest.raises(APIResponseValidationError, match="'data' is missing"):
            await aembedding("openai/m", "Hi", **where)
        assert len(server.requests) == 1
