"""What a test has the model say: in every API, whole and streamed, in process and over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antiphon import APIConnectionError, Client, RateLimitError
from antiphon.mock import BadTurn, Turn, serve
from antiphon.mock.answer.replies import Reply
from antiphon.mock.answer.turns import TurnLike, turn_of
from antiphon.mock.engine import Engine
from antiphon_codegen.samples.service import read_service

from .asking import OWN, Got, ask, document, engine_of, operation
from .exercise import Judge

CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
CITY: Any = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS: Any = [{"type": "function", "function": {"name": "get_weather", "parameters": CITY}}]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(OWN)


class Asked:
    """Has a model say something; every answer is judged by the document."""

    def __init__(self, judge: Judge) -> None:
        self.engine = Engine(read_service(OWN))
        self._judge = judge

    def __call__(self, turn: TurnLike, operation: str, path: str, body: Any) -> Got:
        self.engine.say([turn_of(turn)])
        got = ask(self.engine, "POST", path, body)
        assert got.status == 200, got.body
        reply = Reply(got.status, tuple(got.headers.items()), got.pieces)
        assert self._judge.fault(self.engine.service.by_id[operation], reply) is None
        return got

    def chat(self, turn: TurnLike, **more: Any) -> Any:
        got = self(turn, "chat.completions.create", "/v1/chat/completions", {**CHAT, **more})
        return got if more.get("stream") else got.value["choices"][0]

    def response(self, turn: TurnLike, **more: Any) -> Any:
        body = {"model": "m", "input": "Hello", **more}
        got = self(turn, "responses.create", "/v1/responses", body)
        return got if more.get("stream") else got.value


@pytest.fixture
def asked(judge: Judge) -> Asked:
    return Asked(judge)


def chat(client: Client, **more: Any) -> Any:
    create: Any = client.chat.completions.create
    return create(**CHAT, **more)


def deltas(got: Got) -> list[dict[str, Any]]:
    return [choice["delta"] for _, data in got.events[:-1] for choice in data["choices"]]


class TestChat:
    def test_a_text(self, asked: Asked) -> None:
        assert asked.chat("Well.")["message"]["content"] == "Well."
        assert asked.chat({"text": {"a": 1}})["message"]["content"] == '{"a": 1}'
        assert asked.chat("")["message"]["content"] == ""

    def test_calls(self, asked: Asked) -> None:
        calls = ["get_weather", ("get_weather", {"city": "Oslo"}), {"name": "nothing_known", "arguments": "{oops"}]
        choice = asked.chat(Turn("Let me see.", calls), tools=TOOLS)
        made, told, broken = (each["function"] for each in choice["message"]["tool_calls"])
        assert list(json.loads(made["arguments"])) == ["city"]
        assert json.loads(told["arguments"]) == {"city": "Oslo"}
        assert broken == {"name": "nothing_known", "arguments": "{oops"}
        assert (choice["message"]["content"], choice["finish_reason"]) == ("Let me see.", "tool_calls")

    def test_a_stream(self, asked: Asked) -> None:
        got = asked.chat(Turn("One two", [("a", {})], "Hm, hm."), stream=True)
        assert [each["content"] for each in deltas(got) if each.get("content")] == ["One ", "two"]
        assert "".join(each.get("reasoning_content", "") for each in deltas(got)) == "Hm, hm."
        assert got.events[-2][1]["choices"][0]["finish_reason"] == "tool_calls"

    def test_thoughts(self, asked: Asked) -> None:
        got = asked(Turn(reasoning="One two three"), "chat.completions.create", "/v1/chat/completions", CHAT).value
        assert got["choices"][0]["message"]["reasoning_content"] == "One two three"
        assert got["choices"][0]["message"]["content"] == "You said: Hello"
        assert got["usage"]["completion_tokens_details"]["reasoning_tokens"] == 3

    def test_a_refusal(self, asked: Asked) -> None:
        message = asked.chat(Turn(refusal="I will not."))["message"]
        assert (message["content"], message["refusal"]) == (None, "I will not.")
        got = asked.chat(Turn(refusal="I will not."), stream=True)
        assert "".join(each.get("refusal") or "" for each in deltas(got)) == "I will not."

    def test_usage_and_why_it_stops(self, asked: Asked) -> None:
        turn = Turn("Well", finish_reason="content_filter", usage={"prompt_tokens": 100})
        got = asked(turn, "chat.completions.create", "/v1/chat/completions", CHAT).value
        assert got["choices"][0]["finish_reason"] == "content_filter"
        assert got["usage"]["prompt_tokens"] == 100
        assert got["usage"]["total_tokens"] == 101

    def test_headers(self, asked: Asked) -> None:
        got = asked(Turn(headers={"x-a": "b"}), "chat.completions.create", "/v1/chat/completions", CHAT)
        assert got.headers["x-a"] == "b"


class TestOthers:
    def test_responses(self, asked: Asked) -> None:
        output = asked.response(Turn("Well.", [("look", {"a": 1})], "Hm."))["output"]
        assert [item["type"] for item in output] == ["reasoning", "message", "function_call"]
        assert output[0]["summary"][0]["text"] == "Hm."
        assert output[1]["content"][0]["text"] == "Well."
        assert output[2]["arguments"] == '{"a": 1}'
        cut = asked.response(Turn("Well.", finish_reason="length", usage={"input_tokens": 7}))
        assert (cut["status"], cut["incomplete_details"]["reason"]) == ("incomplete", "max_output_tokens")
        assert cut["usage"]["total_tokens"] == 8

    def test_a_refusal_of_a_response(self, asked: Asked) -> None:
        assert asked.response(Turn(refusal="No."))["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]
        events = asked.response(Turn(refusal="No."), stream=True).events
        names = [name for name, _ in events]
        assert "response.refusal.delta" in names
        assert "response.refusal.done" in names

    def test_completions(self, asked: Asked) -> None:
        body = {"model": "m", "prompt": "Hello"}
        value = asked(Turn("a b", finish_reason="length"), "completions.create", "/v1/completions", body).value
        assert (value["choices"][0]["text"], value["choices"][0]["finish_reason"]) == ("a b", "length")

    def test_the_queue_waits_for_who_asks_a_model(self, asked: Asked) -> None:
        asked.engine.say([Turn("first"), Turn("second")])
        assert ask(asked.engine, "GET", "/v1/models").status == 200
        assert ask(asked.engine, "POST", "/v1/chat/completions", {"model": "m"}).status == 400
        answers = [ask(asked.engine, "POST", "/v1/chat/completions", CHAT).value for _ in range(3)]
        texts = [each["choices"][0]["message"]["content"] for each in answers]
        assert texts == ["first", "second", "You said: Hello"]

    def test_a_document_without_a_model(self, tmp_path: Any) -> None:
        with pytest.raises(ValueError, match="has no model"):
            engine_of(tmp_path, document({"/a": {"get": operation({})}})).say([Turn("a")])


NOTHING: dict[str, Any] = {}
NO_TURNS: list[tuple[Any, str]] = [
    (5, "a turn is a text, a mapping or a Turn, not int"),
    ({"txt": "a"}, "a turn has no 'txt'; it has text, calls"),
    ({"calls": "look"}, "calls of a turn is a list"),
    ({"calls": [("a", NOTHING, 1)]}, "a name, or a name and its arguments"),
    ({"calls": [{"arguments": NOTHING}]}, "a call of a turn has a name"),
    ({"calls": [("a", {"b": object()})]}, "JSON cannot hold the turn"),
    ({"text": object()}, "JSON cannot hold the turn"),
    ({"fault": 3}, "fault of a turn is a text, not int"),
    ({"headers": "a"}, "headers of a turn is a mapping, not str"),
    ({"headers": {"a b": "c"}}, "'a b' is no name of a header"),
    ({"headers": {"a": 1}}, "the header a is a text, not int"),
    ({"headers": {"Content-Length": "3"}}, "the fault `truncate`"),
    ({"fault": "stauts=500"}, "'stauts' is no fault"),
    ({"usage": {"prompt_tokens": "many"}}, "prompt_tokens in the usage of a turn is a number, not str"),
]


@pytest.mark.parametrize(("entry", "said"), NO_TURNS)
def test_what_cannot_be_said(entry: Any, said: str) -> None:
    with pytest.raises(BadTurn, match=said):
        turn_of(entry)


class TestServer:
    def test_turns_of_a_server(self) -> None:
        turns: list[TurnLike] = ["One.", {"calls": ["get_weather"]}, Turn("Three.")]
        with serve(turns=turns) as server, Client(base_url=server.url, api_key="any", max_retries=0) as client:
            said = [chat(client, tools=TOOLS).choices[0].message for _ in range(3)]
            assert (said[0].content, said[2].content) == ("One.", "Three.")
            assert said[1].tool_calls is not None
            server.say("Four.")
            assert client.responses.create(model="m", input="Hello").output_text == "Four."

    def test_what_goes_wrong(self) -> None:
        with serve() as server, Client(base_url=server.url, api_key="any", max_retries=0) as client:
            server.say(fault="status=429; retry-after-ms=1")
            server.say("Never.", fault="drop")
            server.say("One two three four", fault="cut-stream=3")
            server.say("Late.", fault="delay=0.01")
            with pytest.raises(RateLimitError):
                chat(client)
            with pytest.raises(APIConnectionError):
                chat(client)
            got: list[str | None] = []
            with pytest.raises(APIConnectionError):
                got.extend(chunk.choices[0].delta.content for chunk in chat(client, stream=True))
            assert chat(client).choices[0].message.content == "Late."

    def test_a_turn_for_one_request(self) -> None:
        with serve() as server, Client(base_url=server.url, api_key="any", max_retries=0) as client:

            def say(turn: str) -> str | None:
                made = chat(client, extra_headers={"x-mock-turn": turn})
                return made.choices[0].message.content

            assert say("Well.") == "Well."
            assert say('{"text": ["a"]}') == '["a"]'
            for bad, said in (("{oops", "x-mock-turn holds no JSON"), ('{"a": 1}', "a turn has no 'a'")):
                with pytest.raises(Exception, match=said):
                    say(bad)


class TestOverHTTP:
    def test_turns_and_answers(self) -> None:
        engine = Engine(read_service(OWN))
        assert ask(engine, "POST", "/_mock/turns", ["One.", {"calls": ["look"]}]).value == {"queued": 2}
        assert ask(engine, "POST", "/_mock/turns", {"text": "Three."}).value == {"queued": 1}
        messages = [ask(engine, "POST", "/v1/chat/completions", CHAT).value["choices"][0]["message"] for _ in range(3)]
        assert messages[0]["content"] == "One."
        assert messages[1]["tool_calls"][0]["function"]["name"] == "look"
        assert messages[2]["content"] == "Three."
        answers = [503, {"status": 201, "body": {"a": 1}, "headers": {"x-a": "b"}}]
        assert ask(engine, "POST", "/_mock/answers", answers).value == {"queued": 2}
        assert ask(engine, "GET", "/v1/models").status == 503
        got = ask(engine, "GET", "/v1/models")
        assert (got.status, got.value, got.headers["x-a"]) == (201, {"a": 1}, "b")

    def test_what_was_received(self) -> None:
        engine = Engine(read_service(OWN))
        ask(engine, "POST", "/v1/chat/completions", CHAT)
        (received,) = ask(engine, "GET", "/_mock/requests").value
        assert (received["operation"], received["body"], received["status"]) == ("chat.completions.create", CHAT, 200)
        assert "any" not in json.dumps(received["headers"])

    def test_it_can_be_forgotten(self) -> None:
        engine = Engine(read_service(OWN))
        ask(engine, "POST", "/_mock/turns", "One.")
        assert ask(engine, "DELETE", "/_mock/turns").status == 204
        assert "You said" in ask(engine, "POST", "/v1/chat/completions", CHAT).body.decode()

    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "said"),
        [
            ("GET", "/_mock/anything", None, 404, "POST and DELETE /_mock/turns"),
            ("POST", "/_mock/turns", b"{", 400, "Expecting property name"),
            ("POST", "/_mock/turns", 5, 400, "a turn is a text"),
            ("POST", "/_mock/answers", "a", 400, "an answer is a status"),
            ("POST", "/_mock/answers", {"status": 7}, 400, "from 200 to 599"),
            ("POST", "/_mock/answers", {"state": 7}, 400, "an answer has no 'state'"),
            ("POST", "/_mock/answers", {"headers": 7}, 400, "headers of an answer are an object"),
        ],
    )
    def test_what_is_refused(self, method: str, path: str, body: Any, status: int, said: str) -> None:
        got = ask(Engine(read_service(OWN)), method, path, body)
        assert got.status == status
        assert said in got.error["message"]
