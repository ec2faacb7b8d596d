"""Contents of files, under the names of old."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antiphon import AsyncClient
from antiphon.runtime.transports.scripted import Answer, AsyncScriptedTransport


def client_for(transport: AsyncScriptedTransport) -> AsyncClient:
    return AsyncClient(api_key="key", http_client=transport)


async def test_contents_are_bytes_and_by_their_old_name_text() -> None:
    text = Answer(200, "päge\n".encode(), {"content-type": "text/plain; charset=utf-8"})
    transport = AsyncScriptedTransport([text, text])
    files: Any = client_for(transport).files  # the old name is deprecated to type checkers too
    content = await files.content("f")
    assert (content.read(), content.text) == ("päge\n".encode(), "päge\n")
    with pytest.warns(DeprecationWarning, match="retrieve_content"):
        old = await files.retrieve_content("f")
    assert old == "päge\n"
    assert {request.url.path for request in transport.requests} == {"/v1/files/f/content"}


async def test_models_say_their_request_and_can_be_dumped() -> None:
    body: dict[str, Any] = {"id": "f", "object": "file", "bytes": 1, "status": "odd", "purpose": 7, "new": [1]}
    transport = AsyncScriptedTransport([Answer(200, body, {"x-request-id": "req_1"})])
    file = await client_for(transport).files.retrieve("f")
    assert file._request_id == "req_1"  # pyright: ignore[reportPrivateUsage]  public, though named so
    assert file.to_dict() == body
    assert file.model_dump(exclude_unset=True) == body  # warnings are errors here
    assert json.loads(file.to_json()) == body
