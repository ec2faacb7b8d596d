"""Signatures of webhooks: the vectors of the Standard Webhooks specification, and everything that must be refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from email.message import Message
from typing import Any

import httpx
import pytest

from antiphon import InvalidWebhookPayloadError, InvalidWebhookSignatureError, SDKError, WebhookSecretError
from antiphon.lib.core.webhooks import check_signature, event_in, keys_of
from antiphon.types.webhooks import BatchCompletedWebhookEvent, ResponseCompletedWebhookEvent

# The vector that the specification's own libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIME = 1614265330
BODY = '{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

FORGED = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def signed(
    body: str = BODY, *, key: bytes | None = None, message_id: str = ID, time: object = TIME, version: str = "v1,"
) -> str:
    key = base64.b64decode(SECRET.removeprefix("whsec_")) if key is None else key
    digest = hmac.new(key, f"{message_id}.{time}.{body}".encode(), hashlib.sha256).digest()
    return version + base64.b64encode(digest).decode()


def headers(**changes: str | None) -> dict[str, str]:
    given = {"webhook-id": ID, "webhook-timestamp": str(TIME), "webhook-signature": SIGNATURE}
    given.update({f"webhook-{name}": value for name, value in changes.items()})  # pyright: ignore[reportCallIssue, reportArgumentType]
    return {name: value for name, value in given.items() if value is not None}  # pyright: ignore[reportUnnecessaryComparison]


def check(
    body: Any = BODY, given: Any = None, *, secret: str = SECRET, tolerance: float = 300, now: float = TIME
) -> None:
    keys = keys_of(secret, None)
    check_signature(body, headers() if given is None else given, keys=keys, tolerance=tolerance, now=now)


def refused(said: str, *arguments: Any, **options: Any) -> None:
    with pytest.raises(InvalidWebhookSignatureError, match=said):
        check(*arguments, **options)


def test_the_vector_of_the_specification() -> None:
    assert signed() == SIGNATURE
    check()


@pytest.mark.parametrize("body", [BODY.encode(), bytearray(BODY.encode()), memoryview(BODY.encode())])
def test_bodies_may_be_bytes(body: Any) -> None:
    check(body)


KEY = b"\xfb\xff\xbe\x00 a key with both odd letters \xff"
STANDARD = base64.b64encode(KEY).decode()
URL_SAFE = base64.urlsafe_b64encode(KEY).decode()


@pytest.mark.parametrize("prefix", ["whsec_", ""])
@pytest.mark.parametrize("text", [STANDARD, STANDARD.rstrip("="), URL_SAFE, URL_SAFE.rstrip("="), f"{STANDARD}\n"])
def test_secrets_in_any_base64(prefix: str, text: str) -> None:
    assert {"+", "/"} & set(STANDARD)
    check(given=headers(signature=signed(key=KEY)), secret=prefix + text)


@pytest.mark.parametrize("secret", ["not base64!", "YWJj", "geheim_ü"])
def test_secrets_without_prefix_may_be_the_key_itself(secret: str) -> None:
    check(given=headers(signature=signed(key=secret.encode())), secret=secret)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!", "whsec_é"])
def test_a_secret_that_is_none_is_no_matter_of_the_message(secret: str) -> None:
    with pytest.raises(WebhookSecretError, match="base64") as caught:
        check(secret=secret)
    assert secret.removeprefix("whsec_") == "" or secret.removeprefix("whsec_") not in str(caught.value)


@pytest.mark.parametrize(
    "signatures",
    [
        f"{FORGED} {SIGNATURE}",
        f"{SIGNATURE} {FORGED}",
        f"v2,{FORGED} v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFy== {SIGNATURE}",
        f"  {SIGNATURE}\t",
        SIGNATURE.rstrip("="),
        SIGNATURE.replace("+", "-").replace("/", "_"),
        SIGNATURE.removeprefix("v1,"),
        f"v1, v1,!! , {SIGNATURE}",
    ],
)
def test_one_good_signature_among_others_is_enough(signatures: str) -> None:
    check(given=headers(signature=signatures))


@pytest.mark.parametrize(
    "signatures",
    [
        FORGED,
        f"{FORGED} {FORGED}",
        SIGNATURE.replace("v1,", "v2,"),
        SIGNATURE.replace("v1,", "V1,"),
        SIGNATURE[:-5] + "=",
        SIGNATURE + "AAAA",
        "v1,",
        "v1,!!",
        ",",
        "ü",
        "v1," + "A" * 100_000,
        signed(BODY + " "),
        signed(message_id="msg_other"),
        signed(time=TIME + 1),
        signed(key=b"other"),
    ],
)
def test_no_good_signature(signatures: str) -> None:
    refused("not signed with this secret", given=headers(signature=signatures))


def test_any_change_is_noticed() -> None:
    refused("not signed", BODY + " ")
    refused("not signed", BODY.replace("3", "4"))
    refused("not signed", "")
    refused("not signed", "\udcff")
    refused("not signed", given=headers(id="msg_other"))
    refused("not signed", given=headers(timestamp=str(TIME + 1)))
    refused("not signed", secret="whsec_YWJj")


@pytest.mark.parametrize("off", [-300, -1, 0, 1, 299.9, 300])
def test_times_within_the_tolerance(off: float) -> None:
    check(now=TIME + off)


def test_times_outside_the_tolerance() -> None:
    refused("too old: 301 seconds, where 300 are allowed", now=TIME + 301)
    refused("301 seconds into the future", now=TIME - 301)
    refused("too old", now=TIME + 11, tolerance=10)
    refused("too old", now=TIME + 1, tolerance=0)
    check(now=TIME + 100_000, tolerance=100_000)


@pytest.mark.parametrize(
    "time", ["", "soon", "-1", "1e9", "nan", "inf", "0x10", "1_614_265_330", "١٦", "9" * 400, "1 2"]
)
def test_times_that_are_none(time: str) -> None:
    given = headers(timestamp=time, signature=signed(time=time))
    refused("webhook-timestamp", given=given, tolerance=float("inf"))


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
def test_each_header_is_needed(name: str) -> None:
    refused(f"no webhook-{name} header", given=headers(**{name: None}))
    refused(f"no webhook-{name} header", given=headers(**{name: " "}))


PAIRS = list(headers().items())


@pytest.mark.parametrize(
    "given",
    [
        httpx.Headers(headers()),
        PAIRS,
        tuple(PAIRS),
        iter(PAIRS),
        [list(pair) for pair in PAIRS],
        [(name.encode(), value.encode()) for name, value in PAIRS],
        {name.title(): value for name, value in PAIRS},
        {name.upper(): value for name, value in PAIRS},
        {name: [value] for name, value in PAIRS},
        {**headers(), "Content-Type": "application/json", "X-Number": 7},
        [*PAIRS, PAIRS[0], PAIRS[1]],
        [("webhook-signature", FORGED), *PAIRS],
        httpx.Headers([*PAIRS, ("webhook-signature", FORGED)]),
    ],
)
def test_headers_as_frameworks_have_them(given: Any) -> None:
    check(given=given)


def test_headers_of_the_standard_library() -> None:
    message = Message()
    for name, value in PAIRS:
        message[name.title()] = value
    check(given=message)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_contradicting_headers_are_refused(name: str) -> None:
    refused(f"more than one {name}", given=[*PAIRS, (name, "1614265331")])


@pytest.mark.parametrize("given", [7, "webhook-id: x", b"x", ["webhook-id"], [("a", "b", "c")]])
def test_what_are_no_headers(given: Any) -> None:
    with pytest.raises(TypeError, match="the headers are a mapping or pairs"):
        check(given=given)


@pytest.mark.parametrize("body", [None, 7, {"test": 2432232314}, [BODY]])
def test_a_parsed_payload_is_refused(body: Any) -> None:
    with pytest.raises(TypeError, match="the body of the request as it came"):
        check(body)


def test_a_huge_payload_is_refused() -> None:
    with pytest.raises(InvalidWebhookPayloadError, match="more than"):
        check(b" " * (20 * 1024 * 1024 + 1))


def test_no_secret_names_the_ways_to_give_one() -> None:
    for nothing in (None, ""):
        with pytest.raises(WebhookSecretError) as caught:
            keys_of(None, nothing)
        for way in ("secret=", "webhook_secret=", "OPENAI_WEBHOOK_SECRET"):
            assert way in str(caught.value)
    with pytest.raises(WebhookSecretError):
        keys_of("", SECRET)  # an empty one was given by mistake; another is not tried silently
    with pytest.raises(TypeError, match="text, not bytes"):
        keys_of(b"secret", None)  # pyright: ignore[reportArgumentType]


def test_errors_are_value_errors_and_ours() -> None:
    for kind in (InvalidWebhookSignatureError, InvalidWebhookPayloadError, WebhookSecretError):
        assert issubclass(kind, ValueError)
        assert issubclass(kind, SDKError)


def event(**entries: object) -> str:
    return json.dumps({"id": "evt_1", "object": "event", "created_at": 1, "data": {"id": "thing_1"}, **entries})


def test_events_are_read_by_their_type() -> None:
    completed = event_in(event(type="response.completed"))
    assert isinstance(completed, ResponseCompletedWebhookEvent)
    assert completed.data.id == "thing_1"
    assert isinstance(event_in(event(type="batch.completed").encode()), BatchCompletedWebhookEvent)


@pytest.mark.parametrize("entries", [{"type": "thing.that.came.later", "data": {"x": 1}}, {}, {"type": None}])
def test_unknown_events_can_be_used(entries: Any) -> None:
    unknown: Any = event_in(event(**entries))
    assert unknown.id == "evt_1"
    assert getattr(unknown, "type", None) == entries.get("type")


@pytest.mark.parametrize("body", ["", "{", "null", "7", "[]", '"event"', "<html>", b"\xff", "[" * 100_000])
def test_what_is_no_event(body: Any) -> None:
    with pytest.raises(InvalidWebhookPayloadError, match="no event"):
        event_in(body)
