"""A complete configuration: what the author wrote, and for the rest what paths, verbs and shapes suggest.

What is inferred for an operation depends on that operation alone, so that an API can grow without renaming what is
there; only where two would get one name does the later one give way.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from ..problems import Problems
from ..spec.resolve import ResolvedOperation, ResolvedSpec
from ..words import VERBS, codes, plural, singular, words
from .answers import is_list
from .config import Config, MethodConfig, ResourceConfig
from .paging import Paging

__all__ = ["infer"]

_PARAMETER: Final = re.compile(r"\{[^{}]*\}")
_CUSTOM: Final = re.compile(r"\}:([A-Za-z][A-Za-z0-9_]*)$")
"""What is done to an item, where it is said as in `/books/{id}:archive`."""
_OWNER: Final = re.compile(r"^[A-Za-z0-9]*Controller[_.](?=[A-Za-z])")
"""What frameworks put before the name of a function: the class it is in."""
_EXTENSION: Final = re.compile(r"\.(json|xml|html|txt|csv)$")
_VERSION: Final = re.compile(r"v[0-9]+(?:[a-z]+[0-9]*)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DULL: Final = frozenset({"api", "rest", "public"})

_BY_FIRST_WORD: Final = {
    "create": "create", "add": "create", "insert": "create", "new": "create",
    "update": "update", "modify": "update", "edit": "update", "change": "update", "set": "update",
    "replace": "replace", "upsert": "upsert",
    "delete": "delete", "remove": "delete", "destroy": "delete",
}  # fmt: skip
_DOES: Final = frozenset({*_BY_FIRST_WORD, "list", "retrieve", "fetch", "read", "find"})
"""First words of operation ids that say what is done: a path that says something else names a thing."""
_HTTP: Final = frozenset({"get", "put", "post", "patch"})
_ALSO_NOUNS: Final = frozenset(
    "call connect embed export import link load log post process query sign store test track upload watch".split()
)
_NEVER_NOUNS: Final = frozenset({"fetch", "find", "get"})
_NOUNS_TO_GET: Final = frozenset(
    "block call charge issue move order post process release share stop store track transfer".split()
)
"""Verbs that change things: where one is the end of a path that is read, it is meant as a noun."""


def infer(spec: ResolvedSpec, config: Config | None, problems: Problems) -> Config:
    """The configuration to go by. An author's own resource tree is taken as it is; without one, one is inferred."""
    config = config or Config()
    if config.root.resources or config.root.methods:
        return config
    tree = _Tree()
    prefix = _common_prefix(spec.operations)
    paging = None if config.pagination else Paging(spec)
    for each in spec.operations:
        _place(each, tree, prefix, spec, paging)
    return replace(config, root=tree.config(), pagination=config.pagination or (paging.configs() if paging else ()))


@dataclass
class _Tree:
    methods: dict[str, MethodConfig] = field(default_factory=dict[str, MethodConfig])
    branches: dict[str, _Tree] = field(default_factory=lambda: dict[str, _Tree]())

    def at(self, chain: list[str]) -> _Tree:
        tree = self
        for name in chain:
            tree = tree.branches.setdefault(name, _Tree())
        return tree

    def config(self) -> ResourceConfig:
        return ResourceConfig(
            methods=tuple(self.methods.values()),
            resources=tuple((name, branch.config()) for name, branch in self.branches.items()),
        )


# --- paths ---


@dataclass(frozen=True)
class _Route:
    """What the path of an operation says: the resource, what is done to it, and whether to one item of it."""

    chain: tuple[str, ...]
    action: str | None
    is_item: bool
    last: str
    """The last constant segment, as words."""


def _segments(path: str) -> list[str]:
    return [segment for segment in path.partition("?")[0].partition("#")[0].split("/") if segment]


def _lead(path: str) -> tuple[str, ...]:
    """The segments a path begins with that only say which API it is, such as `api` and `v1`; never all of it."""
    segments = _segments(path)
    count = 0
    while count < len(segments) - 1 and (segments[count] in _DULL or _VERSION.fullmatch(segments[count])):
        count += 1
    return tuple(segments[:count])


def _common_prefix(operations: tuple[ResolvedOperation, ...]) -> tuple[str, ...]:
    """What most paths begin with; those that begin otherwise keep their version."""
    leads = Counter(_lead(each.operation.path) for each in operations)
    return leads.most_common(1)[0][0] if leads else ()


def _route(each: ResolvedOperation, prefix: tuple[str, ...], spec: ResolvedSpec) -> _Route:
    path = each.operation.path
    lead = _lead(path)
    segments = _segments(path)[len(lead) :]
    chain = [] if lead == prefix else [_joined(segment) for segment in lead if segment not in _DULL]
    location, _, fragment = path.partition("#")
    action: str | None = _joined(fragment) or None
    # `?beta=true` on a path is how one API offers two versions of a thing.
    for name, value in parse_qsl(location.partition("?")[2], keep_blank_values=True):
        if value.lower() in ("true", "1", ""):
            chain.insert(0, _joined(name))
        elif action is None:
            action = _joined(value)
    for index, segment in enumerate(segments):
        if _PARAMETER.search(segment):
            if index == len(segments) - 1 and (custom := _CUSTOM.search(segment)) is not None:
                action = action or _joined(custom[1])
            continue
        parts = _EXTENSION.sub("", segment).replace(":", ".").split(".")
        for place, part in enumerate(parts, 1):
            named = words(part) or codes(part)
            if named:
                is_last = index == len(segments) - 1 and place == len(parts)
                # The last word of `/users.listGroups` is what is done, whatever its form.
                is_call = len(parts) > 1 and named[0] in VERBS
                if is_last and (chain or len(named) > 1) and (is_call or _is_action(named, each, spec)):
                    action = action or "_".join(named)
                else:
                    chain.append("_".join(named))
    constant = next((segment for segment in reversed(segments) if not _PARAMETER.search(segment)), "")
    is_item = bool(segments) and _PARAMETER.search(segments[-1]) is not None
    return _Route(tuple(name for name in chain if name), action, is_item, _joined(_EXTENSION.sub("", constant)))


def _joined(text: str) -> str:
    return "_".join(words(text) or codes(text))


def _is_action(named: list[str], each: ResolvedOperation, spec: ResolvedSpec) -> bool:
    """Whether the last segment of a path names what is done: `/x/{id}/cancel`, but not `/connect-apps`."""
    if named[0] not in VERBS:
        return False
    if len(named) == 1:
        return each.operation.verb != "get" or named[0] not in _NOUNS_TO_GET
    if "by" in named or named[0] in _NEVER_NOUNS:
        return True
    if _is_plural(named[-1]) and (each.operation.verb == "get" or named[0] in _ALSO_NOUNS):
        return False
    said = words(_OWNER.sub("", each.operation.operation_id or ""))
    first = next((word for word in said if word not in _HTTP), named[0])
    return first == named[0] or first not in _DOES


def _is_plural(word: str) -> bool:
    return singular(word) != word and plural(singular(word)) == word


# --- names ---


def _place(
    each: ResolvedOperation, tree: _Tree, prefix: tuple[str, ...], spec: ResolvedSpec, paging: Paging | None
) -> None:
    operation = each.operation
    route = _route(each, prefix, spec)
    branch = tree.at(list(route.chain))
    for name in _candidates(each, route, spec):
        if name not in branch.methods:
            paginated = None if paging is None else paging.of(each, route.last) or False
            branch.methods[name] = MethodConfig(
                name, operation.verb, operation.path, paginated=paginated, pointer=operation.pointer
            )
            return


def _candidates(each: ResolvedOperation, route: _Route, spec: ResolvedSpec) -> list[str]:
    """Names for an operation, the best first; the last ones are surely free."""
    operation = each.operation
    said = words(_OWNER.sub("", operation.operation_id or ""))
    known = {form for name in route.chain for word in name.split("_") for form in (word, singular(word), plural(word))}
    rest = [word for word in said if word not in known]
    names: list[str] = []
    if route.action is not None:
        names.append(route.action)
    elif not route.chain and said:
        names.append("_".join(said))
    else:
        names += _by_verb(each, said[0] if said else "", route, spec)
    if not _HTTP.union({"delete", "id", "by"}).issuperset(rest):
        names.append("_".join(rest))
    parameters = _PARAMETER.findall(operation.path)
    if parameters and names:
        names.append(f"{names[0]}_by_{_joined(parameters[-1]).removeprefix('by_')}")
    names.append("_".join(said))
    plain = names[0] or operation.verb
    names += [f"{operation.verb}_{plain}", *(f"{plain}_{number}" for number in range(2, 1000))]
    return [name for name in names if name and not name[0].isdigit()]


def _by_verb(each: ResolvedOperation, first_word: str, route: _Route, spec: ResolvedSpec) -> list[str]:
    verb = each.operation.verb
    of_all = not route.is_item and _is_plural(route.last.rpartition("_")[2])
    if verb == "get":
        listed = not route.is_item and (of_all or is_list(each, route.last, spec))
        return ["list"] if listed else ["retrieve"]
    if verb == "delete" and of_all:
        return ["delete_all"]
    if verb in ("post", "put", "patch") and first_word in _BY_FIRST_WORD:
        return [_BY_FIRST_WORD[first_word]]
    if verb == "patch" and of_all:
        return ["update_all"]
    return [
        {
            "post": "update" if route.is_item else "create",
            "put": "replace",
            "patch": "update",
            "delete": "delete",
            "head": "head",
        }.get(verb, verb)
    ]
