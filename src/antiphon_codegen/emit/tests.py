"""Tests of the generated SDK: every method in both colours, with its views, against a server of the document.

What the methods are given is made for the document's schemas; the server says whether it fits, and with a strict
client the answers have to fit the types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, LiteralString, Protocol, TypeAlias

from ..document import JSON
from ..ir.model import Operation
from ..plan.model import Alias, Argument, MethodPlan, Model, Plan, ResourcePlan
from ..plan.names import snake
from ..plan.symbols import Annotation, Builtin, DictOf, FileInput, IterableOf, ListOf, Named, OneOf
from ..python.module import Module
from ..python.source import Code, code, comma, doc, empty, ident, lines, lit, member, module_as, name_from
from .annotations import Spelling

__all__ = ["Place", "Sample", "Samples", "test_modules"]

FOLDER: Final = "tests/api"
_OUTSIDE: Final = "~outside"
_CREDENTIAL: Final = "no-secret"


Place: TypeAlias = tuple[str, str]
"""Where a value goes, and its name there as on the wire: `("query", "limit")`, `("body", "model")`; a body that is one
value is `("whole", "")`, one of raw bytes `("content", "")`."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What an operation can be called with, so that its document allows it."""

    required: Mapping[Place, JSON]
    """The least that has to be there."""
    every: Mapping[Place, JSON]
    trouble: str | None = None
    """Why the operation cannot be tried out."""


class Samples(Protocol):
    """Where the values come from."""

    def of(self, operation: Operation) -> Sample: ...


def test_modules(plan: Plan, document: str, samples: Samples) -> tuple[dict[str, Module], dict[str, Module]]:
    """The modules by their files: those that stand for both colours, and the async ones that are to be mirrored."""
    writer = _Writer(plan, samples)
    coloured: dict[str, Module] = {}
    for path, methods in _with_methods(plan):
        module = writer.module(path, methods)
        if module is not None:
            coloured[f"{FOLDER}/_async/test_{'_'.join(map(snake, path)) or 'client'}.py"] = module
    if not coloured:
        return {}, {}
    packages = {
        f"{FOLDER}/__init__.py": "Tests of every method, against a server of the API's document.",
        f"{FOLDER}/_async/__init__.py": "Every method of the async client.",
        f"{FOLDER}/_sync/__init__.py": "Every method of the sync client.",
    }
    plain = {path: Module((_OUTSIDE,), docs, (), future=False) for path, docs in packages.items()}
    plain[f"{FOLDER}/conftest.py"] = _conftest(plan, document)
    return plain, coloured


def _with_methods(plan: Plan) -> Iterator[tuple[tuple[str, ...], tuple[MethodPlan, ...]]]:
    """Every resource that has methods of its own, the client itself first."""
    if plan.client.methods:
        yield (), plan.client.methods
    waiting: list[tuple[tuple[str, ...], ResourcePlan]] = [
        ((str(each.attribute),), each) for each in plan.client.resources
    ]
    while waiting:
        path, resource = waiting.pop(0)
        if resource.methods:
            yield path, resource.methods
        waiting += [((*path, str(child.attribute)), child) for child in resource.resources]


class _Writer:
    """Writes the async tests of one SDK."""

    def __init__(self, plan: Plan, samples: Samples) -> None:
        self._samples = samples
        public = frozenset(symbol for symbols in plan.exports.values() for symbol in symbols)
        self._spelling = Spelling(plan.style.runtime, through=public)
        self._declared = {each.symbol: each for module in plan.types for each in module.declarations}
        self._client = name_from("~", f"Async{plan.client.cls}")

    def module(self, path: tuple[str, ...], methods: tuple[MethodPlan, ...]) -> Module | None:
        """The tests of the methods of one resource."""
        resource = member(ident("async_client"), *path)
        tests = [test for method in methods for test in self._tests(method, resource)]
        if not tests:
            return None
        if any(method.operation.deprecated for method in methods):
            tests.insert(0, code("# Deprecated methods are tested like any other.\n# pyright: reportDeprecated=false"))
        where = f"`{'.'.join(path)}`" if path else "the client itself"
        return Module((_OUTSIDE,), f"The methods of {where}.", tuple(tests))

    def _tests(self, method: MethodPlan, resource: Code) -> Iterator[Code]:
        sample = self._samples.of(method.operation)
        if sample.trouble is not None:
            marker = code("{mark}(reason={reason!r})", mark=_mark("skip"), reason=sample.trouble)
            yield self._test(method, "", code("raise NotImplementedError"), marker, unused=True)
            return
        least = self._values(method, sample.required)
        most = self._values(method, sample.every)
        if least is None or most is None:
            return
        yield self._test(method, "", self._use(method, resource, least))
        if len(most) > len(least):
            # All parameters at once may ask for a page that is empty.
            use = self._page(method, resource, most) if method.result.kind == "page" else None
            yield self._test(method, "_with_all_params", use or self._use(method, resource, most))
        if method.stream is not None:
            streaming = {**least, str(method.stream): code("True")}
            yield self._test(method, "_streams", self._walk(method, resource, streaming))
        yield self._test(method, "_raw_response", self._raw(method, resource, least))
        yield self._test(method, "_streaming_response", self._streamed(method, resource, least))
        for argument in method.arguments:
            if argument.place == "path" and argument.text is None and _is_text(argument.annotation):
                emptied = {**least, str(argument.name): lit("")}
                body = self._refused(method, resource, emptied, str(argument.name))
                yield self._test(method, f"_needs_{argument.name}", body)

    def _test(self, method: MethodPlan, ending: str, body: Code, *markers: Code, unused: bool = False) -> Code:
        marks = [code("@{marker}", marker=each) for each in markers]
        if method.operation.deprecated and not unused:
            ignored = code('{mark}("ignore::DeprecationWarning")', mark=_mark("filterwarnings"))
            marks.append(code("@{marker}", marker=ignored))
        return code(
            """
            {marks}
            async def {name}({argument}) -> None:
                {body}
            """,
            marks=lines(marks),
            name=ident(f"test_{method.name}{ending}"),
            argument=empty if unused else code("async_client: {client}", client=self._client),
            body=body,
        )

    # --- what a call is given ---

    def _values(self, method: MethodPlan, values: Mapping[Place, JSON]) -> dict[str, Code] | None:
        """The arguments of a call as source; None when one that has to be there is missing."""
        found: dict[str, Code] = {}
        for argument in method.arguments:
            if argument.name == method.stream:
                continue
            place = (argument.place, "" if argument.place in ("whole", "content") else argument.wire)
            if place in values:
                found[str(argument.name)] = _literal(argument, values[place])
            elif argument.required:
                return None
        return found

    def _call(self, method: MethodPlan, target: Code, values: Mapping[str, Code]) -> Code:
        positional = {str(each.name) for each in method.arguments if each.positional}
        given = [value if name in positional else _keyword(name, value) for name, value in values.items()]
        return code("{target}({given})", target=target, given=comma(given))

    # --- what is done with what comes back ---

    def _use(self, method: MethodPlan, resource: Code, values: Mapping[str, Code]) -> Code:
        call = self._call(method, member(resource, str(method.name)), values)
        match method.result.kind:
            case "page":
                return code("items = [item async for item in {call}]\nassert items", call=call)
            case "stream":
                return self._walked(call)
            case "none":
                return code("await {call}", call=call)
            case "binary":
                return code("content = await {call}\nassert content.read() == content.content", call=call)
            case _:
                return code("value = await {call}\n{check}", call=call, check=self._check(method, values))

    def _page(self, method: MethodPlan, resource: Code, values: Mapping[str, Code]) -> Code:
        page = name_from("~pagination", f"Async{method.result.page}")
        call = self._call(method, member(resource, str(method.name)), values)
        return code("page = await {call}\nassert isinstance(page, {page})", call=call, page=page)

    def _check(self, method: MethodPlan, values: Mapping[str, Code]) -> Code:
        annotation = method.result.annotation
        for accepted, variant in method.variants:
            given = values.get(str(method.variant))
            if given is not None and given.text in {lit(each).text for each in accepted}:
                annotation = variant
        cls = self._class(annotation)
        return code("assert value is not None") if cls is None else code("assert type(value) is {cls}", cls=cls)

    def _class(self, annotation: Annotation | None) -> Code | None:
        """The class of a value, where the type leaves no choice."""
        match annotation:
            case Named(symbol):
                declared = self._declared.get(symbol)
                if isinstance(declared, Alias):
                    return self._class(declared.annotation)
                return self._spelling.symbol(symbol) if isinstance(declared, Model) else None
            case Builtin(name) if name != "float":
                return ident(name)
            case ListOf():
                return ident("list")
            case DictOf():
                return ident("dict")
            case _:
                return None

    def _walk(self, method: MethodPlan, resource: Code, values: Mapping[str, Code]) -> Code:
        return self._walked(self._call(method, member(resource, str(method.name)), values))

    def _walked(self, call: Code) -> Code:
        return code(
            """
            async with await {call} as stream:
                items = [item async for item in stream]
            assert items
            """,
            call=call,
        )

    def _raw(self, method: MethodPlan, resource: Code, values: Mapping[str, Code]) -> Code:
        target = member(resource, "with_raw_response", str(method.name))
        return code(
            """
            response = await {call}
            assert response.status_code < 300
            {parse}
            """,
            call=self._call(method, target, values),
            parse=empty if method.result.kind in ("none", "stream") else code("assert response.parse() is not None"),
        )

    def _streamed(self, method: MethodPlan, resource: Code, values: Mapping[str, Code]) -> Code:
        target = member(resource, "with_streaming_response", str(method.name))
        return code(
            """
            async with {call} as response:
                assert response.status_code < 300
                assert not response.is_closed
            assert response.is_closed
            """,
            call=self._call(method, target, values),
        )

    def _refused(self, method: MethodPlan, resource: Code, values: Mapping[str, Code], name: str) -> Code:
        call = self._call(method, member(resource, str(method.name)), values)
        match = lit(f"`{name}`")
        return code(
            "with {raises}(ValueError, match={match}):\n    await {call}",
            raises=_pytest("raises"),
            match=match,
            call=call,
        )


def _keyword(name: str, value: Code) -> Code:
    return code("{name}={value}", name=ident(name), value=value)


def _is_text(annotation: Annotation) -> bool:
    if isinstance(annotation, OneOf):
        return any(_is_text(each) for each in annotation.variants)
    return isinstance(annotation, Builtin) and annotation.name == "str"


def _literal(argument: Argument, value: JSON) -> Code:
    """A value as an argument: what is sent as a file is bytes."""
    if argument.is_file or argument.place == "content":
        return _bytes(argument.annotation, value)
    return lit(value)


def _bytes(annotation: Annotation, value: JSON) -> Code:
    match annotation:
        case IterableOf(item) | ListOf(item):
            return code("[{item}]", item=_bytes(item, value[0] if isinstance(value, list) and value else "content"))
        case FileInput():
            return code("b{text!r}", text=value if isinstance(value, str) and value.isascii() else "content")
        case OneOf(variants):
            wanted = (IterableOf, ListOf) if isinstance(value, list) else (FileInput,)
            fitting = next((each for each in variants if isinstance(each, wanted)), None)
            return lit(value) if fitting is None else _bytes(fitting, value)
        case _:
            return lit(value)


def _pytest(name: LiteralString) -> Code:
    return member(module_as("pytest", "pytest"), name)


def _mark(name: LiteralString) -> Code:
    return member(_pytest("mark"), name)


def _conftest(plan: Plan, document: str) -> Module:
    """What the tests share: the server, the clients, and how `async def` tests are run."""
    cls = str(plan.client.cls)
    credentials = [
        code("{name}={value!r}", name=ident(each.name), value=_CREDENTIAL)
        for each in plan.client.options
        if each.is_credential
    ]
    parts = {
        "client": name_from("~", cls),
        "async_client": name_from("~", f"Async{cls}"),
        "credentials": comma(credentials),
        "fixture": _pytest("fixture"),
        "request": _pytest("FixtureRequest"),
        "iterator": name_from("collections.abc", "Iterator"),
        "server": name_from("antiphon.mock", "MockServer"),
    }
    facts = code(
        """
        DOCUMENT = {path}(__file__).parents[{levels!r}] / {document!r}
        STRICT = {fixture}(params=[False, True], ids=["lenient", "strict"])
        """,
        path=name_from("pathlib", "Path"),
        levels=2 if plan.style.in_place else 1,
        document=document,
        fixture=parts["fixture"],
    )
    return Module(
        (_OUTSIDE,),
        "A server of the API's document, clients of both colours, and a loop for each async test.",
        (facts, _server(parts), _clients(parts), _loop()),
    )


def _server(parts: Mapping[str, Code]) -> Code:
    return code(
        """
        @{fixture}(scope="session")
        def server() -> {iterator}[{server}]:
            with {serve}(DOCUMENT) as server:
                yield server
        """,
        serve=name_from("antiphon.mock", "serve"),
        **parts,
    )


def _clients(parts: Mapping[str, Code]) -> Code:
    given = lines(
        [code("base_url=server.url"), parts["credentials"], code("_strict_response_validation=request.param")], ", "
    )
    return code(
        """
        @STRICT
        def client(server: {server}, request: {request}) -> {iterator}[{client}]:
            with {client}({given}) as client:
                yield client


        @STRICT
        def async_client(server: {server}, request: {request}) -> {async_client}:
            {docs}
            return {async_client}({given})
        """,
        given=given,
        docs=doc("Opened and closed where it is used, in the loop of the test."),
        **parts,
    )


def _loop() -> Code:
    return code(
        """
        @{hookimpl}(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem: {function}) -> bool | None:
            {docs}
            if not {is_coroutine}(pyfuncitem.obj):
                return None
            names = {signature}(pyfuncitem.obj).parameters
            arguments = {{name: pyfuncitem.funcargs[name] for name in names}}

            async def run() -> None:
                async with {stack}() as stack:
                    for value in arguments.values():
                        if isinstance(value, {manager}):
                            await stack.enter_async_context({cast}("{manager}[object]", value))
                    await pyfuncitem.obj(**arguments)

            {run}(run())
            return True
        """,
        docs=doc("Run an `async def` test in a loop of its own, in which what it was given is closed too."),
        hookimpl=_pytest("hookimpl"),
        function=_pytest("Function"),
        is_coroutine=member(module_as("inspect", "inspect"), "iscoroutinefunction"),
        signature=member(module_as("inspect", "inspect"), "signature"),
        stack=name_from("contextlib", "AsyncExitStack"),
        manager=name_from("contextlib", "AbstractAsyncContextManager"),
        cast=name_from("typing", "cast"),
        run=member(module_as("asyncio", "asyncio"), "run"),
    )
