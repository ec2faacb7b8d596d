"""Files: what is uploaded is kept, with its bytes, until it is deleted."""

from __future__ import annotations

from typing import Any, Final, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_object

from ..answer.calls import Answer, Call, error_answer
from ..request.forms import Upload

__all__ = ["content", "create", "keep_file"]

_UNKNOWN: Final = b'{"mock": "content"}\n'


def create(call: Call) -> JSON:
    """`POST /files`."""
    fields = call.fields
    file = fields["file"]
    data = file.content if isinstance(file, Upload) else str(file).encode("utf-8", "replace")
    name = file.filename if isinstance(file, Upload) else "upload"
    return cast(JSON, keep_file(call, call.target, name, fields["purpose"], data))


def keep_file(call: Call, collection: str, name: str, purpose: object, data: bytes) -> dict[str, Any]:
    """A new file, which can be retrieved from now on."""
    resources = call.data.resources
    made: dict[str, Any] = {
        "id": f"file-{resources.number():012d}",
        "object": "file",
        "bytes": len(data),
        "created_at": resources.time(),
        "filename": name,
        "purpose": purpose,
        "status": "processed",
    }
    seconds = as_object(call.fields.get("expires_after")).get("seconds")
    if isinstance(seconds, int):
        made["expires_at"] = made["created_at"] + seconds
    resources.add(collection, made, data)
    return dict(made)


def content(call: Call) -> Answer:
    """`GET /files/{file_id}/content`."""
    name = str(call.path["file_id"])
    collection = call.target.rpartition("/")[0].rpartition("/")[0]
    if call.data.resources.is_deleted(collection, name):
        return error_answer(404, f"No such File object: {name}", code="not_found", parameter="file_id")
    data = call.data.resources.content(collection, name)
    kind = next((media.type for media in call.operation.success.content), None)
    return Answer(200, _UNKNOWN if data is None else data, content_type=kind)
