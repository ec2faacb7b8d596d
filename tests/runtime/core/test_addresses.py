"""Modules of one type each: which names they have, by the ways that lead through the types."""

from __future__ import annotations

import importlib
from typing import Any, Literal, Required

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

import antiphon.types.chat
from antiphon.runtime.core.addresses import module_name, nested


class Probability(BaseModel):
    token: str


class Text(BaseModel):
    type: Literal["text"]
    probabilities: list[Probability] | None = None


class LongPicture(BaseModel):
    type: Literal["picture"]
    sizes: dict[str, Probability]


class Step(BaseModel):
    title: str
    inner: Step | None = None
    entries: list[Text | LongPicture]


class StepParam(TypedDict, total=False):
    title: Required[str]
    inner: Required[StepParam]


Either = Text | LongPicture

WAYS: dict[str, tuple[Any, str, object]] = {
    "a property": (Step, "Inner", Step),
    "a list, in the singular": (Text, "Probability", Probability),
    "values of a mapping": (LongPicture, "Sizes", Probability),
    "alternatives, all of them": (Step, "Entry", Text | LongPicture),
    "an alternative by its tag": (Step, "EntryText", Text),
    "an alternative by its tag, called otherwise": (Step, "EntryPicture", LongPicture),
    "an alternative by the end of its name": (Step, "EntryLongPicture", LongPicture),
    "through an alternative": (Step, "EntryTextProbability", Probability),
    "through itself": (Step, "InnerInnerEntryText", Text),
    "what is sent": (StepParam, "Inner", StepParam),
    "text is no type": (Step, "Title", None),
    "a way that leads nowhere": (Step, "EntrySound", None),
    "a way that ends on the way": (Step, "Ent", None),
    "nothing": (str, "Inner", None),
}


@pytest.mark.parametrize("case", WAYS)
def test_ways(case: str) -> None:
    owner, name, expected = WAYS[case]
    assert nested(owner, name) == expected


def test_an_alternative_of_the_owner_itself() -> None:
    assert nested(Either, "TextProbability") is None
    assert nested(Either, "TextProbability", is_alternative=True) is Probability


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ChatCompletion", "chat_completion"), ("APIKey", "api_key"), ("Sha256Sum", "sha256_sum"), ("URLs", "urls")],
)
def test_names_of_modules(name: str, expected: str) -> None:
    assert module_name(name) == expected


def test_a_module_has_its_type_and_those_in_it() -> None:
    module = importlib.import_module("antiphon.types.chat.chat_completion")
    assert module.ChatCompletion is antiphon.types.chat.ChatCompletion
    assert module.Choice.__name__ == "ChatCompletionChoice"
    assert module.ChoiceLogprobs is module.ChoiceLogprobs
    assert module.__all__ == ["ChatCompletion"]
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = module.Nothing
    with pytest.raises(AttributeError):
        _ = module._private


def test_there_is_no_module_without_a_type() -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("antiphon.types.chat.no_such_type")
