"""Requests as they come from clients of other servers of this API: other paths, and other headers for the key.

The API is the same at Azure, Google and others; programs written for those reach it here as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final, cast
from urllib.parse import unquote

from .examining import Incoming

__all__ = ["at_our_address"]

_KEY_HEADERS: Final = ("api-key", "x-api-key", "x-goog-api-key")
_SIGNED: Final = "AWS4-HMAC-SHA256 "
_DEPLOYMENT: Final = re.compile(r"/openai/deployments/([^/]+)(/.+)")
_ELSEWHERE: Final = re.compile(
    r"(?:/openai/v1|/openai(?=/)|/v1beta/openai|/compatibility/v1|/inference/v1|/api/v1"
    r"|/v1(?:beta\d*)?/projects/[^/]+/locations/[^/]+/endpoints/openapi)(/.+)"
)
_VERSION: Final = re.compile(r"(?:^|&)api-version=[^&]*")


def at_our_address(incoming: Incoming, base_path: str) -> Incoming:
    """The request as our own document describes it."""
    path, query, body = incoming.path, incoming.query, incoming.body
    if match := _DEPLOYMENT.fullmatch(path):
        path, query = base_path + match[2], _VERSION.sub("", query).lstrip("&")
        body = _with_model(body, unquote(match[1]))
    elif match := _ELSEWHERE.fullmatch(path):
        path, query = base_path + match[1], _VERSION.sub("", query).lstrip("&")
    headers = incoming.headers
    given = incoming.header("authorization")
    key = next((value for name in _KEY_HEADERS if (value := incoming.header(name))), "")
    if given.startswith(_SIGNED) or (key and not given):  # what signs a request is as good as a key here
        rest = tuple(pair for pair in headers if pair[0] != "authorization")
        headers = (*rest, ("authorization", f"Bearer {key or 'signed'}"))
    if path == incoming.path and headers is incoming.headers:
        return incoming
    return replace(incoming, path=path, query=query, body=body, headers=headers)


def _with_model(body: bytes, deployment: str) -> bytes:
    """The body with the deployment as its model, where it names none: the path has said it."""
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(fields, dict) or "model" in fields:
        return body
    return json.dumps({**cast("dict[str, Any]", fields), "model": deployment}).encode()
