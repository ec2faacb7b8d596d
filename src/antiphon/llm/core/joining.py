"""The whole answer of the pieces it came in. How pieces grow together is the same as for the clients' streams."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from ...lib.core.chat_accumulator import ChatAccumulator
from ...runtime.core.kinds import is_list, is_mapping
from ...runtime.core.reading import reader_for
from ...types.chat import ChatCompletionChunk
from .data import Completion, data_of

__all__ = ["completion_from_chunks"]

_OURS = ("parsed", "parsed_arguments")
"""What the clients add for typed answers."""


def completion_from_chunks(chunks: Iterable[Mapping[str, Any]]) -> Completion:
    """The answer that a stream's chunks make together: text, thoughts, tool calls, usage.

    Raises ValueError when there are none.
    """
    accumulator = ChatAccumulator()
    build = reader_for(ChatCompletionChunk).build
    for chunk in chunks:
        deque(accumulator.add(build(chunk)), maxlen=0)
    if not accumulator.is_begun:
        raise ValueError("there are no chunks to make an answer of")
    return data_of(_answer(accumulator.assemble().to_dict()), Completion)


def _answer(value: object) -> Any:
    if is_mapping(value):
        return {key: _answer(item) for key, item in value.items() if key not in _OURS}
    return [_answer(item) for item in value] if is_list(value) else value
