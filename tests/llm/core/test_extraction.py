"""Values of a type in what a model answers: how they are asked for, read, and seen while they are written."""

from __future__ import annotations

import datetime
import gc
import json
import weakref
from typing import Annotated, Any, Literal, Optional

import pydantic
import pytest

from antiphon.llm import RefusalError, ResponseModelConfigDict
from antiphon.llm.core.extraction import Extraction, with_response

from .shapes import Book, Frozen, Genre, Numbers, Point, Tree, Typed


class Strict(pydantic.BaseModel):
    model_config = ResponseModelConfigDict(strict=True)

    genre: Genre
    printed: datetime.date


def called(arguments: object, name: str = "Book") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}


def said(content: object) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


BOOK = '{"title": "Emma"}'


@pytest.mark.parametrize(
    "message",
    [
        called(BOOK),
        called({"title": "Emma"}),
        called(json.dumps(BOOK)),
        called(json.dumps(json.dumps(BOOK))),
        called(BOOK, "other"),
        called(f'{{"Book": {BOOK}}}'),
        {"role": "assistant", "function_call": {"name": "Book", "arguments": BOOK}},
        {**called(BOOK), "content": "Here you are."},
        {**called(""), "content": BOOK},
        {"tool_calls": [*called("{}", "other")["tool_calls"], *called(BOOK)["tool_calls"]]},
        said(BOOK),
        said(f"```json\n{BOOK}\n```"),
        said(f"```\n{BOOK}"),
        said(f"Sure! {BOOK} is one, {{and}} more"),
        said(f"Brackets [like these] do not matter: {BOOK}"),
        said(f"<think>{{}} or []</think>\n{BOOK}"),
        said(f"\ufeff{BOOK}"),
        said([{"type": "text", "text": BOOK[:5]}, {"type": "text", "text": BOOK[5:]}]),
        said(f'{{"name": "Book", "arguments": {BOOK}}}'),
        said(json.dumps({"type": "function", "function": {"name": "Book", "parameters": BOOK}})),
        said(f"[{BOOK}]"),
    ],
)
@pytest.mark.parametrize("json_mode", [False, True])
def test_models_in_every_wrapping(message: dict[str, Any], json_mode: bool) -> None:
    assert Extraction.of(Book, json_mode=json_mode).read(message) == Book(title="Emma")


def test_texts_that_strict_readers_refuse() -> None:
    assert Extraction.of(Book).read(called('{"title": "a\nb\tc"}')).title == "a\nb\tc"
    assert Extraction.of(Book).read(called('{"title": "\\ud83d!"}')).title == "\ufffd!"


@pytest.mark.parametrize(
    ("of", "message", "value"),
    [
        (str, called('{"value": "a"}'), "a"),
        (str, said("Hello there"), "Hello there"),
        (str, said('"quoted"'), "quoted"),
        (str, said("42"), "42"),
        (str, said('{"value": "a"}'), "a"),
        (int, called('{"value": 3}'), 3),
        (int, said("42"), 42),
        (float, said("4.5"), 4.5),
        (bool, said("true"), True),
        (list[int], called('{"value": [1, 2]}'), [1, 2]),
        (list[int], said("[1, 2]"), [1, 2]),
        (list[Book], said(f"```json\n[{BOOK}, {BOOK}]\n```"), [Book(title="Emma")] * 2),
        (dict[str, int], called('{"value": {"a": 1}}'), {"a": 1}),
        (dict[str, int], called('{"a": 1}'), {"a": 1}),
        (dict[str, int], called('{"value": 1}'), {"value": 1}),
        (dict[str, int], called(""), {}),
        (Genre, called('{"value": "crime"}'), Genre.CRIME),
        (Genre, said("crime"), Genre.CRIME),
        (Literal["a", "b"], said("b"), "b"),
        (Annotated[str, pydantic.Field(description="D", max_length=3)], said("abc"), "abc"),
        (Optional[int], called('{"value": null}'), None),  # noqa: UP045  users write both
        (Book | int, called('{"value": {"title": "Emma"}}'), Book(title="Emma")),
        (Book | int, said("3"), 3),
        (Numbers, called('{"value": [1]}'), Numbers([1])),
        (Point, called('{"x": "1"}'), Point(1)),
        (Frozen, called('{"x": 1, "names": ["a"]}'), Frozen(1, ("a",))),
        (Typed, called('{"a": 1}'), {"a": 1}),
        (Strict, said('{"genre": "crime", "printed": "2020-01-02"}'), None),
        (Tree, called('{"name": "a", "children": [{"name": "b"}]}'), Tree(name="a", children=[Tree(name="b")])),
        (datetime.date, said("2020-01-02"), datetime.date(2020, 1, 2)),
    ],
)
def test_values_of_every_kind(of: Any, message: dict[str, Any], value: object) -> None:
    found = Extraction.of(of).read(message)
    if of is Strict:
        value = Strict(genre=Genre.CRIME, printed=datetime.date(2020, 1, 2))
    assert found == value
    assert type(found) is type(value)


def test_how_models_are_asked_for() -> None:
    request = Extraction.of(Book).request()
    assert request["tool_choice"] == {"type": "function", "function": {"name": "Book"}}
    assert request["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "Book",
                "description": "A book as it was printed.",
                "parameters": {
                    "type": "object",
                    "properties": {"title": {"type": "string"}, "pages": {"type": "integer", "default": 3}},
                    "required": ["title"],
                },
            },
        }
    ]


def test_how_other_values_are_asked_for() -> None:
    function = Extraction.of(list[Book]).request()["tools"][0]["function"]
    assert function["name"] == "list_Book"
    assert function["parameters"]["required"] == ["value"]
    assert function["parameters"]["properties"]["value"] == {"type": "array", "items": {"$ref": "#/$defs/Book"}}
    assert "Book" in function["parameters"]["$defs"]
    said = Annotated[str, pydantic.Field(description="In one word.")]
    function = Extraction.of(said).request()["tools"][0]["function"]
    assert function["name"] == "str"
    assert function["parameters"]["properties"]["value"]["description"] == "In one word."
    tree = Extraction.of(Tree).request()["tools"][0]["function"]["parameters"]
    assert tree["type"] == "object"
    assert tree["properties"]["children"]["items"] == {"$ref": "#/$defs/Tree"}


def test_strict_models_are_held_to_their_schema() -> None:
    for json_mode in (False, True):
        request = Extraction.of(Strict, json_mode=json_mode).request()
        form = request["response_format"]["json_schema"]
        assert list(request) == ["response_format"]
        assert (form["name"], form["strict"]) == ("Strict", True)
        assert form["schema"]["additionalProperties"] is False
        assert Extraction.of(Strict, json_mode=json_mode).instructions is None


def test_strict_models_where_no_schema_can_be_asked_for() -> None:
    function = Extraction.of(Strict, schemas=False).request()["tools"][0]["function"]
    assert function["strict"] is True
    assert function["parameters"]["additionalProperties"] is False
    extraction = Extraction.of(Strict, json_mode=True, schemas=False)
    assert extraction.request() == {"response_format": {"type": "json_object"}}
    assert extraction.instructions is not None


def test_json_mode_says_what_is_wanted() -> None:
    extraction = Extraction.of(Book, json_mode=True)
    assert extraction.request() == {"response_format": {"type": "json_object"}}
    system = {"role": "system", "content": "Be brief"}
    asked: list[Any] = [system, {"role": "user", "content": "A book?"}]
    told = extraction.messages(asked)
    assert told[0] is system
    assert told[1]["content"].startswith("A book?\n\nAnswer with one JSON object")
    assert '"title"' in told[1]["content"]
    assert asked[1]["content"] == "A book?"
    parts: list[Any] = [{"type": "text", "text": "A book?"}]
    told = extraction.messages([{"role": "user", "content": parts}])
    assert [part["type"] for part in told[0]["content"]] == ["text", "text"]
    assert len(parts) == 1
    for before in ([], [system], [{"role": "tool", "content": "3"}]):
        assert [message["role"] for message in extraction.messages(before)][-1] == "user"
    assert Extraction.of(Book).messages(asked) == asked


@pytest.mark.parametrize(
    ("message", "reason", "problem", "notes"),
    [
        (said(None), None, "Invalid JSON", ["the model answered with nothing"]),
        ({}, "length", "Invalid JSON", ["the model answered with nothing", "the answer was cut off"]),
        (said('{"title": "Em'), "length", "Invalid JSON", ["the answer was cut off"]),
        (said("no"), "content_filter", "Invalid JSON", ["a content filter"]),
        (called('{"pages": 1}'), None, "title", []),
        ({**called("{"), "content": '{"title": 3}'}, None, "valid string", []),
        (called(""), None, "title", []),
        (said("[" * 100_000), None, "Invalid JSON", []),
        (said("{" * 10_000 + "}"), None, "Invalid JSON", []),
    ],
)
def test_what_does_not_fit(message: dict[str, Any], reason: str | None, problem: str, notes: list[str]) -> None:
    with pytest.raises(pydantic.ValidationError, match=problem) as raised:
        Extraction.of(Book).read(message, finish_reason=reason)
    found: list[str] = getattr(raised.value, "__notes__", [])
    assert len(found) == len(notes)
    assert all(said.startswith(note) for said, note in zip(found, notes, strict=True))


def test_refusals_are_errors_of_their_own() -> None:
    for message in ({**said(None), "refusal": "I cannot"}, {**called("{"), "refusal": "I cannot"}):
        with pytest.raises(RefusalError, match="refused: I cannot") as raised:
            Extraction.of(Book).read(message)
        assert raised.value.refusal == "I cannot"
    assert issubclass(RefusalError, ValueError)
    assert Extraction.of(Book).read({**called(BOOK), "refusal": ""}).title == "Emma"


@pytest.mark.parametrize("of", [None, 3, "Book", {"type": "object"}, json.JSONEncoder, lambda: 1])
def test_what_cannot_be_asked_for(of: Any) -> None:
    with pytest.raises(TypeError):
        Extraction.of(of)


def test_dicts_cannot_be_strict() -> None:
    class Loose(pydantic.BaseModel):
        model_config = ResponseModelConfigDict(strict=True)

        counts: dict[str, int]

    with pytest.raises(TypeError, match=r"Loose\.counts is a dict"):
        Extraction.of(Loose).request()


def test_extractions_are_made_once_and_go_with_their_type() -> None:
    for of in (Book, str, list[Book], Genre, Literal["a"], Annotated[str, pydantic.Field(description="D")]):
        assert Extraction.of(of) is Extraction.of(of)
        assert Extraction.of(of) is not Extraction.of(of, json_mode=True)
    assert Extraction.of(Literal[1]) is not Extraction.of(Literal[True])

    class Child(Book):
        more: int

    assert Extraction.of(Child).name == "Child"

    class Short(pydantic.BaseModel):
        a: int

    partials = Extraction.of(Short).partials()
    partials.feed(called('{"a": 1}'))
    partials.finish()
    gone = weakref.ref(Short)
    del Short, partials
    gc.collect()
    assert gone() is None


def test_values_and_errors_know_their_response() -> None:
    book = with_response(Book(title="a"), "response")
    assert book._response == "response"
    assert book == Book(title="a")
    assert book.model_dump() == {"title": "a", "pages": 3}
    assert "response" not in repr(book)
    assert with_response(Point(1), "response")._response == "response"
    for value in ("a", 3, None, Genre.CRIME, Frozen(1), [1], Book):
        assert with_response(value, "response") is value
        assert not hasattr(value, "_response")
    with pytest.raises(pydantic.ValidationError) as raised:
        Book.model_validate({})
    assert with_response(raised.value, "response")._response == "response"
