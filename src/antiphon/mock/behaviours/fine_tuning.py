"""Fine-tuning: a job is queued, and has succeeded when it is looked at again, unless it was stopped before."""

from __future__ import annotations

from typing import Any, cast

from ..answer.calls import Answer, Call
from ..answer.generic import generic_answer
from ..answer.rest import rest_answer
from .parts import echoed, identity

__all__ = ["create", "retrieve"]


def create(call: Call) -> Answer:
    """`POST /fine_tuning/jobs`."""
    return rest_answer(call, _job)


def _job(call: Call) -> Answer:
    fields = call.fields
    resources = call.data.resources
    return Answer(
        200,
        {
            "id": identity("ftjob-", call),
            "object": "fine_tuning.job",
            "created_at": resources.time(),
            "error": None,
            "estimated_finish": None,
            "fine_tuned_model": None,
            "finished_at": None,
            "hyperparameters": {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"},
            "integrations": [],
            "model": fields["model"],
            "organization_id": "org-mock",
            "result_files": [],
            "seed": 0,
            "status": "queued",
            "trained_tokens": None,
            "training_file": fields["training_file"],
            "validation_file": None,
            **echoed(call, ["seed", "validation_file", "metadata", "hyperparameters", "method"]),
        },
    )


def retrieve(call: Call) -> Answer:
    """`GET /fine_tuning/jobs/{fine_tuning_job_id}`."""
    answer = rest_answer(call, generic_answer)
    job = cast("dict[str, Any]", answer.body)
    if job.get("status") == "succeeded" and job.get("fine_tuned_model") is None:
        done = {
            "fine_tuned_model": f"ft:{job['model']}:mock",
            "finished_at": job["created_at"] + 60,
            "trained_tokens": 1000,
        }
        name = str(call.path["fine_tuning_job_id"])
        call.data.resources.change(call.target.rpartition("/")[0], name, done)
        return Answer(200, {**job, **done})
    return answer
