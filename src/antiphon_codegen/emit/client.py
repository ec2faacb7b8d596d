"""The client in both colours, what the SDK tells the runtime, and the package itself."""

from __future__ import annotations

from ..plan.model import ClientPlan, OptionPlan, Plan
from ..plan.names import Identifier
from ..python.module import Module
from ..python.source import Code, Import, blocks, code, comma, doc, empty, ident, lines, lit, name_from
from .docs import argument_docs, one_line, wrapped
from .methods import MethodWriter
from .module_client import module_client_names
from .packages import lazy_package
from .resources import VIEWS, mixin, subresource_properties, view_property, wrapped_methods

__all__ = ["client_modules", "package_module"]

_NAMES = """APIConnectionError APIError APIResponse APIResponseValidationError APIStatusError APITimeoutError
    AsyncAPIResponse AsyncPaginator AsyncRawResponse AsyncStream AuthenticationError BadRequestError
    BaseModel BinaryResponse ClientClosedError ConflictError CredentialsError DEFAULT_MAX_RETRIES
    DEFAULT_TIMEOUT DefaultAioHttpClient DefaultAsyncHttpxClient DefaultHttpxClient FileTypes
    InternalServerError NOT_GIVEN NotFoundError NotGiven Omit PermissionDeniedError RateLimitError
    RawResponse SDKError Stream Timeout UnprocessableEntityError not_given omit""".split()


def client_modules(plan: Plan) -> list[Module]:
    """`client`: the async module, the facts both colours share, and their package."""
    runtime = plan.style.runtime
    cls = plan.client.cls
    names = {
        module: [f"{prefix}{cls}{suffix}" for suffix in ("", *(suffix for suffix, *_ in VIEWS))]
        for module, prefix in (("._async", "Async"), ("._sync", ""))
    }
    package = lazy_package((Identifier("client"),), "The client in both colours.", names, [], runtime)
    return [package, _facts(plan), _async_module(plan)]


# --- facts ---


def _facts(plan: Plan) -> Module:
    client, runtime = plan.client, plan.style.runtime
    config = plan.api.config
    style = name_from(runtime, "QueryStyle")
    version = name_from("~_version", "__version__")
    base_url = client.environments[0][1] if client.environments else None
    arguments = [
        code("name={name!r}", name=str(plan.style.package)),
        code("version={version}", version=version),
        code("title={title!r}", title=str(client.cls) if client.cls != "Client" else _title(plan)),
        code("base_url={url!r}", url=base_url),
        code("base_url_env={name!r}", name=f"{client.env_prefix}_BASE_URL"),
        code("log_env={name!r}", name=f"{client.env_prefix}_LOG"),
        code("headers_env={name!r}", name=f"{client.env_prefix}_CUSTOM_HEADERS"),
        code("options=({options},)", options=lines([_option(each, runtime) for each in client.options], ",\n"))
        if client.options
        else empty,
        code("schemes={{{schemes}}}", schemes=comma(_scheme(each, runtime) for each in client.schemes))
        if client.schemes
        else empty,
        code("security={security!r}", security=client.security) if client.security else empty,
        code(
            "query_style={style}({arrays!r}, {nested!r})",
            style=style,
            arrays=_arrays(config.query_arrays),
            nested=_nested(config.query_nested),
        ),
        code(
            "form_style={style}({arrays!r}, {nested!r})",
            style=style,
            arrays=config.form_arrays or "brackets",
            nested=_nested(config.form_nested),
        ),
    ]
    if config.default_headers:
        arguments.append(code("headers={headers!r}", headers=dict(config.default_headers)))
    if config.timeout_seconds is not None:
        timeout = name_from(runtime, "Timeout")
        arguments.append(code("timeout={t}({seconds!r}, connect=5.0)", t=timeout, seconds=config.timeout_seconds))
    if config.max_retries is not None:
        arguments.append(code("max_retries={number!r}", number=config.max_retries))
    if config.idempotency_header:
        arguments.append(code("idempotency_header={name!r}", name=config.idempotency_header.lower()))
    body = code(
        """
        FACTS = {sdk}(
            {arguments},
        )
        """,
        sdk=name_from(runtime, "SDK"),
        arguments=lines(arguments, ",\n"),
    )
    return Module(("client", "_facts"), "What this SDK tells the runtime about its API.", (body,))


def _title(plan: Plan) -> str:
    from ..plan.names import class_name

    return class_name(plan.style.package) or "Client"


def _arrays(said: str | None) -> str:
    return said if said in ("repeat", "comma", "brackets", "indices") else "repeat" if said is None else "brackets"


def _nested(said: str | None) -> str:
    return "dots" if said == "dots" else "brackets"


def _option(each: OptionPlan, runtime: str) -> Code:
    parts = [lit(str(each.name))]
    for name in ("env", "header", "query", "default"):
        value = getattr(each, name)
        if value is not None:
            parts.append(code("{name}={value!r}", name=ident(name), value=value))
    if each.python_type is not None:
        parts.append(code("is_object=True"))
    return code("{option}({parts})", option=name_from(runtime, "ClientOption"), parts=comma(parts))


def _scheme(each: object, runtime: str) -> Code:
    from ..ir.model import AuthScheme

    assert isinstance(each, AuthScheme)
    parts = [lit(each.kind), lit(tuple(each.options))]
    if each.parameter != "authorization":
        parts.append(code("name={name!r}", name=each.parameter))
    if each.prefix:
        parts.append(code("prefix={prefix!r}", prefix=each.prefix))
    return code("{name!r}: {scheme}({parts})", name=each.name, scheme=name_from(runtime, "Scheme"), parts=comma(parts))


# --- the async client ---


def _async_module(plan: Plan) -> Module:
    client, runtime = plan.client, plan.style.runtime
    cls = f"Async{client.cls}"
    writer = MethodWriter(plan, on_client=True)
    members = {each.name for each in client.methods} | {each.attribute for each in client.resources}
    bases = [*(mixin(each) for each in client.mixin), name_from(runtime, "AsyncAPIClient")]
    declared = [
        code("{name}: {type}", name=ident(each.name), type=_option_type(each, runtime)) for each in client.options
    ]
    docs = f"The client of {one_line(plan.api.title, 80)}.\n\n{wrapped(plan.api.docs)}"
    body = [
        doc(docs.strip() + ("\n" if "\n" in docs.strip() else "")),
        code("sdk = {facts}", facts=name_from("~client._facts", "FACTS")),
        lines(declared),
        _constructor(client, runtime),
        *subresource_properties(client.resources, "self"),
        *_client_views(cls),
        *(writer.write(each, members) for each in client.methods),
        _copy(client, runtime),
    ]
    main = code("class {cls}({bases}):\n    {body}", cls=ident(cls), bases=lines(bases, ", "), body=blocks(body))
    views = [_client_view(client, cls, each, runtime) for each in VIEWS]
    types = [_option_type(each, runtime) for each in client.options if each.python_type is not None]
    return Module(
        ("client", "_async"),
        f"The client of {one_line(plan.api.title, 80)}.",
        (main, *views),
        type_only=frozenset[Import]().union(*(each.needs for each in types)),
    )


def _option_type(each: OptionPlan, runtime: str) -> Code:
    if each.is_credential:
        return code("{credential} | None", credential=name_from(runtime, "AsyncCredential"))
    if each.python_type is not None:
        module, _, name = each.python_type.partition(":")
        return code("{type} | None", type=name_from(f"~{module}", name))
    return code("str | None")


def _common(runtime: str, copying: bool) -> list[Code]:
    headers, mapping = name_from(runtime, "HeaderTypes"), name_from("collections.abc", "Mapping")
    timeout = code(
        "timeout: {types} | {given} = {not_given}",
        types=name_from(runtime, "TimeoutTypes"),
        given=name_from(runtime, "NotGiven"),
        not_given=name_from(runtime, "not_given"),
    )
    retries = code("max_retries: int | None = None") if copying else code("max_retries: int = FACTS.max_retries")
    parts = [
        code("base_url: str | None = None"),
        timeout,
        retries,
        code("default_headers: {headers} | None = None", headers=headers),
        code("default_query: {mapping}[str, object] | None = None", mapping=mapping),
        code("http_client: {client} | None = None", client=name_from(runtime, "AsyncHTTPClient")),
    ]
    if copying:
        parts.insert(4, code("set_default_headers: {headers} | None = None", headers=headers))
        parts.insert(6, code("set_default_query: {mapping}[str, object] | None = None", mapping=mapping))
    return parts


def _constructor(client: ClientPlan, runtime: str) -> Code:
    options = [
        code("{name}: {type} = None", name=ident(each.name), type=_option_type(each, runtime))
        for each in client.options
    ]
    given = comma(code("{key!r}: {name}", key=str(each.name), name=ident(each.name)) for each in client.options)
    described = [(str(each.name), _option_docs(each)) for each in client.options]
    described += [
        ("base_url", f"Where the API is; without it `{client.env_prefix}_BASE_URL`, then the API's own address."),
        ("timeout", "Seconds for each phase of a request, or a `Timeout`; None waits for ever."),
        ("max_retries", "How often a failed request is tried again."),
        ("default_headers", "Headers for every request; `omit` as a value removes one."),
        ("default_query", "Query entries for every request."),
        ("http_client", "An HTTP client of your own, with its proxies, certificates and limits."),
    ]
    docs = "\n".join(
        [
            "A client; nothing is sent and no connection is opened yet.",
            "",
            argument_docs(described),
            "",
            "Raises `CredentialsError` when no credentials are given and none are in the environment, and ValueError",
            "or TypeError for what could not be used later.",
            "",
        ]
    )
    return code(
        """
        def __init__(
            self,
            *,
            {parameters},
            _strict_response_validation: bool = False,
            _enforce_credentials: bool = True,
        ) -> None:
            {docs}
            super().__init__(
                options={{{given}}},
                base_url=base_url,
                timeout=timeout,
                max_retries=max_retries,
                default_headers=default_headers,
                default_query=default_query,
                http_client=http_client,
                strict=_strict_response_validation,
                enforce_credentials=_enforce_credentials,
            )
        """,
        parameters=lines([*options, *_common(runtime, False)], ",\n"),
        docs=doc(docs),
        given=given,
    )


def _option_docs(each: OptionPlan) -> str:
    said = one_line(each.docs)
    if each.is_credential:
        said = said or "The credential, or a function that gives it before every attempt"
    said = said.rstrip(".") or f"The API's `{each.header or each.query or each.name}`"
    return f"{said}; without it `{each.env}` of the environment." if each.env else f"{said}."


def _copy(client: ClientPlan, runtime: str) -> Code:
    options = [
        code("{name}: {type} = None", name=ident(each.name), type=_option_type(each, runtime))
        for each in client.options
    ]
    changes = [*(str(each.name) for each in client.options), "base_url", "max_retries", "http_client"]
    return code(
        """
        def copy(
            self,
            *,
            {parameters},
        ) -> {self_type}:
            {docs}
            return self._copied(
                {{{changes}}},
                timeout,
                default_headers=default_headers,
                set_default_headers=set_default_headers,
                default_query=default_query,
                set_default_query=set_default_query,
            )

        with_options = copy
        """,
        parameters=lines([*options, *_common(runtime, True)], ",\n"),
        self_type=name_from("typing", "Self"),
        docs=doc(
            "A client with some settings changed, over the same connections: `client.with_options(timeout=5).…`.\n\n"
            "`default_headers` and `default_query` are added to those there are, `set_default_headers` and\n"
            "`set_default_query` take their place; ValueError for both at once.\n"
        ),
        changes=comma(code("{key!r}: {name}", key=name, name=ident(name)) for name in changes),
    )


def _client_views(cls: str) -> list[Code]:
    return [
        code(
            """
            @{cached}
            def {name}(self) -> {view}:
                {docs}
                return {view}(self)
            """,
            cached=name_from("functools", "cached_property"),
            name=ident("with_raw_response" if suffix == "WithRawResponse" else "with_streaming_response"),
            view=ident(f"{cls}{suffix}"),
            docs=doc(f"This client, where every call {what}."),
        )
        for suffix, _, _, what in VIEWS
    ]


def _client_view(client: ClientPlan, cls: str, view: tuple[str, str, str, str], runtime: str) -> Code:
    suffix, make, wrap, what = view
    properties = [
        view_property(each, code("self._client.{name}", name=ident(each.attribute)), suffix)
        for each in client.resources
    ]
    statements = [code("self._client = client")]
    wrapped = wrapped_methods(client, name_from(runtime, wrap))
    if wrapped:
        statements += [code("view = {make}(client)", make=name_from(runtime, make)), *wrapped]
    init = code(
        "def __init__(self, client: {cls}) -> None:\n    {statements}", cls=ident(cls), statements=lines(statements)
    )
    return code(
        """
        class {name}:
            {docs}

            {body}
        """,
        name=ident(f"{cls}{suffix}"),
        docs=doc(f"The client, where every call {what}."),
        body=blocks([init, *properties]),
    )


# --- the package ---


def package_module(plan: Plan) -> Module:
    """The package's own `__init__`: the names users import."""
    client, style = plan.client, plan.style
    runtime = f".{style.runtime[1:]}" if style.runtime.startswith("~") else style.runtime
    config = plan.api.config.style
    own = [str(client.cls), f"Async{client.cls}"]
    if client.cls != "Client":
        own += [f"Client={client.cls}", f"AsyncClient=Async{client.cls}"]
    names: dict[str, list[str]] = {".client": own}
    error = f"{client.cls if client.cls != 'Client' else _title(plan)}Error"
    names[runtime] = [*_NAMES, f"{error}=SDKError"]
    names["._version"] = ["__version__"]
    exports = dict(config.exports)
    handwritten = exports.pop("", ())
    for module, listed in exports.items():
        names.setdefault(f".{module}", []).extend(listed)
    where = {entry.partition("=")[0]: module for module, listed in names.items() for entry in listed}
    for alias, name in config.aliases.items():
        module = where.get(name)
        if module is not None:
            source = next(entry.partition("=")[2] or name for entry in names[module] if entry.partition("=")[0] == name)
            names[module].append(f"{alias}={source}")
    if config.module_client is not None:
        taken = {entry.partition("=")[0] for listed in names.values() for entry in listed}
        names["._module_client"] = [name for name in module_client_names(plan) if name not in taken]
    modules = ["resources", "types", *(["pagination"] if plan.pages else []), *handwritten]
    docs = one_line(plan.api.title, 80)
    return lazy_package((), f"{docs}: `{client.cls}` and `Async{client.cls}`.", names, modules, style.runtime)
