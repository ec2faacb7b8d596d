"""The last answer, kept so that it can be gone on from: one file, which only the user can read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .terminal import aside

if TYPE_CHECKING:
    from ..llm import Conversation

__all__ = ["continued", "keep"]


def keep(conversation: Conversation) -> None:
    """Keep the last answer, with all that was said before it. Where nothing can be written, it is said so."""
    from ..llm.store import write_private

    done = [each for each in conversation.responses if not each.has_failed and each.answer.is_done]
    if not done:
        return
    try:
        write_private(_path(), json.dumps(done[-1].to_dict(), ensure_ascii=False, default=str))
    except OSError as error:
        aside(f"the answer is not kept for --continue: {error.strerror}: {error.filename}")


def continued() -> dict[str, Any]:
    """What `keep` wrote last. Raises ClickException when there is nothing that can be gone on from."""
    path = _path()
    try:
        held: Any = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise click.ClickException("there is no answer to go on from") from None
    except (ValueError, OSError) as error:
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is no JSON"
        raise click.ClickException(f"{path} cannot be read: {said}") from None
    if not isinstance(held, dict) or not isinstance(held.get("model"), str):  # pyright: ignore[reportUnknownMemberType]
        raise click.ClickException(f"{path} holds no answer")
    return held  # pyright: ignore[reportUnknownVariableType]


def _path() -> Path:
    from ..llm import user_dir

    return user_dir() / "last_chat.json"
