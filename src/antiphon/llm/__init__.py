"""Functions that answer, over any provider: `completion(model="openai/...", messages=[...])`, and `acompletion`.

Models that answer: `get_model("openai/...").prompt("...")`, and `get_async_model`.

Names are loaded when they are used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..runtime import APIConnectionError as APIConnectionError
    from ..runtime import APIError as APIError
    from ..runtime import APIResponseValidationError as APIResponseValidationError
    from ..runtime import APIStatusError as APIStatusError
    from ..runtime import APITimeoutError as APITimeoutError
    from ..runtime import AuthenticationError as AuthenticationError
    from ..runtime import BadRequestError as BadRequestError
    from ..runtime import ConflictError as ConflictError
    from ..runtime import InternalServerError as InternalServerError
    from ..runtime import NotFoundError as NotFoundError
    from ..runtime import PermissionDeniedError as PermissionDeniedError
    from ..runtime import RateLimitError as RateLimitError
    from ..runtime import UnprocessableEntityError as UnprocessableEntityError
    from . import errors as errors
    from . import parts as parts
    from . import providers as providers
    from . import retries as retries
    from ._async.asking import acompletion as acompletion
    from ._async.asking import aembedding as aembedding
    from ._async.asking import aresponses as aresponses
    from ._async.call_responses import AsyncCallAnswer as AsyncCallAnswer
    from ._async.call_streams import AsyncStream as AsyncStream
    from ._async.call_streams import AsyncStructuredStream as AsyncStructuredStream
    from ._async.chains import AsyncChainResponse as AsyncChainResponse
    from ._async.clients import aclose_all as aclose_all
    from ._async.discovery import async_discover_models as async_discover_models
    from ._async.embedding_models import AsyncEmbeddingModel as AsyncEmbeddingModel
    from ._async.model_responses import AsyncResponse as AsyncResponse
    from ._async.models import AsyncConversation as AsyncConversation
    from ._async.models import AsyncKeyModel as AsyncKeyModel
    from ._async.models import AsyncModel as AsyncModel
    from ._async.streams import AsyncPieces as AsyncPieces
    from ._sync.asking import completion as completion
    from ._sync.asking import embedding as embedding
    from ._sync.asking import responses as responses
    from ._sync.call_responses import CallAnswer as CallAnswer
    from ._sync.call_streams import Stream as Stream
    from ._sync.call_streams import StructuredStream as StructuredStream
    from ._sync.chains import ChainResponse as ChainResponse
    from ._sync.clients import close_all as close_all
    from ._sync.discovery import discover_models as discover_models
    from ._sync.embedding_models import EmbeddingModel as EmbeddingModel
    from ._sync.model_responses import Response as Response
    from ._sync.models import Conversation as Conversation
    from ._sync.models import KeyModel as KeyModel
    from ._sync.models import Model as Model
    from ._sync.streams import Pieces as Pieces
    from .attachments import Attachment as Attachment
    from .calling import CallDecorator as CallDecorator
    from .calling import call as call
    from .core.base_tools import BaseTool as BaseTool
    from .core.base_tools import ToolConfig as ToolConfig
    from .core.calling.answers import CallResponse as CallResponse
    from .core.calling.answers import CallResponseChunk as CallResponseChunk
    from .core.calling.answers import CostMetadata as CostMetadata
    from .core.calling.asked import BaseDynamicConfig as BaseDynamicConfig
    from .core.calling.clients import UnsupportedClientError as UnsupportedClientError
    from .core.calling.messages import BaseMessageParam as BaseMessageParam
    from .core.calling.messages import Messages as Messages
    from .core.calling.parts import AudioPart as AudioPart
    from .core.calling.parts import AudioURLPart as AudioURLPart
    from .core.calling.parts import CacheControlPart as CacheControlPart
    from .core.calling.parts import DocumentPart as DocumentPart
    from .core.calling.parts import DocumentURLPart as DocumentURLPart
    from .core.calling.parts import ImagePart as ImagePart
    from .core.calling.parts import ImageURLPart as ImageURLPart
    from .core.calling.parts import PromptError as PromptError
    from .core.calling.settings import CommonCallParams as CommonCallParams
    from .core.calling.settings import StreamConfig as StreamConfig
    from .core.data import Completion as Completion
    from .core.data import CompletionChunk as CompletionChunk
    from .core.data import Data as Data
    from .core.data import Embeddings as Embeddings
    from .core.data import ResponseData as ResponseData
    from .core.errors import MissingKeyError as MissingKeyError
    from .core.errors import ModelError as ModelError
    from .core.errors import NeedsKeyException as NeedsKeyException
    from .core.errors import UnknownProviderError as UnknownProviderError
    from .core.errors import UnsupportedParameterError as UnsupportedParameterError
    from .core.extraction import FromCallArgs as FromCallArgs
    from .core.extraction import RefusalError as RefusalError
    from .core.extraction import ResponseModelConfigDict as ResponseModelConfigDict
    from .core.joining import completion_from_chunks as completion_from_chunks
    from .core.model_answers import StreamEvent as StreamEvent
    from .core.model_answers import Usage as Usage
    from .core.parameters import CompletionParameters as CompletionParameters
    from .core.parameters import EmbeddingParameters as EmbeddingParameters
    from .core.parameters import ResponseParameters as ResponseParameters
    from .core.parameters import Settings as Settings
    from .core.parts import AttachmentPart as AttachmentPart
    from .core.parts import Message as Message
    from .core.parts import Part as Part
    from .core.parts import ReasoningPart as ReasoningPart
    from .core.parts import TextPart as TextPart
    from .core.parts import ToolCallPart as ToolCallPart
    from .core.parts import ToolResultPart as ToolResultPart
    from .core.prompt_keywords import Fragment as Fragment
    from .core.prompt_keywords import Options as Options
    from .core.prompts import Prompt as Prompt
    from .core.said import assistant as assistant
    from .core.said import system as system
    from .core.said import tool_message as tool_message
    from .core.said import user as user
    from .core.schemas import schema_dsl as schema_dsl
    from .core.tool_kits import BaseToolKit as BaseToolKit
    from .core.tool_kits import toolkit_tool as toolkit_tool
    from .core.tool_loop import CancelToolCall as CancelToolCall
    from .core.tool_loop import ChainLimitError as ChainLimitError
    from .core.tool_loop import PauseChain as PauseChain
    from .core.toolboxes import Toolbox as Toolbox
    from .core.tools import Tool as Tool
    from .core.tools import ToolCall as ToolCall
    from .core.tools import ToolOutput as ToolOutput
    from .core.tools import ToolResult as ToolResult
    from .core.tools import tool as tool
    from .core.vectors import cosine_similarity as cosine_similarity
    from .core.vectors import decode as decode
    from .core.vectors import encode as encode
    from .embedding_models import EmbeddingModelWithAliases as EmbeddingModelWithAliases
    from .embedding_models import get_async_embedding_model as get_async_embedding_model
    from .embedding_models import get_async_embedding_models as get_async_embedding_models
    from .embedding_models import get_embedding_model as get_embedding_model
    from .embedding_models import get_embedding_model_aliases as get_embedding_model_aliases
    from .embedding_models import get_embedding_models as get_embedding_models
    from .embedding_models import get_embedding_models_with_aliases as get_embedding_models_with_aliases
    from .embedding_models import register_embedding_model as register_embedding_model
    from .identities.aws import AWSCredentials as AWSCredentials
    from .identities.entra import EntraCredentials as EntraCredentials
    from .identities.google import GoogleCredentials as GoogleCredentials
    from .keys import KeyStoreError as KeyStoreError
    from .keys import get_key as get_key
    from .keys import key_names as key_names
    from .keys import keys_path as keys_path
    from .keys import remove_key as remove_key
    from .keys import set_key as set_key
    from .model_facts import ConversationNotSupported as ConversationNotSupported
    from .models import ModelWithAliases as ModelWithAliases
    from .models import get_async_model as get_async_model
    from .models import get_async_model_aliases as get_async_model_aliases
    from .models import get_async_models as get_async_models
    from .models import get_model as get_model
    from .models import get_model_aliases as get_model_aliases
    from .models import get_models as get_models
    from .models import get_models_with_aliases as get_models_with_aliases
    from .models import register_model as register_model
    from .naming import UnknownModelError as UnknownModelError
    from .overriding import context as context
    from .overriding import override as override
    from .pairs.fetching import AttachmentError as AttachmentError
    from .prompts import BasePrompt as BasePrompt
    from .prompts import merge_decorators as merge_decorators
    from .prompts import metadata as metadata
    from .prompts import prompt_template as prompt_template
    from .provider_calls import ProviderCalls as ProviderCalls
    from .provider_calls import anthropic as anthropic
    from .provider_calls import azure as azure
    from .provider_calls import bedrock as bedrock
    from .provider_calls import cerebras as cerebras
    from .provider_calls import cohere as cohere
    from .provider_calls import deepseek as deepseek
    from .provider_calls import fireworks as fireworks
    from .provider_calls import gemini as gemini
    from .provider_calls import google as google
    from .provider_calls import groq as groq
    from .provider_calls import litellm as litellm
    from .provider_calls import llamacpp as llamacpp
    from .provider_calls import lmstudio as lmstudio
    from .provider_calls import mistral as mistral
    from .provider_calls import ollama as ollama
    from .provider_calls import openai as openai
    from .provider_calls import openrouter as openrouter
    from .provider_calls import perplexity as perplexity
    from .provider_calls import together as together
    from .provider_calls import vertex as vertex
    from .provider_calls import vllm as vllm
    from .provider_calls import xai as xai
    from .providers.profile import Provider as Provider
    from .retries import Fallback as Fallback
    from .retries import FallbackError as FallbackError
    from .retries import RetriesExhausted as RetriesExhausted
    from .retries import RetryState as RetryState
    from .retries import collect_errors as collect_errors
    from .retries import fallback as fallback
    from .retries import retry as retry
    from .store import get_default_embedding_model as get_default_embedding_model
    from .store import get_default_model as get_default_model
    from .store import remove_alias as remove_alias
    from .store import set_alias as set_alias
    from .store import set_default_embedding_model as set_default_embedding_model
    from .store import set_default_model as set_default_model
    from .store import user_dir as user_dir
else:
    from ..runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "..runtime": (
                "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError "
                "AuthenticationError BadRequestError ConflictError InternalServerError NotFoundError "
                "PermissionDeniedError RateLimitError UnprocessableEntityError"
            ),
            "._async.asking": "acompletion aembedding aresponses",
            "._async.clients": "aclose_all",
            "._async.streams": "AsyncPieces",
            "._sync.asking": "completion embedding responses",
            "._sync.clients": "close_all",
            "._sync.streams": "Pieces",
            ".core.data": "Completion CompletionChunk Data Embeddings ResponseData",
            ".core.errors": (
                "MissingKeyError ModelError NeedsKeyException UnknownProviderError UnsupportedParameterError"
            ),
            ".core.base_tools": "BaseTool ToolConfig",
            ".core.extraction": "FromCallArgs RefusalError ResponseModelConfigDict",
            ".core.joining": "completion_from_chunks",
            ".core.tool_kits": "BaseToolKit toolkit_tool",
            ".core.parameters": "CompletionParameters EmbeddingParameters ResponseParameters Settings",
            ".providers.profile": "Provider",
            "._async.chains": "AsyncChainResponse",
            "._async.discovery": "async_discover_models",
            "._async.embedding_models": "AsyncEmbeddingModel",
            "._async.model_responses": "AsyncResponse",
            "._async.models": "AsyncConversation AsyncKeyModel AsyncModel",
            "._sync.chains": "ChainResponse",
            "._sync.discovery": "discover_models",
            "._sync.embedding_models": "EmbeddingModel",
            "._sync.model_responses": "Response",
            "._sync.models": "Conversation KeyModel Model",
            ".attachments": "Attachment",
            ".core.model_answers": "StreamEvent Usage",
            ".core.parts": "AttachmentPart Message Part ReasoningPart TextPart ToolCallPart ToolResultPart",
            ".core.prompt_keywords": "Fragment Options",
            ".core.prompts": "Prompt",
            ".model_facts": "ConversationNotSupported",
            ".core.said": "assistant system tool_message user",
            ".core.schemas": "schema_dsl",
            ".core.tool_loop": "CancelToolCall ChainLimitError PauseChain",
            ".core.toolboxes": "Toolbox",
            ".core.tools": "Tool ToolCall ToolOutput ToolResult tool",
            ".core.vectors": "cosine_similarity decode encode",
            ".embedding_models": (
                "EmbeddingModelWithAliases get_async_embedding_model get_async_embedding_models get_embedding_model "
                "get_embedding_model_aliases get_embedding_models get_embedding_models_with_aliases "
                "register_embedding_model"
            ),
            ".identities.aws": "AWSCredentials",
            ".identities.entra": "EntraCredentials",
            ".identities.google": "GoogleCredentials",
            ".keys": "KeyStoreError get_key key_names keys_path remove_key set_key",
            ".models": (
                "ModelWithAliases get_async_model get_async_model_aliases get_async_models "
                "get_model get_model_aliases get_models get_models_with_aliases register_model"
            ),
            ".naming": "UnknownModelError",
            ".pairs.fetching": "AttachmentError",
            ".retries": "Fallback FallbackError RetriesExhausted RetryState collect_errors fallback retry",
            ".store": (
                "get_default_embedding_model get_default_model remove_alias set_alias set_default_embedding_model "
                "set_default_model user_dir"
            ),
            "._async.call_responses": "AsyncCallAnswer",
            "._async.call_streams": "AsyncStream AsyncStructuredStream",
            "._sync.call_responses": "CallAnswer",
            "._sync.call_streams": "Stream StructuredStream",
            ".calling": "CallDecorator call",
            ".core.calling.answers": "CallResponse CallResponseChunk CostMetadata",
            ".core.calling.asked": "BaseDynamicConfig",
            ".core.calling.clients": "UnsupportedClientError",
            ".core.calling.messages": "BaseMessageParam Messages",
            ".core.calling.parts": (
                "AudioPart AudioURLPart CacheControlPart DocumentPart DocumentURLPart ImagePart ImageURLPart "
                "PromptError"
            ),
            ".core.calling.settings": "CommonCallParams StreamConfig",
            ".overriding": "context override",
            ".prompts": "BasePrompt merge_decorators metadata prompt_template",
            ".provider_calls": (
                "ProviderCalls anthropic azure bedrock cerebras cohere deepseek fireworks gemini google groq litellm "
                "llamacpp lmstudio mistral ollama openai openrouter perplexity together vertex vllm xai"
            ),
        },
        modules="errors parts providers retries",
    )
