"""`pagination`: a page class in each colour for every way an API pages, and what list calls give."""

from __future__ import annotations

from ..plan.model import PagePlan, Plan
from ..plan.names import Identifier
from ..python.module import Module
from ..python.source import Code, code, comma, empty, ident, lines, lit, name_from
from .annotations import Spelling

__all__ = ["pagination_module"]


def pagination_module(plan: Plan) -> Module | None:
    """The module, if the API pages at all."""
    if not plan.pages:
        return None
    item = code('T = {typevar}("T")', typevar=name_from("typing", "TypeVar"))
    names: list[str] = []
    body: list[Code] = []
    for page in plan.pages:
        names += [f"Async{page.cls}", f"Sync{page.cls}", f"Async{page.pager}", str(page.pager)]
        body += _page(page, plan)
    listed = code("__all__ = {names!r}", names=sorted(names))
    return Module(("pagination",), "Pages of lists.", (listed, item, *body))


def _page(page: PagePlan, plan: Plan) -> list[Code]:
    runtime = plan.style.runtime
    rule = ident(f"_{page.cls.upper()}")
    spelling = Spelling(runtime, parts=plan.parts)
    generic = name_from("typing", "Generic")
    holders = _holders(page, runtime)
    first = code("list[T]") if len(page.items) == 1 else code("{holder}[T] | None", holder=ident(_holder(page, 1)))
    items = _declared(page.items[0], page.scheme.items.split(".")[0], first, runtime, len(page.items) > 1)
    fields = [_declared(each.name, each.wire, spelling.write(each.annotation), runtime, True) for each in page.fields]
    classes = [
        code(
            """
            class {name}({base}[T], {generic}[T]):
                rule: {classvar}[{rule_type}] = {rule}

                {items}
                {fields}
            """,
            name=ident(f"{prefix}{page.cls}"),
            base=name_from(runtime, f"{prefix}APIPage"),
            generic=generic,
            classvar=name_from("typing", "ClassVar"),
            rule_type=name_from(runtime, "PageRule"),
            rule=rule,
            items=items,
            fields=lines(fields),
        )
        for prefix in ("Async", "Sync")
    ]
    alias = name_from("typing", "TypeAlias")
    paginator = name_from(runtime, "AsyncPaginator")
    pagers = lines(
        [
            code("Async{p}: {a} = {b}[T, Async{c}[T]]", p=ident(page.pager), a=alias, b=paginator, c=ident(page.cls)),
            code('"""An async list call: await it for the first page, or iterate it for the items of all pages."""'),
            code("{p}: {a} = Sync{c}[T]", p=ident(page.pager), a=alias, c=ident(page.cls)),
            code('"""A list call: the first page, which iterates over the items of all pages."""'),
        ]
    )
    return [
        code("{rule} = {value}", rule=rule, value=_rule(page, runtime)),
        *holders,
        *classes,
        pagers,
    ]


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
    arguments = [lit(scheme.kind), *(code("{n}={v!r}", n=ident(name), v=value) for name, value in values.items())]
    return code("{rule}({arguments})", rule=name_from(runtime, "PageRule"), arguments=comma(arguments))
