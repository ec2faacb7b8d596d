"""What a message may hold besides text: images, sounds, documents, marks for a cache, tool calls and their results.

Everything of that kind becomes parts in OpenAI's format, except what has to be brought here first: `Media`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

from ....runtime.core.errors import SDKError
from ....runtime.core.kinds import is_bytes, is_mapping
from ..attachments import Attachment, Loaded, attachment_of, message_part
from ..parts import AttachmentPart, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart, parts_of
from ..tools import ToolCall, ToolResult

__all__ = [
    "AudioPart",
    "AudioURLPart",
    "CacheControlPart",
    "DocumentPart",
    "DocumentURLPart",
    "ImagePart",
    "ImageURLPart",
    "Media",
    "Piece",
    "PromptError",
    "content_of",
    "items_of",
    "media_of",
    "media_part",
    "sent_parts",
]


class PromptError(SDKError, ValueError):
    """A prompt cannot be made: a template that is wrong, a value that is missing or does not fit its place."""


@dataclass(frozen=True, kw_only=True)
class ImagePart:
    """An image by its bytes."""

    image: bytes = field(repr=False)
    media_type: str | None = None
    detail: str | None = None
    """How closely it is looked at: `low`, `high`, `auto`."""
    type: Literal["image"] = "image"


@dataclass(frozen=True, kw_only=True)
class ImageURLPart:
    """An image by its address, which the provider fetches."""

    url: str
    detail: str | None = None
    type: Literal["image_url"] = "image_url"


@dataclass(frozen=True, kw_only=True)
class AudioPart:
    """A sound by its bytes, or by these in base64."""

    audio: bytes | str = field(repr=False)
    media_type: str | None = None
    type: Literal["audio"] = "audio"


@dataclass(frozen=True, kw_only=True)
class AudioURLPart:
    """A sound by its address."""

    url: str
    type: Literal["audio_url"] = "audio_url"


@dataclass(frozen=True, kw_only=True)
class DocumentPart:
    """A document by its bytes, such as a PDF."""

    document: bytes = field(repr=False)
    media_type: str | None = None
    type: Literal["document"] = "document"


@dataclass(frozen=True, kw_only=True)
class DocumentURLPart:
    """A document by its address."""

    url: str
    type: Literal["document_url"] = "document_url"


@dataclass(frozen=True, kw_only=True)
class CacheControlPart:
    """Says that what stands before it may be kept by the provider. Left out where the provider knows no such marks."""

    cache_type: str = "ephemeral"
    ttl: str | None = None
    type: Literal["cache_control"] = "cache_control"


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is brought here when it is sent."""

    attachment: Attachment
    detail: str | None = None
    kind: str | None = None
    """What it has to be, if not just anything: `image`, `audio`, `document`."""


Piece: TypeAlias = (
    str
    | Part
    | ImagePart
    | ImageURLPart
    | AudioPart
    | AudioURLPart
    | DocumentPart
    | DocumentURLPart
    | CacheControlPart
    | Attachment
    | Media
    | Mapping[str, Any]
)
"""What a message can be made of; images of PIL and sounds of pydub and `wave` can be, too."""


def content_of(value: object) -> Any:
    """The content of a message: text where there is no more to it, else parts. Raises `PromptError`."""
    if value is None or isinstance(value, str):
        return value
    items = items_of(value)
    return sent_parts(value) if items is None else [part for item in items for part in sent_parts(item)]


def items_of(value: object) -> Sequence[Any] | None:
    """The items of a list or a tuple; None for anything else."""
    return cast("Sequence[Any]", value) if isinstance(value, (list, tuple)) else None


def sent_parts(item: object) -> list[Any]:
    """One thing as parts in OpenAI's format, or as what becomes one: `Media`, marks, calls and results.

    Raises `PromptError` for what cannot be part of a message.
    """
    match item:
        case str() | TextPart():
            return [{"type": "text", "text": item if isinstance(item, str) else item.text}]
        case AttachmentPart():
            return [] if item.attachment is None else [Media(item.attachment)]
        case Media() | CacheControlPart() | ReasoningPart() | ToolCallPart() | ToolResultPart():
            return [item]
        case ToolCall() | ToolResult():
            return [*parts_of([item])]
        case _:
            pass
    if is_mapping(item):
        if "type" not in item:
            there_are = ", ".join(map(str, item)) or "nothing"
            raise PromptError(f"a mapping is a message by its role, or a part of one by its type; it has {there_are}")
        return [item]
    return [media_of(item)]


def media_of(item: object, kind: str | None = None, detail: str | None = None) -> Media:
    """An image, a sound or a document from whatever it is. `kind` is what the prompt says it is.

    Raises `PromptError`.
    """
    try:
        made = _media(item, kind)
    except (TypeError, ValueError) as error:
        raise PromptError(str(error)) from error
    return Media(made.attachment, detail or made.detail, kind or made.kind)


def _media(item: object, kind: str | None) -> Media:
    match item:
        case Media():
            return item
        case ImagePart():
            return Media(Attachment(type=item.media_type, content=item.image), item.detail, "image")
        case ImageURLPart():
            return Media(_addressed(Attachment(url=item.url), "image"), item.detail, "image")
        case AudioPart():
            sound = base64.b64decode(item.audio) if isinstance(item.audio, str) else item.audio
            return Media(Attachment(type=item.media_type, content=sound), kind="audio")
        case AudioURLPart():
            return Media(Attachment(url=item.url), kind="audio")
        case DocumentPart():
            return Media(Attachment(type=item.media_type, content=item.document))
        case DocumentURLPart():
            return Media(Attachment(url=item.url))
        case Path() | Attachment():
            return Media(attachment_of(item))
        case str() if kind is not None:
            return Media(_addressed(attachment_of(item), kind))
        case _:
            pass
    if is_bytes(item):
        return Media(_known(bytes(item), kind))
    content = _foreign(item)
    if content is None:
        raise PromptError(
            f"{type(item).__name__} cannot be part of a message: texts, parts, images, sounds, paths and bytes can"
        )
    return Media(Attachment(content=content))


def media_part(media: Media, loaded: Loaded) -> dict[str, Any]:
    """The part as it is sent. Raises ValueError for what messages cannot hold, and for another kind of thing."""
    if media.kind in _TYPES and not loaded.type.startswith(_TYPES[media.kind]):
        raise PromptError(f"{loaded.name} is {loaded.type}, and no {media.kind}")
    return message_part(loaded, image_detail=media.detail)


_TYPES: Final = {"image": "image/", "audio": "audio/"}


def _addressed(attachment: Attachment, kind: str) -> Attachment:
    # The name of what is behind an address need not say what it is, and a provider fetches images itself.
    if kind == "image" and attachment.must_be_fetched:
        return Attachment(type="image/*", url=attachment.url)
    return attachment


def _known(content: bytes, kind: str | None) -> Attachment:
    made = Attachment(content=content)
    if made.named_type is None and kind == "document":
        return Attachment(type="text/plain", content=content)
    return made


_SHOWN: Final = {"PNG": "PNG", "JPEG": "JPEG", "GIF": "GIF", "WEBP": "WEBP"}


def _foreign(item: Any) -> bytes | None:
    """The bytes of an image of PIL, a sound of pydub, or a sound of `wave`; None for anything else."""
    libraries = {each.__module__.partition(".")[0] for each in type(item).__mro__}
    out = io.BytesIO()
    if "PIL" in libraries and hasattr(item, "save"):
        form = _SHOWN.get(item.format or "", "PNG")
        shown = (
            item.convert("RGB") if getattr(item, "mode", "RGB") not in ("1", "L", "P", "RGB", "RGBA", "LA") else item
        )
        shown.save(out, format=form)
        return out.getvalue()
    if "pydub" in libraries and hasattr(item, "export"):
        item.export(out, format="wav")
        return out.getvalue()
    if "wave" in libraries and hasattr(item, "readframes"):
        import wave

        item.rewind()
        with wave.open(out, "wb") as written:
            written.setparams(item.getparams())
            written.writeframes(item.readframes(item.getnframes()))
        return out.getvalue()
    return None
