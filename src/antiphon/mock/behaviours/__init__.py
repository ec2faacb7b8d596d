"""What operations of our own API do beyond what its description says, by operation id."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from ..answer.calls import Behaviour
from . import (
    audio,
    chat,
    completions,
    embeddings,
    files,
    fine_tuning,
    images,
    models,
    moderations,
    responses,
    runs,
    threads,
    uploads,
)

__all__ = ["BEHAVIOURS", "SPEAKING"]

BEHAVIOURS: Final[Mapping[str, Behaviour]] = {
    "audio.speech.create": audio.speak,
    "audio.transcriptions.create": audio.transcribe,
    "audio.translations.create": audio.translate,
    "beta.threads.create": threads.create,
    "beta.threads.create_and_run": runs.create_and_run,
    "beta.threads.messages.create": threads.add_message,
    "beta.threads.runs.cancel": runs.cancel,
    "beta.threads.runs.create": runs.create,
    "beta.threads.runs.retrieve": runs.retrieve,
    "beta.threads.runs.submit_tool_outputs": runs.submit,
    "chat.completions.create": chat.create,
    "completions.create": completions.create,
    "embeddings.create": embeddings.create,
    "files.content": files.content,
    "files.create": files.create,
    "fine_tuning.jobs.create": fine_tuning.create,
    "fine_tuning.jobs.retrieve": fine_tuning.retrieve,
    "images.create_variation": images.create,
    "images.edit": images.create,
    "images.generate": images.create,
    "models.list": models.listed,
    "models.retrieve": models.retrieve,
    "moderations.create": moderations.create,
    "responses.cancel": responses.cancel,
    "responses.create": responses.create,
    "responses.retrieve": responses.retrieve,
    "uploads.complete": uploads.complete,
    "uploads.create": uploads.create,
    "uploads.parts.create": uploads.add_part,
}

SPEAKING: Final[AbstractSet[str]] = frozenset(
    {
        "beta.threads.create_and_run",
        "beta.threads.runs.create",
        "beta.threads.runs.submit_tool_outputs",
        "chat.completions.create",
        "completions.create",
        "responses.create",
    }
)
"""The operations by which a model is asked to say something."""
