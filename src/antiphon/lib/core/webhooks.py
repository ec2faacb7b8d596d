"""Signed messages from the server, after the Standard Webhooks specification: whose they are, and what they say.

Nothing here knows the time: it comes in as an argument. Comparisons take the same time whatever they compare.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias, cast

from ... import types
from ...runtime.core.errors import SDKError, excerpt
from ...runtime.core.kinds import is_bytes
from ...runtime.core.reading import Drift, Malformed, reader_for

__all__ = [
    "InvalidWebhookPayloadError",
    "InvalidWebhookSignatureError",
    "WebhookHeaders",
    "WebhookKeys",
    "WebhookSecretError",
    "check_signature",
    "event_in",
    "keys_of",
]

TOLERANCE: Final = 300
"""Seconds a message may be old, or early: what the specification's own libraries allow."""
_PREFIX: Final = "whsec_"
_LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a message that are looked at: the specification wants them below 20 kB."""
_NAMES: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_SECONDS: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)

WebhookHeaders: TypeAlias = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""The headers of the request that brought a message, as the web framework has them: a mapping or pairs, any case."""


class InvalidWebhookSignatureError(SDKError, ValueError):
    """The message is not shown to come from the server, or not to be of this moment. Do not act on it."""


class InvalidWebhookPayloadError(SDKError, ValueError):
    """The message is signed, but it is no event."""


class WebhookSecretError(SDKError, ValueError):
    """There is no secret to check signatures with, or it is none."""


class WebhookKeys:
    """The keys a secret may mean, where no traceback that lists variables shows them."""

    __slots__ = ("_keys",)

    def __init__(self, keys: list[bytes]) -> None:
        self._keys = keys

    def made(self, content: bytes, signatures: str) -> bool:
        """Whether one of the signatures is that of this content."""
        expected = [hmac.new(key, content, hashlib.sha256).digest() for key in self._keys]
        # All are compared, so that the time taken tells nothing about which one fits.
        fitting = [right for given in _given(signatures) for right in expected if hmac.compare_digest(given, right)]
        return bool(fitting)


def keys_of(given: str | None, configured: str | None) -> WebhookKeys:
    """The keys to check with: those of the call's secret, else of the client's.

    Raises `WebhookSecretError` when there is no secret, or when it is none.
    """
    secret = configured if given is None else given
    if secret is not None and not isinstance(secret, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"the webhook secret is text, not {type(secret).__name__}")
    if not secret:
        raise WebhookSecretError(
            "no webhook secret: pass secret=..., make the client with webhook_secret=..., "
            "or set the environment variable OPENAI_WEBHOOK_SECRET"
        )
    if not secret.startswith(_PREFIX):  # base64 without the prefix, or the key itself
        return WebhookKeys([key for key in (secret.encode("utf-8", "surrogatepass"), _decoded(secret)) if key])
    key = _decoded(secret[len(_PREFIX) :])
    if not key:
        raise WebhookSecretError(f"the webhook secret has no base64 after {_PREFIX!r}")
    return WebhookKeys([key])


def check_signature(
    payload: str | bytes, headers: WebhookHeaders, *, keys: WebhookKeys, tolerance: float, now: float
) -> None:
    """Nothing, when one of the signatures is that of this message, made with one of the keys, at about this time.

    Raises `InvalidWebhookSignatureError` when not.
    """
    body = _bytes_of(payload)
    found = _signature_headers(headers)
    message_id, timestamp, signatures = (found[name] for name in _NAMES)
    _check_time(timestamp, tolerance, now)
    content = b".".join((message_id.encode("utf-8", "surrogatepass"), timestamp.encode("ascii"), body))
    if not keys.made(content, signatures):
        raise InvalidWebhookSignatureError("the webhook is not signed with this secret, or was changed on its way")


def event_in(payload: str | bytes) -> types.webhooks.UnwrapWebhookEvent:
    """The event in a message; one of an unknown type too. Raises `InvalidWebhookPayloadError` for anything else."""
    body = _bytes_of(payload)
    reader = reader_for(cast("type[types.webhooks.UnwrapWebhookEvent]", types.webhooks.UnwrapWebhookEvent))
    try:
        return reader.read(body)
    except (Malformed, Drift) as error:
        raise InvalidWebhookPayloadError(f"the webhook holds no event: {excerpt(str(error))}") from None


def _decoded(text: str) -> bytes | None:
    """What base64 of either alphabet, with or without its padding, stands for."""
    try:
        data = text.strip().rstrip("=").replace("-", "+").replace("_", "/").encode("ascii")
        return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None


def _bytes_of(payload: object) -> bytes:
    if isinstance(payload, str):
        data = payload.encode("utf-8", "surrogatepass")
    elif is_bytes(payload):
        data = bytes(payload)
    else:
        raise TypeError(
            "the payload is the body of the request as it came, bytes or text, not "
            f"{type(payload).__name__}: JSON that was parsed and written again is signed differently"
        )
    if len(data) > _LARGEST:
        raise InvalidWebhookPayloadError(f"the webhook has {len(data)} bytes; more than {_LARGEST} are not looked at")
    return data


def _signature_headers(headers: object) -> dict[str, str]:
    """The three headers. One that comes twice is refused, but for signatures, of which there may be many anyway."""
    found: dict[str, list[str]] = {name: [] for name in _NAMES}
    for key, value in _pairs(headers):
        name = _text(key).strip().lower()
        if name in found:
            values = cast("list[object]", value) if isinstance(value, (list, tuple)) else [value]
            found[name] += [_text(each).strip() for each in values]
    for name, values in found.items():
        if not any(values):
            raise InvalidWebhookSignatureError(f"the webhook has no {name} header")
        if name != "webhook-signature" and len(set(values)) > 1:
            raise InvalidWebhookSignatureError(f"the webhook has more than one {name} header")
    return {name: " ".join(values) if name == "webhook-signature" else values[0] for name, values in found.items()}


def _pairs(headers: Any) -> Iterable[tuple[object, object]]:
    for method in ("multi_items", "items"):  # httpx and starlette give all of a name's values by the first
        items = getattr(headers, method, None)
        if callable(items):
            return cast("Iterable[tuple[object, object]]", items())
    if isinstance(headers, (str, bytes)) or not isinstance(headers, Iterable):
        raise TypeError(f"the headers are a mapping or pairs of names and values, not {type(headers).__name__}")
    return _checked_pairs(cast("Iterable[object]", headers))


def _checked_pairs(pairs: Iterable[object]) -> Iterable[tuple[object, object]]:
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(cast("tuple[object, ...]", pair)) != 2:
            raise TypeError("the headers are a mapping or pairs of names and values")
        yield cast("tuple[object, object]", pair)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _check_time(timestamp: str, tolerance: float, now: float) -> None:
    if not _SECONDS.fullmatch(timestamp):
        raise InvalidWebhookSignatureError("the webhook-timestamp header is no time in seconds")
    age = now - float(timestamp)
    if age > tolerance:
        raise InvalidWebhookSignatureError(f"the webhook is too old: {age:.0f} seconds, where {tolerance} are allowed")
    if -age > tolerance:
        raise InvalidWebhookSignatureError(f"the webhook is dated {-age:.0f} seconds into the future")


def _given(signatures: str) -> Iterable[bytes]:
    """The signatures of the one version there is; those of others, which may come, say nothing to us."""
    for entry in signatures.split():
        version, comma, text = entry.partition(",")
        if not comma:
            version, text = "v1", entry
        if version == "v1" and (data := _decoded(text)):
            yield data
