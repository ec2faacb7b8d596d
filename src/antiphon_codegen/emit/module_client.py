"""The client of the package as a whole: `package.api_key = ...; package.things.create(...)`."""

from __future__ import annotations

from ..plan.model import Plan
from ..python.module import Module
from ..python.source import Code, Import, code, ident, lines, member, module_as, name_from

__all__ = ["module_client", "module_client_names"]

_OWN = ("base_url", "timeout", "max_retries", "default_headers", "default_query", "http_client")


def module_client_names(plan: Plan) -> list[str]:
    """The names the package has for it: options, and the client's resources."""
    options = [*(str(each.name) for each in plan.client.options), *_OWN, *plan.api.config.style.module_options]
    return [*options, *(str(each.attribute) for each in plan.client.resources)]


def module_client(plan: Plan) -> Module | None:
    """The module behind those names; None where the configuration asks for none."""
    wanted = plan.api.config.style.module_client
    if wanted is None:
        return None
    runtime, client = plan.style.runtime, plan.client
    mapping, any_type = name_from("collections.abc", "Mapping"), name_from("typing", "Any")
    declared: list[Code] = []
    types: list[Code] = []
    for each in client.options:
        kind = name_from(runtime, "Credential") if each.is_credential else code("str")
        if each.python_type is not None:
            module, _, name = each.python_type.partition(":")
            kind = name_from(f"~{module}", name)
            types.append(kind)
        declared.append(code("{name}: {kind} | None = None", name=ident(each.name), kind=kind))
    declared += [
        code("base_url: str | None = None"),
        code(
            "timeout: {types} = {default}",
            types=name_from(runtime, "TimeoutTypes"),
            default=code("{facts}.timeout", facts=name_from("~client._facts", "FACTS")),
        ),
        code("max_retries: int = FACTS.max_retries"),
        code("default_headers: {headers} | None = None", headers=name_from(runtime, "HeaderTypes")),
        code("default_query: {mapping}[str, object] | None = None", mapping=mapping),
        code("http_client: {client} | None = None", client=name_from(runtime, "HTTPClient")),
    ]
    for name, value in plan.api.config.style.module_options.items():
        written = any_type if value == "any" else code("str | None")
        declared.append(code("{name}: {type} = None", name=ident(name), type=written))
    if wanted:
        module, _, name = wanted.partition(":")
        make = name_from(f"~{module}", name)
    else:
        make = code("lambda options: {client}(**options)", client=name_from("~client", str(client.cls)))
    names = [*(str(each.name) for each in client.options), *_OWN, *plan.api.config.style.module_options]
    made = code(
        "MODULE_CLIENT = {cls}(__package__ or '', {names!r}, {make})",
        cls=name_from(f"{runtime}.module_client", "ModuleClient"),
        names=tuple(names),
        make=make,
    )
    resources = [
        code(
            "{name}: {cls} = MODULE_CLIENT.resource({text!r})",
            name=ident(each.attribute),
            cls=member(module_as("~resources", "_resources"), each.module[-1], each.cls),
            text=str(each.attribute),
        )
        for each in client.resources
    ]
    docs = "The client of the package as a whole: its options, with their defaults, and its resources."
    type_only = frozenset[Import]().union(*(each.needs for each in types))
    return Module(("_module_client",), docs, (lines(declared), made, lines(resources)), type_only=type_only)
