"""A request in, a reply out: the whole server but for its sockets. Nothing here waits."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast

from antiphon_codegen.document import JSON
from antiphon_codegen.samples.service import Operation, Service
from antiphon_codegen.samples.shapes import Shapes

from .answer.calls import Answer, Behaviour, Call, error_answer
from .answer.data import Data
from .answer.faults import BadFault, Fault, Faults
from .answer.generic import generic_answer
from .answer.replies import Reply, reply_to, with_fault
from .answer.rest import rest_answer
from .answer.turns import BadTurn, Turn, turn_of
from .control import Control, Scripted
from .request.addresses import at_our_address
from .request.examining import Examiner, Incoming, Refusal, Seen
from .request.forms import BadForm, urlencoded_fields
from .request.security import without_secrets

__all__ = ["Engine", "Given", "Received", "Scripted"]

Given: TypeAlias = "Behaviour | Answer | Mapping[str, object] | Sequence[object] | float | None"
"""What an operation can be given to do: a function, an answer, a body, or a text with a fault."""

_REMEMBERED: Final = 10_000
_LARGEST_KEPT: Final = 1_000_000


@dataclass(frozen=True)
class Received:
    """A request that was received. Values of headers and parameters that carry credentials are left out."""

    method: str
    path: str
    query: Mapping[str, str | list[str]]
    headers: Mapping[str, str]
    body: Any
    """JSON and forms as values, text as `str`, all else as bytes; None without a body."""
    operation: str | None
    """The operation's id, or method and path where it has none."""
    problems: tuple[str, ...]
    """Why it was refused; empty for valid requests."""
    remarks: tuple[str, ...]
    """What the document does not know, but does not forbid either."""
    status: int
    """What it was answered with."""


class Engine:
    """Answers requests to one service. For one thread at a time, but for `enqueue` and `received`."""

    def __init__(
        self,
        service: Service,
        *,
        seed: str = "",
        items: int = 45,
        page_size: int | None = None,
        strict: bool = False,
        behaviours: Mapping[str, Given] | None = None,
    ) -> None:
        self.service = service
        shapes = Shapes(service.schemas)
        self._examiner = Examiner(service, shapes, strict=strict)
        self._data = Data(service, shapes, seed=seed, items=items, page_size=page_size)
        self._faults = Faults()
        self._own: Mapping[str, Behaviour] = _own_behaviours(service)
        self._given = dict(behaviours or {})
        unknown = sorted(set(self._given) - set(service.by_id) - {"*"})
        if unknown:
            raise ValueError(f"behaviours= names operations that the document does not have: {', '.join(unknown)}")
        self._speaks: AbstractSet[str] = _speaking(self._own)
        self._script: deque[Scripted] = deque()
        self._turns: deque[Turn] = deque()
        self._received: deque[Received] = deque(maxlen=_REMEMBERED)
        self._number = 0
        self._control = Control(self.enqueue, self.say, self.forget, lambda: self.received)

    def enqueue(self, scripted: Iterable[Scripted]) -> None:
        """Puts answers in the queue: the next requests get them, whatever they ask for."""
        self._script.extend(scripted)

    def say(self, turns: Iterable[Turn]) -> None:
        """Puts turns in the queue: the model says them in the next answers it gives. Raises ValueError without one."""
        if not self._speaks:
            raise ValueError("this document has no model that could say something; enqueue() answers any request")
        self._turns.extend(turns)

    def forget(self) -> None:
        """Empties the queues."""
        self._script.clear()
        self._turns.clear()

    @property
    def received(self) -> list[Received]:
        """The requests so far; of very many the last ones."""
        return list(self._received)

    def respond(self, incoming: Incoming) -> Reply:
        """The reply to a request."""
        control = self._control.answer(incoming)
        if control is not None:
            return reply_to(control)
        asked = at_our_address(incoming, self.service.base_path) if self._own else incoming
        seen = self._examiner.examine(asked)
        if incoming.method == "HEAD" and seen.refusal is not None and seen.refusal.status == 405:
            seen = self._examiner.examine(replace(asked, method="GET"))
        self._number += 1
        try:
            reply = self._reply(asked, seen)
        except Exception as error:  # a behaviour of the user's: the server has to stay, and the test has to see why
            message = f"the behaviour of {seen.operation.id if seen.operation else 'the server'} failed: {error!r}"
            reply = reply_to(error_answer(500, message, code="behaviour_failed"))
        self._received.append(_received(incoming, seen, reply.status))
        identity = ("x-request-id", f"req_mock_{self._number:06d}")
        named = any(name == "x-request-id" for name, _ in reply.headers)
        return reply if named else replace(reply, headers=(*reply.headers, identity))

    def _reply(self, incoming: Incoming, seen: Seen) -> Reply:
        scripted = self._script.popleft() if self._script else None
        given = self._given.get(seen.operation.id, self._given.get("*")) if seen.operation is not None else None
        try:
            turn = self._turn(incoming, seen) if scripted is None and given is None else None
        except BadTurn as error:
            return reply_to(error_answer(400, str(error), code="invalid_turn", parameter="x-mock-turn"))
        asked = scripted.fault if scripted is not None else incoming.header("x-mock-fault")
        asked = turn.fault if turn is not None and turn.fault else asked
        place = f"{incoming.method} {seen.operation.path if seen.operation is not None else incoming.path}"
        if not asked and isinstance(given, str):
            asked, given = given, None
        try:
            fault = self._faults.now(asked, place) if asked else None
        except BadFault as error:
            return reply_to(error_answer(400, str(error), code="invalid_fault", parameter="x-mock-fault"))
        if scripted is not None:
            answer = scripted.answer()
        elif seen.refusal is not None and not _hides(fault):
            answer = _options(seen.refusal) if incoming.method == "OPTIONS" else _refused(seen.refusal)
        elif seen.operation is None or seen.refusal is not None:
            answer = Answer(200)
        else:
            answer = self._answer(self._call(incoming, seen, seen.operation, turn), given)
            if turn is not None and turn.headers:
                answer = replace(answer, headers={**answer.headers, **turn.headers})
        return reply_to(answer) if fault is None else with_fault(answer, fault)

    def _turn(self, incoming: Incoming, seen: Seen) -> Turn | None:
        """What the model is to say to a valid request, as its header or the queue has it. Raises `BadTurn`."""
        if seen.operation is None or seen.refusal is not None or seen.operation.id not in self._speaks:
            return None
        told = incoming.header("x-mock-turn")
        if not told:
            return self._turns.popleft() if self._turns else None
        try:
            given: Any = json.loads(told) if told.lstrip().startswith("{") else told
        except (ValueError, RecursionError) as error:
            raise BadTurn(f"x-mock-turn holds no JSON: {error}") from None
        return turn_of(given)

    def _call(self, incoming: Incoming, seen: Seen, operation: Operation, turn: Turn | None) -> Call:
        body: JSON | bytes = seen.body
        return Call(operation, seen.path, seen.query, dict(incoming.headers), body, self._data, incoming.path, turn)

    def _answer(self, call: Call, given: Given) -> Answer:
        if given is not None and not callable(given):
            return given if isinstance(given, Answer) else Answer(call.operation.success.code, given)
        behaviour = given if given is not None else self._own.get(call.operation.id)
        if behaviour is None:
            return rest_answer(call, generic_answer)
        answer = behaviour(call)
        return answer if isinstance(answer, Answer) else Answer(call.operation.success.code, answer)


def _own_behaviours(service: Service) -> Mapping[str, Behaviour]:
    """The behaviours of our own API, when it is the one that is served."""
    operation = service.by_id.get("chat.completions.create")
    if operation is None or operation.path != "/chat/completions":
        return {}
    from .behaviours import BEHAVIOURS

    return BEHAVIOURS


def _speaking(own: Mapping[str, Behaviour]) -> AbstractSet[str]:
    """The operations by which a model is asked."""
    if not own:
        return frozenset()
    from .behaviours import SPEAKING

    return SPEAKING


def _hides(fault: Fault | None) -> bool:
    """Whether a fault takes the place of the answer, so that it does not matter what the request was."""
    return fault is not None and (fault.status is not None or bool(fault.page) or fault.ending != "whole")


def _options(refusal: Refusal) -> Answer:
    """What a path can do (RFC 9110, section 9.3.7), where the document itself does not say how to answer that."""
    if refusal.status != 405:
        return _refused(refusal)
    allowed = f"{refusal.headers['allow']}, OPTIONS"
    return Answer(204, empty=True, headers={"allow": allowed})


def _refused(refusal: Refusal) -> Answer:
    first, *more = refusal.problems
    message = str(first) if not more else f"{first} (and {len(more)} more: {'; '.join(map(str, more[:5]))})"
    return error_answer(refusal.status, message, code=first.code, parameter=first.parameter, headers=refusal.headers)


def _received(incoming: Incoming, seen: Seen, status: int) -> Received:
    operation = seen.operation
    try:
        fields = urlencoded_fields(incoming.query)
    except BadForm:
        fields = ()
    query: dict[str, str | list[str]] = {}
    for name, value in without_secrets(fields, operation):
        known = query.get(name)
        query[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    problems = () if seen.refusal is None else seen.refusal.problems
    return Received(
        method=incoming.method,
        path=incoming.path,
        query=query,
        headers=_merged(without_secrets(incoming.headers, operation)),
        body=_kept(incoming, seen),
        operation=None if operation is None else operation.id,
        problems=tuple(map(str, problems)),
        remarks=tuple(map(str, seen.remarks)),
        status=status,
    )


def _merged(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _kept(incoming: Incoming, seen: Seen) -> Any:
    """The body to remember: what could be read of it, within bounds."""
    if seen.body is not None or not incoming.body:
        return cast(Any, seen.body)
    if "json" in incoming.header("content-type") and len(incoming.body) <= _LARGEST_KEPT:
        try:
            return json.loads(incoming.body)
        except (ValueError, RecursionError):
            pass
    return incoming.body[:_LARGEST_KEPT]
