"""Modules of one public type each, which are no files.

Users of SDKs with a file for every type import from `types.chat.chat_completion`, where `ChatCompletion` is and, as
`Choice`, the type of its choices. Which names such a module has follows from the types themselves: a name is the way to
the type through the properties, in the singular for lists, and where there are alternatives, what tells the one that is
meant from the others: `OutputContentLogprob` is the type of `logprobs` in the alternative `Content` of `output`. What
does not follow is in two tables that the generated package brings. Type checkers, which read files only, see nothing of
this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType, NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel
from typing_extensions import is_typeddict

__all__ = ["Addresses", "module_name"]

_PARTS: Final = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_WRAPPERS: Final = (Annotated, Required, NotRequired)
_LISTS: Final = (list, Iterable, Sequence)
_MAPS: Final = (dict, Mapping)
_DEPTH: Final = 12
"""Of nested types; none goes deeper, and those that contain themselves would have no end."""


def module_name(name: str) -> str:
    """`chat_completion` for `ChatCompletion`."""
    words: list[str] = []
    for part in _PARTS.findall(name):
        if part.isdigit() and words:
            words[-1] += part
        else:
            words.append(part.lower())
    return "_".join(words)


class Addresses:
    """The modules of a package of types.

    `spelled` has modules whose names do not follow from those of their types. `nested` has names in modules that do not
    follow from the types: `module.Name`, and either where the type is (`package:Name` below the root) or another name
    in the same module.
    """

    def __init__(self, root: str, spelled: Mapping[str, str], nested: Mapping[str, str]) -> None:
        self.root = root
        self._spelled = spelled
        self.nested = nested

    def find_spec(self, name: str) -> ModuleSpec | None:
        """Where such a module comes from; None when there is no type for it."""
        parent, _, leaf = name.rpartition(".")
        package = sys.modules.get(parent)
        owner = None if package is None or leaf.startswith("_") else self._type_at(package, leaf)
        if package is None or owner is None:
            return None
        return ModuleSpec(name, cast(Any, _Loader(self, package, owner)))

    def path(self, module: str) -> str:
        """A module's name below the root."""
        return module[len(self.root) + 1 :]

    def _type_at(self, package: ModuleType, leaf: str) -> str | None:
        """The public type of a package that a module of this name is about."""
        public: list[str] = getattr(package, "__all__", [])
        said = self._spelled.get(".".join(filter(None, (self.path(package.__name__), leaf))))
        if said in public:
            return said
        names = [name for name in public if name[:1].isupper()]
        exact = next((name for name in names if module_name(name) == leaf), None)
        # Where words of a name begin is not always to be seen: `OAuthErrorCode`, `oauth_error_code`.
        return exact or next((name for name in names if name.lower() == leaf.replace("_", "")), None)


class _Loader:
    """Makes the module of one type."""

    def __init__(self, addresses: Addresses, package: ModuleType, owner: str) -> None:
        self._addresses = addresses
        self._package = package
        self._owner = owner

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return TypeModule(spec.name, self._addresses, self._package, self._owner)

    def exec_module(self, module: ModuleType) -> None:
        pass


class TypeModule(ModuleType):
    """A module with one public type and those nested in it, loaded when they are asked for."""

    def __init__(self, name: str, addresses: Addresses, package: ModuleType, owner: str) -> None:
        super().__init__(name, f"The type `{owner}`.")
        self._addresses = addresses
        self._package = package
        self._owner = owner
        self.__all__ = [owner]

    def __getattr__(self, name: str) -> object:
        found = None if name.startswith("_") else self._find(name)
        if found is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        setattr(self, name, found)
        return found

    def _find(self, name: str) -> object:
        public: list[str] = getattr(self._package, "__all__", [])
        owner: object = getattr(self._package, self._owner)
        if name == self._owner:
            return owner
        if name == "FileTypes" and any(map(is_typeddict, _alternatives(owner))):
            from .multipart import FileTypes  # modules of requests that send files are where programs look for it

            return FileTypes
        said = self._addresses.nested.get(f"{self._addresses.path(self.__name__)}.{name}")
        if said is not None and ":" in said:
            package, _, other = said.partition(":")
            module = import_module(".".join(filter(None, (self._addresses.root, package))))
            return getattr(module, other, None) or _inside(module, other)
        # What stands beside a type may be meant by a short name first: `Choice` of `ChatCompletion`.
        found = _beside(self._package, owner, self._owner + name) or nested(owner, said or name)
        if found is None and name in public:
            return getattr(self._package, name)
        return found or nested(owner, said or name, is_alternative=True)


# --- types that stand beside others ---


def _beside(package: ModuleType, owner: object, wanted: str) -> object:
    """The type that is called after the one it is nested in."""
    own = sys.modules.get(getattr(owner, "__module__", ""))
    if own is not None and wanted in vars(own):
        return vars(own)[wanted]
    return _inside(package, wanted)


def _inside(package: ModuleType, wanted: str) -> object:
    """A type that is not public, from whichever module of the package has it."""
    place = _places(package.__name__).get(wanted)
    return None if place is None else getattr(import_module(place), wanted)


@cache
def _places(package: str) -> dict[str, str]:
    return {name: module.__name__ for module in _modules(sys.modules[package]) for name in _declared(module)}


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package that are its own, not those of packages of other resources."""
    from pkgutil import iter_modules

    public: list[str] = getattr(package, "__all__", [])
    for found in iter_modules(package.__path__):
        if found.name in public or found.name.startswith("_"):
            continue
        module = import_module(f"{package.__name__}.{found.name}")
        yield module
        if found.ispkg:
            for part in iter_modules(module.__path__):
                yield import_module(f"{module.__name__}.{part.name}")


def _declared(module: ModuleType) -> list[str]:
    return [name for name in vars(module) if not name.startswith("_")]


# --- types that are found by the way to them ---


def nested(owner: object, name: str, *, is_alternative: bool = False) -> object:
    """What a name in the module of a type stands for; None when there is no way that is called so.

    `is_alternative`: the name may begin with what tells an alternative of the owner itself from the others.
    """
    return next(_ways(owner, name, int(is_alternative)), None)


def _ways(annotation: object, rest: str, depth: int) -> Iterator[object]:
    if not rest:
        found = _unwrapped(annotation)
        if _is_type(found) or get_origin(found) in (Union, UnionType):
            yield found
        return
    if depth > _DEPTH:
        return
    turns: list[tuple[int, int, object]] = []
    parts = list(_alternatives(annotation))
    for part in filter(_is_type, parts):
        hints = _hints(part)
        if depth:
            # What there is no choice of is hardly named.
            rank = 0 if len(parts) > 1 else 3
            turns += [(len(each), rank, part) for each in _tags(hints) if _starts(rest, each)]
            turns += [(len(each), rank + 1, part) for each in _endings(part) if _starts(rest, each)]
        for name, inner in hints.items():
            turns += [(len(each), 2, inner) for each in _property_names(name) if _starts(rest, each)]
    turns.sort(key=lambda turn: (-turn[0], turn[1]))
    for length, _, inner in turns:
        yield from _ways(inner, rest[length:], depth + 1)


def _starts(rest: str, name: str) -> bool:
    return bool(name) and rest[: len(name)].lower() == name.lower()


def _is_type(found: object) -> bool:
    return is_typeddict(found) or (isinstance(found, type) and issubclass(found, BaseModel))


@cache
def _hints(owner: Any) -> dict[str, object]:
    return get_type_hints(owner, include_extras=True)


def _unwrapped(annotation: object) -> object:
    """An annotation without what is around the types in it: null, lists, notes."""
    arguments: tuple[Any, ...] = get_args(annotation)
    origin: Any = get_origin(annotation)
    if origin in _WRAPPERS or origin in _LISTS:
        return _unwrapped(arguments[0])
    if origin in _MAPS:
        return _unwrapped(arguments[1])
    if origin in (Union, UnionType):
        rest = [each for each in arguments if each is not NoneType]
        if len(rest) == 1:
            return _unwrapped(rest[0])
        return Union[tuple(rest)]  # noqa: UP007
    return annotation


def _alternatives(annotation: object) -> Iterator[object]:
    """The types an annotation mentions, without what is around them."""
    bare = _unwrapped(annotation)
    if get_origin(bare) in (Union, UnionType):
        for each in get_args(bare):
            yield from _alternatives(each)
    elif not isinstance(bare, (ForwardRef, str)):
        yield bare


def _endings(part: Any) -> set[str]:
    """What an alternative may be called by the end of its name."""
    words = _PARTS.findall(part.__name__)
    found = {"".join(words[start:]) for start in range(len(words))}
    if words[-1] == "Param":
        found |= {"".join(words[start:-1]) for start in range(len(words) - 1)}
    return found


def _tags(hints: Mapping[str, object]) -> set[str]:
    """What an alternative may be called by the property that tells it from others."""
    found: set[str] = set()
    for name in ("type", "role", "object", "mode", "status"):
        for each in _alternatives(hints.get(name)):
            if get_origin(each) is Literal:
                found |= {_pascal(value) for value in get_args(each) if isinstance(value, str)}
    return found


def _property_names(name: str) -> set[str]:
    """What a property may be called: as it is, or in the singular when it is a list."""
    found = {name, name.removesuffix("s"), name.removesuffix("es"), re.sub("ies$", "y", name)}
    return {_pascal(each) for each in (*found, re.sub("criteria$", "criterion", name))}


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^0-9A-Za-z]+", name))
