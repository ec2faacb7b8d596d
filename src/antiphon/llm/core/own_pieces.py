"""The message that the pieces of a class of models make, part by part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .parts import Message, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from .tools import ToolCall

if TYPE_CHECKING:
    from .model_answers import StreamEvent

__all__ = ["own_message"]

_KINDS: Final = {"tool_call_name": "call", "tool_call_args": "call", "tool_result": "result"}


@dataclass
class _Growing:
    """A part, and the pieces of it that came."""

    kind: str
    pieces: list[StreamEvent] = field(default_factory=list["StreamEvent"])

    def part(self) -> Part:
        beside: dict[str, Any] = {}
        for piece in self.pieces:
            beside.update(piece.provider_metadata or {})
        first, metadata = self.pieces[0], beside or None
        text = self._joined()
        match self.kind:
            case "text":
                return TextPart(text, metadata)
            case "reasoning":
                return ReasoningPart(text, any(piece.redacted for piece in self.pieces), metadata)
            case "result":
                by_server = first.server_executed
                name = first.tool_name or ""
                return ToolResultPart(name, text, first.tool_call_id, by_server, provider_metadata=metadata)
            case _:
                name = "".join(piece.chunk for piece in self.pieces if piece.type == "tool_call_name")
                arguments = "".join(piece.chunk for piece in self.pieces if piece.type == "tool_call_args")
                read = ToolCall.of({"function": {"name": name, "arguments": arguments}})
                by_server = any(piece.server_executed for piece in self.pieces)
                return ToolCallPart(name, read.arguments, first.tool_call_id, by_server, metadata)

    def _joined(self) -> str:
        return "".join(piece.chunk for piece in self.pieces)


def own_message(pieces: Iterable[StreamEvent | ToolCallPart]) -> Message:
    """What was said, as a message.

    Pieces of one number, or of one call, make a part; others do where they follow each other.
    """
    made: list[_Growing | ToolCallPart] = []
    known: dict[object, _Growing] = {}
    for piece in pieces:
        if isinstance(piece, ToolCallPart):
            made.append(piece)
            continue
        kind = _KINDS.get(piece.type, piece.type)
        number = piece.tool_call_id if piece.part_index is None else piece.part_index
        key = kind, number
        last = made[-1] if made else None
        growing = known.get(key) if number is not None else last
        if not isinstance(growing, _Growing) or growing.kind != kind or (number is None and kind == "result"):
            growing = known[key] = _Growing(kind)
            made.append(growing)
        growing.pieces.append(piece)
    return Message("assistant", [each if isinstance(each, ToolCallPart) else each.part() for each in made])
