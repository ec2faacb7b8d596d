"""What the model says in chat completions and responses: text, tools, structured outputs, reasoning, limits, usage."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from antiphon.mock.answer.replies import Reply
from antiphon.mock.engine import Engine
from antiphon_codegen.samples.service import read_service

from .asking import OWN, Got, ask
from .exercise import Judge

WEATHER: Any = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
    "required": ["city", "unit"],
    "additionalProperties": False,
}
MENU: Any = {
    "type": "object",
    "properties": {
        "dishes": {"type": "array", "items": {"$ref": "#/$defs/Dish"}, "minItems": 2},
        "open": {"type": "boolean"},
        "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
    "required": ["dishes", "open", "next"],
    "additionalProperties": False,
    "$defs": {"Dish": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
}
HELLO: Any = {"role": "user", "content": "Hello"}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(OWN)


@pytest.fixture
def engine() -> Engine:
    return Engine(read_service(OWN))


class Asked:
    """Puts questions in both APIs; every answer is judged by the document."""

    def __init__(self, engine: Engine, judge: Judge) -> None:
        self._engine = engine
        self._judge = judge

    def __call__(self, operation: str, path: str, body: Any) -> Got:
        got = ask(self._engine, "POST", path, body)
        assert got.status == 200, got.body
        reply = Reply(got.status, tuple(got.headers.items()), got.pieces)
        assert self._judge.fault(self._engine.service.by_id[operation], reply) is None
        return got

    def chat(self, text: str = "Hello", **more: Any) -> Got:
        body = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
        return self("chat.completions.create", "/v1/chat/completions", body)

    def response(self, given: Any = "Hello", **more: Any) -> Got:
        return self("responses.create", "/v1/responses", {"model": "m", "input": given, **more})


@pytest.fixture
def asked(engine: Engine, judge: Judge) -> Asked:
    return Asked(engine, judge)


def function(name: str, parameters: Any = WEATHER) -> Any:
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def flat(name: str, parameters: Any = WEATHER) -> Any:
    return {"type": "function", "name": name, "parameters": parameters, "strict": True}


def assert_fits(text: str, schema: Any) -> None:
    cast(Any, Draft202012Validator)(schema).validate(json.loads(text))


def calls_of(got: Got) -> list[Any]:
    return got.value["choices"][0]["message"].get("tool_calls") or []


def items_of(got: Got, kind: str) -> list[Any]:
    return [item for item in got.value["output"] if item["type"] == kind]


class TestChat:
    def test_text(self, asked: Asked) -> None:
        value = asked.chat("one two three").value
        assert value["choices"][0]["message"]["content"] == "You said: one two three"
        assert value["choices"][0]["finish_reason"] == "stop"
        assert value["usage"]["prompt_tokens"] == 3
        assert value["usage"]["total_tokens"] == 3 + value["usage"]["completion_tokens"]

    def test_parts_and_several_messages(self, asked: Asked) -> None:
        content: Any = [
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
        ]
        messages: Any = [{"role": "user", "content": content}, {"role": "assistant", "content": "well"}]
        value = asked.chat(messages=messages).value
        assert value["choices"][0]["message"]["content"] == "You said: look [image_url]"

    @pytest.mark.parametrize(
        ("more", "text", "reason"),
        [
            ({"max_tokens": 2}, "You said:", "length"),
            ({"max_completion_tokens": 3}, "You said: one", "length"),
            ({"max_tokens": 100}, "You said: one two", "stop"),
            ({"stop": "one"}, "You said: ", "stop"),
            ({"stop": ["x", "two"]}, "You said: one ", "stop"),
        ],
    )
    def test_limits(self, more: Any, text: str, reason: str, asked: Asked) -> None:
        choice = asked.chat("one two", **more).value["choices"][0]
        assert (choice["message"]["content"], choice["finish_reason"]) == (text, reason)

    def test_several_choices(self, asked: Asked) -> None:
        assert [each["index"] for each in asked.chat(n=3).value["choices"]] == [0, 1, 2]
        streamed = asked.chat(n=2, stream=True).events
        assert {choice["index"] for _, data in streamed[:-1] for choice in data["choices"]} == {0, 1}

    def test_a_stream_says_the_same(self, asked: Asked) -> None:
        events = asked.chat("one  two\nthree", stream=True, stream_options={"include_usage": True}).events
        assert events[-1] == (None, "[DONE]")
        chunks = [data for _, data in events[:-1]]
        deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
        assert "".join(delta.get("content") or "" for delta in deltas) == "You said: one  two\nthree"
        assert chunks[-1]["choices"] == []
        assert chunks[-1]["usage"]["completion_tokens"] == 5
        assert [chunk["usage"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
        assert len({chunk["id"] for chunk in chunks}) == 1

    def test_a_tool_is_called_and_its_result_said(self, asked: Asked) -> None:
        tools = [function("get_time", {"type": "object", "properties": {}}), function("get_weather")]
        got = asked.chat("What is the weather like?", tools=tools)
        (made,) = calls_of(got)
        assert made["function"]["name"] == "get_weather"
        assert_fits(made["function"]["arguments"], WEATHER)
        assert got.value["choices"][0]["finish_reason"] == "tool_calls"
        assert got.value["choices"][0]["message"]["content"] is None
        messages: Any = [
            {"role": "user", "content": "What is the weather like?"},
            {"role": "assistant", "tool_calls": [made]},
            {"role": "tool", "tool_call_id": made["id"], "content": "18 degrees"},
        ]
        answer = asked.chat(messages=messages, tools=tools).value["choices"][0]
        assert (answer["message"]["content"], answer["finish_reason"]) == ("The tools said: 18 degrees", "stop")
        picture = {"type": "image_url", "image_url": {"url": "https://images.example/sky.png"}}
        messages.append({"role": "user", "content": [picture]})  # of the tool, too
        answer = asked.chat(messages=messages, tools=tools).value["choices"][0]
        assert answer["message"]["content"] == "The tools said: 18 degrees"
        messages[-1]["content"].insert(0, {"type": "text", "text": "And tomorrow?"})
        assert calls_of(asked.chat(messages=messages, tools=tools))

    @pytest.mark.parametrize(
        ("more", "names"),
        [
            ({}, ["get_weather", "book_flight"]),
            ({"parallel_tool_calls": False}, ["get_weather"]),
            ({"tool_choice": "none"}, []),
            ({"tool_choice": "required"}, ["get_weather", "book_flight"]),
            ({"tool_choice": {"type": "function", "function": {"name": "get_time"}}}, ["get_time"]),
            (
                {
                    "tool_choice": {
                        "type": "allowed_tools",
                        "allowed_tools": {
                            "mode": "auto",
                            "tools": [{"type": "function", "function": {"name": "book_flight"}}],
                        },
                    }
                },
                ["book_flight"],
            ),
        ],
    )
    def test_which_tools_are_called(self, more: Any, names: list[str], asked: Asked) -> None:
        tools = [function(name) for name in ("get_weather", "get_time", "book_flight")]
        made = calls_of(asked.chat("The weather, and a flight", tools=tools, **more))
        assert [each["function"]["name"] for each in made] == names
        assert len({each["id"] for each in made}) == len(made)

    def test_a_function_without_parameters_gets_none(self, asked: Asked) -> None:
        shapes: list[Any] = [{"type": "object", "properties": {}}, {"type": "object"}, {}]
        for parameters in shapes:
            (made,) = calls_of(asked.chat(tools=[function("ping", parameters)]))
            assert made["function"]["arguments"] == "{}"
        (made,) = calls_of(asked.chat(tools=[{"type": "function", "function": {"name": "ping"}}]))
        assert made["function"]["arguments"] == "{}"

    def test_a_custom_tool(self, asked: Asked) -> None:
        (made,) = calls_of(asked.chat(tools=[{"type": "custom", "custom": {"name": "shell"}}]))
        assert made["custom"] == {"name": "shell", "input": "mock input"}

    def test_the_older_functions(self, asked: Asked) -> None:
        functions = [{"name": "get_weather", "parameters": WEATHER}]
        choice = asked.chat(functions=functions).value["choices"][0]
        assert choice["finish_reason"] == "function_call"
        assert choice["message"]["function_call"]["name"] == "get_weather"
        events = asked.chat(functions=functions, stream=True).events[:-1]
        deltas = [data["choices"][0]["delta"].get("function_call", {}) for _, data in events]
        assert_fits("".join(each.get("arguments", "") for each in deltas), WEATHER)

    def test_streamed_calls(self, asked: Asked) -> None:
        tools = [function("get_weather"), function("get_flight")]
        events = asked.chat("weather flight", tools=tools, stream=True).events[:-1]
        arguments: dict[int, str] = {}
        names: dict[int, str] = {}
        for _, data in events:
            for each in data["choices"][0]["delta"].get("tool_calls", []):
                arguments[each["index"]] = arguments.get(each["index"], "") + each["function"]["arguments"]
                names.setdefault(each["index"], each["function"].get("name"))
        assert names == {0: "get_weather", 1: "get_flight"}
        for text in arguments.values():
            assert_fits(text, WEATHER)
        assert events[-1][1]["choices"][0]["finish_reason"] == "tool_calls"

    @pytest.mark.parametrize("schema", [MENU, WEATHER, {"type": "array", "items": {"type": "integer"}}, {}])
    def test_structured_output(self, schema: Any, asked: Asked) -> None:
        form = {"type": "json_schema", "json_schema": {"name": "menu", "schema": schema, "strict": True}}
        text = asked.chat(response_format=form).value["choices"][0]["message"]["content"]
        assert_fits(text, schema)

    def test_any_json(self, asked: Asked) -> None:
        text = asked.chat(response_format={"type": "json_object"}).value["choices"][0]["message"]["content"]
        assert json.loads(text) == {"said": "You said: Hello"}

    def test_json_in_a_form_that_the_prompt_describes(self, asked: Asked) -> None:
        told = f"Answer with JSON that fits {json.dumps(WEATHER)} please, not {{this}}."
        for messages in ([{"role": "user", "content": told}], [{"role": "system", "content": told}, HELLO]):
            form = {"type": "json_object"}
            choice = asked.chat(messages=messages, response_format=form).value["choices"][0]
            assert_fits(choice["message"]["content"], WEATHER)

    @pytest.mark.parametrize(
        ("question", "properties", "arguments"),
        [
            ("Multiply 34 by -2.5", {"a": "integer", "b": "number"}, {"a": 34, "b": -2.5}),
            ("Add 1 and 2", {"a": "number", "b": "number"}, {"a": 1, "b": 2}),
            ("How is the weather in New York today?", {"city": "string"}, {"city": "New York"}),
            ('Look for "the long way" in Oslo', {"text": "string"}, {"text": "the long way"}),
        ],
    )
    def test_arguments_are_those_of_the_question(
        self, question: str, properties: dict[str, str], arguments: Any, asked: Asked
    ) -> None:
        parameters = {name: {"type": kind, "description": name} for name, kind in properties.items()}
        schema = {"type": "object", "properties": parameters, "required": list(parameters)}
        (made,) = calls_of(asked.chat(question, tools=[function("ask", schema)]))
        assert json.loads(made["function"]["arguments"]) == arguments

    def test_arguments_fit_though_the_question_does_not(self, asked: Asked) -> None:
        schema = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 5}}, "required": ["n"]}
        (made,) = calls_of(asked.chat("Add 1 to x2", tools=[function("add", schema)]))
        assert_fits(made["function"]["arguments"], schema)

    def test_without_parallel_calls_there_is_a_round_for_each(self, asked: Asked) -> None:
        tools = [function(name) for name in ("get_weather", "get_time", "book_flight")]
        messages: list[Any] = [{"role": "user", "content": "The weather, and a flight"}]
        names: list[str] = []
        for number in range(3):
            got = asked.chat(messages=messages, tools=tools, parallel_tool_calls=False).value["choices"][0]["message"]
            if not got.get("tool_calls"):
                assert (number, got["content"]) == (2, "The tools said: result 0; result 1")
                break
            (made,) = got["tool_calls"]
            names.append(made["function"]["name"])
            messages += [got, {"role": "tool", "tool_call_id": made["id"], "content": f"result {number}"}]
        assert names == ["get_weather", "book_flight"]
        assert calls_of(asked.chat(messages=[*messages, HELLO], tools=tools))

    def test_thoughts(self, asked: Asked) -> None:
        message = asked.chat(reasoning_effort="high").value["choices"][0]["message"]
        assert message["reasoning_content"] == "Thinking about what was said."
        assert "reasoning_content" not in asked.chat(reasoning_effort="none").value["choices"][0]["message"]
        events = asked.chat(reasoning_effort="high", stream=True).events[:-1]
        deltas = [data["choices"][0]["delta"] for _, data in events]
        assert "".join(each.get("reasoning_content", "") for each in deltas) == message["reasoning_content"]

    def test_reasoning_is_counted(self, asked: Asked) -> None:
        plain, thinking = asked.chat().value["usage"], asked.chat(reasoning_effort="high").value["usage"]
        assert thinking["completion_tokens_details"]["reasoning_tokens"] == 8
        assert thinking["total_tokens"] == plain["total_tokens"] + 8

    def test_a_schema_of_a_request_reads_no_files(self, asked: Asked) -> None:
        form: Any = {"name": "x", "schema": {"$ref": "/etc/passwd#/x"}}
        for target in ("/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:9/x", "openapi.yaml#/info"):
            form["schema"] = {"type": "object", "properties": {"a": {"$ref": target}}, "required": ["a"]}
            text = asked.chat(response_format={"type": "json_schema", "json_schema": form})
            assert "a" in json.loads(text.value["choices"][0]["message"]["content"])


class TestResponses:
    def test_text(self, asked: Asked) -> None:
        value = asked.response("one two").value
        assert value["output"][0]["content"][0]["text"] == "You said: one two"
        assert value["status"] == "completed"
        assert value["usage"]["total_tokens"] == value["usage"]["input_tokens"] + value["usage"]["output_tokens"]

    def test_it_is_kept_and_can_be_deleted(self, engine: Engine, asked: Asked) -> None:
        name = asked.response("kept").value["id"]
        path = f"/v1/responses/{name}"
        assert ask(engine, "GET", path).value["output"][0]["content"][0]["text"] == "You said: kept"
        items = ask(engine, "GET", f"{path}/input_items").value["data"]
        assert items[0]["content"] == [{"type": "input_text", "text": "kept"}]
        assert ask(engine, "DELETE", path).status == 200
        assert ask(engine, "GET", path).status == 404

    def test_in_the_background(self, engine: Engine, asked: Asked) -> None:
        value = asked.response(background=True).value
        assert (value["status"], value["output"]) == ("queued", [])
        later = ask(engine, "GET", f"/v1/responses/{value['id']}").value
        assert (later["status"], later["output"][0]["type"]) == ("completed", "message")

    def test_a_limit(self, asked: Asked) -> None:
        value = asked.response("one two", max_output_tokens=16).value
        assert value["status"] == "completed"
        value = asked.response(" ".join(map(str, range(40))), max_output_tokens=16).value
        assert (value["status"], value["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
        events = asked.response(" ".join(map(str, range(40))), max_output_tokens=16, stream=True).events
        assert events[-2][0] == "response.incomplete"

    def test_a_stream(self, asked: Asked) -> None:
        events = asked.response("one two", stream=True).events
        assert events[-1] == (None, "[DONE]")
        names = [name for name, _ in events[:-1]]
        assert names[:4] == [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
        ]
        assert names[-1] == "response.completed"
        assert [data["type"] for _, data in events[:-1]] == names
        assert [data["sequence_number"] for _, data in events[:-1]] == list(range(len(names)))
        text = "".join(data["delta"] for name, data in events if name == "response.output_text.delta")
        assert text == "You said: one two"

    def test_events_can_be_had_again_from_a_point(self, engine: Engine, asked: Asked) -> None:
        stream = asked.response(stream=True).events
        name = stream[0][1]["response"]["id"]
        again = ask(engine, "GET", f"/v1/responses/{name}?stream=true&starting_after=3").events
        assert [data["sequence_number"] for _, data in again[:-1]] == list(range(4, len(stream) - 1))

    def test_a_tool_is_called_and_its_result_said(self, asked: Asked) -> None:
        (made,) = items_of(asked.response("weather?", tools=[flat("get_weather")]), "function_call")
        assert_fits(made["arguments"], WEATHER)
        output = {"type": "function_call_output", "call_id": made["call_id"], "output": "18 degrees"}
        said = asked.response([{"role": "user", "content": "weather?"}, made, output], tools=[flat("get_weather")])
        assert said.value["output"][0]["content"][0]["text"] == "The tools said: 18 degrees"
        alone = asked.response([output], tools=[flat("get_weather")], previous_response_id="resp_1")
        assert alone.value["output"][0]["content"][0]["text"] == "The tools said: 18 degrees"

    @pytest.mark.parametrize(
        ("choice", "names"),
        [
            ("auto", ["get_weather"]),
            ("none", []),
            ({"type": "function", "name": "get_time"}, ["get_time"]),
            (
                {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_time"}]},
                ["get_time"],
            ),
        ],
    )
    def test_which_tools_are_called(self, choice: Any, names: list[str], asked: Asked) -> None:
        got = asked.response("weather", tools=[flat("get_time"), flat("get_weather")], tool_choice=choice)
        assert [each["name"] for each in items_of(got, "function_call")] == names

    def test_streamed_calls(self, asked: Asked) -> None:
        tools = [flat("get_weather"), {"type": "custom", "name": "weather_shell"}]
        events = asked.response("weather", tools=tools, stream=True).events
        deltas = [data for name, data in events if name == "response.function_call_arguments.delta"]
        done = [data for name, data in events if name == "response.function_call_arguments.done"]
        assert "".join(each["delta"] for each in deltas) == done[0]["arguments"]
        assert deltas[0]["output_index"] == 0
        custom = [data for name, data in events if name == "response.custom_tool_call_input.done"]
        assert (custom[0]["input"], custom[0]["output_index"]) == ("mock input", 1)

    def test_tools_that_run_at_the_server_are_passed_over(self, asked: Asked) -> None:
        assert asked.response(tools=[{"type": "web_search"}]).value["output"][0]["type"] == "message"

    def test_structured_output(self, asked: Asked) -> None:
        form = {"type": "json_schema", "name": "menu", "schema": MENU, "strict": True}
        text = asked.response(text={"format": form}).value["output"][0]["content"][0]["text"]
        assert_fits(text, MENU)

    def test_reasoning(self, asked: Asked) -> None:
        more: Any = {"reasoning": {"effort": "high", "summary": "auto"}}
        value = asked.response(**more).value
        assert [item["type"] for item in value["output"]] == ["reasoning", "message"]
        assert value["usage"]["output_tokens_details"]["reasoning_tokens"] == 8
        events = asked.response(**more, stream=True).events
        summary = "".join(data["delta"] for name, data in events if name == "response.reasoning_summary_text.delta")
        assert summary == value["output"][0]["summary"][0]["text"]

    def test_encrypted_thoughts(self, asked: Asked) -> None:
        more: Any = {"reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"]}
        assert asked.response(**more).value["output"][0]["encrypted_content"]

    def test_what_follows_knows_what_was_said(self, asked: Asked) -> None:
        tools = [flat("get_weather"), flat("book_flight")]
        more: Any = {"tools": tools, "parallel_tool_calls": False}
        got = asked.response("The weather, and a flight", **more).value
        names: list[str] = []
        while calls := [item for item in got["output"] if item["type"] == "function_call"]:
            names += [each["name"] for each in calls]
            output = {"type": "function_call_output", "call_id": calls[0]["call_id"], "output": f"result {len(names)}"}
            got = asked.response([output], previous_response_id=got["id"], **more).value
        assert names == ["get_weather", "book_flight"]
        assert got["output"][0]["content"][0]["text"] == "The tools said: result 1; result 2"
        assert got["usage"]["input_tokens"] >= 5

    def test_a_conversation_knows_what_was_said(self, asked: Asked) -> None:
        made = asked.response("weather", tools=[flat("get_weather")], conversation="conv_1").value["output"][0]
        output = {"type": "function_call_output", "call_id": made["call_id"], "output": "18"}
        got = asked.response([output], tools=[flat("get_weather")], conversation={"id": "conv_1"}).value
        assert got["output"][0]["content"][0]["text"] == "The tools said: 18"


class TestCompletions:
    @pytest.mark.parametrize(
        ("more", "text", "reason"),
        [
            ({}, "You said: one two", "stop"),
            ({"max_tokens": 2}, "You said:", "length"),
            ({"stop": "one"}, "You said: ", "stop"),
            ({"echo": True}, "one twoYou said: one two", "stop"),
        ],
    )
    def test_limits(self, more: Any, text: str, reason: str, asked: Asked) -> None:
        body = {"model": "m", "prompt": "one two", **more}
        choice = asked("completions.create", "/v1/completions", body).value["choices"][0]
        assert (choice["text"], choice["finish_reason"]) == (text, reason)
        events = asked("completions.create", "/v1/completions", {**body, "stream": True}).events
        assert "".join(data["choices"][0]["text"] for _, data in events[:-1]) == text
