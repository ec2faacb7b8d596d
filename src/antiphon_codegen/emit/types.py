"""Modules of types: models, TypedDicts and aliases."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..graphs import components
from ..plan.model import Alias, Entry, Field, Model, Plan, TypedDictionary, TypeDeclaration, TypesModule
from ..plan.names import BUILTINS, Identifier, first_free
from ..plan.split import mentioned
from ..plan.symbols import Module as Place
from ..plan.symbols import Named, Symbol, symbols_in
from ..python.module import Module
from ..python.source import Code, blocks, code, doc, empty, ident, lines, lit, name_from
from .annotations import Spelling
from .docs import wrapped

__all__ = ["types_modules"]


def types_modules(plan: Plan) -> list[Module]:
    """Every module of types."""
    mixins, bases = _mixins(plan), _bases(plan)
    return [_module(each, plan.style.runtime, plan.parts, mixins, bases) for each in plan.types]


def _mixins(plan: Plan) -> dict[Symbol, Code]:
    """The hand-written classes that models inherit.

    Their paths come from the configuration, so every part is checked to be a name. Raises ValueError.
    """
    found: dict[Symbol, Code] = {}
    for name, path in plan.api.config.style.model_mixins.items():
        module, _, cls = path.partition(":")
        package, _, public = name.rpartition(".")
        found.update({each: name_from(f"~{module}", cls) for each in _exported(plan, package) if each.name == public})
    return found


def _bases(plan: Plan) -> dict[Symbol, Symbol]:
    """The models that models inherit. Raises ValueError for a name that no model has, or several have."""
    models: dict[str, list[Symbol]] = {}
    for types in plan.types:
        for each in types.declarations:
            if isinstance(each, Model):
                models.setdefault(each.symbol.name, []).append(each.symbol)

    def model(said: str) -> Symbol:
        package, _, name = said.rpartition(".")
        found = models.get(name, [])
        if package:
            found = [each for each in _exported(plan, package) if each in found]
        if len(found) != 1:
            raise ValueError(f"model_bases: there are {len(found)} models of the name {said!r}")
        return found[0]

    return {model(name): model(base) for name, base in plan.api.config.style.model_bases.items()}


def _exported(plan: Plan, package: str) -> Iterable[Symbol]:
    """The public types of a package of types."""
    return plan.exports.get((Identifier("types"), *(Identifier(part) for part in package.split(".") if part)), ())


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the declarations of one module have in common."""

    runtime: str
    renamed: Mapping[Symbol, str]
    parts: Mapping[Symbol, Place]
    mixins: Mapping[Symbol, Code]
    bases: Mapping[Symbol, Symbol]

    def spelling(self, hidden: Iterable[str] = ()) -> Spelling:
        return Spelling(self.runtime, hidden=BUILTINS.intersection(hidden), renamed=self.renamed, parts=self.parts)


def _module(
    types: TypesModule,
    runtime: str,
    parts: Mapping[Symbol, Place],
    mixins: Mapping[Symbol, Code],
    bases: Mapping[Symbol, Symbol],
) -> Module:
    declarations = sorted(_ordered(types.declarations), key=lambda each: _turn(each, bases))
    scope = _Scope(runtime, _renamed(types), parts, mixins, bases)
    body = [_declaration(each, scope) for each in declarations]
    names = code("__all__ = {names!r}", names=sorted(each.symbol.name for each in declarations))
    needs = frozenset(
        need for part in body for need in part.needs if need.module == "~" + ".".join(types.module)
    )  # a module needs no import of its own names
    kept = tuple(Code(part.text, part.needs - needs) for part in body)
    return Module(types.module, _docs_of(types), (names, *kept))


def _renamed(types: TypesModule) -> dict[Symbol, str]:
    """Other names for types of other modules, where their own mean something else here."""
    taken: dict[str, Symbol] = {each.symbol.name: each.symbol for each in types.declarations}
    renamed: dict[Symbol, str] = {}
    for symbol in (symbol for each in types.declarations for symbol in mentioned(each)):
        if taken.setdefault(symbol.name, symbol) != symbol and symbol not in renamed:
            name = first_free([f"_{symbol.name}"], taken, "")
            taken[name] = symbol
            renamed[symbol] = name
    return renamed


def _docs_of(types: TypesModule) -> str:
    place = ".".join(types.module[1:-1])
    what = "What is sent" if all(isinstance(each, TypedDictionary) for each in types.declarations) else "Types"
    return f"{what}: `{place}.{types.module[-1]}`." if place else f"{what}: `{types.module[-1]}`."


def _ordered(declarations: tuple[TypeDeclaration, ...]) -> list[TypeDeclaration]:
    """Classes first: their annotations are read late. Aliases are read at once: each comes after what it is made of.

    Aliases that are made of themselves are read late as well, and stand before the others.
    """
    aliases = {each.symbol: each for each in declarations if isinstance(each, Alias) and not each.is_recursive}
    ordered: list[TypeDeclaration] = []
    for each in declarations:
        if isinstance(each, TypedDictionary) and each.bases:
            continue
        if not isinstance(each, Alias):
            ordered.append(each)
    ordered += [each for each in declarations if isinstance(each, TypedDictionary) and each.bases]
    ordered += [each for each in declarations if isinstance(each, Alias) and each.is_recursive]
    graph = {symbol: [*symbols_in(each.annotation)] for symbol, each in aliases.items()}
    ordered += [aliases[symbol] for group in components(graph) for symbol in group]
    return ordered


def _turn(each: TypeDeclaration, bases: Mapping[Symbol, Symbol]) -> int:
    """Models come after those they inherit, and aliases, which are read at once, after all classes."""
    return 2 if isinstance(each, Alias) else int(each.symbol in bases)


def _declaration(each: TypeDeclaration, scope: _Scope) -> Code:
    match each:
        case Model():
            return _model(each, scope)
        case TypedDictionary():
            return _typed_dictionary(each, scope)
        case Alias():
            return _alias(each, scope)


# --- models ---


def _model(model: Model, scope: _Scope) -> Code:
    spelling = scope.spelling(field.name for field in model.fields)
    fields = [_field(field, spelling, scope.runtime) for field in model.fields]
    docs = wrapped(model.docs)
    parts = [doc(docs)] if docs else []
    own = [scope.mixins[model.symbol]] if model.symbol in scope.mixins else []
    base = scope.bases.get(model.symbol)
    above = name_from(scope.runtime, "BaseModel") if base is None else spelling.write(Named(base))
    return code(
        """
        class {name}({bases}):
            {body}
        """,
        name=ident(model.symbol.name),
        bases=lines([*own, above], ", "),
        body=blocks([*parts, lines(fields)]) if fields or parts else code("pass"),
    )


def _field(field: Field, spelling: Spelling, runtime: str) -> Code:
    annotation = spelling.write(field.annotation)
    default = empty
    if field.name != field.wire:
        aliased = name_from(runtime, "Aliased")
        if field.required:
            default = code(" = {aliased}({wire!r})", aliased=aliased, wire=field.wire)
        else:
            default = code(" = {aliased}({wire!r}, default=None)", aliased=aliased, wire=field.wire)
    elif not field.required:
        default = code(" = None")
    return lines(
        [
            code("{name}: {annotation}{default}", name=ident(field.name), annotation=annotation, default=default),
            _field_docs(field.docs, field.deprecated),
        ]
    )


def _field_docs(docs: str | None, deprecated: bool) -> Code:
    text = wrapped(f"Deprecated. {docs or ''}" if deprecated else docs)
    return doc(text) if text else empty


# --- what is sent ---


def _typed_dictionary(each: TypedDictionary, scope: _Scope) -> Code:
    keys = [entry.key for entry in each.entries]
    if all(key.isidentifier() and key.isascii() and not keyword.iskeyword(key) for key in keys):
        written = _as_class(each, scope)
        used = {need.alias or need.name for need in written.needs} | {symbol.name for symbol in mentioned(each)}
        # A key of the name of a type would hide the type from the annotations below it.
        if used.isdisjoint(keys):
            return written
    return _as_call(each, scope)


def _as_class(each: TypedDictionary, scope: _Scope) -> Code:
    spelling = scope.spelling(entry.key for entry in each.entries)
    docs = wrapped(each.docs)
    parts = [doc(docs)] if docs else []
    bases = [spelling.symbol(base) for base in each.bases] or [name_from("typing_extensions", "TypedDict")]
    return code(
        """
        class {name}({bases}, total=False):
            {body}
        """,
        name=ident(each.symbol.name),
        bases=lines(bases, ", "),
        body=blocks([*parts, lines([_entry(entry, spelling) for entry in each.entries])])
        if each.entries or parts
        else code("pass"),
    )


def _entry(entry: Entry, spelling: Spelling) -> Code:
    annotation = spelling.write(entry.annotation)
    if entry.required:
        annotation = code("{required}[{annotation}]", required=name_from("typing", "Required"), annotation=annotation)
    declared = code("{name}: {annotation}", name=ident(entry.key), annotation=annotation)
    return lines([declared, _field_docs(entry.docs, False)])


def _as_call(each: TypedDictionary, scope: _Scope) -> Code:
    """Keys that are no names have a form of their own (PEP 589)."""
    spelling = scope.spelling()
    entries: list[Code] = []
    for entry in each.entries:
        annotation = spelling.write(entry.annotation)
        kind = name_from("typing", "Required" if entry.required else "NotRequired")
        entries.append(code("{key!r}: {kind}[{annotation}],", key=entry.key, kind=kind, annotation=_quoted(annotation)))
    docs = wrapped(each.docs)
    declared = code(
        """
        {name} = {typed}(
            {text!r},
            {{
                {entries}
            }},
            total=False,
        )
        """,
        name=ident(each.symbol.name),
        text=str(each.symbol.name),
        typed=name_from("typing_extensions", "TypedDict"),
        entries=lines(entries),
    )
    return lines([declared, doc(docs)]) if docs else declared


# --- aliases ---


def _alias(alias: Alias, scope: _Scope) -> Code:
    written = scope.spelling().write(alias.annotation)
    name = ident(alias.symbol.name)
    declared = code(
        "{name}: {alias} = {written}",
        name=name,
        alias=name_from("typing", "TypeAlias"),
        written=_quoted(written) if alias.is_recursive else written,
    )
    docs = wrapped(alias.docs)
    documented = lines([declared, doc(docs)]) if docs else declared
    if not alias.is_recursive:
        return documented
    # Type checkers read the text as it is. What runs needs an object that is not read before it is complete.
    lazy = code(
        """
        if not {checking}:
            {name} = {lazy}({text!r}, {name})
        """,
        checking=name_from("typing", "TYPE_CHECKING"),
        name=name,
        lazy=name_from("typing_extensions", "TypeAliasType"),
        text=str(alias.symbol.name),
    )
    return lines([documented, lazy])


def _quoted(written: Code) -> Code:
    return Code(lit(written.text).text, written.needs)
