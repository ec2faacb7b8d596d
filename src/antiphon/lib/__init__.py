"""Behaviour written by hand on top of the generated resources; the resources inherit it, as sdk.yml says."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import azure as azure
    from . import streaming as streaming
    from .core.formats import response_format_param as _response_format_param
    from .core.function_tools import pydantic_function_tool as pydantic_function_tool
    from .core.function_tools import pydantic_responses_function_tool as pydantic_responses_function_tool
    from .core.strict_schema import to_strict_json_schema as to_strict_json_schema
    from .core.type_variables import ResponseFormatT as ResponseFormatT

    type_to_response_format_param = _response_format_param
else:
    from ..runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            ".core.formats": "type_to_response_format_param=response_format_param",
            ".core.function_tools": "pydantic_function_tool pydantic_responses_function_tool",
            ".core.strict_schema": "to_strict_json_schema",
            ".core.type_variables": "ResponseFormatT",
        },
        modules="azure streaming",
    )
