"""Connections that carry events both ways: the connection, what opens it, and a sender for each family of events.

The senders follow from the types of the events alone: `conversation.item.create` is sent by
`connection.conversation.item.create(...)`, whose arguments are the properties of that event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..plan.model import ChannelPlan, Entry, Plan, ResourcePlan, SenderPlan, SendPlan, TypedDictionary
from ..plan.names import BUILTINS, Identifier, member_name
from ..plan.symbols import Symbol
from ..python.module import Module
from ..python.source import Code, blocks, code, doc, empty, ident, joined, lines, lit, member, module_as, name_from
from .annotations import Spelling
from .docs import argument_docs, wrapped
from .signatures import omissible

__all__ = ["channel_classes", "channel_modules", "channels", "connect_method"]

_OPTIONS = (
    ("extra_query", "Query entries for this connection only."),
    ("extra_headers", "Headers for this connection only; `omit` as a value removes a default header."),
    ("websocket_connection_options", "What the `websockets` package takes: `open_timeout`, `ping_interval`, `proxy`."),
    (
        "on_reconnecting",
        "Called before a broken connection is replaced; may change query and headers, or abort. Without it no "
        "connection is replaced.",
    ),
    ("max_retries", "How often in a row a new connection is tried."),
    ("initial_delay", "Seconds before the first try; each further one waits twice as long."),
    ("max_delay", "The longest wait, in seconds."),
    ("max_queue_size", "How many bytes may wait to be sent while there is no connection."),
)


def channels(plan: Plan) -> Iterator[tuple[ResourcePlan, ChannelPlan]]:
    """Every resource with a connection, and that."""
    waiting = list(plan.client.resources)
    while waiting:
        resource = waiting.pop(0)
        waiting.extend(resource.resources)
        if resource.channel is not None:
            yield resource, resource.channel


def channel_classes(channel: ChannelPlan) -> list[str]:
    """The classes of a connection, by their names in the sync colour."""
    return [f"{channel.stem}Connection", f"{channel.stem}ConnectionManager", *_sender_classes(channel.senders)]


def _sender_classes(senders: Iterable[SenderPlan]) -> Iterator[str]:
    for each in senders:
        yield each.cls
        yield from _sender_classes(each.senders)


def channel_modules(plan: Plan) -> list[Module]:
    """The async module of every connection; the sync ones are their mirrors."""
    declared = {
        each.symbol: each for module in plan.types for each in module.declarations if isinstance(each, TypedDictionary)
    }
    return [_module(plan, resource, channel, declared) for resource, channel in channels(plan)]


def _module(
    plan: Plan, resource: ResourcePlan, channel: ChannelPlan, declared: Mapping[Symbol, TypedDictionary]
) -> Module:
    spelling = _spelling(plan)
    runtime = plan.style.runtime
    senders = list(_sender_code(channel.senders, spelling, runtime, declared))
    docs = f"The connection of `{'.'.join(resource.path)}`."
    return Module((*channel.module, "_async"), docs, (*_connection(channel, spelling, runtime), *senders))


def _spelling(plan: Plan, hidden: Iterable[str] = ()) -> Spelling:
    public = frozenset(symbol for symbols in plan.exports.values() for symbol in symbols)
    return Spelling(plan.style.runtime, through=public, hidden=frozenset(hidden), parts=plan.parts)


def _connection(channel: ChannelPlan, spelling: Spelling, runtime: str) -> list[Code]:
    receives, sends = spelling.write(channel.receives), spelling.write(channel.sends)
    connection = code(
        """
        class Async{stem}Connection({base}[{receives}, {sends}]):
            {docs}

            events = {event}

            {senders}
        """,
        stem=ident(channel.stem),
        base=name_from(runtime, "AsyncEventConnection"),
        receives=_quoted(receives),
        sends=_quoted(sends),
        docs=doc("An open connection: iterate over it for the server's events, and send by its members."),
        event=receives,
        senders=blocks(_members(channel.senders, code("self"))),
    )
    manager = code(
        """
        class Async{stem}ConnectionManager({base}[Async{stem}Connection]):
            {docs}

            connection_class = Async{stem}Connection
        """,
        stem=ident(channel.stem),
        base=name_from(runtime, "AsyncEventConnectionManager"),
        docs=doc("Opens the connection: use it in a `with` block, or by `enter()`."),
    )
    return [connection, manager]


def _quoted(annotation: Code) -> Code:
    """An annotation that is not evaluated when the class is made, which would load every type in it."""
    return Code(lit(annotation.text).text, annotation.needs)


def _members(senders: Iterable[SenderPlan], connection: Code) -> list[Code]:
    return [
        code(
            """
            @{cached}
            def {name}(self) -> Async{cls}:
                return Async{cls}({connection})
            """,
            cached=name_from("functools", "cached_property"),
            name=ident(each.attribute),
            cls=ident(each.cls),
            connection=connection,
        )
        for each in senders
    ]


def _sender_code(
    senders: Iterable[SenderPlan], spelling: Spelling, runtime: str, declared: Mapping[Symbol, TypedDictionary]
) -> Iterator[Code]:
    for each in senders:
        members = [
            *_members(each.senders, code("self._connection")),
            *(_send(send, spelling, runtime, declared) for send in each.sends),
        ]
        yield code(
            """
            class Async{cls}({base}):
                {docs}

                {members}
            """,
            cls=ident(each.cls),
            base=name_from(runtime, "AsyncEventSender"),
            docs=doc(f"Sends the events `{'.'.join(each.path)}.…`."),
            members=blocks(members),
        )
        yield from _sender_code(each.senders, spelling, runtime, declared)


def _send(send: SendPlan, spelling: Spelling, runtime: str, declared: Mapping[Symbol, TypedDictionary]) -> Code:
    entries = [each for each in _entries(send.event, declared) if each.key != "type"]
    entries = [each for each in entries if each.required] + [each for each in entries if not each.required]
    names: dict[str, Identifier] = {}
    taken = {"self"}
    for each in entries:
        names[each.key] = member_name(each.key, taken)
        taken.add(names[each.key])
    parameters = [ident("self"), *([code("*")] if entries else [])]
    described: list[tuple[str, str | None]] = []
    event = [code('"type": {tag!r}', tag=send.tag)]
    for each in entries:
        name = ident(names[each.key])
        required = each.required
        written = spelling.write(each.annotation) if required else omissible(each.annotation, spelling, runtime)
        parameters.append(code("{name}: {type}", name=name, type=written))
        described.append((str(names[each.key]), each.docs))
        event.append(code("{key!r}: {name}", key=each.key, name=name))
    docs = wrapped(declared[send.event].docs) or f"Send the event `{send.tag}`."
    whole = "\n\n".join(part for part in (docs, argument_docs(described)) if part)
    return code(
        """
        async def {name}(
            {parameters},
        ) -> None:
            {docs}
            await self._connection.send({{{event}}})
        """,
        name=ident(send.name),
        parameters=lines(parameters, ",\n"),
        docs=doc(f"{whole}\n" if "\n" in whole else whole),
        event=joined(event, ", "),
    )


def _entries(symbol: Symbol, declared: Mapping[Symbol, TypedDictionary]) -> list[Entry]:
    found: dict[str, Entry] = {}
    own = declared[symbol]
    for base in own.bases:
        found.update((each.key, each) for each in _entries(base, declared))
    found.update((each.key, each) for each in own.entries)
    return list(found.values())


# --- what opens it ---


def connect_method(resource: ResourcePlan, channel: ChannelPlan, plan: Plan, members: Iterable[str]) -> Code:
    """The resource's `connect`."""
    runtime = plan.style.runtime
    spelling = _spelling(plan, BUILTINS.intersection(members))
    path, query = _path(channel, runtime), _query(channel)
    headers = code("headers={values!r}", values=dict(channel.channel.headers)) if channel.channel.headers else empty
    arguments = [
        code('"GET"'),
        path,
        *([code("query={query}", query=query)] if query else []),
        *([headers] if headers else []),
        code("extra_headers=extra_headers"),
        code("extra_query=extra_query"),
    ]
    options = ["on_reconnecting", "max_retries", "initial_delay", "max_delay", "max_queue_size"]
    opening = lines([code("{name}={name}", name=ident(name)) for name in options], ",\n")
    package = module_as("~" + ".".join(resource.module[:-1]), f"_{resource.module[-2]}")
    manager = member(
        package, resource.module[-1], channel.module[-1], Identifier(f"Async{channel.stem}ConnectionManager")
    )
    docs = wrapped(channel.channel.docs) or f"A WebSocket to `{channel.channel.path}`, open inside of a `with` block."
    described = [(str(each.name), each.docs) for each in channel.arguments]
    whole = "\n\n".join([docs, argument_docs([*described, *_OPTIONS])])
    return code(
        """
        def connect(
            self,
            *,
            {parameters},
        ) -> {manager}:
            {docs}
            call = {call}(
                {arguments},
            )
            opening = {opening_class}(
                self._client,
                call,
                options=websocket_connection_options,
                {opening},
            )
            return {manager}(opening)
        """,
        parameters=lines(_parameters(channel, spelling, runtime), ",\n"),
        manager=manager,
        docs=doc(f"{whole}\n"),
        call=name_from(runtime, "Call"),
        arguments=lines(arguments, ",\n"),
        opening_class=name_from(runtime, "AsyncOpening"),
        opening=opening,
    )


def _parameters(channel: ChannelPlan, spelling: Spelling, runtime: str) -> list[Code]:
    mapping = name_from("collections.abc", "Mapping")
    found: list[Code] = []
    for each in sorted(channel.arguments, key=lambda each: not each.required):
        required = each.required
        written = spelling.write(each.annotation) if required else omissible(each.annotation, spelling, runtime)
        found.append(code("{name}: {type}", name=ident(each.name), type=written))
    any_type = name_from("typing", "Any")
    handler = name_from(runtime, "AsyncReconnectingHandler")
    return [
        *found,
        code("extra_query: {mapping}[str, object] | None = None", mapping=mapping),
        code("extra_headers: {headers} | None = None", headers=name_from(runtime, "HeaderTypes")),
        code("websocket_connection_options: {mapping}[str, {any}] | None = None", mapping=mapping, any=any_type),
        code("on_reconnecting: {handler} | None = None", handler=handler),
        code("max_retries: int = 5"),
        code("initial_delay: float = 0.5"),
        code("max_delay: float = 8.0"),
        code("max_queue_size: int = {size!r}", size=channel.channel.queue_size),
    ]


def _path(channel: ChannelPlan, runtime: str) -> Code:
    path = channel.channel.path
    filled = [each for each in channel.arguments if each.place == "path"]
    if not filled:
        return lit(path)
    values = joined([code("{name}={name}", name=ident(each.name)) for each in filled], ", ")
    for each in filled:
        path = path.replace(f"{{{each.wire}}}", f"{{{each.name}}}")
    return code("{fill}({path!r}, {values})", fill=name_from(runtime, "fill_path"), path=path, values=values)


def _query(channel: ChannelPlan) -> Code:
    entries = [
        code("{key!r}: {name}", key=each.wire, name=ident(each.name))
        for each in channel.arguments
        if each.place == "query"
    ]
    return code("{{{entries}}}", entries=joined(entries, ", ")) if entries else empty
