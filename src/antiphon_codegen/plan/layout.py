"""Which package and module each named type belongs to, and what it is called there."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..graphs import components
from ..ir.model import API, Body, NamedType, Operation, PageResult, Resource, StreamResult, ValueResult
from ..ir.types import Reference, Type, inner_types
from ..problems import Problems
from .names import Identifier, class_name, first_free, module_name, snake
from .symbols import Module

__all__ = ["SHARED", "Layout", "Place", "layout", "package_of", "params_module", "results_module", "types_of", "walk"]

SHARED = "$shared"
_TYPES = Identifier("types")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a named type lives. `params` is the module of its input form, if that differs."""

    name: Identifier
    module: Module
    params: Module
    is_shared: bool = False
    is_listed: bool = True
    """Whether the configuration gives it to a resource."""
    also_in: Module | None = None
    """The package that users know it from, where it had to be put into another one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The place of every named type."""

    places: Mapping[str, Place]
    packages: Container[Module]

    def module(self, module: Module) -> Module:
        """The module, under a name that no package has."""
        return beside(module, self.packages)


def beside(module: Module, packages: Container[Module]) -> Module:
    """The module, under another name where a package has that name: of the two only one could be imported."""
    while module in packages:
        module = (*module[:-1], Identifier(f"{module[-1]}_"))
    return module


def package_of(resource: Resource) -> Module:
    """The types package of a resource: below `types`, as its parent stands in the tree."""
    inner = resource.types_package if resource.types_package is not None else resource.path[:-1]
    return (_TYPES, *(module_name(part) for part in inner))


def layout(api: API, casings: Mapping[str, str], problems: Problems) -> Layout:
    """A place for every named type. Types that the configuration gives to no resource have a module each."""
    packages = _packages(api)
    found = {
        key: replace(place, module=beside(place.module, packages), params=beside(place.params, packages))
        for key, place in _places(api, casings, problems).items()
    }
    return Layout(_together(api, found), packages)


def _packages(api: API) -> set[Module]:
    """Every package of types there can be."""
    found: set[Module] = set()
    for resource in walk(api.root):
        if resource.name == SHARED and resource.models:
            found |= {(_TYPES, Identifier("shared")), (_TYPES, Identifier("shared_params"))}
        package = package_of(resource)
        found.update(package[:depth] for depth in range(1, len(package) + 1))
    return found


def results_module(resource: Resource) -> Module:
    """Where the types are that a resource's methods give a name to."""
    return (*package_of(resource), module_name(f"{_base(resource)}_types"))


def params_module(resource: Resource) -> Module:
    """Where the TypedDicts of a resource's methods are."""
    return (*package_of(resource), module_name(f"{_base(resource)}_params"))


def _base(resource: Resource) -> str:
    return resource.path[-1] if resource.path else "client"


def _references(types: Iterable[Type]) -> Iterator[str]:
    waiting = list(types)
    while waiting:
        type = waiting.pop()
        if isinstance(type, Reference):
            yield type.key
        waiting.extend(inner_types(type))


def types_of(operation: Operation) -> tuple[list[Type], list[Type]]:
    """The types that come back from an operation, and those that are sent to it."""
    sent: list[Type] = [each.type for each in operation.params]
    if isinstance(operation.body, Body):
        sent += [each.type for each in operation.body.fields or ()]
        if operation.body.whole is not None:
            sent.append(operation.body.whole)
    found: list[Type] = []
    results = [operation.result]
    if isinstance(operation.result, StreamResult) and operation.result.otherwise is not None:
        results.append(operation.result.otherwise)
    for result in results:
        if isinstance(result, ValueResult):
            found += [result.type, *(each.type for each in result.variants if each.type is not None)]
        elif isinstance(result, (PageResult, StreamResult)):
            found.append(result.item)
    return found, sent


def _together(api: API, found: Mapping[str, Place]) -> dict[str, Place]:
    """The places, types that are made of each other in one module: neither could be loaded without the other."""
    graph = {key: list(_references([named.type])) for key, named in api.types.items()}
    rank = {key: number for number, key in enumerate(api.types)}
    moved: dict[str, Place] = dict(found)
    taken: dict[Module, set[str]] = {}
    for place in found.values():
        taken.setdefault(place.module[:-1], set()).add(place.name)
    for group in components(graph):
        first = found[min(group, key=lambda key: rank[key])]
        package = first.module[:-1]
        for key in sorted(group, key=lambda key: rank[key]):
            place = found[key]
            if place.module == first.module and place.params == first.params:
                continue
            name = place.name
            if place.module[:-1] != package:
                name = first_free([name], taken[package], "")
                taken[package].add(name)
            also_in = None if place.module[:-1] == package else place.module[:-1]
            moved[key] = replace(place, name=name, module=first.module, params=first.params, also_in=also_in)
    return moved


def _places(api: API, casings: Mapping[str, str], problems: Problems) -> dict[str, Place]:
    found: dict[str, Place] = {}
    taken: dict[Module, set[str]] = {}
    for resource in walk(api.root):
        for wanted, key in resource.models:
            if key not in found:
                found[key] = _listed(api, resource, wanted, key, casings, taken)
    for key, named in api.types.items():
        if key not in found:
            found[key] = _unlisted(named, casings, taken, problems)
    return found


def walk(resource: Resource) -> Iterator[Resource]:
    """The resource and everything below it."""
    yield resource
    for each in resource.resources:
        yield from walk(each)


def _listed(
    api: API, resource: Resource, wanted: str, key: str, casings: Mapping[str, str], taken: dict[Module, set[str]]
) -> Place:
    own = api.types[key].name
    # The document's own spelling where it is the same name, so that `ResponseFormatJSONSchema` keeps its capitals.
    spelled = own if snake(own).replace("_", "") == snake(wanted).replace("_", "") and own.isidentifier() else ""
    if resource.name == SHARED:
        package, params = (_TYPES, Identifier("shared")), (_TYPES, Identifier("shared_params"))
        name = _named(spelled or class_name(wanted, casings), package, taken)
        return Place(name, (*package, module_name("models")), (*params, module_name("models")), is_shared=True)
    package = package_of(resource)
    name = _named(spelled or class_name(wanted, casings), package, taken)
    base = resource.path[-1]
    return Place(name, (*package, module_name(f"{base}_types")), (*package, module_name(f"{base}_params")))


def _unlisted(named: NamedType, casings: Mapping[str, str], taken: dict[Module, set[str]], problems: Problems) -> Place:
    package: Module = (_TYPES,)
    own = named.name
    wanted = own if own.isascii() and own.isidentifier() and own[0].isupper() else class_name(own, casings)
    longer = class_name(named.longer, casings) if named.longer is not None else ""
    name = _named(wanted or "Schema", package, taken, longer)
    if name != wanted and named.longer is None:
        message = f"the schema {own!r} is called {name} here, because the name is taken or cannot be used"
        problems.add("name", message, named.origin)
    module = module_name(str(name))
    return Place(name, (*package, module), (*package, module_name(f"{module}_param")), is_listed=False)


def _named(wanted: str, package: Module, taken: dict[Module, set[str]], longer: str = "") -> Identifier:
    names = taken.setdefault(package, set(_RESERVED))
    name = first_free([wanted, *([longer] if longer else []), f"{wanted}Model"], names, "")
    names.add(name)
    return name


_RESERVED = frozenset(
    """Aliased Annotated Any BaseModel FileTypes Generic Iterable Literal Mapping None NotRequired Required
    SequenceNotStr TYPE_CHECKING Tagged TypeAlias TypeAliasType TypedDict Union""".split()
) | {"True", "False"}
"""Names that modules and packages of types have for other things."""
