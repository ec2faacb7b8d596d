"""What the server of the benchmark answers, made once."""

from __future__ import annotations

import base64
import json
import random
import struct
from typing import Final

__all__ = ["JOBS", "PATHS", "chunks", "embeddings", "idle_start", "jobs"]

PATHS: Final = ("/chat/completions", "/embeddings", "/fine_tuning/jobs")
JOBS: Final = 5_000
_PAGE: Final = 100
_FLOATS: Final = 1_536
_INPUTS: Final = 100
_CREATED: Final = 1_760_000_000

_USAGE: Final = {
    "prompt_tokens": 9,
    "completion_tokens": 12,
    "total_tokens": 21,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}
CHAT: Final = json.dumps(
    {
        "id": "chatcmpl-8JqK3n",
        "object": "chat.completion",
        "created": _CREATED,
        "model": "gpt-5.4-mini",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Hello! How can I help you with your choir today?",
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": _USAGE,
        "service_tier": "default",
        "system_fingerprint": "fp_50906f2aac",
    }
).encode()


def chunks(count: int) -> bytes:
    """The body of a stream of chat chunks, with the final marker."""
    events = [_chunk({"role": "assistant", "content": ""}, None)]
    events += [_chunk({"content": f" word{number % 100}"}, None) for number in range(count - 2)]
    events += [_chunk({}, "stop"), b"data: [DONE]\n\n"]
    return b"".join(events)


def idle_start() -> bytes:
    """The first event of a stream that then says nothing."""
    return _chunk({"role": "assistant", "content": ""}, None)


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    data = {
        "id": "chatcmpl-8JqK3n",
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": "gpt-5.4-mini",
        "service_tier": "default",
        "system_fingerprint": "fp_50906f2aac",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(data, separators=(",", ":")).encode() + b"\n\n"


def jobs(after: str | None, limit: int) -> bytes:
    """One page of fine-tuning jobs."""
    first = 0 if after is None else int(after.rpartition("-")[2]) + 1
    last = min(first + min(limit, _PAGE), JOBS)
    return json.dumps(
        {"object": "list", "data": [_job(number) for number in range(first, last)], "has_more": last < JOBS}
    ).encode()


def _job(number: int) -> dict[str, object]:
    return {
        "object": "fine_tuning.job",
        "id": f"ftjob-{number}",
        "model": "gpt-5.4-mini",
        "created_at": _CREATED - number,
        "finished_at": _CREATED,
        "fine_tuned_model": f"ft:gpt-5.4-mini:choir::{number}",
        "organization_id": "org-123",
        "result_files": [f"file-{number}"],
        "status": "succeeded",
        "validation_file": None,
        "training_file": "file-abc",
        "hyperparameters": {"n_epochs": 4, "batch_size": 1, "learning_rate_multiplier": 1.0},
        "trained_tokens": 5768,
        "error": None,
        "integrations": [],
        "seed": 7,
        "estimated_finish": None,
        "method": {
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 4, "batch_size": 1, "learning_rate_multiplier": 1.0}},
        },
    }


def embeddings(encoding: str) -> bytes:
    """A hundred embeddings, as lists of floats or in base64."""
    chance = random.Random(7)
    data: list[object] = []
    for index in range(_INPUTS):
        floats = [chance.uniform(-1, 1) for _ in range(_FLOATS)]
        packed = struct.pack(f"<{_FLOATS}f", *floats)
        value = (
            base64.b64encode(packed).decode() if encoding == "base64" else list(struct.unpack(f"<{_FLOATS}f", packed))
        )
        data.append({"object": "embedding", "index": index, "embedding": value})
    usage = {"prompt_tokens": 800, "total_tokens": 800}
    return json.dumps({"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage}).encode()
