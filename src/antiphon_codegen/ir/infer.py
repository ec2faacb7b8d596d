"""A complete configuration: what the author wrote, and for the rest what paths, verbs and shapes suggest.

What is inferred for an operation depends on that operation alone, so that an API can grow without renaming what is
there; only where two would get one name does the later one give way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from ..problems import Problems
from ..spec.model import Schema, SchemaOrRef
from ..spec.resolve import ResolvedOperation, ResolvedSpec
from ..words import VERBS, singular, words
from .config import Config, MethodConfig, ResourceConfig

__all__ = ["infer"]

_PARAMETER: Final = re.compile(r"\{[^{}]*\}")
_EXTENSION: Final = re.compile(r"\.(json|xml|html|txt|csv)$")
_VERSION: Final = re.compile(r"v[0-9]+(?:[a-z]+[0-9]*)?")

_BY_FIRST_WORD: Final = {
    "create": "create", "add": "create", "insert": "create", "new": "create", "post": "create",
    "update": "update", "modify": "update", "edit": "update", "patch": "update", "change": "update", "set": "update",
    "replace": "replace", "put": "replace", "upsert": "upsert",
    "delete": "delete", "remove": "delete", "destroy": "delete",
}  # fmt: skip


def infer(spec: ResolvedSpec, config: Config | None, problems: Problems) -> Config:
    """The configuration to go by. An author's own resource tree is taken as it is; without one, one is inferred."""
    config = config or Config()
    if config.root.resources or config.root.methods:
        return config
    tree = _Tree()
    prefix = _common_prefix(spec.operations)
    for each in spec.operations:
        _place(each, tree, prefix, spec)
    return replace(config, root=tree.config())


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


def _segments(path: str) -> list[str]:
    return [segment for segment in path.partition("?")[0].partition("#")[0].split("/") if segment]


def _common_prefix(operations: tuple[ResolvedOperation, ...]) -> int:
    """How many leading segments, such as `api` and `v1`, say nothing because every path has them."""
    paths = [_segments(each.operation.path) for each in operations]
    shared = 0
    while paths and all(len(path) > shared + 1 and path[shared] == paths[0][shared] for path in paths):
        segment = paths[0][shared]
        if _PARAMETER.search(segment) or not (_VERSION.fullmatch(segment) or segment in ("api", "rest", "public")):
            break
        shared += 1
    return shared


def _place(each: ResolvedOperation, tree: _Tree, prefix: int, spec: ResolvedSpec) -> None:
    operation = each.operation
    chain: list[str] = []
    action: str | None = None
    segments = _segments(operation.path)[prefix:]
    for index, segment in enumerate(segments):
        if _PARAMETER.search(segment):
            continue
        for part in _EXTENSION.sub("", segment).replace(":", ".").split("."):
            named = words(part)
            if not named:
                continue
            is_last = index == len(segments) - 1
            if is_last and named[0] in VERBS and (chain or len(named) > 1):
                action = "_".join(named)
            else:
                chain.append("_".join(named))
    branch = tree.at(chain)
    is_item = bool(segments) and _PARAMETER.search(segments[-1]) is not None
    for name in _candidates(each, chain, action, is_item, spec):
        if name not in branch.methods:
            branch.methods[name] = MethodConfig(name, operation.verb, operation.path, pointer=operation.pointer)
            return


def _candidates(
    each: ResolvedOperation, chain: list[str], action: str | None, is_item: bool, spec: ResolvedSpec
) -> list[str]:
    """Names for an operation, the best first; the last ones are surely free."""
    operation = each.operation
    said = words(operation.operation_id or "")
    known = {form for name in chain for word in name.split("_") for form in (word, singular(word), word + "s")}
    rest = [word for word in said if word not in known]
    names: list[str] = []
    if action is not None:
        names.append(action)
    elif not chain:
        names.append("_".join(said))
    else:
        names.append(_by_verb(operation.verb, said[0] if said else "", is_item, _is_list(each, spec)))
    names += ["_".join(rest), "_".join(said)]
    parameters = [parameter.name for parameter in each.parameters if parameter.place == "path"]
    if parameters:
        names.append(f"{names[0]}_by_{'_'.join(words(parameters[-1]))}")
    plain = names[0] or operation.verb
    names += [f"{operation.verb}_{plain}", *(f"{plain}_{number}" for number in range(2, 1000))]
    return [name for name in names if name and not name[0].isdigit()]


def _by_verb(verb: str, first_word: str, is_item: bool, is_list: bool) -> str:
    if verb == "get":
        return "list" if is_list and not is_item else "retrieve"
    if verb in ("post", "put", "patch") and first_word in _BY_FIRST_WORD:
        return _BY_FIRST_WORD[first_word]
    return {
        "post": "update" if is_item else "create",
        "put": "replace",
        "patch": "update",
        "delete": "delete",
        "head": "head",
    }.get(verb, verb)


def _is_list(each: ResolvedOperation, spec: ResolvedSpec) -> bool:
    """Whether what comes back is a list, or an object around one."""
    for status, response in each.responses:
        if status.startswith("2"):
            for kind, media in response.content.items():
                if "json" in kind or kind == "*/*":
                    schema = _resolved(media.schema, spec)
                    if schema is None:
                        return False
                    if "array" in schema.types or schema.items is not None:
                        return True
                    return sum(_is_array(part, spec) for _, part in schema.properties) == 1
    return False


def _is_array(schema: SchemaOrRef, spec: ResolvedSpec) -> bool:
    found = _resolved(schema, spec)
    return found is not None and ("array" in found.types or found.items is not None)


def _resolved(schema: SchemaOrRef | None, spec: ResolvedSpec) -> Schema | None:
    for _ in range(20):
        if schema is None or isinstance(schema, Schema):
            return schema
        schema = spec.schemas.get(spec.key_of(schema) or "")
    return None
