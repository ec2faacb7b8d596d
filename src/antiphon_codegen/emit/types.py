"""Modules of types: models, TypedDicts and aliases."""

from __future__ import annotations

import keyword

from ..plan.model import Alias, Entry, Field, Model, Plan, TypedDictionary, TypeDeclaration, TypesModule
from ..plan.names import BUILTINS
from ..plan.symbols import Annotation, Symbol, symbols_in
from ..python.module import Module
from ..python.source import Code, blocks, code, doc, empty, ident, lines, lit, name_from
from .annotations import Spelling
from .docs import wrapped

__all__ = ["types_modules"]


def types_modules(plan: Plan) -> list[Module]:
    """Every module of types."""
    return [_module(each, plan.style.runtime) for each in plan.types]


def _module(types: TypesModule, runtime: str) -> Module:
    declarations = _ordered(types.declarations)
    body = [_declaration(each, runtime) for each in declarations]
    names = code("__all__ = {names!r}", names=sorted(each.symbol.name for each in declarations))
    needs = frozenset(
        need for part in body for need in part.needs if need.module == "~" + ".".join(types.module)
    )  # a module needs no import of its own names
    kept = tuple(Code(part.text, part.needs - needs) for part in body)
    return Module(types.module, _docs_of(types), (names, *kept))


def _docs_of(types: TypesModule) -> str:
    place = ".".join(types.module[1:-1])
    what = "What is sent" if all(isinstance(each, TypedDictionary) for each in types.declarations) else "Types"
    return f"{what}: `{place}.{types.module[-1]}`." if place else f"{what}: `{types.module[-1]}`."


def _ordered(declarations: tuple[TypeDeclaration, ...]) -> list[TypeDeclaration]:
    """Classes first: their annotations are read late. Aliases are read at once: each comes after what it is made of."""
    aliases = {each.symbol: each for each in declarations if isinstance(each, Alias)}
    ordered: list[TypeDeclaration] = []
    for each in declarations:
        if isinstance(each, TypedDictionary) and each.bases:
            continue
        if not isinstance(each, Alias):
            ordered.append(each)
    ordered += [each for each in declarations if isinstance(each, TypedDictionary) and each.bases]
    done: set[Symbol] = set()

    def add(alias: Alias) -> None:
        if alias.symbol in done:
            return
        done.add(alias.symbol)
        for symbol in symbols_in(alias.annotation):
            if symbol in aliases:
                add(aliases[symbol])
        ordered.append(alias)

    for alias in aliases.values():
        add(alias)
    return ordered


def _declaration(each: TypeDeclaration, runtime: str) -> Code:
    match each:
        case Model():
            return _model(each, runtime)
        case TypedDictionary():
            return _typed_dictionary(each, runtime)
        case Alias():
            return _alias(each, runtime)


# --- models ---


def _model(model: Model, runtime: str) -> Code:
    spelling = Spelling(runtime, hidden={field.name for field in model.fields} & BUILTINS)
    fields = [_field(field, spelling, runtime) for field in model.fields]
    docs = wrapped(model.docs)
    parts = [doc(docs)] if docs else []
    return code(
        """
        class {name}({base}):
            {body}
        """,
        name=ident(model.symbol.name),
        base=name_from(runtime, "BaseModel"),
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


def _typed_dictionary(each: TypedDictionary, runtime: str) -> Code:
    if all(
        entry.key.isidentifier() and entry.key.isascii() and not keyword.iskeyword(entry.key) for entry in each.entries
    ):
        return _as_class(each, runtime)
    return _as_call(each, runtime)


def _as_class(each: TypedDictionary, runtime: str) -> Code:
    spelling = Spelling(runtime, hidden={entry.key for entry in each.entries} & BUILTINS)
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


def _as_call(each: TypedDictionary, runtime: str) -> Code:
    """Keys that are no names have a form of their own (PEP 589)."""
    spelling = Spelling(runtime)
    entries: list[Code] = []
    for entry in each.entries:
        annotation = lit(spelling.write(entry.annotation).text)
        needs = spelling.write(entry.annotation).needs
        kind = name_from("typing", "Required" if entry.required else "NotRequired")
        written = code(
            "{key!r}: {kind}[{annotation}],", key=entry.key, kind=kind, annotation=Code(annotation.text, needs)
        )
        entries.append(written)
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


def _alias(alias: Alias, runtime: str) -> Code:
    spelling = Spelling(runtime)
    written = _evaluated(alias.annotation, spelling)
    declared = code(
        "{name}: {alias} = {written}",
        name=ident(alias.symbol.name),
        alias=name_from("typing", "TypeAlias"),
        written=written,
    )
    docs = wrapped(alias.docs)
    return lines([declared, doc(docs)]) if docs else declared


def _evaluated(annotation: Annotation, spelling: Spelling) -> Code:
    return spelling.write(annotation)
