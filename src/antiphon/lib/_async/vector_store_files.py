"""Files of a vector store: added, uploaded, and waited for until they can be searched."""

from __future__ import annotations

from collections.abc import Mapping

from ... import types as _types
from ...runtime import (
    AsyncAPIClient,
    AsyncAPIResource,
    Call,
    FileTypes,
    HeaderTypes,
    Multipart,
    NotGiven,
    Omit,
    TimeoutTypes,
    fill_path,
    not_given,
    omit,
)
from ..core.beta import ASSISTANTS
from ..core.polling import VECTOR_STORE_FILE, Pace, pace
from .polling import async_polled

__all__ = ["AsyncVectorStoreFilePolling", "async_uploaded_file"]


class AsyncVectorStoreFilePolling(AsyncAPIResource):
    """Adds files to a vector store and waits until they are indexed."""

    async def poll(
        self,
        file_id: str,
        *,
        vector_store_id: str,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.vector_stores.VectorStoreFile:
        """The file of a vector store when its indexing has ended, well or not: see its `status` and `last_error`.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`.

        Args:
            file_id: ID of the file.
            vector_store_id: ID of the vector store it was added to.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        return await self._polled(
            file_id,
            vector_store_id,
            pace(poll_interval_ms, max_wait_seconds),
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )

    async def create_and_poll(
        self,
        file_id: str,
        *,
        vector_store_id: str,
        attributes: Mapping[str, str | float | bool] | Omit | None = omit,
        chunking_strategy: _types.FileChunkingStrategyParam | Omit = omit,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        extra_body: object | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.vector_stores.VectorStoreFile:
        """Add an uploaded file to a vector store and wait until its indexing has ended, well or not.

        Raises `PollingTimeoutError` when that takes longer than `max_wait_seconds`; the file stays in the store.

        Args:
            file_id: ID of the uploaded file.
            vector_store_id: ID of the vector store that gets it.
            attributes: Up to 16 properties by which searches can be filtered.
            chunking_strategy: How the file is cut into chunks. Left out means the automatic strategy.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait. Left out, there is none.
            extra_headers: Headers of every request this sends.
            extra_query: Query entries of every request this sends.
            extra_body: Entries merged over the body of the request that adds the file.
            timeout: Seconds, or a `Timeout`, for each request.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
        call = Call(
            "POST",
            fill_path("/vector_stores/{vector_store_id}/files", vector_store_id=vector_store_id),
            headers=ASSISTANTS,
            body={"file_id": file_id, "chunking_strategy": chunking_strategy, "attributes": attributes},
            extra_headers=extra_headers,
            extra_query=extra_query,
            extra_body=extra_body,
            timeout=timeout,
        )
        added = await self._client.request_value(call, _types.vector_stores.VectorStoreFile)
        return await self._polled(
            added.id,
            vector_store_id,
            wanted,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )

    async def upload(
        self,
        *,
        vector_store_id: str,
        file: FileTypes,
        chunking_strategy: _types.FileChunkingStrategyParam | Omit = omit,
    ) -> _types.vector_stores.VectorStoreFile:
        """Upload a file and add it to a vector store. It is not indexed yet: `poll` waits for that.

        Args:
            vector_store_id: ID of the vector store that gets it.
            file: The file: bytes, an open binary file, a path, or a tuple with its name.
            chunking_strategy: How the file is cut into chunks. Left out means the automatic strategy.
        """
        return await self._added(vector_store_id, file, omit, chunking_strategy)

    async def upload_and_poll(
        self,
        *,
        vector_store_id: str,
        file: FileTypes,
        attributes: Mapping[str, str | float | bool] | Omit | None = omit,
        chunking_strategy: _types.FileChunkingStrategyParam | Omit = omit,
        poll_interval_ms: int | Omit = omit,
        max_wait_seconds: float | Omit | None = omit,
    ) -> _types.vector_stores.VectorStoreFile:
        """Upload a file, add it to a vector store, and wait until its indexing has ended, well or not.

        Raises `PollingTimeoutError` when the indexing takes longer than `max_wait_seconds`.

        Args:
            vector_store_id: ID of the vector store that gets it.
            file: The file: bytes, an open binary file, a path, or a tuple with its name.
            attributes: Up to 16 properties by which searches can be filtered.
            chunking_strategy: How the file is cut into chunks. Left out means the automatic strategy.
            poll_interval_ms: Milliseconds between two looks. Left out, the server says, or it is one second.
            max_wait_seconds: The longest wait for the indexing. Left out, there is none.
        """
        wanted = pace(poll_interval_ms, max_wait_seconds)
        added = await self._added(vector_store_id, file, attributes, chunking_strategy)
        return await self._polled(added.id, vector_store_id, wanted)

    async def _added(
        self,
        vector_store_id: str,
        file: FileTypes,
        attributes: Mapping[str, str | float | bool] | Omit | None,
        chunking_strategy: _types.FileChunkingStrategyParam | Omit,
    ) -> _types.vector_stores.VectorStoreFile:
        path = fill_path("/vector_stores/{vector_store_id}/files", vector_store_id=vector_store_id)
        file_id = await async_uploaded_file(self._client, file)
        body = {"file_id": file_id, "chunking_strategy": chunking_strategy, "attributes": attributes}
        call = Call("POST", path, headers=ASSISTANTS, body=body)
        return await self._client.request_value(call, _types.vector_stores.VectorStoreFile)

    async def _polled(
        self,
        file_id: str,
        vector_store_id: str,
        pace: Pace,
        *,
        extra_headers: HeaderTypes | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: TimeoutTypes | NotGiven = not_given,
    ) -> _types.vector_stores.VectorStoreFile:
        call = Call(
            "GET",
            fill_path(
                "/vector_stores/{vector_store_id}/files/{file_id}", vector_store_id=vector_store_id, file_id=file_id
            ),
            headers=ASSISTANTS,
            extra_headers=extra_headers,
            extra_query=extra_query,
            timeout=timeout,
        )
        into = _types.vector_stores.VectorStoreFile
        return await async_polled(
            self._client, call, into, subject=VECTOR_STORE_FILE, id=file_id, pace=pace, sleep=self._sleep
        )


async def async_uploaded_file(client: AsyncAPIClient, file: FileTypes) -> str:
    """The ID of a file that was now uploaded for assistants and vector stores."""
    call = Call(
        "POST",
        "/files",
        body={"file": file, "purpose": "assistants"},
        encoding=Multipart(files=frozenset(["file"])),
    )
    uploaded = await client.request_value(call, _types.FileObject)
    return uploaded.id
