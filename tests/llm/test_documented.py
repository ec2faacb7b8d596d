"""Every name of `antiphon.llm`, and what its objects can do, occurs in a program of the documents."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import antiphon
from antiphon import SDKError, llm

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PACKAGE = "antiphon.llm"
NAMES: list[str] = vars(llm)["__all__"]

CLASSES: list[type[Any]] = [
    *(llm.Model, llm.KeyModel, llm.Response, llm.Conversation, llm.ChainResponse, llm.EmbeddingModel),
    *(llm.CallResponse, llm.CallAnswer, llm.Stream, llm.StructuredStream, llm.Pieces, llm.BasePrompt, llm.Data),
    *(llm.Tool, llm.Toolbox, llm.BaseTool, llm.BaseToolKit, llm.ToolCall, llm.Message, llm.Attachment),
]
TWINS: list[tuple[type[Any], type[Any]]] = [
    (llm.AsyncModel, llm.Model),
    (llm.AsyncKeyModel, llm.KeyModel),
    (llm.AsyncResponse, llm.Response),
    (llm.AsyncConversation, llm.Conversation),
    (llm.AsyncChainResponse, llm.ChainResponse),
    (llm.AsyncEmbeddingModel, llm.EmbeddingModel),
    (llm.AsyncCallAnswer, llm.CallAnswer),
    (llm.AsyncStream, llm.Stream),
    (llm.AsyncStructuredStream, llm.StructuredStream),
    (llm.AsyncPieces, llm.Pieces),
]


def trees() -> Iterator[ast.Module]:
    for page in PAGES:
        yield from (ast.parse(match[1]) for match in SNIPPET.finditer(page.read_text("utf-8")))


def names_used(tree: ast.Module) -> set[str]:
    """What a program takes from the package: `llm.name`, or `from antiphon.llm import name`."""
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "llm":
            used.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            used.update(alias.name for alias in node.names)
    return used


def members_used(tree: ast.Module) -> set[str]:
    """What a program asks an object for, or overwrites in a class."""
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            used.add(node.attr)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            used.add(node.name)
    return used


def is_member(value: object) -> bool:
    kinds = (property, cached_property, classmethod, staticmethod)
    return isinstance(value, kinds) or (callable(value) and not isinstance(value, type))


def members(of: type[Any]) -> set[str]:
    """Its public methods and properties; those of other packages' classes are theirs to describe."""
    own = [each for each in of.__mro__ if each.__module__.startswith("antiphon.")]
    found = {
        name for each in own for name, value in vars(each).items() if not name.startswith("_") and is_member(value)
    }
    return found - {"model_post_init"}  # of pydantic


def without_a(name: str, known: set[str]) -> str:
    """The method whose async twin this is: `astream_events` is that of `stream_events`."""
    return name[1:] if name[0] == "a" and name[1:] in known else name


@pytest.fixture(scope="module")
def shown() -> tuple[set[str], set[str]]:
    every = list(trees())
    return set[str]().union(*map(names_used, every)), set[str]().union(*map(members_used, every))


def test_every_name_is_used_in_a_document(shown: tuple[set[str], set[str]]) -> None:
    assert sorted(set(NAMES) - shown[0]) == []


def test_every_name_in_a_document_is_public(shown: tuple[set[str], set[str]]) -> None:
    assert sorted(shown[0] - set(NAMES)) == []


@pytest.mark.parametrize("of", CLASSES, ids=lambda of: of.__name__)
def test_every_method_is_used_in_a_document(of: type[Any], shown: tuple[set[str], set[str]]) -> None:
    found = members(of)
    assert found or of is llm.KeyModel
    assert sorted(name for name in found if without_a(name, found) not in shown[1]) == []


@pytest.mark.parametrize(("of", "twin"), TWINS, ids=lambda of: of.__name__)
def test_async_methods_are_those_of_the_twin_or_shown(
    of: type[Any], twin: type[Any], shown: tuple[set[str], set[str]]
) -> None:
    known = members(twin)
    assert sorted(name for name in members(of) - known if without_a(name, known) not in shown[1]) == []


def test_every_name_has_its_place_on_one_page() -> None:
    page = (ROOT / "docs" / "llm-names.md").read_text("utf-8")
    said = set(re.findall(r"`(\w+)", SNIPPET.sub("", page)))
    twins = re.compile(r"Async|(?<=get_)async_|^async_|^a(?=[a-z])")
    assert sorted(name for name in NAMES if name not in said and twins.sub("", name) not in said) == []


def test_every_class_and_function_says_what_it_is() -> None:
    silent = [name for name in NAMES if not (getattr(llm, name).__doc__ or "").strip()]
    assert silent == []


@pytest.mark.parametrize("of", [*CLASSES, llm.CallResponseChunk, llm.AsyncStream], ids=lambda of: of.__name__)
def test_every_method_says_what_it_does(of: type[Any]) -> None:
    every = {name: [value for each in of.__mro__ if (value := vars(each).get(name))] for name in members(of)}
    assert sorted(name for name, found in every.items() if not any(map(inspect.getdoc, found))) == []


def test_the_errors_have_a_module() -> None:
    here = {name for name in NAMES if isinstance(kind := getattr(llm, name), type) and issubclass(kind, Exception)}
    every = set(llm.errors.__all__)
    assert here <= every
    assert all(getattr(llm.errors, name) is getattr(llm, name) for name in here)
    assert all(getattr(llm.errors, name) is getattr(antiphon, name) for name in every - here)


def test_errors_can_be_caught_as_one() -> None:
    raised_by_users = {"CancelToolCall", "PauseChain"}
    kinds = {name: kind for name in NAMES if isinstance(kind := getattr(llm, name), type)}
    others = {name for name, kind in kinds.items() if issubclass(kind, Exception) and not issubclass(kind, SDKError)}
    assert others == raised_by_users
