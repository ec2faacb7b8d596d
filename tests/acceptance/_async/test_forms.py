"""Forms whose fields are more than text."""

from __future__ import annotations

from antiphon import AsyncOpenAI
from antiphon.mock import MockServer


async def test_the_settings_of_a_call_are_one_part(server: MockServer) -> None:
    server.enqueue(201, b"v=0 answer", {"content-type": "application/sdp"})
    async with AsyncOpenAI() as client:
        answer = await client.realtime.calls.create(
            sdp="v=0 offer", session={"type": "realtime", "model": "m", "audio": {"output": {"voice": "alloy"}}}
        )
        assert answer.content == b"v=0 answer"
    sent = server.requests[-1]
    assert sent.problems == ()
    assert sent.body == {
        "sdp": "v=0 offer",
        "session": {"type": "realtime", "model": "m", "audio": {"output": {"voice": "alloy"}}},
    }
