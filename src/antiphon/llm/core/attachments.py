"""Images, sounds and documents that go with a prompt: what they are, and how a message holds them."""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from ...runtime.core.errors import excerpt
from ...runtime.core.kinds import is_bytes
from ...runtime.core.urls import shown_url

__all__ = [
    "Attachment",
    "Loaded",
    "attachment_from_dict",
    "attachment_of",
    "attachment_to_dict",
    "check_type",
    "decoded_base64",
    "has_content_to_send",
    "made_as",
    "message_part",
]

_AUDIO: Final = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}
_SHOWN: Final = 200
_OF_URLS: Final = {ord("-"): "+", ord("_"): "/"}
"""Letters that some write otherwise in base64."""
_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)


_TEXTS: Final = {"type": (str, type(None)), "path": (str, os.PathLike, type(None)), "url": (str, type(None))}


@dataclass(frozen=True, eq=False)
class Attachment:
    """A file for the model: one of a path, a URL or bytes.

    Raises TypeError or ValueError for none of them and for several.
    """

    type: str | None = None
    """Its media type, such as `image/png`; found out where it is not given."""
    path: str | Path | None = None
    url: str | None = None
    content: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        given = [name for name in ("path", "url", "content") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"an attachment has one of path, url and content, not {' and '.join(given) or 'none'}")
        if self.content is not None and not is_bytes(self.content):
            raise TypeError(f"the content of an attachment is bytes, not {type(self.content).__name__}")
        for name, kinds in _TEXTS.items():
            if not isinstance(value := getattr(self, name), kinds):
                raise TypeError(f"the {name} of an attachment is text, not {type(value).__name__}")
        if self.url is not None and urlsplit(self.url).scheme not in ("http", "https", "data"):
            raise ValueError(f"an attachment's URL begins with http:, https: or data:, not {self.url[:40]!r}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Attachment) and self._held() == other._held()

    def __hash__(self) -> int:
        return hash(self._held())

    def __repr__(self) -> str:
        url = None if self.url is None else _told(self.url)
        path = None if self.path is None else str(self.path)
        return f"{type(self).__name__}(type={self.type!r}, path={path!r}, url={url!r})"

    def _held(self) -> tuple[object, ...]:
        return self.type, self.path, self.url, self.content

    @property
    def named_type(self) -> str | None:
        """The type as far as it can be told without looking into the file."""
        if self.type is not None:
            return self.type
        if self.content is not None:
            return _type_of(self.content)
        if self.url is not None and self.url.startswith("data:"):
            return self.url[len("data:") :].partition(",")[0].partition(";")[0] or "text/plain"
        name = str(self.path) if self.path is not None else urlsplit(self.url or "").path
        return mimetypes.guess_type(name)[0]

    @property
    def must_be_fetched(self) -> bool:
        """Whether what is behind the URL has to be here: what is no image goes to the model as its content."""
        return has_content_to_send(self) and not (self.url or "").startswith("data:")

    def id(self) -> str:
        """The same for the same contents: the SHA-256 of the bytes, or of `{"url": "..."}`."""
        known = json.dumps({"path" if self.url is None else "url": str(self.url or self.path)}).encode()
        return hashlib.sha256(known if self.content is None else self.content).hexdigest()


def has_content_to_send(attachment: Attachment) -> bool:
    """Whether what a URL is of goes to the model as its content, as everything does but images."""
    return attachment.url is not None and not (attachment.named_type or "").startswith("image/")


AttachmentT = TypeVar("AttachmentT", bound=Attachment)

_kinds: Final[list[type[Attachment]]] = [Attachment]


def made_as(kind: type[AttachmentT]) -> type[AttachmentT]:
    """Have attachments that are made here be of this class, which can also bring them: that waits."""
    _kinds.append(kind)
    return kind


@dataclass(frozen=True)
class Loaded:
    """An attachment that is here, or that the server fetches itself."""

    type: str
    name: str
    content: bytes | None = field(default=None, repr=False)
    url: str | None = None

    @classmethod
    def of(cls, attachment: Attachment, content: bytes | None, said_type: str | None = None) -> Loaded:
        """With its contents; `said_type` is what the server of the URL called it.

        Raises ValueError where nothing tells what it is.
        """
        kind = attachment.named_type or (_type_of(content) if content is not None else None)
        kind = kind or (said_type or "").partition(";")[0].strip().lower() or None
        where = attachment.path or attachment.url or "the attachment"
        if kind is None:
            said = _told(attachment.url) if attachment.url is not None else excerpt(str(where), _SHOWN)
            raise ValueError(f"the type of {said} cannot be told: pass Attachment(type=...)")
        name = Path(urlsplit(str(where)).path).name if attachment.content is None else "attachment"
        return cls(kind, name or "attachment", content, attachment.url if content is None else None)

    def data_url(self) -> str:
        return self.url or f"data:{self.type};base64,{self.base64()}"

    def base64(self) -> str:
        """The contents as the API takes them."""
        if self.content is None:
            return (self.url or "").partition(",")[2]  # a data URL
        return base64.b64encode(self.content).decode()


def attachment_of(given: object) -> Attachment:
    """An attachment as it is, or made of a path, a URL or bytes. Raises TypeError for anything else."""
    if isinstance(given, Attachment):
        return given
    kind = _kinds[-1]
    if is_bytes(given):
        return kind(content=bytes(given))
    if isinstance(given, Path):
        return kind(path=given)
    if isinstance(given, str):
        return kind(url=given) if "://" in given[:10] or given.startswith("data:") else kind(path=given)
    raise TypeError(f"an attachment is a path, a URL, bytes or an Attachment, not {type(given).__name__}")


def attachment_to_dict(attachment: Attachment) -> dict[str, str]:
    """The attachment as JSON can hold it."""
    made = {name: str(value) for name in ("type", "path", "url") if (value := getattr(attachment, name)) is not None}
    if attachment.content is not None:
        made["content"] = base64.b64encode(attachment.content).decode("ascii")
    return made


def attachment_from_dict(data: Mapping[str, Any]) -> Attachment:
    """The attachment that `attachment_to_dict` wrote."""
    content = data.get("content")
    decoded = None if content is None else decoded_base64(content)
    return _kinds[-1](data.get("type"), data.get("path"), data.get("url"), decoded)


def decoded_base64(text: object) -> bytes:
    """What a text in base64 holds. Raises ValueError for what is none."""
    try:
        letters = "".join(str(text).split()).rstrip("=").translate(_OF_URLS)
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except ValueError as error:
        raise ValueError(f"the content of the attachment is no base64: {error}") from None


def message_part(loaded: Loaded, *, image_detail: str | None = None) -> dict[str, Any]:
    """The part of a message of chat completions. Raises ValueError for what such messages cannot hold."""
    if loaded.type.startswith("image/"):
        image = {"url": loaded.data_url()}
        return {"type": "image_url", "image_url": {**image, "detail": image_detail} if image_detail else image}
    if loaded.type in _AUDIO:
        return {"type": "input_audio", "input_audio": {"data": loaded.base64(), "format": _AUDIO[loaded.type]}}
    if loaded.type == "application/pdf":
        return {"type": "file", "file": {"filename": loaded.name, "file_data": loaded.data_url()}}
    if loaded.type.startswith("text/") and loaded.content is not None:
        return {"type": "text", "text": loaded.content.decode("utf-8", "replace")}
    raise ValueError(_refusal(loaded.name, loaded.type))


def check_type(attachment: Attachment) -> None:
    """Raises ValueError for an attachment that says it is what messages cannot hold."""
    kind = attachment.named_type
    if kind is not None and not kind.startswith(("image/", "text/")) and kind not in (*_AUDIO, "application/pdf"):
        where = attachment.path or attachment.url or "the attachment"
        raise ValueError(_refusal(Path(urlsplit(str(where)).path).name or str(where), kind))


def _told(url: str) -> str:
    """A URL as it is told of: without its contents, and without credentials."""
    return excerpt(f"{url.partition(',')[0]},…" if url.startswith("data:") else shown_url(url), _SHOWN)


def _refusal(name: str, kind: str) -> str:
    return f"{name} is {kind}, which cannot be attached: images, wav, mp3, PDF and text can"


def _type_of(content: bytes) -> str | None:
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12])
    return next((kind for start, kind in _STARTS if content.startswith(start)), None)
