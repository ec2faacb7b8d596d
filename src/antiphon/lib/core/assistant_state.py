"""What the events of a run of an assistant mean: which hooks of a handler they call, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ...types.beta.threads import Message, Run
from ...types.beta.threads.runs import RunStep
from .merging import merge_into, merged, whole

__all__ = ["AssistantState", "Hook"]

Hook = tuple[str, tuple[Any, ...]]
"""The name of a hook, and its arguments."""

_STEP_ENDED: Final = frozenset(f"thread.run.step.{how}" for how in ("completed", "cancelled", "expired", "failed"))


class AssistantState:
    """Messages and steps of a run, put together from its events."""

    def __init__(self) -> None:
        self.event: Any = None
        self.run: Run | None = None
        self.message: Message | None = None
        self.step: RunStep | None = None
        self.messages: dict[str, Message] = {}
        self.steps: dict[str, RunStep] = {}
        self._message_data: dict[str, dict[str, Any]] = {}
        self._step_data: dict[str, dict[str, Any]] = {}
        self._content: int | None = None
        self._call: int | None = None

    def handle(self, event: Any) -> Iterator[Hook]:
        """The hooks an event calls, in order. What a hook may look at is up to date when it is called."""
        self.event = event
        kind, data = str(event.event), event.data
        self._take(kind, data)
        yield "on_event", (event,)
        if kind.startswith("thread.message."):
            yield from self._message_hooks(kind, data)
        elif kind.startswith("thread.run.step."):
            yield from self._step_hooks(kind, data)

    def _take(self, kind: str, data: Any) -> None:
        if kind.startswith("thread.run.step."):
            if kind == "thread.run.step.delta":
                known = self._step_data.setdefault(data.id, {"id": data.id})
                merge_into(known, _plain(data.delta))
                self.step = RunStep.construct(**whole(known))
            else:
                self.step = data
                self._step_data[data.id] = merged(None, _plain(data))
            self.steps[data.id] = self.step  # pyright: ignore[reportArgumentType]  it was set above
        elif kind.startswith("thread.message."):
            if kind == "thread.message.delta":
                known = self._message_data.setdefault(data.id, {"id": data.id})
                merge_into(known, _plain(data.delta))
                self.message = Message.construct(**whole(known))
            else:
                self.message = data
                self._message_data[data.id] = merged(None, _plain(data))
            self.messages[data.id] = self.message  # pyright: ignore[reportArgumentType]  it was set above
        elif kind.startswith("thread.run."):
            self.run = data

    def _message_hooks(self, kind: str, data: Any) -> Iterator[Hook]:
        if kind == "thread.message.created":
            yield "on_message_created", (data,)
        elif kind == "thread.message.delta":
            for part in data.delta.content or ():
                if part.index != self._content:
                    yield from self._content_done()
                    self._content = part.index
                    if part.type == "text":
                        yield "on_text_created", (self._block().text,)
                if part.type == "text" and part.text is not None:
                    yield "on_text_delta", (part.text, self._block().text)
            yield "on_message_delta", (data.delta, self.message)
        elif kind in ("thread.message.completed", "thread.message.incomplete"):
            yield from self._content_done()
            yield "on_message_done", (data,)

    def _block(self) -> Any:
        """The part of the message that is being written."""
        return _at(self._content, [] if self.message is None else self.message.content or [])

    def _content_done(self) -> Iterator[Hook]:
        block = None if self._content is None else self._block()
        self._content = None
        kind = getattr(block, "type", None)
        if block is not None and kind == "text":
            yield "on_text_done", (block.text,)
        elif block is not None and kind == "image_file":
            yield "on_image_file_done", (block.image_file,)

    def _step_hooks(self, kind: str, data: Any) -> Iterator[Hook]:
        if kind == "thread.run.step.created":
            yield "on_run_step_created", (data,)
        elif kind == "thread.run.step.delta":
            details = data.delta.step_details
            for piece in (getattr(details, "tool_calls", None) or ()) if details is not None else ():
                if piece.index == self._call:
                    yield "on_tool_call_delta", (piece, self._tool_call())
                    continue
                yield from self._call_done()
                self._call = piece.index
                yield "on_tool_call_created", (self._tool_call(),)
            yield "on_run_step_delta", (data.delta, self.step)
        elif kind in _STEP_ENDED:
            yield from self._call_done()
            yield "on_run_step_done", (data,)
            self.step = None

    def _tool_call(self) -> Any:
        calls: list[Any] = getattr(None if self.step is None else self.step.step_details, "tool_calls", None) or []
        return _at(self._call, calls)

    def _call_done(self) -> Iterator[Hook]:
        call = None if self._call is None else self._tool_call()
        self._call = None
        if call is not None:
            yield "on_tool_call_done", (call,)


def _at(index: int | None, items: Sequence[Any]) -> Any:
    """The item that says it has this index, or that is there."""
    for item in items:
        if getattr(item, "index", None) == index:
            return item
    return items[index] if index is not None and index < len(items) else None


def _plain(model: Any) -> dict[str, Any]:
    return model.to_dict(mode="json")
