"""What is logged, and what never is."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from antiphon.runtime import Headers, Timeout
from antiphon.runtime.core.logs import log_attempt, log_failure, log_request, set_up_logging
from antiphon.runtime.core.request import Request
from antiphon.runtime.core.response import Head
from antiphon.runtime.core.sources import IterSource, Segments
from antiphon.runtime.core.transport import TransportError

from ..samples import SECRET

FIELDS = {
    "authorization": f"Bearer {SECRET}",
    "api-key": SECRET,
    "x-odd": SECRET,
    "cookie": SECRET,
    "x-plain": "shown",
}


def request(body: bytes | Segments | None = b'{"a": 1}') -> Request:
    url = f"https://user:{SECRET}@a.b/x?api_key={SECRET}&appid={SECRET}&q=shown"
    return Request("POST", url, dict(FIELDS), body, Timeout(1), frozenset({"x-odd", "appid"}))


@pytest.fixture
def logger(caplog: pytest.LogCaptureFixture) -> Iterator[logging.Logger]:
    logger = logging.getLogger("antiphon_test_logs")
    caplog.set_level(logging.DEBUG, logger.name)
    yield logger
    logger.setLevel(logging.NOTSET)
    logger.handlers.clear()


def test_secrets_are_left_out(logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    asked = request()
    log_request(logger, asked)
    log_attempt(logger, asked, Head(200, Headers({"set-cookie": SECRET, "x-odd": SECRET, "x-b": "seen"})))
    log_failure(logger, asked, TransportError("reset"), 0.5)
    assert SECRET not in caplog.text
    assert all(SECRET not in repr(record.__dict__) for record in caplog.records)
    for text in (
        "POST",
        "q=shown",
        "'x-plain': 'shown'",
        '{"a": 1}',
        "HTTP/1.1 200",
        "'x-b': 'seen'",
        "0.50 s",
        "reset",
    ):
        assert text in caplog.text
    assert asked.header_fields == FIELDS


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (None, "body=nothing"),
        (b"\xff\0", "body=\ufffd\0"),
        (b"x" * 5000, "x" * 2000 + "…"),
        (Segments([b"abc"]), "body=3 bytes"),
        (Segments([IterSource(iter([b"a"]))]), "body=streamed bytes"),
    ],
)
def test_bodies(
    logger: logging.Logger, caplog: pytest.LogCaptureFixture, body: bytes | Segments | None, shown: str
) -> None:
    log_request(logger, request(body))
    assert shown in caplog.text
    assert len(caplog.text) < 3000


def test_one_line_per_response_at_info(logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    logger.setLevel(logging.INFO)
    log_attempt(logger, request(), Head(404, Headers()))
    assert len(caplog.records) == 1
    logger.setLevel(logging.WARNING)
    log_attempt(logger, request(), Head(404, Headers()))
    log_failure(logger, request(), TransportError("x"), None)
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("level", "number"),
    [
        ("debug", 10),
        ("INFO", 20),
        (" warning ", 30),
        ("error", 40),
        ("critical", 50),
        ("loud", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_levels_from_the_environment(logger: logging.Logger, level: str | None, number: int) -> None:
    logger.setLevel(logging.NOTSET)
    set_up_logging(logger.name, level)
    assert logger.level == number


def test_a_handler_only_where_nobody_configured_logging(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_logging(logger.name, "info")
    assert not logger.handlers  # pytest has put one on the root
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    set_up_logging(logger.name, "info")
    set_up_logging(logger.name, "debug")
    assert len(logger.handlers) == 1
