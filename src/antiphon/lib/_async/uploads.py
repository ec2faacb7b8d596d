"""Large files: uploaded in parts, several at a time."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO, Final

from ... import types as _types
from ...runtime import AsyncAPIResource, Call, Multipart, Omit, SDKError, fill_path, omit
from ...runtime.waiting import async_call
from ..concurrency import async_each, async_sheltered
from ..core.chunks import Chunks, Part, Progress, UploadProgress, checked_count, chunks_of

__all__ = ["AsyncChunkedUploads"]

_LONGEST_CANCEL: Final = 30.0
"""Seconds that giving up may take."""


class AsyncChunkedUploads(AsyncAPIResource):
    """Uploads files that are too large for one request."""

    async def upload_file_chunked(
        self,
        *,
        file: os.PathLike[str] | bytes | IO[bytes],
        mime_type: str,
        purpose: _types.FilePurpose,
        filename: str | None = None,
        bytes: int | None = None,
        part_size: int | None = None,
        md5: str | Omit = omit,
        expires_after: _types.uploads_params.UploadCreateParamsExpiresAfter | Omit = omit,
        max_concurrency: int = 4,
        on_progress: Callable[[UploadProgress], object] | None = None,
    ) -> _types.Upload:
        """Upload a file in parts and give the completed upload; the file it made is its `file`.

        When a part fails for good, or the caller is cancelled or interrupted, the upload is cancelled at the server
        and the error is raised with a note that says so. Parts are read while they are sent: a path or a file costs
        no memory to speak of, a stream that cannot seek costs one part for each that is being sent.

        Args:
            file: A path, bytes, or an open binary file, which is sent from its beginning.
            mime_type: MIME type of the file, such as `text/jsonl`.
            purpose: What the file is for.
            filename: Name of the file. Needed for bytes, and for files that know none.
            bytes: Size of the file. Needed for streams that cannot seek; compared with the size of everything else.
            part_size: Bytes in a part; 64 MiB when left out, which is also the most that the API takes.
            md5: MD5 checksum of the whole file, in hexadecimal, to be compared by the server.
            expires_after: When the file is deleted by itself.
            max_concurrency: How many parts are sent at the same time.
            on_progress: Called after each part has arrived; one call at a time. What it raises ends the upload.
        """
        limit = checked_count("max_concurrency", max_concurrency)
        chunks = await async_call(lambda: chunks_of(file, filename=filename, size=bytes, part_size=part_size))
        try:
            opening = Call(
                "POST",
                "/uploads",
                body={
                    "filename": chunks.filename,
                    "purpose": purpose,
                    "bytes": chunks.size,
                    "mime_type": mime_type,
                    "expires_after": expires_after,
                },
            )
            upload = await self._client.request_value(opening, _types.Upload)
            return await self._filled(upload.id, chunks, limit, md5, Progress(chunks, on_progress))
        finally:
            chunks.close()

    async def _filled(
        self, upload_id: str, chunks: Chunks, limit: int, md5: str | Omit, progress: Progress
    ) -> _types.Upload:
        path = fill_path("/uploads/{upload_id}/parts", upload_id=upload_id)

        async def send(part: Part) -> str:
            sending = Call("POST", path, body={"data": part.content}, encoding=Multipart(files=frozenset(["data"])))
            sent = await self._client.request_value(sending, _types.uploads.UploadPart)
            progress.sent(part)
            return sent.id

        try:
            limit = min(limit, chunks.count)
            part_ids = await async_each(chunks.parts(), send, limit=limit, blocking=chunks.is_stream)
            closing = Call(
                "POST",
                fill_path("/uploads/{upload_id}/complete", upload_id=upload_id),
                body={"part_ids": part_ids, "md5": md5},
            )
            return await self._client.request_value(closing, _types.Upload)
        except BaseException as error:
            failed = error
            await async_sheltered(lambda: self._given_up(upload_id, failed), seconds=_LONGEST_CANCEL)
            raise

    async def _given_up(self, upload_id: str, error: BaseException) -> None:
        path = fill_path("/uploads/{upload_id}/cancel", upload_id=upload_id)
        try:
            await self._client.request_value(Call("POST", path, timeout=_LONGEST_CANCEL / 3), _types.Upload)
        except SDKError as failure:
            error.add_note(f"the upload {upload_id!r} could not be cancelled: {failure}")
        else:
            error.add_note(f"the upload {upload_id!r} was cancelled")
