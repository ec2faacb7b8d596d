"""`pagination`: a page class in each colour for every way an API pages, and what list calls give."""

from __future__ import annotations

from ..plan.model import PagePlan, Plan
from ..plan.names import BUILTINS, Identifier, name_words
from ..python.module import Module
from ..python.source import Code, code, comma, empty, ident, lines, lit, name_from
from .annotations import Spelling
from .packages import lazy_package

__all__ = ["pagination_modules"]


_RULES = "~pagination._rules"


def pagination_modules(plan: Plan) -> list[Module]:
    """The package, if the API pages at all: a program that lists nothing, or in one colour only, loads no more."""
    if not plan.pages:
        return []
    names = {
        "._async_pages": sorted(name for page in plan.pages for name in (f"Async{page.cls}", f"Async{page.pager}")),
        "._sync_pages": sorted(name for page in plan.pages for name in (f"Sync{page.cls}", str(page.pager))),
    }
    runtime = plan.style.runtime
    package = lazy_package((Identifier("pagination"),), "Pages of lists.", names, (), runtime)
    return [package, _rules_module(plan), *(_coloured(plan, prefix) for prefix in ("Async", "Sync"))]


def _rules_module(plan: Plan) -> Module:
    runtime = plan.style.runtime
    body: list[Code] = []
    for page in plan.pages:
        body += [
            code("{name} = {rule}", name=ident(_rule_name(page)), rule=_rule(page, runtime)),
            *_holders(page, runtime),
        ]
    item = [_item()] if any(len(page.items) > 1 for page in plan.pages) else []
    return Module((Identifier("pagination"), Identifier("_rules")), "How the API pages.", (*item, *body))


def _coloured(plan: Plan, prefix: str) -> Module:
    docs = f"Pages of lists in the {prefix.lower()} colour."
    pages = [part for page in plan.pages for part in (_page(page, plan, prefix), _pager(page, plan, prefix))]
    return Module((Identifier("pagination"), Identifier(f"_{prefix.lower()}_pages")), docs, (_item(), *pages))


def _item() -> Code:
    return code('T = {typevar}("T")', typevar=name_from("typing", "TypeVar"))


def _rule_name(page: PagePlan) -> str:
    return "_".join(name_words(page.cls)).upper()


def _page(page: PagePlan, plan: Plan, prefix: str) -> Code:
    runtime = plan.style.runtime
    hidden = BUILTINS.intersection(str(each.name) for each in page.fields)
    spelling = Spelling(runtime, hidden=hidden, parts=plan.parts)
    if len(page.items) == 1:
        first = code("list[T]")
    else:
        first = code("{holder}[T] | None", holder=name_from(_RULES, _holder(page, 1)))
    items = _declared(page.items[0], page.scheme.items.split(".")[0], first, runtime, len(page.items) > 1)
    fields = [_declared(each.name, each.wire, spelling.write(each.annotation), runtime, True) for each in page.fields]
    return code(
        """
        class {name}({base}[T], {generic}[T]):
            rule: {classvar}[{rule_type}] = {rule}

            {items}
            {fields}
        """,
        name=ident(f"{prefix}{page.cls}"),
        base=name_from(runtime, f"{prefix}APIPage"),
        generic=name_from("typing", "Generic"),
        classvar=name_from("typing", "ClassVar"),
        rule_type=name_from(runtime, "PageRule"),
        rule=name_from(_RULES, _rule_name(page)),
        items=items,
        fields=lines(fields),
    )


def _pager(page: PagePlan, plan: Plan, prefix: str) -> Code:
    alias = name_from("typing", "TypeAlias")
    cls, pager = ident(page.cls), ident(page.pager)
    if prefix == "Sync":
        return lines(
            [
                code("{p}: {a} = Sync{c}[T]", p=pager, a=alias, c=cls),
                code('"""A list call: the first page, which iterates over the items of all pages."""'),
            ]
        )
    paginator = name_from(plan.style.runtime, "AsyncPaginator")
    return lines(
        [
            code("Async{p}: {a} = {b}[T, Async{c}[T]]", p=pager, a=alias, b=paginator, c=cls),
            code('"""An async list call: await it for the first page, or iterate it for the items of all pages."""'),
        ]
    )


def _holder(page: PagePlan, depth: int) -> str:
    return f"{page.cls}{''.join(part.title().replace('_', '') for part in page.items[:depth])}"


def _holders(page: PagePlan, runtime: str) -> list[Code]:
    """For items that lie deeper: the objects on the way to them."""
    found: list[Code] = []
    for depth in range(len(page.items) - 1, 0, -1):
        is_last = depth == len(page.items) - 1
        inner = code("list[T]") if is_last else code("{holder}[T] | None", holder=ident(_holder(page, depth + 1)))
        default = empty if is_last else code(" = None")
        found.append(
            code(
                """
                class {name}({base}, {generic}[T]):
                    {field}: {inner}{default}
                """,
                name=ident(_holder(page, depth)),
                base=name_from(runtime, "BaseModel"),
                generic=name_from("typing", "Generic"),
                field=ident(page.items[depth]),
                inner=inner,
                default=default,
            )
        )
    return found


def _declared(name: Identifier, wire: str, annotation: Code, runtime: str, optional: bool) -> Code:
    if name != wire:
        aliased = name_from(runtime, "Aliased")
        default = code(", default=None") if optional else empty
        return code("{n}: {a} = {f}({w!r}{d})", n=ident(name), a=annotation, f=aliased, w=wire, d=default)
    return code("{n}: {a}{d}", n=ident(name), a=annotation, d=code(" = None") if optional else empty)


def _rule(page: PagePlan, runtime: str) -> Code:
    scheme = page.scheme
    fields = {each.wire: str(each.name) for each in page.fields}
    values: dict[str, object] = {"items": ".".join(page.items)}
    if scheme.param:
        values["param"] = scheme.param
    for name in ("cursor", "has_more", "total", "current"):
        value: str | None = getattr(scheme, name)
        if value:
            # The page has its fields under their names in Python; what lies deeper is as it came.
            head, dot, rest = value.partition(".")
            values[name] = f"{fields.get(head, head)}{dot}{rest}"
    if scheme.in_body:
        values["in_body"] = True
    if scheme.kind == "cursor_id":
        values["item_id"] = scheme.item_id
    if scheme.first:
        values["first"] = scheme.first
    if scheme.bare:
        values["bare"] = True
    if scheme.size:
        values["size"] = scheme.size
    if scheme.headers:
        values["headers"] = tuple((fields.get(name, name), header) for name, header in scheme.headers)
    arguments = [lit(scheme.kind), *(code("{n}={v!r}", n=ident(name), v=value) for name, value in values.items())]
    return code("{rule}({arguments})", rule=name_from(runtime, "PageRule"), arguments=comma(arguments))
