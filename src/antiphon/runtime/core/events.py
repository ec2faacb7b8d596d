"""What the events of a stream mean: an item, the end, an error, or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Generic, Protocol, TypeVar, cast

from .errors import APIError, APIResponseValidationError, error_detail, excerpt
from .jsonl import JSONLDecoder
from .kinds import is_mapping
from .reading import Drift, Malformed, Reader, parse_json
from .response import HTTPResponse
from .sse import ServerSentEvent, SSEDecoder

__all__ = ["EventReader", "EventStream", "LineReader", "event_stream"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_DONE: Final = b"[DONE]"

_START_KEPT: Final = 16384
"""How much of a body that gave no item yet is kept, to say what it was."""


class EventStream(Protocol[T_co]):
    """Bytes in, items out."""

    @property
    def done(self) -> bool:
        """Whether the stream said that it is over."""
        ...

    def feed(self, piece: bytes) -> Iterator[T_co]:
        """The items that `piece` completes. Raises `APIError`."""
        ...

    def finish(self) -> Iterator[T_co]:
        """The items that the end of the body completes. Raises `APIError` for a body that was no stream."""
        ...


def event_stream(reader: Reader[T], response: HTTPResponse) -> EventStream[T]:
    """What reads the body of this response: as JSON lines where it says so, else as server-sent events."""
    kind = _content_type(response)
    if kind in _LINE_KINDS:
        return LineReader(reader, response)
    return _TextReader(reader, response) if reader.takes_text else EventReader(reader, response)


class EventReader(Generic[T]):
    """Items of a server-sent event stream.

    `[DONE]` ends it. Keep-alives in their many forms (empty data, a comment relayed as data) are passed over. An
    error in the middle is raised as `APIError` whatever its shape, data that is not JSON as
    `APIResponseValidationError` with the text; so is a body that turns out to be no stream.

    A type whose objects are an event's name and its data (`{"event": ..., "data": ...}`) gets both.
    """

    def __init__(self, reader: Reader[T], response: HTTPResponse) -> None:
        self.done = False
        self._decoder = SSEDecoder()
        self._reader = reader
        self._read = reader.read
        self._named = reader.takes_event_names
        self._response = response
        self._is_stream = _content_type(response) == "text/event-stream"
        self._start = b""
        self._gave = False

    def feed(self, piece: bytes) -> Iterator[T]:
        """The items that `piece` completes."""
        if not self._gave:
            piece = self._checked(piece)
        for event in self._decoder.feed(piece):
            data = event.data
            # The usual event: a JSON object, unnamed or named, in which the word "error" does not occur.
            if data[:1] == b"{" and b'"error"' not in data and event.event != "error":
                if self._named and event.event is not None:
                    data = event.data = _with_name(event)
                if not self._gave:
                    self._begin()
                try:
                    yield self._read(data)
                except Malformed as error:
                    yield self._repaired(event, error)
                except Drift:
                    raise self._drift(event) from None
            elif self._is_end(event):
                self.done = True
                return
            elif not _is_keep_alive(event):
                self._begin()
                yield self._unusual(event)

    def finish(self) -> Iterator[T]:
        """What the end of the bytes completes: nothing, but an unended `[DONE]` counts."""
        event = self._decoder.finish()
        if event is not None and self._is_end(event):
            self.done = True
        if not self._gave and not self.done:
            raise _not_a_stream(self._response, self._start)
        yield from ()

    def _begin(self) -> None:
        self._gave = True
        self._start = b""  # nobody will ask what the body was

    def _checked(self, piece: bytes) -> bytes:
        """What of the body so far is for the decoder, while it gave nothing yet.

        Servers label streams in odd ways, but neither JSON nor HTML begins as an event stream does.
        """
        if self._is_stream:
            self._start += piece[: max(0, _START_KEPT - len(self._start))]
            return piece
        self._start += piece
        first = self._start.lstrip()[:1]
        if first and first not in b"{[<":
            self._is_stream = True
            return self._start
        if len(self._start) > _START_KEPT:
            raise _not_a_stream(self._response, self._start)  # however long it is, no item will come of it
        return b""

    def _is_end(self, event: ServerSentEvent) -> bool:
        return event.data.strip().startswith(_DONE) or event.event in ("done", "[DONE]")

    def _unusual(self, event: ServerSentEvent) -> T:
        try:
            data = parse_json(event.data)
        except Malformed as error:
            if event.event == "error":
                raise self._error(event.text) from None
            return self._repaired(event, error)
        if event.event == "error":
            raise self._error(data)
        if _is_error(data, self._reader):
            raise self._error(data)
        if self._named and event.event is not None:
            event.data = _with_name(event)
        try:
            return self._read(event.data)
        except Drift:
            raise self._drift(event) from None

    def _repaired(self, event: ServerSentEvent, error: Malformed) -> T:
        """The item in data whose only fault is bytes that are not UTF-8."""
        text = event.text
        if text.encode("utf-8") != event.data:
            try:
                return self._read(text)
            except (Malformed, Drift):
                pass
        message = f"The stream sent an event that is not JSON ({error}): {excerpt(text)}"
        raise APIResponseValidationError(self._response, text, message=message) from None

    def _drift(self, event: ServerSentEvent) -> APIResponseValidationError:
        message = f"The stream sent an event of another kind than promised: {excerpt(event.text)}"
        return APIResponseValidationError(self._response, event.text, message=message)

    def _error(self, data: object) -> APIError:
        return _error(self._response, data)


class _TextReader(EventReader[T]):
    """Items of a stream whose events are text: their data as it came, whether JSON or not."""

    def feed(self, piece: bytes) -> Iterator[T]:
        if not self._gave:
            piece = self._checked(piece)
        for event in self._decoder.feed(piece):
            if self._is_end(event):
                self.done = True
                return
            if event.event == "error":
                self._unusual(event)
            if not _is_keep_alive(event):
                self._begin()
                yield cast(T, event.text)


class LineReader(Generic[T]):
    """Items of a stream of JSON lines."""

    def __init__(self, reader: Reader[T], response: HTTPResponse) -> None:
        self.done = False
        self._decoder = JSONLDecoder()
        self._reader = reader
        self._response = response

    def feed(self, piece: bytes) -> Iterator[T]:
        """The items that `piece` completes."""
        for line in self._decoder.feed(piece):
            yield self._item(line)

    def finish(self) -> Iterator[T]:
        """The last line, which may lack its line end."""
        line = self._decoder.finish()
        if line is not None:
            yield self._item(line)
        self.done = True

    def _item(self, line: bytes) -> T:
        try:
            if b'"error"' in line and _is_error(data := parse_json(line), self._reader):
                raise _error(self._response, data)
            return self._reader.read(line)
        except (Malformed, Drift) as error:
            text = line.decode("utf-8", "replace")
            message = f"The stream sent a line that is not what was promised ({error}): {excerpt(text)}"
            raise APIResponseValidationError(self._response, text, message=message) from None


_LINE_KINDS: Final = frozenset(
    {"application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines",
     "application/json-lines", "application/x-json-lines", "application/ndjson", "application/x-ndjson"}
)  # fmt: skip


def _content_type(response: HTTPResponse) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def _is_error(data: object, reader: Reader[Any]) -> bool:
    """Whether this is an error in the place of an item."""
    if not is_mapping(data) or not data.get("error"):
        return False
    return "error" not in reader.declared or len(data) == 1


def _error(response: HTTPResponse, data: object) -> APIError:
    body, said = error_detail(data)
    return APIError(said or "An error occurred during streaming", response.request, body=body)


def _with_name(event: ServerSentEvent) -> bytes:
    """The event's name and data as one object, unless the data is that object already."""
    try:
        data = parse_json(event.data)
    except Malformed:
        return event.data
    if is_mapping(data) and {"event", "data"} <= data.keys():
        return event.data
    return b'{"event":%b,"data":%b}' % (json.dumps(event.event).encode(), event.data)


def _is_keep_alive(event: ServerSentEvent) -> bool:
    data = event.data.strip()
    # Empty data, or a comment that a relay turned into data (`data: : ping`).
    return not data or data.startswith(b":") or (event.event == "ping" and not data.startswith(b"{"))


def _not_a_stream(response: HTTPResponse, body: bytes) -> APIError:
    """The error for a body that came where a stream was promised; an error object in it is told as such."""
    text = body.decode("utf-8", "replace")
    try:
        data = parse_json(body) if body else None
    except Malformed:
        data = None
    what = f"{response.request.method} {response.url.path} answered {response.status_code}"
    if is_mapping(data) and data.get("error"):
        detail, said = error_detail(data)
        return APIResponseValidationError(response, detail, message=f"{what} with an error instead of a stream: {said}")
    kind = response.headers.get("content-type", "no content type")
    shown = f"{kind}: {excerpt(text)}" if text.strip() else "nothing"
    return APIResponseValidationError(
        response, text or None, message=f"{what} where a stream was promised, with {shown}"
    )
