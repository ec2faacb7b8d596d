"""How callers prove who they are: the document's security schemes, and the client options that hold the credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..document import JSON, pointer_to
from ..problems import Origin, Problems
from ..spec.model import SecurityScheme, Spec
from ..spec.resolve import ResolvedSpec
from ..words import words
from .config import ClientOpt, Config
from .model import AuthScheme

__all__ = ["auth_schemes", "client_opts", "default_security", "undeclared"]


def auth_schemes(
    spec: Spec, config: Config, problems: Problems, origin: Callable[[str, str], Origin]
) -> tuple[AuthScheme, ...]:
    """The schemes a client can satisfy; others are reported."""
    found: list[AuthScheme] = []
    declared = (*spec.components.security_schemes, *_overriding(config.security_schemes))
    for each in {scheme.name: scheme for scheme in declared}.values():
        scheme = _scheme(each, config)
        if scheme is None:
            message = (
                f"the security scheme {each.name!r} ({each.kind}) is not supported; send its header by default_headers"
            )
            problems.add("unsupported", message, origin(spec.file, each.pointer))
        elif config.opts is not None and not {opt.name for opt in config.opts}.issuperset(scheme.options):
            # The author's options are all there are: without one of its own, a scheme cannot be satisfied.
            if any(each.name in alternative for alternative in config.security or spec.security):
                message = f"no option of client_settings.opts holds the credential of {each.name!r}; it is not sent"
                problems.add("config", message, origin(spec.file, each.pointer))
        else:
            found.append(scheme)
    return tuple(found)


def undeclared(spec: Spec, config: Config) -> Iterator[tuple[str, str]]:
    """The schemes a configuration names that there are none of, each with its place there."""
    declared = (*spec.components.security_schemes, *_overriding(config.security_schemes))
    known = {scheme.name for scheme in declared}
    for opt in config.opts or ():
        if opt.scheme is not None and opt.scheme not in known:
            yield pointer_to("/client_settings/opts", opt.name, "auth", "security_scheme"), opt.scheme
    for index, alternative in enumerate(config.security or ()):
        for name in alternative:
            if name not in known:
                yield pointer_to("/security", index, name), name


def _overriding(schemes: JSON) -> list[SecurityScheme]:
    found: list[SecurityScheme] = []
    for name, each in schemes.items() if isinstance(schemes, dict) else ():
        if isinstance(each, dict):
            texts = {key: value for key, value in each.items() if isinstance(value, str)}
            kind = texts.get("type", "http")
            found.append(SecurityScheme(name, kind, texts.get("scheme"), texts.get("in"), texts.get("name")))
    return found


def _scheme(each: SecurityScheme, config: Config) -> AuthScheme | None:
    opts = [opt for opt in config.opts or () if opt.scheme == each.name]
    override = next((opt for opt in opts if opt.query is not None), None)
    names = tuple(opt.name for opt in sorted(opts, key=lambda opt: opt.role == "password"))
    kind = each.kind.lower()
    if kind == "http" and (each.scheme or "").lower() == "basic":
        return AuthScheme(each.name, "basic", names or ("username", "password"))
    if kind in ("http", "oauth2", "openidconnect"):
        return AuthScheme(each.name, "bearer", names or (_default_option(each, kind),))
    if kind == "apikey" and each.parameter:
        if override is not None and override.query is not None:
            return AuthScheme(each.name, "query", names, override.query)
        option = names or (_default_option(each, kind),)
        match each.place:
            case "query":
                return AuthScheme(each.name, "query", option, each.parameter)
            case "cookie":
                return AuthScheme(each.name, "cookie", option, each.parameter)
            case "header":
                return AuthScheme(each.name, "header", option, each.parameter.lower())
            case _:
                return None
    return None


def _default_option(each: SecurityScheme, kind: str) -> str:
    if kind in ("oauth2", "openidconnect"):
        return "access_token"
    name = "_".join(words(each.name))
    return name if name in ("api_key", "token", "access_token", "bearer_token", "api_token") else "api_key"


def client_opts(config: Config, schemes: tuple[AuthScheme, ...], prefix: str) -> tuple[ClientOpt, ...]:
    """The constructor keywords: the author's, or one for each credential, read from `<PREFIX>_<NAME>`."""
    if config.opts is not None:
        return config.opts
    opts: dict[str, ClientOpt] = {}
    for scheme in schemes:
        for name in scheme.options:
            opts.setdefault(name, ClientOpt(name, env=f"{prefix}_{name.upper()}", scheme=scheme.name))
    return tuple(opts.values())


def default_security(
    spec: ResolvedSpec, config: Config, schemes: tuple[AuthScheme, ...]
) -> tuple[tuple[str, ...], ...]:
    """What a request needs unless its operation says otherwise; alternatives that cannot be satisfied are left out."""
    known = {scheme.name for scheme in schemes}
    said = config.security if config.security is not None else spec.spec.security
    usable = tuple(each for each in said if known.issuperset(each))
    if usable or said:
        return usable
    # Nothing is said for the whole: when every operation says the same, that is meant.
    alternatives = {each.operation.security for each in spec.operations}
    only = alternatives.pop() if len(alternatives) == 1 else None
    return tuple(each for each in only or () if known.issuperset(each))
