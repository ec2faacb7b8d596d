"""Methods of resources and clients in the async colour; the sync text is their mirror."""

from __future__ import annotations

from collections.abc import Container

from ..plan.model import Argument, MethodPlan, Plan
from ..plan.names import Identifier
from ..plan.symbols import Builtin
from ..python.source import Code, blocks, code, doc, ident, lines, member, module_as, name_from
from .calls import call
from .docs import argument_docs, wrapped
from .scope import MethodScope, Senders
from .signatures import EXTRAS, deprecated, implementation_head, overloads

__all__ = ["MethodWriter"]

_ON_RESOURCE = ("_request", "_stream", "_binary", "_pages", "_client.url_at")
_ON_CLIENT = ("request_value", "request_stream", "request_binary", "request_pages", "url_at")


class MethodWriter:
    """Writes the methods of one SDK."""

    def __init__(self, plan: Plan, *, on_client: bool = False) -> None:
        self.plan = plan
        self._declared = {each.symbol: each for module in plan.types for each in module.declarations}
        # A resource makes its calls through its client, a client by itself.
        names = _ON_CLIENT if on_client else _ON_RESOURCE
        self._senders = Senders(*(member(ident("self"), *name.split(".")) for name in names))

    def write(self, method: MethodPlan, members: Container[str]) -> Code:
        """The method with its overloads. `members` are the names that its class has."""
        scope = MethodScope.of(self.plan, method, self._senders, members, self._declared)
        return blocks([*overloads(scope), _implementation(scope)])


def _implementation(scope: MethodScope) -> Code:
    return code(
        """
        {deprecated}
        {head}:
            {docs}
            {body}
        """,
        deprecated=deprecated(scope.method),
        head=implementation_head(scope),
        docs=doc(_docs(scope.method)),
        body=_body(scope),
    )


def _docs(method: MethodPlan) -> str:
    text = wrapped(method.docs) or f"`{method.operation.verb.upper()} {method.operation.path}`"
    if method.operation.deprecated:
        text += "\n\nDeprecated."
    described = [(str(each.name), _argument_text(each)) for each in method.arguments]
    described += [(name, docs) for name, docs in EXTRAS]
    parts = [text, argument_docs(described)]
    whole = "\n\n".join(part for part in parts if part)
    return f"{whole}\n" if "\n" in whole else whole


def _argument_text(each: Argument) -> str | None:
    if each.deprecated:
        return f"Deprecated. {each.docs or ''}".strip()
    return each.docs


def _body(scope: MethodScope) -> Code:
    method, senders = scope.method, scope.senders
    result = method.result
    parts = [code("call = {call}", call=call(scope))]
    if method.stream is not None and method.stream_item is not None:
        parts.append(
            code(
                """
                if {stream}:
                    return await {send}(call, {item})
                """,
                send=senders.stream,
                stream=ident(method.stream),
                item=scope.type_of(method.stream_item),
            )
        )
    if method.variant is not None:
        parts += _variant_returns(scope)
    match result.kind:
        case "page":
            page = code("_pagination.Async{page}", page=ident(result.page or "Page"))
            page = Code(page.text, module_as("~pagination", "_pagination").needs)
            item = scope.write(result.annotation)
            parts.append(code("return {send}(call, {page}[{item}])", send=senders.pages, page=page, item=item))
        case "stream":
            item = scope.type_of(result.annotation)
            parts.append(code("return await {send}(call, {item})", send=senders.stream, item=item))
        case "binary":
            parts.append(code("return await {send}(call)", send=senders.binary))
        case "none":
            nothing = name_from("types", "NoneType", "_NoneType")
            parts.append(code("return await {send}(call, {nothing})", send=senders.request, nothing=nothing))
        case "value" if result.annotation == Builtin(Identifier("str")):
            text = name_from(scope.runtime, "TextInJSON", "_TextInJSON")
            parts.append(code("return await {send}(call, {into})", send=senders.request, into=text))
        case _:
            into = scope.type_of(result.annotation)
            parts.append(code("return await {send}(call, {into})", send=senders.request, into=into))
    return lines(parts)


def _variant_returns(scope: MethodScope) -> list[Code]:
    method = scope.method
    found: list[Code] = []
    for values, annotation in method.variants:
        if annotation != method.result.annotation:
            test = code("in {values!r}", values=tuple(values))
            if len(values) == 1:
                test = code("== {value!r}", value=values[0])
            found.append(
                code(
                    """
                    if {name} {test}:
                        return await {send}(call, {into})
                    """,
                    send=scope.senders.request,
                    name=ident(method.variant or ""),
                    test=test,
                    into=scope.type_of(annotation),
                )
            )
    return found
