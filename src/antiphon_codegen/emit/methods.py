"""Methods of resources and clients: signatures, overloads, docstrings, and the calls they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..plan.model import Alias, Argument, MethodPlan, Plan
from ..plan.names import Identifier
from ..plan.symbols import Annotation, Anything, Builtin, Choice, DictOf, ListOf, Named, Nothing, OneOf
from ..python.source import Code, blocks, code, comma, doc, empty, ident, joined, lines, lit, module_as, name_from
from .annotations import Spelling
from .docs import argument_docs, wrapped

__all__ = ["MethodWriter"]

_BOOL = Builtin(Identifier("bool"))

_EXTRAS = (
    ("extra_headers", "Headers for this call only; `omit` as a value removes a default header."),
    ("extra_query", "Query entries for this call only."),
    ("extra_body", "Entries merged over the body of this call."),
    ("timeout", "Seconds, or a `Timeout`, in place of the client's setting."),
)


_ON_RESOURCE = ("_request", "_stream", "_binary", "_pages")
_ON_CLIENT = ("request_value", "request_stream", "request_binary", "request_pages")


class MethodWriter:
    """Writes methods in the async colour; the sync text is their mirror."""

    def __init__(self, plan: Plan, *, on_client: bool = False) -> None:
        self._plan = plan
        self._runtime = plan.style.runtime
        public = frozenset(symbol for symbols in plan.exports.values() for symbol in symbols)
        self._spelling = Spelling(self._runtime, through=public)
        self._declared = {each.symbol: each for module in plan.types for each in module.declarations}
        # A resource makes its calls through its client, a client by itself.
        names = _ON_CLIENT if on_client else _ON_RESOURCE
        self._request, self._stream, self._binary, self._pages = (
            code("self.{name}", name=ident(name)) for name in names
        )

    def write(self, method: MethodPlan) -> Code:
        """The method with its overloads."""
        overloads = [self._overload(*each, method) for each in self._ways(method)]
        return blocks([*overloads, self._implementation(method)])

    # --- signatures ---

    def _ways(self, method: MethodPlan) -> list[tuple[dict[str, Argument], Code]]:
        """The argument types and result of every overload; none for a method that needs no overloads."""
        if method.stream is None and not method.variants:
            return []
        arguments = {each.name: each for each in method.arguments}
        ways: list[tuple[dict[str, Argument], Code]] = []
        off: dict[str, Argument] = {}
        if method.stream is not None:
            own = arguments[method.stream]
            off = {own.name: replace(own, annotation=OneOf((Choice((False,)), Nothing())), required=False)}
        plain = self._result(method)
        if method.variant is not None:
            ways += self._variant_ways(method, arguments[method.variant], off)
        else:
            ways.append((off, plain))
        if method.stream is not None:
            own = arguments[method.stream]
            stream = self._stream_result(method)
            ways.append(({own.name: replace(own, annotation=Choice((True,)), required=True)}, stream))
            either = joined([plain, stream], " | ")
            ways.append(({own.name: replace(own, annotation=_BOOL, required=True)}, either))
        return ways

    def _variant_ways(
        self, method: MethodPlan, own: Argument, off: dict[str, Argument]
    ) -> list[tuple[dict[str, Argument], Code]]:
        ways: list[tuple[dict[str, Argument], Code]] = []
        for values, annotation in method.variants:
            is_default = annotation == method.result.annotation
            changed = replace(own, annotation=Choice(values), required=not is_default)
            ways.append(({**off, own.name: changed}, self._spelling.write(annotation)))
        ways.append((dict(off), self._result(method)))  # a value that is only known when the program runs
        return ways

    def _overload(self, changed: dict[str, Argument], result: Code, method: MethodPlan) -> Code:
        arguments = [changed.get(each.name, each) for each in method.arguments]
        return code(
            """
            @{overload}
            {head} -> {result}: ...
            """,
            overload=name_from("typing", "overload"),
            head=self._head(method, arguments),
            result=result,
        )

    def _head(self, method: MethodPlan, arguments: Iterable[Argument]) -> Code:
        arguments = list(arguments)
        parameters = [ident("self")]
        parameters += [self._parameter(each) for each in arguments if each.positional]
        parameters.append(code("*"))
        keyword = [each for each in arguments if not each.positional]
        parameters += [self._parameter(each) for each in keyword if each.required]
        parameters += [self._parameter(each) for each in keyword if not each.required]
        parameters += self._extras(method)
        lead = code("def") if method.result.kind == "page" else code("async def")
        return code(
            """
            {lead} {name}(
                {parameters},
            )
            """,
            lead=lead,
            name=ident(method.name),
            parameters=lines(parameters, ",\n"),
        )

    def _parameter(self, each: Argument) -> Code:
        if each.required:
            return code("{name}: {type}", name=ident(each.name), type=self._spelling.write(each.annotation))
        variants = each.annotation.variants if isinstance(each.annotation, OneOf) else (each.annotation,)
        written = [self._spelling.write(variant) for variant in variants if not isinstance(variant, Nothing)]
        written.append(name_from(self._runtime, "Omit"))
        if len(written) <= len(variants):
            written.append(code("None"))
        missing = name_from(self._runtime, "omit")
        return code("{name}: {type} = {missing}", name=ident(each.name), type=joined(written, " | "), missing=missing)

    def _extras(self, method: MethodPlan) -> list[Code]:
        runtime = self._runtime
        mapping = name_from("collections.abc", "Mapping")
        timeout = code(
            "timeout: {types} | {not_given_type} = {not_given}",
            types=name_from(runtime, "TimeoutTypes"),
            not_given_type=name_from(runtime, "NotGiven"),
            not_given=name_from(runtime, "not_given"),
        )
        return [
            code("extra_headers: {headers} | None = None", headers=name_from(runtime, "HeaderTypes")),
            code("extra_query: {mapping}[str, object] | None = None", mapping=mapping),
            code("extra_body: object | None = None"),
            timeout,
        ]

    # --- the method itself ---

    def _implementation(self, method: MethodPlan) -> Code:
        arguments = list(method.arguments)
        result = self._result(method)
        if method.stream is not None:
            arguments = [
                replace(each, annotation=OneOf((_BOOL, Nothing())), required=False)
                if each.name == method.stream
                else each
                for each in arguments
            ]
            result = joined([result, self._stream_result(method)], " | ")
        if method.variants:
            arguments = [replace(each, required=False) if each.name == method.variant else each for each in arguments]
        return code(
            """
            {deprecated}
            {head} -> {result}:
                {docs}
                {body}
            """,
            deprecated=self._deprecated(method),
            head=self._head(method, arguments),
            result=result,
            docs=doc(self._docs(method)),
            body=self._body(method),
        )

    def _deprecated(self, method: MethodPlan) -> Code:
        if not method.operation.deprecated or method.stream is not None or method.variants:
            return empty
        marker = name_from("typing_extensions", "deprecated")
        return code("@{marker}({text!r})", marker=marker, text=f"`{method.name}` is deprecated by the API.")

    def _docs(self, method: MethodPlan) -> str:
        text = wrapped(method.docs) or f"`{method.operation.verb.upper()} {method.operation.path}`"
        if method.operation.deprecated:
            text += "\n\nDeprecated."
        described = [(str(each.name), _argument_text(each)) for each in method.arguments]
        described += [(name, docs) for name, docs in _EXTRAS]
        parts = [text, argument_docs(described)]
        joined_parts = "\n\n".join(part for part in parts if part)
        return f"{joined_parts}\n" if "\n" in joined_parts else joined_parts

    def _body(self, method: MethodPlan) -> Code:
        call = code("call = {call}", call=self._call(method))
        result = method.result
        parts = [call]
        if method.stream is not None and method.stream_item is not None:
            parts.append(
                code(
                    """
                    if {stream}:
                        return await {send}(call, {item})
                    """,
                    send=self._stream,
                    stream=ident(method.stream),
                    item=self._type(method.stream_item),
                )
            )
        if method.variant is not None:
            parts += self._variant_returns(method)
        match result.kind:
            case "page":
                page = code("_pagination.Async{page}", page=ident(result.page or "Page"))
                page = Code(page.text, module_as("~pagination", "_pagination").needs)
                item = self._spelling.write(result.annotation or Anything())
                parts.append(code("return {send}(call, {page}[{item}])", send=self._pages, page=page, item=item))
            case "stream":
                item = self._type(result.annotation or Anything())
                parts.append(code("return await {send}(call, {item})", send=self._stream, item=item))
            case "binary":
                parts.append(code("return await {send}(call)", send=self._binary))
            case "none":
                parts.append(code("await {send}(call, type(None))", send=self._request))
            case _:
                into = self._type(result.annotation or Anything())
                parts.append(code("return await {send}(call, {into})", send=self._request, into=into))
        return lines(parts)

    def _variant_returns(self, method: MethodPlan) -> list[Code]:
        found: list[Code] = []
        for values, annotation in method.variants:
            if annotation != method.result.annotation:
                found.append(
                    code(
                        """
                        if {name} {test}:
                            return await {send}(call, {into})
                        """,
                        send=self._request,
                        name=ident(method.variant or ""),
                        test=code("in {values!r}", values=tuple(values))
                        if len(values) > 1
                        else code("== {value!r}", value=next(iter(values))),
                        into=self._type(annotation),
                    )
                )
        return found

    # --- the call ---

    def _call(self, method: MethodPlan) -> Code:
        operation = method.operation
        parts = [lit(operation.verb.upper()), self._path(method)]
        by_place: dict[str, list[Argument]] = {}
        for each in method.arguments:
            by_place.setdefault(each.place, []).append(each)
        for place, keyword in (("query", "query"), ("header", "headers"), ("cookie", "cookies")):
            if place in by_place:
                values = self._entries(by_place[place])
                parts.append(code("{keyword}={values}", keyword=ident(keyword), values=values))
        styled = [each for each in by_place.get("query", ()) if each.array_style is not None]
        if styled:
            parts.append(code("query_styles={styles}", styles=self._styles(styled)))
        parts += self._body_parts(method, by_place)
        if method.result.accept is not None and method.stream is None:
            parts.append(code("accept={accept!r}", accept=method.result.accept))
        if method.security is not None:
            parts.append(code("security={security!r}", security=method.security))
        parts += [code("{name}={name}", name=ident(name)) for name, _ in _EXTRAS]
        call = name_from(self._runtime, "Call")
        return code(
            """
            {call}(
                {parts},
            )
            """,
            call=call,
            parts=lines(parts, ",\n"),
        )

    def _body_parts(self, method: MethodPlan, by_place: dict[str, list[Argument]]) -> list[Code]:
        body = method.operation.body
        if body is None:
            return []
        parts: list[Code] = []
        encoding = getattr(body, "encoding", None)
        if "content" in by_place:
            content = by_place["content"][0]
            value = code("{name}", name=ident(content.name))
            if not content.required:
                value = code("{name} or None", name=ident(content.name))
            return [code("content={value}", value=value), code("content_type={kind!r}", kind=body.content_type)]
        if "whole" in by_place:
            parts.append(code("body={name}", name=ident(by_place["whole"][0].name)))
        elif "body" in by_place:
            parts.append(code("body={entries}", entries=self._entries(by_place["body"])))
        if encoding == "multipart":
            parts.append(code("encoding={multipart}", multipart=self._multipart(by_place.get("body", []))))
        elif encoding == "form":
            parts.append(code('encoding="form"'))
        elif body.content_type != "application/json":
            parts.append(code("content_type={kind!r}", kind=body.content_type))
        return parts

    def _path(self, method: MethodPlan) -> Code:
        path = method.operation.path.partition("#")[0]
        filled = [each for each in method.arguments if each.place == "path"]
        if not filled:
            return lit(path)
        fill = name_from(self._runtime, "fill_path", "_fill_path")
        if all(each.wire == each.name for each in filled):
            values = comma(code("{name}={name}", name=ident(each.name)) for each in filled)
        else:
            values = code("**{entries}", entries=self._entries(filled))
        return code("{fill}({path!r}, {values})", fill=fill, path=path, values=values)

    def _entries(self, arguments: Iterable[Argument]) -> Code:
        entries: list[Code] = []
        for each in arguments:
            value = ident(each.name)
            if each.place in ("query", "header", "cookie") and each.as_json:
                value = code("{json}({value})", json=name_from(self._runtime, "json_text", "_json_text"), value=value)
            entries.append(code("{wire!r}: {value}", wire=each.wire, value=value))
        return code(
            """
            {{
                {entries},
            }}
            """,
            entries=lines(entries, ",\n"),
        )

    def _styles(self, arguments: Iterable[Argument]) -> Code:
        style = name_from(self._runtime, "QueryStyle")
        entries: list[Code] = []
        for each in arguments:
            arrays, nested = each.array_style or ("brackets", "brackets")
            entries.append(
                code(
                    "{wire!r}: {style}({arrays!r}, {nested!r})",
                    wire=each.wire,
                    style=style,
                    arrays=arrays,
                    nested=nested,
                )
            )
        return code("{{{entries}}}", entries=comma(entries))

    def _multipart(self, arguments: Iterable[Argument]) -> Code:
        files = [each.wire for each in arguments if each.is_file]
        json_parts = [each.wire for each in arguments if each.as_json]
        parts: list[Code] = []
        if files:
            parts.append(code("files=frozenset({names!r})", names=files))
        if json_parts:
            parts.append(code("json_parts=frozenset({names!r})", names=json_parts))
        return code("{multipart}({parts})", multipart=name_from(self._runtime, "Multipart"), parts=comma(parts))

    # --- results ---

    def _result(self, method: MethodPlan) -> Code:
        result = method.result
        annotation = result.annotation or Anything()
        match result.kind:
            case "page":
                pager = next(page.pager for page in self._plan.pages if page.cls == result.page)
                named = Code(
                    code("_pagination.Async{pager}", pager=ident(pager)).text,
                    module_as("~pagination", "_pagination").needs,
                )
                return code("{pager}[{item}]", pager=named, item=self._spelling.write(annotation))
            case "stream":
                return self._stream_of(annotation)
            case "binary":
                return name_from(self._runtime, "BinaryResponse")
            case "none":
                return code("None")
            case _:
                found = dict.fromkeys([annotation, *(each for _, each in method.variants)])
                return joined([self._spelling.write(each) for each in found], " | ")

    def _stream_result(self, method: MethodPlan) -> Code:
        return self._stream_of(method.stream_item or Anything())

    def _stream_of(self, item: Annotation) -> Code:
        return code("{stream}[{item}]", stream=name_from(self._runtime, "AsyncStream"), item=self._spelling.write(item))

    def _type(self, annotation: Annotation) -> Code:
        """The annotation as a value: a class, or what the runtime reads as one."""
        written = self._spelling.write(annotation)
        if self._is_class(annotation):
            return written
        # A union or an alias is no class, though the runtime takes it for one.
        quoted = lit(f"type[{written.text}]")
        return code(
            "{cast}({quoted}, {written})", cast=name_from("typing", "cast", "_cast"), quoted=quoted, written=written
        )

    def _is_class(self, annotation: Annotation) -> bool:
        if isinstance(annotation, Named):
            declared = self._declared.get(annotation.symbol)
            return not isinstance(declared, Alias) or self._is_class(declared.annotation)
        return isinstance(annotation, (Builtin, Anything, ListOf, DictOf))


def _argument_text(each: Argument) -> str | None:
    if each.deprecated:
        return f"Deprecated. {each.docs or ''}".strip()
    return each.docs
