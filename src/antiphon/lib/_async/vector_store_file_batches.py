"""Batches of files of a vector store: uploaded several at a time, and waited for until they can be searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ... import types as _types
from ...runtime import (
    AsyncAPIResource,
    Call,
    FileTypes,
    HeaderTypes,
    NotGiven,
    Omit,
    SequenceNotStr,
    TimeoutTypes,
    fill_path,
    not_given,
    omit,
)
from ..concurrency import async_each
from ..core.beta import ASSISTANTS
from ..core.chunks import checked_count
from ..core.polling import FILE_BATCH, Pace, pace
from .polling import async_polled
from .vector_store_files import async_uploaded_file

__all__ = ["AsyncVectorStoreFileBatchPolling"]


class AsyncVectorStoreFileBatchPolling(AsyncAPIResource):
    """Adds many files to a vector store and waits until they are indexed."""

    async def poll(
        self,
        batch_id: str,
        *,
        vector_store_id: str,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.vector_stores.VectorStoreFileBatch:
        """The batch when the indexing of its files has ended, well or not: see its `status` and `file_counts`.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`.

        Args:
            batch_id: ID of the batch.
            vector_store_id: ID of the vector store its files were added to.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        return await self._polled(
            batch_id,
            vector_store_id,
            pace(poll_interval_ms, max_wait_seconds),
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )

    async def create_and_poll(
        self,
        vector_store_id: str,
        *,
        file_ids: SequenceNotStr[str] | Omit = omit,
        files: Iterable[_types.vector_stores.file_batches_params.FileBatchCreateParamsFile] | Omit = omit,
        chunking_strategy: _types.FileChunkingStrategyParam | Omit = omit,
        attributes: Mapping[str, str | float | bool] | Omit | None = omit,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.vector_stores.VectorStoreFileBatch:
        """Add uploaded files to a vector store in one batch and wait until their indexing has ended, well or not.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`; the batch goes on.

        Args:
            vector_store_id: ID of the vector store that gets the files.
            file_ids: IDs of the uploaded files, where `attributes` and `chunking_strategy` are the same for all.
            files: The uploaded files, each with its own attributes and strategy, in place of `file_ids`.
            chunking_strategy: How the files are cut into chunks. Left out means the automatic strategy.
            attributes: Up to 16 properties by which searches can be filtered.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            extra_body: Entries merged over the body of the request that begins the batch.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
        call = Call(
            "POST",
            fill_path("/vector_stores/{vector_store_id}/file_batches", vector_store_id=vector_store_id),
            headers=ASSISTANTS,
            body={
                "file_ids": file_ids,
                "files": files,
                "chunking_strategy": chunking_strategy,
                "attributes": attributes,
            },
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        batch = await self._client.request_value(call, _types.vector_stores.VectorStoreFileBatch)
        return await self._polled(
            batch.id,
            vector_store_id,
            wanted,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )

    async def upload_and_poll(
        self,
        vector_store_id: str,
        *,
        files: Iterable[FileTypes],
        max_concurrency: int = 5,
        file_ids: SequenceNotStr[str] = (),
        chunking_strategy: _types.FileChunkingStrategyParam | Omit = omit,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
    ) -> _types.vector_stores.VectorStoreFileBatch:
        """Upload files, add them to a vector store in one batch, and wait until their indexing has ended.

        Raises `PollingTimeoutError` when the indexing takes longer than `max_wait_seconds`, and the error of the
        first upload that failed: no further one is begun then, and nothing is added to the vector store. A note on
        that error names the files that were uploaded before.

        Args:
            vector_store_id: ID of the vector store that gets the files.
            files: The files: each bytes, an open binary file, a path, or a tuple with its name. Taken one by one.
            max_concurrency: How many files are uploaded at the same time.
            file_ids: IDs of files that were uploaded before and belong to the batch; they come first in it.
            chunking_strategy: How the files are cut into chunks. Left out means the automatic strategy.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait for the indexing. Left out, there is none.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
        path = fill_path("/vector_stores/{vector_store_id}/file_batches", vector_store_id=vector_store_id)
        limit = checked_count("max_concurrency", max_concurrency)
        earlier = list(file_ids)
        done: list[str] = []

        async def upload(file: FileTypes) -> str:
            file_id = await async_uploaded_file(self._client, file)
            done.append(file_id)
            return file_id

        try:
            uploaded = await async_each(iter(files), upload, limit=limit)
        except Exception as error:
            if done:
                error.add_note(f"uploaded before this: {', '.join(done)}")
            raise
        if not earlier and not uploaded:
            raise ValueError("there is nothing to put into the batch: both `files` and `file_ids` are empty")
        body = {"file_ids": [*earlier, *uploaded], "chunking_strategy": chunking_strategy}
        call = Call("POST", path, headers=ASSISTANTS, body=body)
        batch = await self._client.request_value(call, _types.vector_stores.VectorStoreFileBatch)
        return await self._polled(batch.id, vector_store_id, wanted)

    async def _polled(
        self,
        batch_id: str,
        vector_store_id: str,
        pace: Pace,
        *,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.vector_stores.VectorStoreFileBatch:
        call = Call(
            "GET",
            fill_path(
                "/vector_stores/{vector_store_id}/file_batches/{batch_id}",
                vector_store_id=vector_store_id,
                batch_id=batch_id,
            ),
            headers=ASSISTANTS,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )
        into = _types.vector_stores.VectorStoreFileBatch
        return await async_polled(
            self._client, call, into, subject=FILE_BATCH, id=batch_id, pace=pace, sleep=self._sleep
        )
