"""Uploads: the parts are kept, and put together to a file when the upload is completed."""

from __future__ import annotations

from typing import cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.values import as_list

from ..answer.calls import Answer, Call, error_answer
from ..answer.generic import generic_answer
from ..answer.rest import rest_answer
from ..request.forms import Upload
from .files import keep_file

__all__ = ["add_part", "complete", "create"]


def create(call: Call) -> JSON:
    """`POST /uploads`."""
    fields = call.fields
    resources = call.data.resources
    upload = call.sample(id=f"upload_{resources.number():012d}", status="pending", created_at=resources.time())
    upload.pop("file", None)
    upload |= {"expires_at": upload["created_at"] + 3600, "filename": fields["filename"], "bytes": fields["bytes"]}
    resources.add(call.target, upload)
    return cast(JSON, dict(upload))


def add_part(call: Call) -> JSON:
    """`POST /uploads/{upload_id}/parts`."""
    data = call.fields["data"]
    resources = call.data.resources
    part = call.sample(
        id=f"part_{resources.number():012d}", created_at=resources.time(), upload_id=str(call.path["upload_id"])
    )
    content = data.content if isinstance(data, Upload) else str(data).encode("utf-8", "replace")
    resources.add(call.target, part, content)
    return cast(JSON, dict(part))


def complete(call: Call) -> Answer:
    """`POST /uploads/{upload_id}/complete`."""
    resources = call.data.resources
    above, _, _ = call.target.rpartition("/")
    uploads, _, name = above.rpartition("/")
    upload = resources.find(uploads, name)
    if upload is None:
        return rest_answer(call, generic_answer)
    pieces: list[bytes] = []
    for part in map(str, as_list(call.fields.get("part_ids"))):
        piece = resources.content(f"{above}/parts", part)
        if piece is None:
            return error_answer(400, f"the upload has no part {part!r}", code="invalid_value", parameter="part_ids")
        pieces.append(piece)
    content = b"".join(pieces)
    if upload["status"] != "pending":
        return error_answer(400, f"the upload is {upload['status']}", code="invalid_value")
    if len(content) != upload["bytes"]:
        told = f"the parts have {len(content)} bytes, and the upload was to have {upload['bytes']}"
        return error_answer(400, told, code="invalid_value", parameter="part_ids")
    files = uploads.rpartition("/")[0] + "/files"
    file = keep_file(call, files, str(upload["filename"]), upload["purpose"], content)
    upload |= {"status": "completed", "file": file}
    return Answer(200, dict(upload))
