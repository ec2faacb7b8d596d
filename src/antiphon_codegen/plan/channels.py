"""Connections that carry events both ways: their classes, and the tree of senders that the types of events make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..ir.model import API, Channel, Resource
from ..ir.types import Reference
from .layout import Layout, params_module
from .model import Argument, ChannelPlan, SenderPlan, SendPlan
from .names import Identifier, class_name, member_name, module_name
from .symbols import Annotation, Module, Named, OneOf, Symbol
from .types import TypePlanner

__all__ = ["plan_channel"]

_CONNECTION: frozenset[str] = frozenset(
    """close dispatch_events events flush off on once parse_event recv recv_bytes self send send_raw""".split()
)
"""What every connection has by itself."""

_CONNECT: frozenset[str] = frozenset(
    """self call extra_headers extra_query websocket_connection_options on_reconnecting max_retries
    initial_delay max_delay max_queue_size""".split()
)


@dataclass
class _Node:
    path: tuple[str, ...]
    sends: list[tuple[str, str, Symbol]] = field(default_factory=list[tuple[str, str, Symbol]])
    children: dict[str, _Node] = field(default_factory=dict[str, "_Node"])


def plan_channel(
    api: API,
    resource: Resource,
    channel: Channel,
    package: Module,
    taken: Iterable[str],
    types: TypePlanner,
    layout: Layout,
) -> ChannelPlan:
    """The plan of a resource's connection. `package` is the resource's own, `taken` the modules it has."""
    stem = Identifier(class_name(resource.name, api.config.style.casings) or "Events")
    last = package[-1]
    home = (*package, last if last not in set(taken) else module_name("connection"))
    owner = Symbol(layout.module(params_module(resource)), Identifier(f"{stem}ConnectParams"))
    root = _Node(())
    for tag, event in channel.sent:
        annotation = types.annotation(event, "in", owner, class_name(tag.replace(".", "_")))
        if isinstance(annotation, Named):
            _placed(root, tag, annotation.symbol)
    sends: list[Annotation] = []
    for key in channel.sends:
        if not layout.places[key].name.endswith("Param"):
            sends.append(types.annotation(Reference(key), "out", owner, ""))
        sends.append(types.annotation(Reference(key), "in", owner, ""))
    receives = types.annotation(Reference(channel.receives), "out", owner, "")
    names = set(_CONNECT)
    arguments: list[Argument] = []
    for each in channel.params:
        name = member_name(each.name, names)
        names.add(name)
        annotation = types.annotation(each.type, "in", owner, class_name(each.name))
        arguments.append(Argument(name, each.name, each.place, annotation, each.required, False, each.docs, False))
    return ChannelPlan(
        channel=channel,
        module=home,
        stem=stem,
        arguments=tuple(arguments),
        receives=receives,
        sends=OneOf(tuple(dict.fromkeys(sends))),
        senders=tuple(_senders(root, stem, set(_CONNECTION))),
    )


def _placed(root: _Node, tag: str, event: Symbol) -> None:
    """An event `conversation.item.create` is the method `create` of the sender `item` of the sender `conversation`."""
    *path, action = tag.split(".")
    if not path:
        path = ["event"]
    node = root
    for part in path:
        node = node.children.setdefault(part, _Node((*node.path, part)))
    node.sends.append((action, tag, event))


def _senders(node: _Node, stem: str, taken: set[str]) -> Iterable[SenderPlan]:
    for part, child in node.children.items():
        attribute = member_name(part, taken)
        taken.add(attribute)
        inner = {"self"}
        sends: list[SendPlan] = []
        for action, tag, event in child.sends:
            name = member_name(action, inner)
            inner.add(name)
            sends.append(SendPlan(name, tag, event))
        cls = Identifier(f"{stem}{class_name('_'.join(child.path))}Resource")
        yield SenderPlan(cls, attribute, child.path, tuple(sends), tuple(_senders(child, stem, inner)))
