"""Bytes of attachments from the web, without the keys and the connections of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...runtime.core.errors import SDKError, excerpt
from ...runtime.core.urls import shown_url

if TYPE_CHECKING:
    import httpx

__all__ = ["AttachmentError", "async_fetched", "fetched"]

_SECONDS: Final = 60.0
_SHOWN: Final = 200
_LARGEST: Final = 100 * 1024 * 1024


class AttachmentError(SDKError):
    """What an attachment's URL leads to cannot be had."""


async def async_fetched(url: str) -> tuple[bytes, str | None]:
    """What is behind a URL, and what the server calls its type. Raises `AttachmentError`."""
    import httpx

    try:
        async with (
            httpx.AsyncClient(follow_redirects=True, timeout=_SECONDS) as client,
            client.stream("GET", url) as response,
        ):
            taken = _Taken(url, response)
            async for piece in response.aiter_bytes():
                taken.add(piece)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _failure(url, error) from error
    return taken.content()


def fetched(url: str) -> tuple[bytes, str | None]:
    """What is behind a URL, and what the server calls its type. Raises `AttachmentError`."""
    import httpx

    try:
        with (
            httpx.Client(follow_redirects=True, timeout=_SECONDS) as client,
            client.stream("GET", url) as response,
        ):
            taken = _Taken(url, response)
            for piece in response.iter_bytes():
                taken.add(piece)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _failure(url, error) from error
    return taken.content()


def _failure(url: str, error: Exception) -> AttachmentError:
    return _refused(url, f"cannot be fetched: {excerpt(str(error)) or type(error).__name__}")


def _refused(url: str, why: str) -> AttachmentError:
    return AttachmentError(f"{excerpt(shown_url(url), _SHOWN)} {why}")


class _Taken:
    def __init__(self, url: str, response: httpx.Response) -> None:
        if response.status_code >= 300:
            raise _refused(url, f"cannot be fetched: it answers {response.status_code}")
        self._url = url
        self._type = response.headers.get("content-type")
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > _LARGEST:
            raise _refused(self._url, f"is larger than {_LARGEST // 1024 // 1024} MiB")

    def content(self) -> tuple[bytes, str | None]:
        return b"".join(self._pieces), self._type
