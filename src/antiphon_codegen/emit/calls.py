"""The `Call` a method makes of its arguments: which of them go where, and how each is spelled there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ..plan.model import Argument
from ..python.source import Code, code, comma, ident, joined, lines, lit, name_from
from .scope import MethodScope
from .signatures import EXTRAS

__all__ = ["call"]

_HOLE: Final = re.compile(r"\{([^{}]*)\}")


def call(scope: MethodScope) -> Code:
    """The expression that makes the call."""
    method = scope.method
    parts = [lit(method.operation.verb.upper()), _target(scope)]
    by_place: dict[str, list[Argument]] = {}
    for each in method.arguments:
        by_place.setdefault(each.place, []).append(each)
    parts += _query(scope, by_place.get("query", []))
    parts += _headers(scope, by_place.get("header", []), by_place.get("cookie", []))
    parts += _body(scope, by_place)
    if method.result.accept is not None and method.stream is None:
        parts.append(code("accept={accept!r}", accept=method.result.accept))
    if method.security is not None:
        parts.append(code("security={security!r}", security=method.security))
    parts += [code("{name}={name}", name=ident(name)) for name, _ in EXTRAS]
    return code(
        """
        {call}(
            {parts},
        )
        """,
        call=name_from(scope.runtime, "Call"),
        parts=lines(parts, ",\n"),
    )


def _target(scope: MethodScope) -> Code:
    """The path, or the whole URL where the operation is elsewhere and the client was not sent to another place."""
    server = scope.method.operation.server
    if server is None:
        return _path(scope)
    return code("{at}({server!r}, {path})", at=scope.senders.at, server=server, path=_path(scope))


def _path(scope: MethodScope) -> Code:
    path = scope.method.operation.path.partition("#")[0]
    filled = [each for each in scope.method.arguments if each.place == "path"]
    if not filled:
        return lit(path)
    fill = name_from(scope.runtime, "fill_path", "_fill_path")
    names = {each.wire: str(each.name) for each in filled}
    # By the names the caller knows, since an error tells them.
    path = _HOLE.sub(lambda hole: f"{{{names.get(hole[1], hole[1])}}}", path)
    values = comma(code("{name}={value}", name=ident(each.name), value=_value(scope, each)) for each in filled)
    return code("{fill}({path!r}, {values})", fill=fill, path=path, values=values)


def _query(scope: MethodScope, arguments: list[Argument]) -> list[Code]:
    if not arguments:
        return []
    parts = [code("query={values}", values=_entries(scope, arguments))]
    styled = [each for each in arguments if each.array_style is not None]
    if styled:
        style = name_from(scope.runtime, "QueryStyle")
        entries = [
            code(
                "{wire!r}: {style}({style_of})", wire=each.wire, style=style, style_of=comma(map(lit, each.array_style))
            )
            for each in styled
            if each.array_style is not None
        ]
        parts.append(code("query_styles={{{entries}}}", entries=comma(entries)))
    return parts


def _headers(scope: MethodScope, headers: list[Argument], cookies: list[Argument]) -> list[Code]:
    entries = [code("{name!r}: {value!r}", name=name, value=value) for name, value in scope.method.fixed_headers]
    entries += [_entry(scope, each) for each in headers]
    if cookies:
        text = _style("cookie_text")
        entries.append(code('"cookie": {text}({values})', text=text, values=_entries(scope, cookies)))
    return [code("headers={entries}", entries=_mapping(entries))] if entries else []


def _body(scope: MethodScope, by_place: dict[str, list[Argument]]) -> list[Code]:
    body = scope.method.operation.body
    if body is None:
        return []
    parts: list[Code] = []
    encoding = getattr(body, "encoding", None)
    if "content" in by_place:
        content = by_place["content"][0]
        value = ident(content.name)
        if not content.required:
            value = code("{name} or None", name=ident(content.name))
        return [code("content={value}", value=value), code("content_type={kind!r}", kind=body.content_type)]
    if "whole" in by_place:
        whole = by_place["whole"][0]
        value = ident(whole.name)
        if not whole.required:
            given = name_from(scope.runtime, "is_given", "_is_given")
            value = code("{name} if {given}({name}) else None", name=value, given=given)
        parts.append(code("body={value}", value=value))
    elif "body" in by_place:
        parts.append(code("body={entries}", entries=_entries(scope, by_place["body"])))
    if encoding == "multipart":
        parts.append(code("encoding={multipart}", multipart=_multipart(scope, by_place.get("body", []))))
    elif encoding == "form":
        parts.append(code('encoding="form"'))
    elif body.content_type != "application/json":
        parts.append(code("content_type={kind!r}", kind=body.content_type))
    return parts


def _multipart(scope: MethodScope, arguments: Iterable[Argument]) -> Code:
    arguments = list(arguments)
    parts: list[Code] = []
    names = scope.builtin("frozenset")
    for keyword, listed in (
        ("files", [each.wire for each in arguments if each.is_file]),
        ("json_parts", [each.wire for each in arguments if each.as_json]),
    ):
        if listed:
            parts.append(code("{keyword}={set}({listed!r})", keyword=ident(keyword), set=names, listed=listed))
    kinds = tuple((each.wire, each.text_kind) for each in arguments if each.text_kind is not None)
    if kinds:
        parts.append(code("text_kinds={kinds!r}", kinds=kinds))
    return code("{multipart}({parts})", multipart=name_from(scope.runtime, "Multipart"), parts=comma(parts))


# --- values ---


def _entries(scope: MethodScope, arguments: Iterable[Argument]) -> Code:
    return _mapping([_entry(scope, each) for each in arguments])


def _mapping(entries: list[Code]) -> Code:
    return code(
        """
        {{
            {entries},
        }}
        """,
        entries=lines(entries, ",\n"),
    )


def _entry(scope: MethodScope, each: Argument) -> Code:
    if each.spread:
        spread = _style("spread")
        return code("**{spread}({wire!r}, {value})", spread=spread, wire=each.wire, value=ident(each.name))
    return code("{wire!r}: {value}", wire=each.wire, value=_value(scope, each))


def _value(scope: MethodScope, each: Argument) -> Code:
    value = ident(each.name)
    if each.place in ("query", "header", "cookie") and each.as_json:
        return code("{json}({value})", json=name_from(scope.runtime, "json_text", "_json_text"), value=value)
    if each.text is None:
        return value
    style, explode = each.text
    arguments = [value, lit(style), *([code("name={wire!r}", wire=each.wire)] if style == "matrix" else [])]
    if explode:
        arguments.append(code("explode=True"))
    function = _style("header_text" if each.place == "header" else "styled_text")
    return code("{function}({arguments})", function=function, arguments=joined(arguments, ", "))


def _style(name: str) -> Code:
    return name_from("~_styles", name, f"_{name}")
