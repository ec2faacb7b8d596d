"""Files: waiting until one is processed."""

from __future__ import annotations

from ... import types as _types
from ...runtime import AsyncAPIResource, Call, fill_path
from ..core.polling import FILE, pace_in_seconds
from .polling import async_polled

__all__ = ["AsyncFileProcessing"]


class AsyncFileProcessing(AsyncAPIResource):
    """Waits for files."""

    async def wait_for_processing(
        self, id: str, *, poll_interval: float = 5.0, max_wait_seconds: float | None = 30 * 60
    ) -> _types.FileObject:
        """The file when its processing has ended, well or not: see its `status`.

        Raises `PollingTimeoutError`, which is a `RuntimeError`, when that takes longer than `max_wait_seconds`.

        Args:
            id: ID of the file.
            poll_interval: Seconds between two looks.
            max_wait_seconds: The longest wait; None for no limit.
        """
        wanted = pace_in_seconds(poll_interval, max_wait_seconds)
        call = Call("GET", fill_path("/files/{file_id}", file_id=id))
        return await async_polled(
            self._client, call, _types.FileObject, subject=FILE, id=id, pace=wanted, sleep=self._sleep
        )
