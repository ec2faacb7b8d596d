"""What a test can tell the server to do: queued answers, behaviours by operation; and what it sees afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from antiphon import APIConnectionError, BadRequestError, Client, InternalServerError, NotFoundError, RateLimitError
from antiphon.mock import Answer, Call, Event, Scripted, error_answer, serve
from antiphon.mock.engine import Engine, Given
from antiphon_codegen.samples.service import read_service

from .asking import OWN, ask, document, engine_of, operation

MODEL = {"id": "mine", "object": "model", "created": 1, "owned_by": "me"}


def own(**behaviours: Given) -> Engine:
    given: Mapping[str, Given] = {name.replace("_", "."): value for name, value in behaviours.items()}
    return Engine(read_service(OWN), behaviours=given)


class TestScript:
    def test_answers_in_their_order(self) -> None:
        script = [Scripted(201, {"a": 1}), Scripted(503), Scripted(200, b"raw"), Scripted(200, [1])]
        engine = own()
        engine.enqueue(script)
        answers = [ask(engine, "GET", "/any/path") for _ in range(4)]
        assert [answer.status for answer in answers] == [201, 503, 200, 200]
        assert [answer.body for answer in answers] == [b'{"a":1}', b"", b"raw", b"[1]"]
        assert answers[0].headers["content-type"] == "application/json"
        assert ask(engine, "GET", "/v1/models").value["object"] == "list"

    def test_headers_and_content_types(self) -> None:
        engine = own()
        engine.enqueue([Scripted(200, b"<p>", {"Content-Type": "text/html", "X-Request-Id": "r", "X-A": "b\r\nc: d"})])
        got = ask(engine, "GET", "/v1/models")
        assert (got.headers["content-type"], got.headers["x-request-id"]) == ("text/html", "r")

    def test_faults(self) -> None:
        script: list[Any] = [Scripted(fault="drop"), (200, MODEL, {}, "delay=0"), 500]
        with serve(script=script) as server, Client(base_url=server.url, api_key="any", max_retries=0) as client:
            with pytest.raises(APIConnectionError):
                client.models.list()
            assert client.models.retrieve("any").id == "mine"
            with pytest.raises(InternalServerError):
                client.models.list()
            server.enqueue(429, {"error": {"message": "slow down"}}, {"retry-after": "1"})
            with pytest.raises(RateLimitError, match="slow down"):
                client.models.list()

    def test_line_breaks_in_headers_make_no_headers(self) -> None:
        script = [(200, MODEL, {"x-a": "1\r\nx-b: 2"})]
        with serve(script=script) as server, Client(base_url=server.url, api_key="any") as client:
            raw = client.models.with_raw_response.retrieve("any")
            assert raw.headers.get("x-b") is None


class TestBehaviours:
    def test_a_body(self) -> None:
        assert ask(own(models_retrieve=MODEL), "GET", "/v1/models/any").value == MODEL

    def test_an_answer(self) -> None:
        engine = own(models_retrieve=Answer(202, "text", content_type="text/plain", headers={"x-a": "b"}))
        got = ask(engine, "GET", "/v1/models/any")
        assert (got.status, got.body, got.headers["x-a"]) == (202, b"text", "b")

    def test_a_fault(self) -> None:
        engine = own(models_retrieve="status=503; times=1")
        assert [ask(engine, "GET", "/v1/models/any").status for _ in range(2)] == [503, 200]

    def test_all_others(self) -> None:
        engine = own(models_retrieve=MODEL, **{"*": error_answer(404, "nothing here")})
        assert ask(engine, "GET", "/v1/models/any").status == 200
        assert ask(engine, "GET", "/v1/models").error["message"] == "nothing here"

    def test_a_function_of_the_call(self) -> None:
        def retrieve(call: Call) -> Any:
            return {**MODEL, "id": f"{call.path['model']} {call.query} {call.operation.id} {call.headers['x-a']}"}

        got = ask(own(models_retrieve=retrieve), "GET", "/v1/models/a?b=1", headers={"x-a": "c"})
        assert got.value["id"] == "a {} models.retrieve c"

    def test_a_stream(self) -> None:
        def complete(call: Call) -> Answer:
            assert call.streaming
            return Answer(events=[Event({"a": 1}, "first"), Event("plain\ntext")], done=True)

        body: Any = {"model": "m", "messages": [{"role": "user", "content": "a"}], "stream": True}
        got = ask(own(chat_completions_create=complete), "POST", "/v1/chat/completions", body)
        assert got.body == b'event: first\ndata: {"a":1}\n\ndata: plain\ndata: text\n\ndata: [DONE]\n\n'

    def test_only_valid_requests_reach_it(self) -> None:
        calls: list[Call] = []
        engine = own(chat_completions_create=lambda call: calls.append(call))
        assert ask(engine, "POST", "/v1/chat/completions", {"model": "m"}).status == 400
        assert calls == []

    def test_a_sample_with_some_of_it_known(self) -> None:
        got = ask(own(models_retrieve=lambda call: call.sample(owned_by="me")), "GET", "/v1/models/any")
        assert (got.value["id"], got.value["owned_by"], got.value["object"]) == ("any", "me", "model")

    def test_one_that_fails_is_told(self) -> None:
        def fails(call: Call) -> Any:
            raise KeyError("nothing")

        got = ask(own(models_list=fails), "GET", "/v1/models")
        assert (got.status, got.error["code"]) == (500, "behaviour_failed")
        assert "the behaviour of models.list failed: KeyError('nothing')" in got.error["message"]

    def test_one_that_gives_back_what_json_cannot_hold(self) -> None:
        got = ask(own(models_list=lambda call: {"a": object()}), "GET", "/v1/models")
        assert (got.status, got.error["code"]) == (500, "behaviour_failed")

    def test_an_operation_that_is_not_there(self) -> None:
        with pytest.raises(ValueError, match=r"that the document does not have: models\.lst"):
            own(models_lst=MODEL)

    def test_an_operation_without_an_id(self, tmp_path: Path) -> None:
        content = document({"/things/{id}": {"get": operation({})}})
        engine = engine_of(tmp_path, content, behaviours={"GET /things/{id}": {"mine": True}})
        assert ask(engine, "GET", "/things/5").value == {"mine": True}


class TestRequests:
    def test_what_was_received(self) -> None:
        with serve() as server, Client(base_url=server.url, api_key="very-secret", max_retries=0) as client:
            client.files.list(limit=3, extra_headers={"x-a": "b"})
            client.embeddings.create(model="m", input=["a", "b"])
            with pytest.raises(BadRequestError):
                client.embeddings.create(model="m", input=[])
            with pytest.raises(NotFoundError):
                client.get("/nothing", cast_to=dict[str, object])
            listed, embedded, refused, missing = server.requests
        assert (listed.method, listed.path, listed.query) == ("GET", "/v1/files", {"limit": "3"})
        assert (listed.headers["x-a"], listed.body, listed.operation) == ("b", None, "files.list")
        assert (embedded.body["input"], embedded.status, embedded.problems) == (["a", "b"], 200, ())
        assert (refused.status, refused.operation) == (400, "embeddings.create")
        assert refused.problems
        assert (missing.operation, missing.status) == (None, 404)
        assert "very-secret" not in repr((listed, embedded, refused, missing))

    def test_bodies_that_could_not_be_read_are_bytes(self) -> None:
        engine = own()
        ask(engine, "POST", "/v1/embeddings", b"{")
        ask(engine, "POST", "/v1/embeddings", b"\xff" * 2_000_000, kind="image/png")
        assert engine.received[0].body == b"{"
        assert len(engine.received[1].body) == 1_000_000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 100}, "from 200 to 599"),
        ({"headers": {"a\r\nb": "c"}}, "no name of a header"),
        ({"headers": {"content-length": "5"}}, "the fault `truncate`"),
        ({"fault": "nope"}, "'nope' is no fault"),
    ],
)
def test_answers_that_cannot_be_sent(answer: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Scripted(**answer)
    with serve(OWN) as server:
        told = httpx.post(f"{server.origin}/_mock/answers", json=answer)
    assert (told.status_code, told.json()["error"]["code"]) == (400, "invalid_script")
    assert re.search(said, told.json()["error"]["message"])
