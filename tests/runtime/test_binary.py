"""The async-looking methods of a body in memory; the others are tested in both colours."""

from __future__ import annotations

from pathlib import Path

from antiphon.runtime import BinaryResponse

from .samples import response

TEXT = "one\ntwo\r\nthree"


async def test_methods_for_code_that_was_written_for_an_async_body(tmp_path: Path) -> None:
    content = BinaryResponse(response(TEXT.encode(), 200, {"content-type": "text/plain"}))
    assert await content.aread() == TEXT.encode()
    assert b"".join([piece async for piece in content.aiter_bytes(2)]) == TEXT.encode()
    assert b"".join([piece async for piece in content.aiter_raw()]) == TEXT.encode()
    assert "".join([piece async for piece in content.aiter_text(3)]) == TEXT
    assert [line async for line in content.aiter_lines()] == ["one", "two", "three"]
    target = tmp_path / "out"
    await content.astream_to_file(target)
    assert target.read_bytes() == TEXT.encode()
    await content.aclose()
