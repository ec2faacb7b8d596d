"""Types become declarations: models for what comes back, TypedDicts for what is sent, aliases for all else."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from ..graphs import circles
from ..ir.model import API
from ..ir.types import (
    Array,
    Binary,
    Constant,
    Enum,
    Map,
    Null,
    Object,
    Primitive,
    Property,
    Reference,
    Type,
    Union,
    Unknown,
    inner_types,
)
from ..problems import Problems
from ..words import singular
from .layout import Layout, types_of, walk
from .model import Alias, Entry, Field, Model, TypedDictionary, TypeDeclaration
from .names import Identifier, class_name, first_free, member_name
from .reach import empty_circles, keys_that_come_back, recursive_texts, structured
from .symbols import (
    Annotation,
    Anything,
    Builtin,
    Choice,
    DictOf,
    FileInput,
    IterableOf,
    ListOf,
    MappingOf,
    Module,
    Named,
    Nothing,
    OneOf,
    Standard,
    Symbol,
    Tagged,
    symbols_in,
)

__all__ = ["Direction", "TypePlanner"]

Direction: TypeAlias = Literal["out", "in"]
"""What comes back, or what is sent."""

_TITLE: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,79}")
_STR: Final = Builtin(Identifier("str"))

MODEL_MEMBERS: Final[frozenset[str]] = frozenset(
    """construct copy dict fields from_orm json model_computed_fields model_config
    model_construct model_copy model_dump model_dump_json model_extra model_fields model_fields_set
    model_json_schema model_parametrized_name model_post_init model_rebuild model_validate
    model_validate_json model_validate_strings mro parse_file parse_obj parse_raw register schema schema_json to_dict
    to_json update_forward_refs validate""".split()
)
"""What models have by themselves: no field may take such a name."""


class TypePlanner:
    """Plans declarations as they are asked for; `declarations` has them by module when all is asked."""

    def __init__(self, api: API, layout: Layout, casings: Mapping[str, str], problems: Problems) -> None:
        self._api = api
        self._places = layout.places
        self._casings = casings
        self._problems = problems
        self._symbols: dict[tuple[str, Direction], Symbol] = {}
        self._names: dict[Module, set[str]] = {}
        self._waiting: deque[tuple[str, Direction]] = deque()
        self._declared: dict[Symbol, TypeDeclaration] = {}
        self.owners: dict[Symbol, Symbol] = {}
        """For objects that have no name in the document: the type they stand in, after which they are called."""
        self._tags = _tag_properties(api)
        self._comes_back = keys_that_come_back(api)
        self._structured = structured(api)
        self._empty_circles = empty_circles(api)
        self._recursive_texts = recursive_texts(api)
        for place in layout.places.values():
            self._names.setdefault(place.module[:-1], set()).add(place.name)

    def declarations(self) -> dict[Module, list[TypeDeclaration]]:
        """Every declaration planned, by module, in the order of their first use."""
        self._settle()
        by_module: dict[Module, list[TypeDeclaration]] = {}
        for declaration in _with_recursion(self._declared).values():
            by_module.setdefault(declaration.symbol.module, []).append(declaration)
        return by_module

    def require(self, key: str, direction: Direction) -> Symbol:
        """The symbol of a named type in one direction; its declaration is planned."""
        if key not in self._structured:
            direction = "out"  # names for scalars are the same in both directions
        known = self._symbols.get((key, direction))
        if known is None:
            known = self._symbols[key, direction] = self._symbol(key, direction)
            self._waiting.append((key, direction))
        return known

    def is_structured(self, type: Type) -> bool:
        """Whether there is an object with properties somewhere in the type, or one that is made of itself."""
        match type:
            case Object():
                return True
            case Reference(key):
                return key in self._structured
            case _:
                return any(self.is_structured(each) for each in inner_types(type))

    def reserve(self, module: Module, wanted: str) -> Symbol:
        """A name in a module that nothing else in its package has."""
        names = self._names.setdefault(module[:-1], set())
        name = first_free([wanted], names, "")
        names.add(name)
        return Symbol(module, name)

    def is_used(self, key: str) -> bool:
        """Whether a named type was asked for in any direction."""
        return (key, "out") in self._symbols or (key, "in") in self._symbols

    def used_as(self, key: str, direction: Direction) -> Symbol | None:
        """The symbol of a named type in one direction, if it was asked for."""
        return self._symbols.get((key, direction))

    def declare_object(self, type: Object, symbol: Symbol) -> None:
        """Plan the model of an object that comes back and has no name in the document."""
        self._declare_object(type, "out", symbol, "", type.docs)

    def declare(self, declaration: TypeDeclaration) -> None:
        self._declared[declaration.symbol] = declaration

    def annotation(
        self,
        type: Type,
        direction: Direction,
        owner: Symbol,
        path: str,
        *,
        files: bool = False,
        alias: str | None = None,
    ) -> Annotation:
        """The annotation for a type. Objects in it that have no name are declared beside `owner`, named by `path`.

        `files`: bytes are files here, and not text. `alias`: the named type this is, or is a variant of.
        """
        match type:
            case Reference(key):
                if alias is not None and key in self._empty_circles.get(alias, ()):
                    origin = self._api.types[alias].origin
                    self._problems.add("bad-reference", "a type that is only itself is read as anything", origin)
                    return Anything()
                return self._opened(key, direction)
            case Object():
                return Named(self._object(type, direction, owner, path))
            case Array(items):
                inner = self.annotation(items, direction, owner, _singular(path), files=files)
                if direction == "out":
                    return ListOf(inner)
                return IterableOf(inner, is_text=isinstance(items, Reference) and items.key in self._recursive_texts)
            case Map(values):
                inner = self.annotation(values, direction, owner, _singular(path), files=files)
                return DictOf(inner) if direction == "out" else MappingOf(inner)
            case Union():
                return self._union(type, direction, owner, path, files, alias)
            case Enum(values):
                return self._choice(values, direction)
            case _:
                return _scalar(type, direction, files)

    # --- named types ---

    def _symbol(self, key: str, direction: Direction) -> Symbol:
        place = self._places[key]
        if direction == "out":
            return Symbol(place.module, place.name)
        if place.is_shared:
            return Symbol(place.params, place.name)
        if place.name.endswith("Param") and key not in self._comes_back:
            return Symbol(place.params, place.name)
        return self.reserve(place.params, f"{place.name}Param")

    def _opened(self, key: str, direction: Direction) -> Annotation:
        """A named type; where values come back, an enum may bring values that nobody knew when it was written."""
        named = Named(self.require(key, direction))
        type = self._api.types[key].type
        if direction == "out" and isinstance(type, Enum):
            return OneOf((named, _base_of(type.values)))
        return named

    def _settle(self) -> None:
        while self._waiting:
            key, direction = self._waiting.popleft()
            symbol = self._symbols[key, direction]
            named = self._api.types[key]
            type = named.type
            if isinstance(type, Object):
                self._declare_object(type, direction, symbol, "", named.docs)
            elif isinstance(type, Enum) and not any(isinstance(value, float) for value in type.values):
                self.declare(Alias(symbol, Choice(_literals(type.values)), named.docs))
            else:
                annotation = self.annotation(type, direction, symbol, "", alias=key)
                self.declare(Alias(symbol, annotation, named.docs))

    # --- objects ---

    def _object(self, type: Object, direction: Direction, owner: Symbol, path: str) -> Symbol:
        wanted = path
        if type.title is not None and _TITLE.fullmatch(type.title) and type.title != owner.name:
            wanted = type.title
        symbol = self.reserve(owner.module, f"{owner.name}{wanted}")
        self.owners[symbol] = owner
        self._declare_object(type, direction, symbol, wanted, type.docs, root=owner)
        return symbol

    def _declare_object(
        self,
        type: Object,
        direction: Direction,
        symbol: Symbol,
        path: str,
        docs: str | None,
        root: Symbol | None = None,
    ) -> None:
        owner = root or symbol
        # Entered before its parts, which may refer to it.
        placeholder = Model(symbol, (), docs)
        self._declared[symbol] = placeholder
        if direction == "out":
            self._declared[symbol] = Model(symbol, self._fields(type, owner, path), docs)
        else:
            self._declared[symbol] = TypedDictionary(symbol, self._entries(type, owner, path), docs)

    def _fields(self, type: Object, owner: Symbol, path: str) -> tuple[Field, ...]:
        taken = set(MODEL_MEMBERS)
        fields: list[Field] = []
        for each in type.properties:
            if each.write_only:
                continue
            name = member_name(each.called or each.name, taken)
            taken.add(name)
            fields.append(self._field(each, name, type, owner, path))
        return tuple(sorted(fields, key=lambda field: not field.required))

    def _field(self, each: Property, name: Identifier, type: Object, owner: Symbol, path: str) -> Field:
        is_tag = type.origin is not None and (type.origin, each.name) in self._tags
        inner = f"{path}{class_name(each.name, self._casings)}"
        if is_tag and isinstance(each.type, (Constant, Enum)):
            values: list[object] = [*each.type.values] if isinstance(each.type, Enum) else [each.type.value]
            annotation: Annotation = Choice(tuple(v for v in values if isinstance(v, (str, int, bool))))
            return Field(name, each.name, annotation, True, each.docs, each.deprecated)
        annotation = self.annotation(each.type, "out", owner, inner)
        required = each.required and not _allows_none(annotation)
        if not required and not _allows_none(annotation):
            annotation = _with_none(annotation)
        return Field(name, each.name, annotation, required, each.docs, each.deprecated)

    def _entries(self, type: Object, owner: Symbol, path: str) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        for each in type.properties:
            if each.read_only:
                continue
            inner = f"{path}{class_name(each.name, self._casings)}"
            entries.append(Entry(each.name, self.annotation(each.type, "in", owner, inner), each.required, each.docs))
        return tuple(sorted(entries, key=lambda entry: not entry.required))

    # --- unions ---

    def _union(
        self, type: Union, direction: Direction, owner: Symbol, path: str, files: bool, alias: str | None
    ) -> Annotation:
        variants: list[Annotation] = []
        for index, each in enumerate(type.variants):
            inner = path
            if isinstance(each, Object) and sum(isinstance(other, Object) for other in type.variants) > 1:
                inner = f"{path}{self._variant_name(type, index, each)}"
            variants.append(self.annotation(each, direction, owner, inner, files=files, alias=alias))
        flat = _flat(variants)
        if any(isinstance(each, Anything) for each in flat):
            return Anything()
        union = OneOf(flat)
        discriminator = type.discriminator
        if len(flat) == 1:
            return flat[0]
        if direction == "in" or discriminator is None:
            return union
        models = tuple(each for each in flat if not isinstance(each, Nothing))
        tag = self._tag_field(type, discriminator.property)
        if tag is None or len(models) < 2 or not all(isinstance(each, Named) for each in models):
            return union
        tagged = Tagged(OneOf(models), tag)
        return OneOf((tagged, Nothing())) if len(models) < len(flat) else tagged

    def _variant_name(self, type: Union, index: int, each: Object) -> str:
        if type.discriminator is not None:
            tag = next((tag for tag, place in type.discriminator.tags if place == index), None)
            if tag is not None and (named := class_name(tag, self._casings)):
                return named
        return f"Variant{index + 1}"

    def _tag_field(self, type: Union, name: str) -> Identifier | None:
        """The Python name of the tag, when it is the same in every variant."""
        found: set[Identifier] = set()
        for variant in type.variants:
            content: Type = variant
            if isinstance(variant, Reference):
                content = self._api.types[variant.key].type
            if isinstance(content, Null):
                continue
            if not isinstance(content, Object):
                return None
            taken = set(MODEL_MEMBERS)
            for each in content.properties:
                own = member_name(each.called or each.name, taken)
                taken.add(own)
                if each.name == name:
                    found.add(own)
        return found.pop() if len(found) == 1 else None

    def _choice(self, values: tuple[str | int | float | bool, ...], direction: Direction) -> Annotation:
        if any(isinstance(value, float) for value in values):
            return _base_of(values)
        choice = Choice(_literals(values))
        return OneOf((choice, _base_of(values))) if direction == "out" else choice


def _tag_properties(api: API) -> set[tuple[object, str]]:
    """The properties that tell variants of unions apart, by the origin of their object: their values stay closed."""
    found: set[tuple[object, str]] = set()
    waiting: list[Type] = [named.type for named in api.types.values()]
    for resource in walk(api.root):
        for method in resource.methods:
            results, sent = types_of(method.operation)
            waiting += [*results, *sent]
    while waiting:
        type = waiting.pop()
        waiting.extend(inner_types(type))
        if isinstance(type, Union) and type.discriminator is not None:
            for variant in type.variants:
                content = api.types[variant.key].type if isinstance(variant, Reference) else variant
                if isinstance(content, Object) and content.origin is not None:
                    found.add((content.origin, type.discriminator.property))
    return found


def _with_recursion(declared: Mapping[Symbol, TypeDeclaration]) -> dict[Symbol, TypeDeclaration]:
    """The declarations, aliases that are made of themselves marked as such."""
    aliases = {symbol: each for symbol, each in declared.items() if isinstance(each, Alias)}
    graph = {symbol: [*symbols_in(each.annotation)] for symbol, each in aliases.items()}
    circular = {symbol for circle in circles(graph) for symbol in circle}
    return {**declared, **{symbol: replace(aliases[symbol], is_recursive=True) for symbol in circular}}


def _scalar(type: Type, direction: Direction, files: bool) -> Annotation:
    match type:
        case Primitive("string", format):
            return _text(format, direction)
        case Primitive("integer"):
            return Builtin(Identifier("int"))
        case Primitive("number"):
            return Builtin(Identifier("float"))
        case Primitive("boolean"):
            return Builtin(Identifier("bool"))
        case Constant(value) if isinstance(value, (str, int, bool)):
            return Choice((value,))
        case Constant():
            return Builtin(Identifier("float"))
        case Binary():
            return FileInput() if files else _STR
        case Null():
            return Nothing()
        case Unknown() | _:
            return Anything()


def _text(format: str | None, direction: Direction) -> Annotation:
    if format in ("date-time", "date"):
        moment = Standard(Identifier("datetime"), Identifier("datetime" if format == "date-time" else "date"))
        return moment if direction == "out" else OneOf((_STR, moment))
    return _STR


def _literals(values: tuple[str | int | float | bool, ...]) -> tuple[str | int | bool, ...]:
    return tuple(value for value in values if not isinstance(value, float))


def _base_of(values: tuple[str | int | float | bool, ...]) -> Annotation:
    kinds = {bool if isinstance(value, bool) else value.__class__ for value in values}
    bases: list[Annotation] = []
    if str in kinds:
        bases.append(_STR)
    if float in kinds:
        bases.append(Builtin(Identifier("float")))
    elif int in kinds:
        bases.append(Builtin(Identifier("int")))
    if bool in kinds:
        bases.append(Builtin(Identifier("bool")))
    return bases[0] if len(bases) == 1 else OneOf(tuple(bases))


def _flat(variants: list[Annotation]) -> tuple[Annotation, ...]:
    flat: dict[Annotation, None] = {}
    for each in variants:
        for inner in each.variants if isinstance(each, OneOf) else (each,):
            flat[inner] = None
    none = Nothing()
    return (*(each for each in flat if each != none), *((none,) if none in flat else ()))


def _allows_none(annotation: Annotation) -> bool:
    return isinstance(annotation, (Nothing, Anything)) or (
        isinstance(annotation, OneOf) and any(isinstance(each, Nothing) for each in annotation.variants)
    )


def _with_none(annotation: Annotation) -> Annotation:
    return OneOf((*(annotation.variants if isinstance(annotation, OneOf) else (annotation,)), Nothing()))


def _singular(path: str) -> str:
    """A path of words joined in PascalCase, its last word in the singular."""
    match = re.search(r"[A-Z][a-z0-9]*$", path)
    if match is None:
        return path
    last = match[0]
    one = singular(last.lower())
    return path[: match.start()] + one[:1].upper() + one[1:]
