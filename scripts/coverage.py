"""What of another package's public surface this SDK has, and what is missing.

A surface is a JSON file with what the package offers, found by introspection: its methods, types, modules and names.
Each fact to compare is an item with a kind and a name (`parameter chat.completions.create (sync) model`). What is left
out on purpose, or not yet there, is in `coverage.yml` beside this file, with the reason.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import yaml
from pydantic import BaseModel
from typing_extensions import is_typeddict

import antiphon

ROOT: Final = Path(__file__).parent.parent
SURFACES: Final = ROOT.parent / "shared" / "reference" / "openai"
LEFT_OUT: Final = Path(__file__).with_suffix(".yml")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One fact of the surface: `there` is whether the SDK has it, `note` what it has in its place."""

    kind: str
    name: str
    there: bool
    note: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind} {self.name}"


# --- methods ---


def method_items(surface: Facts) -> Iterator[Item]:
    clients = {
        "": antiphon.Client(api_key="key", admin_api_key="key"),
        "Async": antiphon.AsyncClient(api_key="key", admin_api_key="key"),
    }
    for name, facts in surface["methods"].items():
        for colour, client in clients.items():
            yield from _method(client, colour, name, facts)


def _method(client: object, colour: str, name: str, facts: Facts) -> Iterator[Item]:
    shown = f"{name} ({colour.lower() or 'sync'})"
    found = _at(client, name)
    yield Item("method", shown, found is not None)
    if found is None:
        return
    signature = inspect.signature(found)
    open_ended = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
    for wanted, said in facts["params"].items():
        own = signature.parameters.get(wanted)
        yield Item("parameter", f"{shown} {wanted}", own is not None or open_ended)
        if own is not None:
            required = own.default is own.empty
            # Overloads of what is written by hand leave things out that the last of them requires.
            fits = required == said["required"] or ("http_path" not in facts and not required)
            yield Item("required", f"{shown} {wanted}", fits, f"here: {required}")
            if not said["kw"]:
                yield Item("positional", f"{shown} {wanted}", own.kind is own.POSITIONAL_OR_KEYWORD)
    for wanted in facts["request_options"]:
        yield Item("option", f"{shown} {wanted}", wanted in signature.parameters or open_ended)
    if "http_path" in facts:
        known = {*facts["params"], *facts["request_options"]}
        for own in signature.parameters.values():
            if own.name not in known:
                yield Item("optional", f"{shown} {own.name}", own.default is not own.empty)
    for header, value in facts.get("headers", {}).items() if "http_path" in facts else ():
        if header != "Accept":
            text = inspect.getsource(found)
            yield Item("header", f"{shown} {header}", f'"{header}": "{value}"' in text.replace("'", '"'))
    if "deprecated" in facts:
        yield Item("deprecated", shown, getattr(found, "__deprecated__", None) is not None)
    returned = facts["returns"]
    if not colour:
        ours, theirs = _type_names(signature.return_annotation), _type_names(returned)
        if "http_path" not in facts:  # written by hand: what it is generic over has names of its own
            ours, theirs = (
                _type_names(re.sub(r"\[.*\]", "", each)) for each in (signature.return_annotation, returned)
            )
        yield Item("result", shown, ours == theirs, f"{' '.join(sorted(ours))} for {' '.join(sorted(theirs))}")
    for view in facts["wrappers"]:
        owner, _, last = name.rpartition(".")
        yield Item("view", f"{shown} {view}", _at(client, f"{owner}.{view}.{last}".lstrip(".")) is not None)


def _at(client: object, path: str) -> Any:
    found: Any = client
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


_RENAMED: Final = {"BinaryResponse": "HttpxBinaryResponseContent", "None": "NoneType"}


def _type_names(annotation: str) -> frozenset[str]:
    """The names of types an annotation mentions; a pager is the page it gives."""
    text = re.sub(r"Literal\[[^\]]*\]", "str", annotation)
    names = {part.rpartition(".")[2] for part in re.findall(r"[A-Za-z_][\w.]*", text)} - {"Union", "Optional"}
    paged = {re.sub(r"^(?!Async)(\w*)Pager$", r"Sync\1Page", name) for name in names}
    return frozenset(_RENAMED.get(name, name) for name in paged)


# --- the client, and names of the package ---


def client_items(surface: Facts) -> Iterator[Item]:
    for colour in (antiphon.Client, antiphon.AsyncClient):
        accepted = inspect.signature(colour).parameters
        for name in surface["client"]["init"]:
            yield Item("client option", f"{colour.__name__} {name}", name in accepted)
        made = colour(api_key="key", admin_api_key="key")
        for name in surface["client"]["members"]:
            yield Item("client member", f"{colour.__name__}.{name}", hasattr(made, name))


def export_items(surface: Facts) -> Iterator[Item]:
    exported = set(surface["top_level_all"])
    public: list[str] = getattr(antiphon, "__all__", [])
    for name in sorted(exported | set(surface["top_level"])):
        there = hasattr(antiphon, name) or _module(name) is not None
        yield Item("export", name, there and (name not in exported or name in public))
        facts = surface["top_level"].get(name, {})
        if there and facts.get("kind") == "exception":
            own = getattr(antiphon, name)
            bases = {base.__name__ for base in inspect.getmro(own)}
            for base in facts["bases"]:
                wanted = getattr(antiphon, base, None)
                yield Item("base", f"{name} {base}", base in bases or (wanted is not None and issubclass(own, wanted)))
            members = set(facts["members"])
            has = {*dir(own), *(name for each in inspect.getmro(own) for name in inspect.get_annotations(each))}
            assigned = re.compile(r"self\.(\w+)\b[^=\n]*=")
            for each in inspect.getmro(own):
                if each.__module__.startswith("antiphon"):
                    has.update(assigned.findall(inspect.getsource(each)))
            for member in sorted(members):
                yield Item("attribute", f"{name}.{member}", member in has)


def module_items(surface: Facts) -> Iterator[Item]:
    for path, names in surface["public_modules"].items():
        module = _module(path)
        yield Item("module", path, module is not None)
        for name in names:
            yield Item("module name", f"{path}.{name}", module is not None and _has(module, name))


# --- types ---


def type_items(surface: Facts) -> Iterator[Item]:
    for full, facts in surface["types"].items():
        package, _, name = full.rpartition(".")
        module = _module(package)
        own = _get(module, name)
        yield Item("type", full, own is not None)
        if own is None:
            continue
        kind = facts["kind"]
        here = "typeddict" if is_typeddict(own) else "model" if _is_model(own) else "alias"
        yield Item("kind of type", full, here == kind, f"here: {here}, there: {kind}")
        for wire in facts.get("fields", {}) if here == kind == "model" else ():
            yield Item("field", f"{full}.{wire}", wire in own.model_fields)
        if here == kind == "typeddict":
            keys = own.__annotations__
            for key in (*facts["required_keys"], *facts["optional_keys"]):
                yield Item("key", f"{full}.{key}", key in keys)


def nested_items(surface: Facts) -> Iterator[Item]:
    for path, names in surface["type_modules"].items():
        module = _module(path)
        yield Item("type module", path, module is not None)
        for name, facts in names.items():
            own = _get(module, name)
            there = own is not None
            note = ""
            if there and facts["kind"] in ("model", "typeddict"):
                here = "typeddict" if is_typeddict(own) else "model" if _is_model(own) else "alias"
                note = f"here: {here}, there: {facts['kind']}"
                there = here == facts["kind"]
            yield Item("nested name", f"{path}.{name}", there, note)
            # That it is the type meant, its fields tell.
            if there and facts["kind"] in ("model", "typeddict"):
                listed = ("fields", "required_keys", "optional_keys")
                lacking = {each for key in listed for each in facts.get(key, ())}
                lacking -= set(own.model_fields if _is_model(own) else own.__annotations__)
                yield Item("nested fields", f"{path}.{name}", not lacking, f"lacks {' '.join(sorted(lacking))}")


def _is_model(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, BaseModel)


@cache
def _module(path: str) -> ModuleType | None:
    try:
        return import_module(f"antiphon.{path}")
    except ImportError:
        return None


def _has(module: ModuleType, name: str) -> bool:
    return hasattr(module, name) or _module(f"{module.__name__.removeprefix('antiphon.')}.{name}") is not None


def _get(module: ModuleType | None, name: str) -> Any:
    return None if module is None else getattr(module, name, None)


# --- what is left out ---


@dataclass(frozen=True, slots=True)
class Reason:
    """Items that are missing, and why."""

    why: str
    items: tuple[str, ...]
    surface: str

    def covers(self, item: Item, surface: str) -> bool:
        return self.surface in ("", surface) and any(fnmatchcase(item.key, each) for each in self.items)


def reasons() -> tuple[Reason, ...]:
    listed = yaml.safe_load(LEFT_OUT.read_text("utf-8"))
    return tuple(Reason(entry["why"], tuple(entry["items"]), str(entry.get("surface", ""))) for entry in listed)


@dataclass(slots=True)
class Coverage:
    """A surface, item by item."""

    version: str
    items: list[Item]
    missing: list[Item] = field(default_factory=list[Item])
    """Neither there nor on the list."""
    left_out: list[Item] = field(default_factory=list[Item])
    met: set[str] = field(default_factory=set[str])
    """Entries of the list of which something is missing."""


def coverage(surface: Facts, listed: Iterable[Reason]) -> Coverage:
    version = ".".join(str(surface["version"]).split(".")[:2])
    items = [
        *method_items(surface),
        *client_items(surface),
        *export_items(surface),
        *module_items(surface),
        *type_items(surface),
        *nested_items(surface),
    ]
    found = Coverage(version, items)
    listed = tuple(listed)
    for item in items:
        if item.there:
            continue
        reason = next((each for each in listed if each.covers(item, version)), None)
        if reason is None:
            found.missing.append(item)
            continue
        found.met.update(each for each in reason.items if fnmatchcase(item.key, each))
        found.left_out.append(item)
    return found


def needless(found: Iterable[Coverage], listed: Iterable[Reason]) -> list[str]:
    """Entries of the list of which nothing is missing."""
    met = {entry for each in found for entry in each.met}
    return [entry for reason in listed for entry in reason.items if entry not in met]


def read(surface: Path) -> Facts:
    return json.loads(surface.read_text("utf-8"))


# --- the command ---


def _percent(there: int, all: int) -> str:
    return "100 %" if there == all else f"{min(100 * there / all, 99.99):.2f} %"


def _print(found: Coverage, limit: int | None) -> None:
    print(f"surface {found.version}")
    for kind in dict.fromkeys(item.kind for item in found.items):
        own = [item for item in found.items if item.kind == kind]
        there = sum(item.there for item in own)
        out = sum(item.kind == kind for item in found.left_out)
        rest = f"  ({out} left out)" if out else ""
        print(f"{_percent(there, len(own)):>8}  {there}/{len(own)}  {kind}{rest}")
        lacking = [item for item in found.missing if item.kind == kind]
        for item in lacking[:limit]:
            print(f"            missing: {item.name}{f'  ({item.note})' if item.note else ''}")
        if limit is not None and len(lacking) > limit:
            print(f"            … and {len(lacking) - limit} more")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--surface", type=Path, action="append", help="a surface file, in place of the known ones")
    parser.add_argument("--json", action="store_true", help="print every item that is not there, as JSON")
    parser.add_argument("--all", action="store_true", help="print all that is missing, however much")
    given = parser.parse_args()
    surfaces: list[Path] = given.surface or sorted(SURFACES.glob("surface_*.json"))
    if not surfaces:
        print(f"no surface files in {SURFACES}", file=sys.stderr)
        return 2
    listed = reasons()
    all_found = [coverage(read(path), listed) for path in surfaces]
    if given.json:
        groups = ("missing", "left_out")
        print(
            json.dumps(
                {
                    each.version: {
                        "items": len(each.items),
                        **{name: [{"item": i.key, "note": i.note} for i in getattr(each, name)] for name in groups},
                    }
                    for each in all_found
                },
                indent=1,
            )
        )
    else:
        for each in all_found:
            _print(each, None if given.all else 10)
    spare = [] if given.surface else needless(all_found, listed)
    for entry in spare:
        print(f"in {LEFT_OUT.name}, but there: {entry}", file=sys.stderr)
    return 1 if spare or any(each.missing for each in all_found) else 0


if __name__ == "__main__":
    sys.exit(main())
