"""Files that go with a prompt: from a path, a URL, bytes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from antiphon import llm

PNG = b"\x89PNG\r\n\x1a\n0000"


async def main() -> None:
    model = llm.get_async_model("gpt-4o-mini")
    response = model.prompt(
        "Describe these",
        attachments=[
            llm.Attachment(path="picture.png"),
            llm.Attachment(url="https://example.com/another.jpg"),
            llm.Attachment(content=PNG),
            llm.Attachment(url=f"{os.environ['FILES']}/report.pdf"),
        ],
    )
    print(await response.text())
    picture = llm.Attachment(path="picture.png")
    print(picture.resolve_type(), len(picture.content_bytes()), picture.id() == llm.Attachment(content=PNG).id())


if __name__ == "__main__":
    Path("picture.png").write_bytes(PNG)
    asyncio.run(main())
