"""Responses whose text and function calls were parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, cast

from pydantic import SerializeAsAny

from ...types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
)
from .output_text import listed_in
from .type_variables import TextFormatT

if TYPE_CHECKING:
    from ...types.responses.responses_types.output import (
        ResponseAdditionalTools,
        ResponseApplyPatchToolCall,
        ResponseApplyPatchToolCallOutput,
        ResponseCodeInterpreterToolCall,
        ResponseCompactionItem,
        ResponseComputerToolCall,
        ResponseComputerToolCallOutputItem,
        ResponseCustomToolCall,
        ResponseCustomToolCallOutputItem,
        ResponseFileSearchToolCall,
        ResponseFunctionShellToolCall,
        ResponseFunctionShellToolCallOutput,
        ResponseFunctionToolCallOutputItem,
        ResponseFunctionWebSearch,
        ResponseImageGenerationCall,
        ResponseLocalShellCall,
        ResponseLocalShellCallOutput,
        ResponseMcpApprovalRequest,
        ResponseMcpApprovalResponse,
        ResponseMcpCall,
        ResponseMcpListTools,
        ResponseProgram,
        ResponseProgramOutput,
        ResponseReasoningItem,
        ResponseToolSearchCall,
        ResponseToolSearchOutputItem,
    )

__all__ = [
    "ParsedContent",
    "ParsedResponse",
    "ParsedResponseFunctionToolCall",
    "ParsedResponseOutputItem",
    "ParsedResponseOutputMessage",
    "ParsedResponseOutputText",
]

# Fields that are inherited are understood where their class is written: so before there are subclasses elsewhere.
for _base in (Response, ResponseOutputMessage, ResponseOutputText, ResponseFunctionToolCall):
    _base.model_rebuild()

# The lists below hold subclasses of what they hold in the base: lists are invariant, so a checker objects, but nobody
# puts an unparsed message into a parsed response. At run time they are told no more than that, and write what is there.


class ParsedResponseOutputText(ResponseOutputText, Generic[TextFormatT]):
    """Text of a message."""

    parsed: TextFormatT | None = None
    """The text as the type that was asked for."""

    __unsent__: ClassVar[Any] = {"parsed"}


ParsedContent: TypeAlias = ParsedResponseOutputText[TextFormatT] | ResponseOutputRefusal


class ParsedResponseOutputMessage(ResponseOutputMessage, Generic[TextFormatT]):
    """A message of the model."""

    if TYPE_CHECKING:
        content: list[ParsedContent[TextFormatT]]  # pyright: ignore[reportIncompatibleVariableOverride]
    else:
        content: list[SerializeAsAny[ResponseOutputText | ResponseOutputRefusal]]

    __unsent__: ClassVar[Any] = {"content": {"__all__": {"parsed"}}}


class ParsedResponseFunctionToolCall(ResponseFunctionToolCall):
    """A call of a function."""

    parsed_arguments: object | None = None
    """The arguments: an object of the tool's model, plain data for another strict tool, None for other tools."""

    __unsent__: ClassVar[Any] = {"parsed_arguments"}


if TYPE_CHECKING:
    ParsedResponseOutputItem: TypeAlias = (
        ParsedResponseOutputMessage[TextFormatT]
        | ParsedResponseFunctionToolCall
        | ResponseFileSearchToolCall
        | ResponseFunctionToolCallOutputItem
        | ResponseFunctionWebSearch
        | ResponseComputerToolCall
        | ResponseComputerToolCallOutputItem
        | ResponseReasoningItem
        | ResponseProgram
        | ResponseProgramOutput
        | ResponseToolSearchCall
        | ResponseToolSearchOutputItem
        | ResponseAdditionalTools
        | ResponseCompactionItem
        | ResponseImageGenerationCall
        | ResponseCodeInterpreterToolCall
        | ResponseLocalShellCall
        | ResponseLocalShellCallOutput
        | ResponseFunctionShellToolCall
        | ResponseFunctionShellToolCallOutput
        | ResponseApplyPatchToolCall
        | ResponseApplyPatchToolCallOutput
        | ResponseMcpCall
        | ResponseMcpListTools
        | ResponseMcpApprovalRequest
        | ResponseMcpApprovalResponse
        | ResponseCustomToolCall
        | ResponseCustomToolCallOutputItem
    )
else:
    ParsedResponseOutputItem = (
        ParsedResponseOutputMessage[TextFormatT] | ParsedResponseFunctionToolCall | ResponseOutputItem
    )


class ParsedResponse(Response, Generic[TextFormatT]):
    """A response whose text and function calls were parsed."""

    if TYPE_CHECKING:
        output: list[ParsedResponseOutputItem[TextFormatT]]  # pyright: ignore[reportIncompatibleVariableOverride]
    else:
        output: list[SerializeAsAny[ResponseOutputItem]]

    __unsent__: ClassVar[Any] = {"output": {"__all__": {"parsed_arguments": True, "content": {"__all__": {"parsed"}}}}}

    @property
    def output_parsed(self) -> TextFormatT | None:
        """The first text that was parsed; None when there is none, as after a refusal."""
        for item in listed_in(self, "output"):
            if isinstance(item, ParsedResponseOutputMessage):
                for part in listed_in(cast(object, item), "content"):
                    if getattr(part, "parsed", None) is not None:
                        return cast(TextFormatT, part.parsed)
        return None
