"""A response put together from the events of its stream; every event costs the same, however many came before."""

from __future__ import annotations

from typing import Any, Final

from ...runtime import BaseModel
from ...runtime.core.errors import excerpt
from ...runtime.core.kinds import is_list
from ...types.responses import Response
from .finish_errors import StreamStateError
from .growing_text import GrowingText
from .retyped import assembled, retyped

__all__ = ["BEGUN", "ITEMS", "ResponseAccumulator"]

BEGUN: Final = frozenset({"response.created", "response.queued", "response.in_progress"})
_ENDED: Final = frozenset({"response.completed", "response.failed", "response.incomplete"})

# Where the text of a delta goes: the field of the item or of its part, the list of parts, and its index in the event.
_TEXTS: Final[dict[str, tuple[str, str | None, str | None]]] = {
    "response.output_text.delta": ("text", "content", "content_index"),
    "response.refusal.delta": ("refusal", "content", "content_index"),
    "response.reasoning_text.delta": ("text", "content", "content_index"),
    "response.reasoning_summary_text.delta": ("text", "summary", "summary_index"),
    "response.function_call_arguments.delta": ("arguments", None, None),
    "response.mcp_call_arguments.delta": ("arguments", None, None),
    "response.custom_tool_call_input.delta": ("input", None, None),
    "response.code_interpreter_call_code.delta": ("code", None, None),
}
_PARTS: Final = {
    "response.content_part.added": ("content", "content_index"),
    "response.content_part.done": ("content", "content_index"),
    "response.reasoning_summary_part.added": ("summary", "summary_index"),
    "response.reasoning_summary_part.done": ("summary", "summary_index"),
}

ITEMS: Final = frozenset({"response.output_item.added", "response.output_item.done"})

Place = tuple[str | None, int | None, str]
"""The list of parts, the index in it, and the field."""


class _Item:
    """One item of the output."""

    def __init__(self, model: Any) -> None:
        self.model: Any = model
        self.is_done = False
        self.parts: dict[str, dict[int, Any]] = {}
        self.texts: dict[Place, GrowingText] = {}

    def replace(self, model: Any) -> None:
        """It is known whole."""
        _check_object(model)
        self.model = model
        self.parts.clear()
        self.texts.clear()

    def part(self, field: str, index: int, model: Any) -> None:
        _check_object(model)
        self.parts.setdefault(field, {})[index] = model
        for place in [place for place in self.texts if place[:2] == (field, index)]:
            del self.texts[place]

    def text(self, place: Place) -> GrowingText:
        found = self.texts.get(place)
        if found is None:
            found = self.texts[place] = GrowingText()
            owner = self._owner(place)
            if owner is not None:
                _check_object(owner)
            before = getattr(owner, place[2], None)
            if isinstance(before, str) and before:
                found.add(before)
        return found

    def _owner(self, place: Place) -> Any:
        field, index, _ = place
        if field is None or index is None:
            return self.model
        known = self.parts.get(field, {}).get(index)
        if known is not None:
            return known
        there = self._known_parts(field)
        return there[index] if index < len(there) else None

    def _known_parts(self, field: str) -> list[Any]:
        return _listed(getattr(self.model, field, None))

    def assemble(self) -> Any:
        if self.model is None or not (self.parts or self.texts):
            return self.model
        changes: dict[str, Any] = {}
        for field in {*self.parts, *(place[0] for place in self.texts if place[0] is not None)}:
            changes[field] = self._assembled_parts(field)
        for (field, _, name), text in self.texts.items():
            if field is None:
                changes[name] = text.text()
        return retyped(_class_of(self.model), self.model, **changes)

    def _assembled_parts(self, field: str) -> list[Any]:
        parts = dict(enumerate(self._known_parts(field)))
        parts.update(self.parts.get(field, {}))
        for (owner, index, name), text in self.texts.items():
            if owner == field and index in parts:
                parts[index] = retyped(_class_of(parts[index]), parts[index], **{name: text.text()})
        return [parts[index] for index in sorted(parts)]


def _position(index: object) -> int:
    """The place that an event says, the first where it says none. Raises TypeError for what is no place."""
    if index is None:
        return 0
    if not isinstance(index, int):
        raise TypeError(f"an index is a {type(index).__name__}")
    return index


def _check_object(value: object) -> None:
    if not isinstance(value, BaseModel):
        raise TypeError(f"an object is a {type(value).__name__}")


def _listed(value: Any) -> list[Any]:
    return value if is_list(value) else []


def _name(model: Any) -> tuple[Any, Any] | None:
    """What an item is known by wherever it comes again; None for one without a name."""
    name = getattr(model, "call_id", None) or getattr(model, "id", None)
    return (getattr(model, "type", None), name) if name else None


def _may_be_the_same(before: Any, now: Any, *, is_done: bool) -> bool:
    """Whether both may be one item. Some servers give it another id when it is done; a call keeps its `call_id`."""
    if getattr(before, "type", None) != getattr(now, "type", None):
        return False
    if is_done:
        calls = getattr(before, "call_id", None), getattr(now, "call_id", None)
        return None in calls or calls[0] == calls[1]
    return _name(before) == _name(now)


def _class_of(model: BaseModel) -> type[BaseModel]:
    return type(model)


class ResponseAccumulator:
    """The response so far."""

    def __init__(self) -> None:
        self.final: Response | None = None
        """The response when it has ended, in whatever way."""
        self._response: Response | None = None
        self._items: dict[int, _Item] = {}

    @property
    def is_begun(self) -> bool:
        return self._response is not None or bool(self._items) or self.final is not None

    def add(self, event: Any) -> GrowingText | None:
        """Take an event over; the text that it adds to, where it does."""
        kind = event.type
        if kind in _TEXTS:
            name, field, index = _TEXTS[kind]
            item = self._item(event.output_index)
            place = (field, None if index is None else _position(getattr(event, index)), name)
            text = item.text(place)
            text.add(event.delta or "")
            return text
        if kind in ITEMS:
            if event.item is not None:
                self._add_item(event)
        elif kind in _PARTS:
            field, index = _PARTS[kind]
            self._item(event.output_index).part(field, _position(getattr(event, index)), event.part)
        elif kind in BEGUN:
            self._begin(event.response)
        elif kind in _ENDED:
            self._check_same(event.response)
            self.final = self._response = self._with_output(event.response)
        return None

    def _add_item(self, event: Any) -> None:
        item, is_done = self._item(event.output_index), event.type == "response.output_item.done"
        if item.model is not None and not _may_be_the_same(item.model, event.item, is_done=is_done):
            raise StreamStateError(f"The stream brings two items of the output for one place ({event.output_index}).")
        item.replace(event.item)
        item.is_done = is_done

    def _begin(self, response: Response) -> None:
        """Take over what the server says of the whole: first of all items, later of those it has told to be done."""
        is_first = self._response is None
        self._check_same(response)
        self._response = response
        for index, model in enumerate(_listed(response.output)):
            if is_first and index not in self._items:
                self._item(index).replace(model)
            elif not is_first and (name := _name(model)):
                for item in self._items.values():
                    if item.is_done and _name(item.model) == name:
                        item.replace(model)

    def _check_same(self, response: Response) -> None:
        """Raises `StreamStateError` for another response than before."""
        _check_object(response)
        before = None if self._response is None else self._response.id
        if before and response.id and response.id != before:
            named = " and ".join(excerpt(repr(each), 100) for each in (before, response.id))
            raise StreamStateError(f"The stream brings two responses, {named}.")

    def phase(self, index: object) -> str | None:
        """What the message at this place of the output is said to be; None where nothing is said."""
        item = self._items.get(index if isinstance(index, int) else 0)
        return None if item is None else getattr(item.model, "phase", None)

    def _item(self, index: object) -> _Item:
        position = _position(index)
        found = self._items.get(position)
        if found is None:
            found = self._items[position] = _Item(None)
        return found

    def assemble(self) -> Response:
        """The response as it is now."""
        if self.final is not None:
            return self.final
        items = self._output()
        if self._response is None:
            return assembled(Response, {"object": "response", "output": items})
        return retyped(Response, self._response, output=items or self._response.output)

    def _with_output(self, ended: Response) -> Response:
        """The response that has ended. Some servers leave its output out, or empty: it came in the events before."""
        return ended if ended.output else retyped(Response, ended, output=self._output())

    def _output(self) -> list[Any]:
        return [made for _, item in sorted(self._items.items()) if (made := item.assemble()) is not None]
