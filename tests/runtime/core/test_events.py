"""What the events of a stream mean, in the forms that real servers send them."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest

from antiphon.runtime import APIError, APIResponseValidationError, BaseModel
from antiphon.runtime.core.events import EventReader, EventStream, LineReader, event_stream
from antiphon.runtime.core.reading import reader_for

from ..samples import Chunk, response
from ..splits import splits

SSE = {"content-type": "text/event-stream; charset=utf-8"}


def stream(target: Any = Chunk, headers: dict[str, str] | None = None) -> EventStream[Any]:
    return event_stream(reader_for(target), response(None, 200, SSE if headers is None else headers))


def walk(events: EventStream[Any], pieces: list[bytes]) -> list[Any]:
    """As the drivers do it."""
    items: list[Any] = []
    for piece in pieces:
        items.extend(events.feed(piece))
        if events.done:
            break
    items.extend(events.finish())
    return items


def data(identity: object, **more: object) -> bytes:
    return b"data: " + json.dumps({"id": identity, **more}).encode() + b"\n\n"


ONE, TWO, DONE = data("1"), data("2"), b"data: [DONE]\n\n"

GOOD_STREAMS = {
    "plain": ONE + TWO + DONE,
    "crlf": (ONE + TWO + DONE).replace(b"\n", b"\r\n"),
    "cr": (ONE + TWO + DONE).replace(b"\n", b"\r"),
    "no space": (ONE + TWO + DONE).replace(b"data: ", b"data:"),
    "bom": b"\xef\xbb\xbf" + ONE + TWO + DONE,
    "comment": b": OPENROUTER PROCESSING\n\n" + ONE + b":\n\n" + TWO + DONE,
    "comment after id": b"id: 7\n" + ONE + b": ping\n\n" + TWO + DONE,
    "retry block": b"retry: 1000\n\n" + ONE + TWO + DONE,
    "id block": b"id: 7\n\n" + ONE + TWO + DONE,
    "event block": b"event: ping\n\n" + ONE + TWO + DONE,
    "ping with data": b"event: ping\ndata: \n\n" + ONE + b"event: ping\ndata: keep\n\n" + TWO + DONE,
    "empty data": b"data:\n\n" + ONE + b"data: \n\ndata\n\n" + TWO + DONE,
    "blank data": b"data:    \n\n" + ONE + TWO + DONE,
    "relayed comment": b"data: : keepalive\n\n" + ONE + b"data: :\n\n" + TWO + DONE,
    "done with spaces": ONE + TWO + b"data:   [DONE] \n\n",
    "done with more": ONE + TWO + b"data: [DONE]   thanks\n\n",
    "done by name": ONE + TWO + b"event: done\ndata: [DONE]\n\n",
    "done by name only": ONE + TWO + b"event: done\ndata: bye\n\n",
    "done not ended": ONE + TWO + b"data: [DONE]",
    "done half ended": ONE + TWO + b"data: [DONE]\n",
    "data after done": ONE + TWO + DONE + data("3") + b"data: junk\n\n",
    "many lines": b'data: {"id":\ndata: "1"}\n\n' + TWO + DONE,
    "blank lines": b"\n\n" + ONE + b"\n\n\n" + TWO + b"\n" + DONE,
    "named": b"event: message\n" + ONE + b"event: chunk.new\n" + TWO + DONE,
    "null error": data("1", error=None) + data("2", error="") + DONE,
    "the word error": data("1", text='the "error" is told') + data("2", text="error") + DONE,
}


@pytest.mark.parametrize("body", GOOD_STREAMS.values(), ids=GOOD_STREAMS.keys())
def test_items_and_the_end(body: bytes) -> None:
    for pieces in splits(body, rounds=5):
        events = stream()
        assert [item.id for item in walk(events, pieces)] == ["1", "2"]
        assert events.done


@pytest.mark.parametrize(
    ("tail", "count"),
    [(b"", 2), (b"data: ", 2), (b'data: {"id": "3"}', 2), (b'data: {"id": "3"}\n', 2), (b": bye\n\n", 2), (b"\n", 2)],
)
def test_a_stream_that_ends_without_its_mark_is_not_done(tail: bytes, count: int) -> None:
    for pieces in splits(ONE + TWO + tail, rounds=5):
        events = stream()
        assert len(walk(events, pieces)) == count
        assert not events.done


def test_text_as_it_was_sent() -> None:
    body = 'data: {"id": "1", "text": "a\u2028b caf\u00e9 \U0001f600"}\n\n'.encode()
    for pieces in splits(body):
        [item] = walk(stream(), pieces)
        assert item.text == "a\u2028b caf\u00e9 \U0001f600"


def test_bytes_that_are_no_text_are_replaced() -> None:
    for pieces in splits(b'data: {"id": "1", "text": "a\xffb\xe4\xb8"}\n\n'):
        [item] = walk(stream(), pieces)
        assert item.text == "a\ufffdb\ufffd"


def test_half_a_surrogate_pair_is_replaced() -> None:
    [item] = walk(stream(), [b'data: {"id": "1", "text": "\\ud83d"}\n\n'])
    assert item.text == "\ufffd"


ERRORS = {
    "object": (b'data: {"error": {"message": "overloaded", "code": "o1", "type": "t"}}', "overloaded", "o1"),
    "text": (b'data: {"error": "overloaded"}', "overloaded", None),
    "beside an id": (b'data: {"id": "1", "error": {"message": "overloaded", "code": 503}}', "overloaded", "503"),
    "named, nested": (b'event: error\ndata: {"error": {"message": "overloaded", "code": "o1"}}', "overloaded", "o1"),
    "named, flat": (b'event: error\ndata: {"message": "overloaded", "code": "o1"}', "overloaded", "o1"),
    "named, type": (
        b'event: error\ndata: {"type": "error", "code": "o1", "message": "overloaded"}',
        "overloaded",
        "o1",
    ),
    "named, text": (b"event: error\ndata: overloaded", "overloaded", None),
    "named, string": (b'event: error\ndata: "overloaded"', "overloaded", None),
    "named, detail": (b'event: error\ndata: {"detail": "overloaded"}', "overloaded", None),
    "empty object": (b'data: {"error": {"code": "o1"}}', "o1", "o1"),
}


@pytest.mark.parametrize(("event", "said", "code"), ERRORS.values(), ids=ERRORS.keys())
def test_errors_in_the_middle(event: bytes, said: str, code: object) -> None:
    for pieces in splits(ONE + event + b"\n\n" + TWO, rounds=5):
        events = stream()
        items = (item for piece in pieces for item in events.feed(piece))
        assert next(items).id == "1"
        with pytest.raises(APIError, match=said) as caught:
            next(items)
        assert caught.value.code == code
        assert caught.value.request.method == "POST"


@pytest.mark.parametrize(
    "event", [b"data: <html>", b"data: not json", b'data: {"id": ', b'data: {"id": "1"} x', b"data: {'id': 1}"]
)
def test_an_event_that_is_not_json(event: bytes) -> None:
    events = stream()
    with pytest.raises(APIResponseValidationError, match="event that is not JSON") as caught:
        walk(events, [ONE + event + b"\n\n"])
    assert event[6:].decode().strip() in str(caught.value)
    assert caught.value.body == event[6:].decode()
    assert caught.value.request_id is None
    assert caught.value.status_code == 200


@pytest.mark.parametrize("event", [b"data: [1]", b'data: "text"', b"data: 5", b"data: null", b"data: true"])
def test_an_event_of_another_kind(event: bytes) -> None:
    with pytest.raises(APIResponseValidationError, match="another kind than promised"):
        walk(stream(), [event + b"\n\n"])


def test_events_of_any_kind_where_any_will_do() -> None:
    target: Any = dict[str, Any] | list[Any] | str | int | None
    body = b'data: {"a": 1}\n\ndata: [1]\n\ndata: "x"\n\ndata: 5\n\ndata: null\n\n'
    assert walk(stream(target), [body]) == [{"a": 1}, [1], "x", 5, None]


def test_drift_is_no_error() -> None:
    body = data(5, text=[1], new={"a": 1}) + data(None) + b"data: {}\n\n" + DONE
    items = walk(stream(), [body])
    assert [item.id for item in items] == [5, None, None]
    assert items[0].text == [1]
    assert items[0].new == {"a": 1}


BODIES = {
    "json": ("application/json", b'{"id": "1"}', "application/json"),
    "error object": ("application/json", b'{"error": {"message": "overloaded", "code": "o1"}}', "overloaded"),
    "error text": ("application/json", b'{"error": "overloaded"}', "overloaded"),
    "error labelled as stream": ("text/event-stream", b'{"error": {"message": "overloaded"}}', "overloaded"),
    "error over many lines": ("text/event-stream", b'{\n"error": {\n"message":\n"overloaded"}\n}\n\n', "overloaded"),
    "html": ("text/html", b"<html>\n\ndata: no\n\n</html>", "text/html"),
    "html labelled as stream": ("text/event-stream", b"<html>oops</html>", "oops"),
    "html without label": ("", b"<!doctype html>", "doctype"),
    "array": ("application/json", b"[]", "application/json"),
    "text": ("text/plain", b"quota exceeded", "quota exceeded"),
    "nothing": ("text/event-stream", b"", "nothing"),
    "nothing, not labelled": ("", b"", "nothing"),
    "blank": ("text/event-stream", b"\n\n\n", "nothing"),
    "only comments": ("text/event-stream", b": ping\n\n: ping\n\n", "ping"),
    "only a name": ("text/event-stream", b"event: x\n\n", "event: x"),
    "cut off": ("text/event-stream", b"data: {", "data: {"),
}


@pytest.mark.parametrize(("kind", "body", "said"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_stream_is_an_error(kind: str, body: bytes, said: str) -> None:
    for pieces in splits(body, rounds=5):
        with pytest.raises(APIResponseValidationError, match="stream") as caught:
            walk(stream(headers={"content-type": kind} if kind else {}), pieces)
        assert said in str(caught.value)
        assert "POST /v1/things answered 200" in str(caught.value)


def test_the_error_in_place_of_a_stream_keeps_its_code() -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        walk(stream(headers={}), [b'{"error": {"message": "m", "code": "c"}}'])
    assert (caught.value.code, caught.value.body) == ("c", {"message": "m", "code": "c"})


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/json", "application/octet-stream", "TEXT/EVENT-STREAM"]
)
@pytest.mark.parametrize("lead", [b"", b"\n", b" \n", b": hi\n\n", b"\xef\xbb\xbf", b"\r\n\r\n", b"event: x\n"])
def test_a_stream_by_any_label(kind: str, lead: bytes) -> None:
    for pieces in splits(lead + ONE + TWO + DONE, rounds=5):
        events = stream(headers={"content-type": kind} if kind else {})
        assert [item.id for item in walk(events, pieces)] == ["1", "2"]


def test_an_endless_body_that_is_no_stream_is_given_up_soon() -> None:
    events = stream(headers={"content-type": "text/html"})
    body = (b"<p>" + b"x" * 1000 for _ in range(1000))
    with pytest.raises(APIResponseValidationError, match="text/html"):
        [item for piece in body for item in events.feed(piece)]
    assert len(list(body)) > 980


class Thread(BaseModel):
    id: str


class Created(BaseModel):
    event: Literal["thread.created"]
    data: Thread
    enabled: bool | None = None


class Finished(BaseModel):
    event: Literal["thread.done"]
    data: Thread


def test_names_of_events_go_where_a_type_has_a_place_for_them() -> None:
    body = (
        b'event: thread.created\ndata: {"id": "1"}\n\n'
        b'event: thread.done\ndata: {"id": "2", "error": null}\n\n'
        b'event: thread.done\ndata: {"event": "thread.done", "data": {"id": "3"}}\n\n'
        b'data: {"event": "thread.created", "data": {"id": "4"}}\n\n'
        b"event: done\ndata: [DONE]\n\n"
    )
    for pieces in splits(body, rounds=5):
        items = walk(stream(Created | Finished), pieces)
        assert [type(item) for item in items] == [Created, Finished, Finished, Created]
        assert [item.data.id for item in items] == ["1", "2", "3", "4"]
    with pytest.raises(APIError, match="m"):
        walk(stream(Created | Finished), [b'event: error\ndata: {"message": "m"}\n\n'])


def test_a_name_that_needs_quoting() -> None:
    [item] = walk(stream(Created), [b'event: a"b\ndata: {"id": "1"}\n\n'])
    assert item.event == 'a"b'


# --- JSON lines ---


@pytest.mark.parametrize(
    "kind",
    ["application/jsonl", "application/x-ndjson", "application/x-jsonlines; charset=utf-8", "Application/NDJSON"],
)
def test_json_lines_by_their_label(kind: str) -> None:
    events = stream(headers={"content-type": kind})
    assert isinstance(events, LineReader)
    for pieces in splits(b'{"id": "1"}\n\n{"id": "2"}\r\n{"id": "3", "error": null}', rounds=5):
        events = stream(headers={"content-type": kind})
        assert [item.id for item in walk(events, pieces)] == ["1", "2", "3"]
        assert events.done


def test_other_labels_are_event_streams() -> None:
    for kind in ("text/event-stream", "application/json", "text/plain", ""):
        assert isinstance(stream(headers={"content-type": kind}), EventReader)


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        (b"junk", APIResponseValidationError, "junk"),
        (b"[1]", APIResponseValidationError, "not what was promised"),
        (b'{"id": ', APIResponseValidationError, "not what was promised"),
        (b'{"error": {"message": "overloaded"}}', APIError, "overloaded"),
        (b'{"error": "overloaded"}', APIError, "overloaded"),
    ],
)
def test_bad_lines(line: bytes, kind: type[Exception], said: str) -> None:
    for body in (b'{"id": "1"}\n' + line + b"\n", b'{"id": "1"}\n' + line):
        with pytest.raises(kind, match=said):
            walk(stream(headers={"content-type": "application/jsonl"}), [body])


def test_no_lines_are_an_empty_list() -> None:
    events = stream(headers={"content-type": "application/jsonl"})
    assert walk(events, [b"\n"]) == []
