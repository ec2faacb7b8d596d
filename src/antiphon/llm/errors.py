"""All that is raised here: for arguments, before anything is sent, and for requests."""

from __future__ import annotations

from ..runtime import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    SDKError,
    UnprocessableEntityError,
)
from .core.calling.clients import UnsupportedClientError
from .core.calling.parts import PromptError
from .core.errors import (
    MissingKeyError,
    ModelError,
    NeedsKeyException,
    UnknownProviderError,
    UnsupportedParameterError,
)
from .core.extraction import RefusalError
from .core.fallbacks import FallbackError
from .core.tool_loop import CancelToolCall, ChainLimitError, PauseChain
from .keys import KeyStoreError
from .model_facts import ConversationNotSupported
from .naming import UnknownModelError
from .pairs.fetching import AttachmentError
from .retries import RetriesExhausted

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AttachmentError",
    "AuthenticationError",
    "BadRequestError",
    "CancelToolCall",
    "ChainLimitError",
    "ConflictError",
    "ConversationNotSupported",
    "FallbackError",
    "InternalServerError",
    "KeyStoreError",
    "MissingKeyError",
    "ModelError",
    "NeedsKeyException",
    "NotFoundError",
    "PauseChain",
    "PermissionDeniedError",
    "PromptError",
    "RateLimitError",
    "RefusalError",
    "RetriesExhausted",
    "SDKError",
    "UnknownModelError",
    "UnknownProviderError",
    "UnprocessableEntityError",
    "UnsupportedClientError",
    "UnsupportedParameterError",
]
