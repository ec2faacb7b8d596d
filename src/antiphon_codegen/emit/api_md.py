"""`api.md`: every method with what it takes and gives, and the types of each resource."""

from __future__ import annotations

from collections.abc import Iterable

from ..plan.model import MethodPlan, Plan, ResourcePlan
from ..plan.symbols import (
    Annotation,
    Builtin,
    Choice,
    DictOf,
    FileInput,
    IterableOf,
    ListOf,
    MappingOf,
    Named,
    Nothing,
    OneOf,
    Standard,
    Tagged,
)
from .docs import one_line

__all__ = ["api_md", "plain_text"]


def api_md(plan: Plan, header: str) -> str:
    """The page. `header` is its first line."""
    out = [header, "", f"# {plan.client.cls}", "", _intro(plan), ""]
    if plan.client.methods:
        out += ["## client", "", *_methods("client", plan.client.methods), ""]
    for resource in plan.client.resources:
        out += _resource(resource, (), 2)
    if plan.payloads:
        package = plan.style.package
        out += ["## Webhooks", "", f"What the API sends by itself; the types are in `{package}.types`.", ""]
        out += [f"- {plain_text(one_line(name, 80))} → `{symbol.name}`" for name, symbol in plan.payloads.items()]
    return "\n".join(out).rstrip() + "\n"


def _intro(plan: Plan) -> str:
    cls = plan.client.cls
    return (
        f"Every method exists on `{cls}` and, with `await`, on `Async{cls}`. Besides what is listed each takes\n"
        "`extra_headers`, `extra_query`, `extra_body` and `timeout`; each resource has `with_raw_response` and\n"
        "`with_streaming_response`."
    )


def _resource(resource: ResourcePlan, within: tuple[str, ...], level: int) -> list[str]:
    way = (*within, str(resource.attribute))
    path = ".".join(way)
    out = [f"{'#' * min(level, 6)} {path}", ""]
    if resource.docs:
        out += [one_line(resource.docs, 400), ""]
    if resource.methods:
        out += [*_methods(f"client.{path}", resource.methods), ""]
    for child in resource.resources:
        out += _resource(child, way, level + 1)
    return out


def _methods(owner: str, methods: Iterable[MethodPlan]) -> list[str]:
    found: list[str] = []
    for method in methods:
        arguments = ", ".join(_arguments(method))
        head = f"- `{owner}.{method.name}({arguments})` → {_result(method)}"
        summary = one_line(method.operation.summary, 160)
        request = f"`{method.operation.verb.upper()} {_code(method.operation.path)}`"
        deprecated = " **Deprecated.**" if method.operation.deprecated else ""
        found.append(f"{head}  \n  {request}{f'. {plain_text(summary)}' if summary else ''}{deprecated}")
    return found


def _arguments(method: MethodPlan) -> list[str]:
    parts = [str(each.name) for each in method.arguments if each.positional]
    keyword = [each for each in method.arguments if not each.positional]
    if keyword:
        parts.append("*")
        parts += [str(each.name) for each in keyword if each.required]
        parts += [f"{each.name}=…" for each in keyword if not each.required]
    return parts


def _result(method: MethodPlan) -> str:
    result = method.result
    text = {
        "none": "`None`",
        "binary": "`BinaryResponse`",
        "text": "`str`",
        "stream": f"`Stream[{_short(result.annotation)}]`",
        "page": f"`Sync{result.page}[{_short(result.annotation)}]`",
    }.get(result.kind)
    if text is None:
        found = dict.fromkeys([result.annotation, *(each for _, each in method.variants)])
        text = " or ".join(f"`{_short(each)}`" for each in found)
    if method.stream is not None:
        text += f", or `Stream[{_short(method.stream_item)}]` with `{method.stream}=True`"
    return text


def _short(annotation: Annotation | None) -> str:
    match annotation:
        case Named(symbol):
            return ".".join((*symbol.module[1:-1], symbol.name))
        case Builtin(name):
            return str(name)
        case Standard(module, name):
            return f"{module}.{name}"
        case Choice(values):
            return f"Literal[{', '.join(_code(repr(value)) for value in values)}]"
        case ListOf(item) | IterableOf(item):
            return f"list[{_short(item)}]"
        case DictOf(values) | MappingOf(values):
            return f"dict[str, {_short(values)}]"
        case OneOf(variants):
            return " | ".join(_short(each) for each in variants)
        case Tagged(union):
            return _short(union)
        case Nothing():
            return "None"
        case FileInput():
            return "FileTypes"
        case _:
            return "object"


def _code(text: str) -> str:
    """Text inside of backticks: without any of its own, and on one line."""
    return " ".join(text.replace("`", "'").split())


def plain_text(text: str) -> str:
    """Text of the document as text: nothing in it is Markdown or HTML."""
    out = "".join(f"\\{character}" if character in "\\*_[]#|" else character for character in text)
    return out.replace("<", "&lt;").replace(">", "&gt;")
