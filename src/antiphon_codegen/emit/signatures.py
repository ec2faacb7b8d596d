"""The signatures of a method: one, or an overload for each way in which its arguments decide what comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..plan.model import Argument, MethodPlan
from ..plan.names import Identifier
from ..plan.symbols import Annotation, Builtin, Choice, Nothing, OneOf
from ..python.source import Code, code, empty, ident, joined, lines, module_as, name_from
from .annotations import Spelling
from .scope import MethodScope

__all__ = ["EXTRAS", "deprecated", "head", "implementation_head", "omissible", "overloads"]

EXTRAS = (
    ("extra_headers", "Headers for this call only; `omit` as a value removes a default header."),
    ("extra_query", "Query entries for this call only."),
    ("extra_body", "Entries merged over the body of this call."),
    ("timeout", "Seconds, or a `Timeout`, in place of the client's setting."),
)
"""What every method takes besides its own arguments."""

_BOOL = Builtin(Identifier("bool"))


def overloads(scope: MethodScope) -> list[Code]:
    """The overloads; none for a method that needs none."""
    return [
        code(
            """
            @{overload}
            {deprecated}
            {head} -> {result}: ...
            """,
            overload=name_from("typing", "overload"),
            deprecated=deprecated(scope.method),
            head=head(scope, [changed.get(each.name, each) for each in scope.method.arguments]),
            result=result,
        )
        for changed, result in _ways(scope)
    ]


def deprecated(method: MethodPlan) -> Code:
    """What stands above each signature of a method, and above its implementation, when the API gave it up."""
    if not method.operation.deprecated:
        return empty
    marker = name_from("typing_extensions", "deprecated")
    return code("@{marker}({text!r})", marker=marker, text=f"`{method.name}` is deprecated by the API.")


def _ways(scope: MethodScope) -> list[tuple[dict[str, Argument], Code]]:
    """The changed arguments and the result of every overload."""
    method = scope.method
    if method.stream is None and not method.variants:
        return []
    arguments = {each.name: each for each in method.arguments}
    ways: list[tuple[dict[str, Argument], Code]] = []
    off: dict[str, Argument] = {}
    if method.stream is not None:
        own = arguments[method.stream]
        off = {own.name: replace(own, annotation=OneOf((Choice((False,)), Nothing())), required=False)}
    plain = _result(scope)
    if method.variant is not None:
        ways += _variant_ways(scope, arguments[method.variant], off)
    else:
        ways.append((off, plain))
    if method.stream is not None:
        own = arguments[method.stream]
        stream = _stream_result(scope)
        ways.append(({own.name: replace(own, annotation=Choice((True,)), required=True)}, stream))
        either = joined([plain, stream], " | ")
        ways.append(({own.name: replace(own, annotation=_BOOL, required=True)}, either))
    return ways


def _variant_ways(
    scope: MethodScope, own: Argument, off: dict[str, Argument]
) -> list[tuple[dict[str, Argument], Code]]:
    ways: list[tuple[dict[str, Argument], Code]] = []
    for values, annotation in scope.method.variants:
        is_default = annotation == scope.method.result.annotation
        changed = replace(own, annotation=Choice(values), required=not is_default)
        ways.append(({**off, own.name: changed}, scope.write(annotation)))
    ways.append((dict(off), _result(scope)))  # a value that is only known when the program runs
    return ways


def implementation_head(scope: MethodScope) -> Code:
    """The head of the method itself, with its result."""
    method = scope.method
    arguments = list(method.arguments)
    result = _result(scope)
    if method.stream is not None:
        arguments = [
            replace(each, annotation=OneOf((_BOOL, Nothing())), required=False) if each.name == method.stream else each
            for each in arguments
        ]
        result = joined([result, _stream_result(scope)], " | ")
    if method.variants:
        arguments = [replace(each, required=False) if each.name == method.variant else each for each in arguments]
    return code("{head} -> {result}", head=head(scope, arguments), result=result)


def head(scope: MethodScope, arguments: Iterable[Argument]) -> Code:
    """`def` or `async def`, the name and the parameters."""
    arguments = list(arguments)
    parameters = [ident("self")]
    parameters += [_parameter(scope, each) for each in arguments if each.positional]
    parameters.append(code("*"))
    keyword = [each for each in arguments if not each.positional]
    parameters += [_parameter(scope, each) for each in keyword if each.required]
    parameters += [_parameter(scope, each) for each in keyword if not each.required]
    parameters += _extras(scope.runtime)
    lead = code("def") if scope.method.result.kind == "page" else code("async def")
    return code(
        """
        {lead} {name}(
            {parameters},
        )
        """,
        lead=lead,
        name=ident(scope.method.name),
        parameters=lines(parameters, ",\n"),
    )


def _parameter(scope: MethodScope, each: Argument) -> Code:
    if each.required:
        return code("{name}: {type}", name=ident(each.name), type=scope.write(each.annotation))
    return code("{name}: {type}", name=ident(each.name), type=omissible(each.annotation, scope.spelling, scope.runtime))


def omissible(annotation: Annotation, spelling: Spelling, runtime: str) -> Code:
    """The type of a parameter that may be left out, and its default. `None` stands last, where readers look for it."""
    variants = annotation.variants if isinstance(annotation, OneOf) else (annotation,)
    written = [spelling.write(variant) for variant in variants if not isinstance(variant, Nothing)]
    written.append(name_from(runtime, "Omit"))
    if len(written) <= len(variants):
        written.append(code("None"))
    return code("{type} = {missing}", type=joined(written, " | "), missing=name_from(runtime, "omit"))


def _extras(runtime: str) -> list[Code]:
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


# --- results ---


def _result(scope: MethodScope) -> Code:
    method = scope.method
    match method.result.kind:
        case "page":
            pager = next(page.pager for page in scope.plan.pages if page.cls == method.result.page)
            named = Code(
                code("_pagination.Async{pager}", pager=ident(pager)).text,
                module_as("~pagination", "_pagination").needs,
            )
            return code("{pager}[{item}]", pager=named, item=scope.write(method.result.annotation))
        case "stream":
            return _stream_of(scope, scope.write(method.result.annotation))
        case "binary":
            return name_from(scope.runtime, "BinaryResponse")
        case "none":
            return code("None")
        case _:
            found = dict.fromkeys([method.result.annotation, *(each for _, each in method.variants)])
            return joined([scope.write(each) for each in found], " | ")


def _stream_result(scope: MethodScope) -> Code:
    return _stream_of(scope, scope.write(scope.method.stream_item))


def _stream_of(scope: MethodScope, item: Code) -> Code:
    return code("{stream}[{item}]", stream=name_from(scope.runtime, "AsyncStream"), item=item)
