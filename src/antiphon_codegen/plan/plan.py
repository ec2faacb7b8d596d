"""The plan of a whole SDK: every symbol with its name and module, settled before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..ir.model import API, PageScheme, Resource
from ..ir.security import client_opts
from ..ir.types import Reference
from ..problems import Problems
from .called import client_called, package_called, telling
from .channels import plan_channel
from .layout import Layout, layout, walk
from .methods import MethodPlanner
from .model import Alias, ClientPlan, Field, OptionPlan, PagePlan, Plan, ResourcePlan, Style, TypesModule
from .names import Identifier, class_name, first_free, member_name, module_name, snake
from .split import split
from .symbols import Annotation, Builtin, Module, Named, Nothing, OneOf, Symbol
from .types import MODEL_MEMBERS, TypePlanner

__all__ = ["Wishes", "plan"]

CLIENT_MEMBERS: Final[frozenset[str]] = frozenset(
    """api_key auth_headers authorised base_url check_open close connections copy credential_functions default_headers
    default_query delete fields_for get get_api_list is_closed logger max_retries paginated patch
    platform_headers post prepared put qs request_binary request_pages request_stream request_value sdk self send
    settings timeout url_at user_agent with_options with_raw_response with_streaming_response request
    http_client""".split()
)
"""What every client has by itself: no resource may take such a name."""

_ANNOTATED: Final = frozenset({"str", "int", "float", "bool", "object"})
"""What annotations of every class use: a member of such a name would be found in its place."""

RESOURCE_MEMBERS: Final[frozenset[str]] = _ANNOTATED | {"with_raw_response", "with_streaming_response", "self", "view"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller of the generator decides, over what the configuration says."""

    package: str | None = None
    project: str | None = None
    runtime: str = "antiphon.runtime"
    in_place: bool = False


def plan(api: API, wishes: Wishes, problems: Problems) -> Plan:
    """Names and places for everything in `api`."""
    casings = api.config.style.casings
    style = _style(api, wishes)
    located = layout(api, casings, problems)
    types = TypePlanner(api, located, casings, problems)
    pages = _pages(api, types)
    by_scheme = {page.scheme.name: page for page in pages}
    client = _client(api, style, types, located, by_scheme, problems)
    for resource in walk(api.root):
        for wanted, key in resource.models:
            _require_listed(wanted, key, resource, located, types)
    payloads = {name: types.require(key, "out") for name, key in api.webhooks}
    declared = types.declarations()
    modules = tuple(TypesModule(module, tuple(found)) for module, found in declared.items())
    exports = _exports(modules, types, located)
    written = split(modules, types.owners)
    parts = {d.symbol: each.module for each in written if each.whole is not None for d in each.declarations}
    return Plan(style, api, client, written, pages, exports, parts, _spelled(api, located, types), payloads)


def _style(api: API, wishes: Wishes) -> Style:
    config = api.config
    organization = config.organization
    said = wishes.package or config.style.package
    found = telling(api.title, tuple(url for _, url in api.environments))
    named = said or organization
    package = module_name(named) if named else package_called(found)
    name = config.style.client
    if not name:
        shown = organization or said
        name = class_name(shown, {"sdk": "SDK", **config.style.casings}) if shown else client_called(found)
    client = first_free([name, f"{name}Client"], {"Async", "Any"}) if name.isidentifier() else Identifier("Client")
    version = re.sub(r"[^0-9A-Za-z.+-]", "", api.version) or "0"
    project = wishes.project or config.style.project or package.replace("_", "-")
    return Style(package, project, client, version, wishes.runtime, wishes.in_place)


def _require_listed(wanted: str, key: str, resource: Resource, located: Layout, types: TypePlanner) -> None:
    """A model the author lists is there even if no operation uses it; listed as `..._param`, so is what is sent."""
    name = located.places[key].name
    is_input = name.endswith("Param")
    listed = {each for each, other in resource.models if other == key}
    if wanted.endswith("_param") and (not is_input or wanted.removesuffix("_param") in listed):
        symbol = types.require(key, "in")
        if is_input or symbol == types.require(key, "out"):  # one type, under both names
            types.declare(Alias(types.reserve(symbol.module, f"{name}Param"), Named(symbol), None))
    elif not types.is_used(key) or (len(listed) > 1 and not is_input):
        types.require(key, "in" if is_input else "out")


# --- pages ---


def _pages(api: API, types: TypePlanner) -> tuple[PagePlan, ...]:
    module: Module = (Identifier("pagination"),)
    return tuple(_page(scheme, module, types) for scheme in api.pages if scheme.items)


def _page(scheme: PageScheme, module: Module, types: TypePlanner) -> PagePlan:
    named = class_name(scheme.name)
    cls = Identifier(named if named.endswith("Page") else f"{named}Page")
    pager = Identifier(cls.removesuffix("Page") + "Pager" if cls != "Page" else "Pager")
    taken = set(MODEL_MEMBERS) | {"rule", "follow", "has_next_page", "get_next_page", "next_page_info", "iter_pages"}
    head, *rest = scheme.items.split(".")
    items = (member_name(head, taken), *(Identifier(part) for part in rest if part.isidentifier()))
    taken.add(items[0])
    fields: list[Field] = []
    for wire, type in scheme.fields:
        name = member_name(wire, taken)
        taken.add(name)
        annotation: Annotation = types.annotation(type, "out", Symbol(module, cls), "")
        fields.append(Field(name, wire, OneOf((annotation, Nothing())), False, None, False))
    return PagePlan(scheme, cls, pager, tuple(fields), items)


# --- client and resources ---


def _client(
    api: API, style: Style, types: TypePlanner, located: Layout, pages: dict[str, PagePlan], problems: Problems
) -> ClientPlan:
    config = api.config
    prefix = (config.env_prefix or snake(config.organization or style.package)).upper()
    opts = client_opts(config, api.schemes, prefix)
    credentials = {name for scheme in api.schemes for name in scheme.options}
    taken = set(CLIENT_MEMBERS - {"api_key"}) | _ANNOTATED
    options: list[OptionPlan] = []
    for opt in opts:
        name = member_name(opt.name, taken)
        taken.add(name)
        options.append(
            OptionPlan(
                name,
                Builtin(Identifier("str")),
                opt.name in credentials,
                opt.docs,
                opt.env,
                opt.header,
                opt.query,
                opt.default,
                opt.python_type,
            )
        )
    planner = MethodPlanner(api, api.root, types, located, pages, problems)
    methods = [planner.plan(each, _claimed(each.name, taken)) for each in api.root.methods]
    resources = tuple(
        _resource(api, each, (Identifier("resources"),), taken, types, located, pages, problems)
        for each in api.root.resources
        if _has_methods(each)
    )
    return ClientPlan(
        cls=style.client,
        resources=resources,
        methods=tuple(methods),
        options=tuple(options),
        schemes=api.schemes,
        security=api.security,
        environments=api.environments,
        mixin=api.root.mixin,
        env_prefix=prefix,
    )


def _claimed(wanted: str, taken: set[str]) -> Identifier:
    name = member_name(wanted, taken, prefix="method")
    taken.add(name)
    return name


def _has_methods(resource: Resource) -> bool:
    return any(each.methods or each.channel is not None for each in walk(resource))


def _resource(
    api: API,
    resource: Resource,
    parent: Module,
    taken: set[str],
    types: TypePlanner,
    located: Layout,
    pages: dict[str, PagePlan],
    problems: Problems,
) -> ResourcePlan:
    attribute = _claimed(resource.name, taken)
    module: Module = (*parent, module_name(attribute))
    inner = set(RESOURCE_MEMBERS)
    if resource.channel is not None:
        inner.add("connect")
    planner = MethodPlanner(api, resource, types, located, pages, problems)
    methods = [planner.plan(each, _claimed(each.name, inner)) for each in resource.methods]
    children = tuple(
        _resource(api, each, module, inner, types, located, pages, problems)
        for each in resource.resources
        if _has_methods(each)
    )
    channel = None
    if resource.channel is not None:
        modules = [each.module[-1] for each in children]
        channel = plan_channel(api, resource, resource.channel, module, modules, types, located)
    cls = class_name(resource.name, api.config.style.casings) or "Resource"
    suffix = api.config.style.resource_suffix
    return ResourcePlan(
        path=resource.path,
        module=module,
        attribute=attribute,
        cls=Identifier(cls if cls.endswith(suffix) else cls + suffix),
        methods=tuple(methods),
        resources=children,
        docs=resource.docs,
        mixin=resource.mixin,
        channel=channel,
    )


# --- types ---


def _exports(modules: tuple[TypesModule, ...], types: TypePlanner, located: Layout) -> dict[Module, tuple[Symbol, ...]]:
    """What each package of types makes public: the names of its modules that do not belong to another type."""
    found: dict[Module, list[Symbol]] = {}
    for module in modules:
        found.setdefault(module.module[:-1], []).extend(
            each.symbol for each in module.declarations if each.symbol not in types.owners
        )
    declared = {each.symbol for module in modules for each in module.declarations}
    for key, place in located.places.items():
        symbol = Symbol(place.module, place.name)
        # Names for scalars are the same for what is sent, so users look for them there too.
        is_scalar = place.is_shared and not types.is_structured(Reference(key))
        elsewhere = place.params[:-1] if is_scalar else place.also_in
        if elsewhere is not None and symbol in declared and (place.also_in is not None or elsewhere in found):
            known = found.setdefault(elsewhere, [])
            if all(each.name != symbol.name for each in known):
                known.append(symbol)
    return {package: tuple(sorted(symbols, key=lambda each: each.name)) for package, symbols in found.items()}


def _spelled(api: API, located: Layout, types: TypePlanner) -> dict[str, str]:
    """What the configuration calls the types it lists."""
    found: dict[str, str] = {}
    called: dict[str, str] = {}
    for resource in walk(api.root):
        for wanted, key in resource.models:
            called.setdefault(key, wanted)
    for key, wanted in called.items():
        for symbol in (types.used_as(key, "out"), types.used_as(key, "in")):
            if symbol is not None:
                leaf = f"{wanted}_param" if symbol.name == f"{located.places[key].name}Param" else wanted
                found.setdefault(".".join((*symbol.module[1:-1], snake(leaf))), str(symbol.name))
    return found
