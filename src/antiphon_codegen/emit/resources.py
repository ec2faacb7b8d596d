"""Resources: a module in each colour, with the views that give responses in place of values."""

from __future__ import annotations

from ..ir.config import Mixin
from ..plan.model import ClientPlan, MethodPlan, Plan, ResourcePlan
from ..python.module import Module
from ..python.source import Code, blocks, code, doc, ident, lines, member, module_as, name_from
from .channels import connect_method
from .docs import wrapped
from .methods import MethodWriter

__all__ = ["VIEWS", "mixin", "resource_modules", "subresource_properties", "view_property", "wrapped_methods"]

VIEWS = (
    ("WithRawResponse", "async_raw_view", "async_raw_method", "gives responses whose bodies were read"),
    (
        "WithStreamingResponse",
        "async_streaming_view",
        "async_streamed_method",
        "gives responses whose bodies are read on demand",
    ),
)


def resource_modules(plan: Plan) -> list[Module]:
    """The async module of every resource; the sync ones are their mirrors."""
    writer = MethodWriter(plan)
    found: list[Module] = []
    waiting = list(plan.client.resources)
    while waiting:
        resource = waiting.pop(0)
        waiting.extend(resource.resources)
        found.append(_module(resource, plan, writer))
    return found


def _module(resource: ResourcePlan, plan: Plan, writer: MethodWriter) -> Module:
    runtime = plan.style.runtime
    cls = f"Async{resource.cls}"
    views = [_view(resource, cls, suffix, view, method, what, runtime) for suffix, view, method, what in VIEWS]
    body = (_resource(resource, cls, runtime, writer), *views)
    return Module((*resource.module, "_async"), f"The resource `{'.'.join(resource.path)}`.", body)


def _resource(resource: ResourcePlan, cls: str, runtime: str, writer: MethodWriter) -> Code:
    cached = name_from("functools", "cached_property")
    views = [
        code(
            """
            @{cached}
            def {name}(self) -> {view}:
                {docs}
                return {view}(self)
            """,
            cached=cached,
            name=ident(_view_attribute(suffix)),
            view=ident(f"{cls}{suffix}"),
            docs=doc(f"This resource, where every call {what}."),
        )
        for suffix, _, _, what in VIEWS
    ]
    members = {each.name for each in resource.methods} | {each.attribute for each in resource.resources}
    bases = [*(mixin(each) for each in resource.mixin), name_from(runtime, "AsyncAPIResource")]
    connect = [connect_method(resource, resource.channel, writer.plan, members)] if resource.channel is not None else []
    return code(
        """
        class {cls}({bases}):
            {docs}

            {body}
        """,
        cls=ident(cls),
        bases=lines(bases, ", "),
        docs=doc(wrapped(resource.docs) or f"The resource `{'.'.join(resource.path)}`."),
        body=blocks(
            [
                *subresource_properties(resource.resources, "self._client"),
                *views,
                *(writer.write(each, members) for each in resource.methods),
                *connect,
            ]
        ),
    )


def mixin(each: Mixin) -> Code:
    """The async class of hand-written behaviour: `lib.embeddings:Vectors` is `AsyncVectors` of `lib._async.embeddings`.

    The path comes from the configuration, so every part of it is checked to be a name. Raises ValueError.
    """
    module, _, name = each.path.partition(":")
    folder, _, last = module.rpartition(".")
    return name_from(f"~{folder}._async.{last}", f"Async{name}")


def subresource_properties(resources: tuple[ResourcePlan, ...], client: str) -> list[Code]:
    """A property for each resource below, which loads it when it is first used."""
    owner = code("self._client") if client == "self._client" else code("self")
    cached = name_from("functools", "cached_property")
    found: list[Code] = []
    for each in resources:
        cls = _lazily(each, f"Async{each.cls}")
        docs = [doc(wrapped(each.docs))] if each.docs else []
        body = lines([*docs, code("return {cls}({owner})", cls=cls, owner=owner)])
        found.append(
            code(
                """
                @{cached}
                def {name}(self) -> {cls}:
                    {body}
                """,
                cached=cached,
                name=ident(each.attribute),
                cls=cls,
                body=body,
            )
        )
    return found


def _lazily(resource: ResourcePlan, name: str) -> Code:
    """A class of a resource by way of its parent's package, which loads it when it is first used."""
    parent = module_as("~" + ".".join(resource.module[:-1]), f"_{resource.module[-2]}")
    return member(parent, resource.module[-1], name)


def _view_attribute(suffix: str) -> str:
    return "with_raw_response" if suffix == "WithRawResponse" else "with_streaming_response"


def _view(resource: ResourcePlan, cls: str, suffix: str, view: str, method: str, what: str, runtime: str) -> Code:
    own = ident(f"_{resource.attribute}")
    argument = ident(resource.attribute)
    wrap = name_from(runtime, method)
    statements = [code("self.{own} = {argument}", own=own, argument=argument)]
    if wrapped := wrapped_methods(resource, wrap):
        statements.append(code("view = {view}({argument})", view=name_from(runtime, view), argument=argument))
        statements += wrapped
    properties = [
        view_property(each, code("self.{own}.{name}", own=own, name=ident(each.attribute)), suffix)
        for each in resource.resources
    ]
    init = code(
        """
        def __init__(self, {argument}: {cls}) -> None:
            {statements}
        """,
        argument=argument,
        cls=ident(cls),
        statements=lines(statements),
    )
    return code(
        """
        class {name}:
            {docs}

            {body}
        """,
        name=ident(f"{cls}{suffix}"),
        docs=doc(f"`{resource.path[-1]}`, where every call {what}."),
        body=blocks([init, *properties]),
    )


def wrapped_methods(owner: ResourcePlan | ClientPlan, wrap: Code) -> list[Code]:
    """What a view has: the methods of its owner, and the calls among those that are written by hand."""
    own = {str(each.name) for each in owner.methods}
    further = [name for each in owner.mixin for name in each.calls if name not in own]
    return [
        *(_wrapped_method(each, wrap) for each in owner.methods),
        *(code("self.{name} = {wrap}(view.{name})", name=ident(name), wrap=wrap) for name in further),
    ]


def _wrapped_method(method: MethodPlan, wrap: Code) -> Code:
    name = ident(method.name)
    if method.operation.deprecated:
        reason = code("# pyright: ignore[reportDeprecated]  the view has it as long as the resource has")
        return code("self.{name} = {wrap}(view.{name})  {reason}", name=name, wrap=wrap, reason=reason)
    return code("self.{name} = {wrap}(view.{name})", name=name, wrap=wrap)


def view_property(each: ResourcePlan, value: Code, suffix: str) -> Code:
    cls = _lazily(each, f"Async{each.cls}{suffix}")
    return code(
        """
        @{cached}
        def {name}(self) -> {cls}:
            return {cls}({value})
        """,
        cached=name_from("functools", "cached_property"),
        name=ident(each.attribute),
        cls=cls,
        value=value,
    )
