"""Methods: their arguments with final names, their results, and the TypedDicts of what they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..ir.model import (
    API,
    BinaryBody,
    BinaryResult,
    Body,
    Method,
    Operation,
    PageResult,
    Param,
    Resource,
    StreamResult,
    TextResult,
    ValueResult,
)
from ..ir.types import (
    Array,
    Constant,
    Enum,
    Map,
    Null,
    Object,
    Primitive,
    Reference,
    Type,
    Union,
    Unknown,
    without_null,
)
from ..problems import Problems
from .layout import Layout, params_module, results_module
from .model import Alias, Argument, Entry, MethodPlan, PagePlan, ResultPlan, TypedDictionary
from .names import Identifier, class_name, first_free, member_name, singular_name, snake
from .symbols import Annotation, Builtin, Choice, FileInput, Module, Named, Nothing, OneOf, Symbol
from .types import TypePlanner

__all__ = ["MethodPlanner"]

RESERVED_ARGUMENTS = frozenset({"self", "extra_headers", "extra_query", "extra_body", "timeout", "call"})


class MethodPlanner:
    """Plans the methods of one resource."""

    def __init__(
        self,
        api: API,
        resource: Resource,
        types: TypePlanner,
        layout: Layout,
        pages: Mapping[str, PagePlan],
        problems: Problems,
    ) -> None:
        self._api = api
        self._types = types
        self._places = layout.places
        self._pages = pages
        self._problems = problems
        self._casings = api.config.style.casings
        base = resource.path[-1] if resource.path else "client"
        self._stem = class_name(singular_name(snake(base)), self._casings) if resource.path else ""
        self._params_module: Module = layout.module(params_module(resource))
        self._results_module: Module = layout.module(results_module(resource))

    def plan(self, method: Method, name: Identifier) -> MethodPlan:
        """The method under its final name."""
        operation = method.operation
        stem = f"{self._stem}{class_name(name, self._casings)}"
        params = self._types.reserve(self._params_module, f"{stem}Params") if _takes_anything(operation) else None
        owner = params or Symbol(self._params_module, Identifier(f"{stem}Params"))
        arguments = self._arguments(method, owner)
        plan = self._with_result(
            MethodPlan(name, operation, arguments, ResultPlan("none"), docs=_docs(operation)), stem
        )
        fixed = tuple((each.name, _fixed_text(each) or "") for each in operation.params if _is_fixed(each))
        plan = replace(plan, security=self._security(operation), params=params, fixed_headers=fixed)
        if params is not None:
            self._declare_params(plan, params)
        return plan

    # --- arguments ---

    def _arguments(self, method: Method, owner: Symbol) -> tuple[Argument, ...]:
        operation = method.operation
        taken = set(RESERVED_ARGUMENTS)
        arguments = [self._param(each, method, owner, taken) for each in _path_first(operation) if not _is_fixed(each)]
        body = operation.body
        if isinstance(body, BinaryBody):
            name = _body_name(body, "content", taken)
            arguments.append(Argument(name, "", "content", FileInput(), body.required, False, body.docs, False))
        elif body is not None and body.fields is not None:
            is_form = body.encoding == "multipart"
            for each in body.fields:
                name = _free_name(each.called or each.name, "body", taken)
                taken.add(name)
                path = class_name(each.name, self._casings)
                annotation = self._types.annotation(each.type, "in", owner, path, files=is_form and each.is_file)
                # The body as a whole may be left out, but what of it has to be there, has to be.
                arguments.append(
                    Argument(
                        name,
                        each.name,
                        "body",
                        annotation,
                        each.required and body.required,
                        False,
                        each.docs,
                        each.deprecated,
                        is_file=each.is_file,
                        as_json=each.as_json,
                        text_kind=each.text_kind,
                        default=each.default,
                    )
                )
        elif body is not None and body.whole is not None:
            wanted = method.operation.body
            assert isinstance(wanted, Body)
            name = _body_name(body, "request_body", taken)
            annotation = self._types.annotation(body.whole, "in", owner, "Body")
            arguments.append(Argument(name, "", "whole", annotation, body.required, False, body.docs, False))
        positional = [each for each in arguments if each.positional]
        required = [each for each in arguments if each.required and not each.positional]
        return (*positional, *required, *(each for each in arguments if not each.required and not each.positional))

    def _param(self, each: Param, method: Method, owner: Symbol, taken: set[str]) -> Argument:
        name = _free_name(each.called or each.name, each.place, taken)
        taken.add(name)
        style = None
        if each.place == "query" and (each.arrays is not None or each.nested is not None):
            config = self._api.config
            style = (each.arrays or config.query_arrays or "repeat", each.nested or config.query_nested or "brackets")
        # Null has no form outside of a body: what is not there is left out.
        type = without_null(each.type)[0] if each.place != "query" else each.type
        text, spread = self._spelling(each)
        return Argument(
            name,
            each.name,
            each.place,
            self._types.annotation(type, "in", owner, class_name(each.name, self._casings)),
            each.required,
            each.place == "path" and each.name in method.positional,
            each.docs,
            each.deprecated,
            array_style=style,
            as_json=each.as_json,
            default=each.default,
            text=text,
            spread=spread,
        )

    def _spelling(self, each: Param) -> tuple[tuple[str, bool] | None, bool]:
        """How a value that may be a list or an object becomes one text, and whether an object is spread instead."""
        shapes = self._shapes(each.type)
        own = (each.style, each.explode)
        if each.as_json or (each.place == "path" and each.style == "simple" and shapes <= {"text", "scalar"}):
            return None, False
        if each.place == "header":
            return (None if shapes == {"text"} else own), False
        if each.place != "query":
            return own, False
        if "object" not in shapes or each.style == "deepObject" or self._api.config.query_nested is not None:
            return None, False
        return (None, True) if each.explode and each.style == "form" else (own, False)

    def _shapes(self, type: Type) -> set[str]:
        """`text`, `scalar`, `list`, `object`: what a value may be, behind references and alternatives."""
        found: set[str] = set()
        waiting, seen = [type], set[str]()
        while waiting:
            match waiting.pop():
                case Reference(key):
                    if key not in seen:
                        seen.add(key)
                        waiting.append(self._api.types[key].type)
                case Union(variants):
                    waiting.extend(variants)
                case Object() | Map():
                    found.add("object")
                case Array():
                    found.add("list")
                case Primitive("string", format) if format not in ("date", "date-time"):
                    found.add("text")
                case Constant(str()):
                    found.add("text")
                case Enum(values) if all(isinstance(value, str) for value in values):
                    found.add("text")
                case Null():
                    pass
                case Unknown():
                    found |= {"scalar", "list"}
                case _:
                    found.add("scalar")
        return found

    def _declare_params(self, plan: MethodPlan, symbol: Symbol) -> None:
        entries = tuple(
            Entry(str(each.name), each.annotation, each.required, each.docs)
            for each in plan.arguments
            if not each.positional
        )
        docs = f"What `{plan.name}` takes by keyword."
        if plan.stream is None:
            self._types.declare(TypedDictionary(symbol, entries, docs))
            return
        others = tuple(each for each in entries if each.key != plan.stream)
        own = next(each for each in entries if each.key == plan.stream)
        base = self._types.reserve(symbol.module, f"{symbol.name}Base")
        plain = self._types.reserve(symbol.module, f"{symbol.name}NonStreaming")
        streaming = self._types.reserve(symbol.module, f"{symbol.name}Streaming")
        self._types.declare(TypedDictionary(base, others, docs))
        off = OneOf((Choice((False,)), Nothing()))
        self._types.declare(TypedDictionary(plain, (Entry(own.key, off, False, own.docs),), None, (base,)))
        self._types.declare(
            TypedDictionary(streaming, (Entry(own.key, Choice((True,)), True, own.docs),), None, (base,))
        )
        self._types.declare(Alias(symbol, OneOf((Named(plain), Named(streaming))), docs))

    # --- results ---

    def _with_result(self, plan: MethodPlan, stem: str) -> MethodPlan:
        result = plan.operation.result
        if isinstance(result, StreamResult):
            return self._with_stream(plan, result, stem)
        if isinstance(result, PageResult):
            page = self._pages[result.scheme]
            item = self._named_result(result.item, f"{stem}Response")
            return replace(plan, result=ResultPlan("page", item, page=page.cls))
        return self._with_plain(plan, result, stem)

    def _with_plain(self, plan: MethodPlan, result: object, stem: str) -> MethodPlan:
        if isinstance(result, ValueResult):
            value = ResultPlan("value", self._named_result(result.type, f"{stem}Response"))
            argument = next((each.name for each in plan.arguments if each.wire == result.parameter), None)
            if argument is None or not result.variants:
                return replace(plan, result=value)
            text = Builtin(Identifier("str"))
            variants = tuple(
                (each.values, text if each.type is None else self._named_result(each.type, f"{stem}Response"))
                for each in result.variants
            )
            return replace(plan, result=value, variant=argument, variants=variants)
        if isinstance(result, BinaryResult):
            accept = result.content_type if "*" not in result.content_type else "application/octet-stream"
            return replace(plan, result=ResultPlan("binary", accept=accept))
        if isinstance(result, TextResult):
            accept = result.content_type if "*" not in result.content_type else "text/plain"
            return replace(plan, result=ResultPlan("text", Builtin(Identifier("str")), accept=accept))
        return replace(plan, result=ResultPlan("none", accept="*/*"))

    def _with_stream(self, plan: MethodPlan, result: StreamResult, stem: str) -> MethodPlan:
        item = self._named_result(result.item, f"{stem}Event")
        argument = next((each.name for each in plan.arguments if each.wire == result.parameter), None)
        if argument is None or result.otherwise is None:
            return replace(plan, result=ResultPlan("stream", item, accept="text/event-stream"))
        return replace(self._with_plain(plan, result.otherwise, stem), stream=argument, stream_item=item)

    def _named_result(self, type: Type, wanted: str) -> Annotation:
        """The annotation of what comes back. What has no name in the document is called after the method."""
        if isinstance(type, Reference):
            return self._referred_result(type, wanted)
        if isinstance(type, Object):
            symbol = self._types.reserve(self._results_module, wanted)
            self._types.declare_object(type, symbol)
            return Named(symbol)
        if not isinstance(type, (Array, Union, Enum)) and not self._types.is_structured(type):
            return self._types.annotation(type, "out", Symbol(self._results_module, Identifier(wanted)), "")
        symbol = self._types.reserve(self._results_module, wanted)
        annotation = self._types.annotation(type, "out", symbol, "Item" if isinstance(type, Array) else "")
        self._types.declare(Alias(symbol, annotation, None))
        return Named(symbol)

    def _referred_result(self, type: Reference, wanted: str) -> Annotation:
        symbol = self._types.require(type.key, "out")
        place = self._places[type.key]
        if place.is_listed or not self._api.config.is_given:
            return Named(symbol)
        # Under an author's configuration results are known by the method's name, so they are importable by it.
        alias = self._types.reserve(self._results_module, wanted)
        self._types.declare(Alias(alias, Named(symbol), None))
        return Named(symbol)

    def _security(self, operation: Operation) -> tuple[tuple[str, ...], ...] | None:
        said = operation.security
        if said is None:
            return None
        known = {scheme.name for scheme in self._api.schemes}
        usable = tuple(each for each in said if known.issuperset(each))
        return None if usable == self._api.security else usable


def _takes_anything(operation: Operation) -> bool:
    return operation.body is not None or any(each.place != "path" and not _is_fixed(each) for each in operation.params)


def _is_fixed(each: Param) -> bool:
    """A header that has to be there and can have one value only is nothing to ask for."""
    return each.place == "header" and each.required and _fixed_text(each) is not None


def _fixed_text(each: Param) -> str | None:
    return each.type.value if isinstance(each.type, Constant) and isinstance(each.type.value, str) else None


def _path_first(operation: Operation) -> list[Param]:
    return sorted(operation.params, key=lambda each: each.place != "path")


def _body_name(body: Body | BinaryBody, second: str, taken: set[str]) -> Identifier:
    return first_free(["body", second], taken) if body.called is None else _free_name(body.called, "body", taken)


def _free_name(wire: str, place: str, taken: set[str]) -> Identifier:
    name = member_name(wire, taken, prefix="param")
    plain = snake(wire)
    usual = member_name(wire, (), prefix="param")
    if name != usual and plain and usual not in RESERVED_ARGUMENTS and not plain[0].isdigit():
        return first_free([f"{place}_{plain}", name], taken)
    return name


def _docs(operation: Operation) -> str | None:
    summary, docs = operation.summary, operation.docs
    if summary and docs and summary.strip().rstrip(".") != docs.strip().rstrip("."):
        return f"{summary.strip().rstrip('.')}.\n\n{docs.strip()}"
    return docs or summary
