"""Files: what is uploaded is kept, with its bytes, until it is deleted."""

from __future__ import annotations

from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_object

from ..answer.calls import Answer, Call, error_answer
from ..request.forms import Upload

__all__ = ["content", "create"]

_UNKNOWN: Final = b'{"mock": "content"}\n'


def create(call: Call) -> JSON:
    """`POST /files`."""
    fields = call.fields
    file = fields["file"]
    data = file.content if isinstance(file, Upload) else str(file).encode("utf-8", "replace")
    resources = call.data.resources
    made: dict[str, Any] = {
        "id": f"file-{resources.number():012d}",
        "object": "file",
        "bytes": len(data),
        "created_at": resources.time(),
        "filename": file.filename if isinstance(file, Upload) else "upload",
        "purpose": fields["purpose"],
        "status": "processed",
    }
    seconds = as_object(fields.get("expires_after")).get("seconds")
    if isinstance(seconds, int):
        made["expires_at"] = made["created_at"] + seconds
    resources.add(call.target, made, data)
    return cast(JSON, dict(made))


def content(call: Call) -> Answer:
    """`GET /files/{file_id}/content`."""
    name = str(call.path["file_id"])
    collection = call.target.rpartition("/")[0].rpartition("/")[0]
    if call.data.resources.is_deleted(collection, name):
        return error_answer(404, f"No such File object: {name}", code="not_found", parameter="file_id")
    data = call.data.resources.content(collection, name)
    kind = next((media.type for media in call.operation.success.content), None)
    return Answer(200, _UNKNOWN if data is None else data, content_type=kind)
