"""The `__init__` of every package: public names, loaded when they are used."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Final

from ..plan.model import ChannelPlan, Plan, ResourcePlan
from ..plan.names import Identifier
from ..plan.symbols import Module as Place
from ..python.module import Module
from ..python.source import Code, blocks, code, empty, ident, joined, lines, lit
from .addresses import addresses_module
from .channels import channel_classes

__all__ = ["lazy_package", "resource_packages", "types_packages"]


def lazy_package(
    place: Place,
    docs: str,
    names: Mapping[str, Iterable[str]],
    modules: Iterable[str],
    runtime: str,
    inner: Iterable[str] = (),
    more: Code = empty,
) -> Module:
    """A package whose names live in other modules. `names` are given by module, as an import statement names it.

    A name may be given as `name=other`: then it is another name for `other`. `modules` are public submodules, `inner`
    those that can be reached but are not meant for users. `more` is what else is to be run.
    """
    modules, inner = list(modules), list(inner)
    # A module of the package of that name would be hidden by the function, until it is imported.
    is_taken = "attach" in {*modules, *inner, *(module.removeprefix(".") for module in names)}
    shown: list[Code] = []
    second: list[Code] = []
    for module, listed in names.items():
        for entry in listed:
            name, _, other = entry.partition("=")
            if other:  # only `import X as X` makes a name public to type checkers
                second.append(code("{name} = {other}", name=ident(name), other=ident(other)))
            else:
                shown.append(code("from {m} import {n} as {n}", m=_relative(module), n=ident(name)))
    shown += [code("from . import {name} as {name}", name=ident(name)) for name in sorted([*modules, *inner])]
    table = lines([_row(code("{module!r}: ", module=module), listed) for module, listed in names.items()])
    listed_modules = [_row(code("modules="), sorted(modules))] if modules else []
    listed_modules += [_row(code("inner="), sorted(inner))] if inner else []
    body = code(
        """
        TYPE_CHECKING = False
        if TYPE_CHECKING:
            {shown}
        else:
            from {lazy} import {imported}

            __getattr__, __dir__, __all__ = {attach}(
                __name__,
                {{
                    {table}
                }},
                {modules}
            )
            {more}
        """,
        shown=blocks([lines(shown), lines(second)]) if shown else code("pass"),
        lazy=_lazy(runtime, place),
        imported=code("attach as _attach") if is_taken else code("attach"),
        attach=ident("_attach" if is_taken else "attach"),
        table=table,
        modules=lines(listed_modules),
        more=more,
    )
    return Module(place, docs, (body,), is_package=True)


def _row(head: Code, listed: Iterable[str]) -> Code:
    """A list of names after its head, in as few lines as they fit."""
    names = list(listed)
    if len(head.text) + sum(len(name) + 1 for name in names) < 96:
        return code("{head}{names!r},", head=head, names=" ".join(names))
    rows = [
        lit(f"{line} ") for line in textwrap.wrap(" ".join(names), 90, break_long_words=False, break_on_hyphens=False)
    ]
    return code(
        """
        {head}(
            {rows}
        ),
        """,
        head=head,
        rows=lines(rows),
    )


def _lazy(runtime: str, place: Place) -> Code:
    """The module with `attach`, as an import statement in the package names it."""
    parts = [ident(part) for part in runtime.lstrip("~").split(".")]
    dots = Code("." * (len(place) + 1)) if runtime.startswith("~") else Code("")
    return code("{dots}{path}.lazy", dots=dots, path=joined(parts, "."))


def _relative(module: str) -> Code:
    dots = len(module) - len(module.lstrip("."))
    rest = [ident(part) for part in module[dots:].split(".") if part]
    lead: Code = Code("." * dots)
    return lines([code("{lead}{rest}", lead=lead, rest=lines(rest, "."))])


_TYPES: Place = (Identifier("types"),)
_SHARED: Place = (*_TYPES, Identifier("shared"))
_RESOURCES: Place = (Identifier("resources"),)


def types_packages(plan: Plan) -> list[Module]:
    """`types`, the packages below it, and the modules that are packages because they would be too long."""
    packages: dict[Place, dict[str, list[str]]] = {}
    for package, symbols in plan.exports.items():
        for depth in range(1, len(package) + 1):
            packages.setdefault(package[:depth], {})
        for symbol in symbols:
            module = plan.parts.get(symbol, symbol.module)
            path = module[len(package) :] if module[: len(package)] == package else None
            # What lives in another package is named in full.
            name = f".{'.'.join(path)}" if path else ".".join((plan.style.package, *module))
            packages[package].setdefault(name, []).append(symbol.name)
    for package, written in plan.api.config.style.type_exports.items():
        place: Place = (*_TYPES, *(Identifier(part) for part in package.split(".") if part))
        for module, listed in written.items():  # by hand
            packages.setdefault(place, {}).setdefault(f"{plan.style.package}.{module}", []).extend(listed)
    children: dict[Place, list[str]] = {package: [] for package in packages}
    for package in packages:
        if len(package) > 1:
            children[package[:-1]].append(package[-1])
    shared = plan.exports.get(_SHARED, ())
    wholes = list(dict.fromkeys(each.module if each.whole is None else each.whole for each in plan.types))
    addresses = addresses_module(plan)
    found: list[Module] = []
    for package, names in packages.items():
        if package == _TYPES and shared:
            taken = {name for listed in names.values() for name in listed}
            names[".shared"] = [symbol.name for symbol in shared if symbol.name not in taken]
        docs = "Types of the API." if len(package) == 1 else f"Types of `{'.'.join(package[1:])}`."
        inner = [module[-1] for module in wholes if module[:-1] == package]
        more = _FINDER if addresses is not None and package == _TYPES else empty
        found.append(lazy_package(package, docs, _sorted(names), children[package], plan.style.runtime, inner, more))
    return [*found, *_wholes(plan), *([addresses] if addresses is not None else [])]


_FINDER: Final = code(
    '''
    import sys

    class _Finder:
        """Finds the modules of `_addresses`, after every search for a file has failed."""

        def find_spec(self, name, path=None, target=None):
            if not name.startswith(f"{{__name__}}."):
                return None
            from ._addresses import find_spec

            return find_spec(name)

    sys.meta_path.append(_Finder())
    '''
)


def _wholes(plan: Plan) -> list[Module]:
    found: dict[Place, list[str]] = {}
    for each in plan.types:
        if each.whole is not None:
            found.setdefault(each.whole, []).append(each.module[-1])
    return [
        lazy_package(whole, f"Types of `{'.'.join(whole[1:])}`.", {}, [], plan.style.runtime, parts)
        for whole, parts in found.items()
    ]


def _sorted(names: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {module: sorted(listed) for module, listed in sorted(names.items())}


def resource_packages(plan: Plan) -> list[Module]:
    """`resources` and the package of every resource."""
    found: list[Module] = []
    children = [each.module[-1] for each in plan.client.resources]
    top = {f".{each.module[-1]}": _resource_names(each) for each in plan.client.resources}
    found.append(lazy_package(_RESOURCES, "Resources of the API.", top, children, plan.style.runtime))
    waiting = list(plan.client.resources)
    while waiting:
        resource = waiting.pop(0)
        waiting.extend(resource.resources)
        names = {"._async": _colour_names(resource, "Async"), "._sync": _colour_names(resource, "")}
        # A resource may have one of its own name within: its package gives that name to itself.
        own = {*names["._async"], *names["._sync"]}
        for child in resource.resources:
            names[f".{child.module[-1]}"] = [name for name in _resource_names(child) if name not in own]
        if resource.channel is not None:
            found.append(_channel_package(resource, resource.channel, names, plan.style.runtime))
        docs = f"The resource `{'.'.join(resource.path)}`."
        inner = [child.module[-1] for child in resource.resources]
        if resource.channel is not None:
            inner.append(resource.channel.module[-1])
        elif inner and resource.module[-1] not in inner and plan.api.config.is_given:
            found.append(_resource_file(resource))
        found.append(lazy_package(resource.module, docs, names, inner, plan.style.runtime))
    return found


def _resource_file(resource: ResourcePlan) -> Module:
    """`resources.chat.chat` for `resources.chat`: SDKs with a file for every resource have its classes there."""
    imports = [code("from ._async import {n} as {n}", n=ident(name)) for name in _colour_names(resource, "Async")]
    imports += [code("from ._sync import {n} as {n}", n=ident(name)) for name in _colour_names(resource, "")]
    place = (*resource.module, resource.module[-1])
    return Module(place, f"The classes of `{'.'.join(resource.path)}`, under another address.", (lines(imports),))


def _channel_package(resource: ResourcePlan, channel: ChannelPlan, names: dict[str, list[str]], runtime: str) -> Module:
    """The package of a connection, whose names the resource's package has too."""
    classes = channel_classes(channel)
    own = {"._async": [f"Async{name}" for name in classes], "._sync": classes}
    taken = {name for listed in names.values() for name in listed}
    names[f".{channel.module[-1]}"] = [name for listed in own.values() for name in listed if name not in taken]
    if channel.module == (*resource.module, resource.module[-1]):  # SDKs with a file for every resource have all there
        own |= {".._async": _colour_names(resource, "Async"), ".._sync": _colour_names(resource, "")}
    return lazy_package(channel.module, f"The connection of `{'.'.join(resource.path)}`.", own, [], runtime)


def _colour_names(resource: ResourcePlan, prefix: str) -> list[str]:
    own = f"{prefix}{resource.cls}"
    return [own, f"{own}WithRawResponse", f"{own}WithStreamingResponse"]


def _resource_names(resource: ResourcePlan) -> list[str]:
    return [*_colour_names(resource, "Async"), *_colour_names(resource, "")]
