"""Values of a type in what a model answers: how they are asked for, read, and seen while they are written."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import gc
import json
import weakref
from typing import Annotated, Any, Literal, Optional

import pydantic
import pytest
from typing_extensions import TypeAliasType, TypedDict

from antiphon.lib.core.growing_json import GrowingJson
from antiphon.llm import RefusalError, ResponseModelConfigDict
from antiphon.llm.core.extraction import Extraction, with_response
from antiphon.llm.core.partials import shape_of


class Genre(enum.Enum):
    FANTASY = "fantasy"
    CRIME = "crime"


class Author(pydantic.BaseModel):
    name: str
    born: datetime.date | None = None


class Book(pydantic.BaseModel):
    """A book as it was printed."""

    title: str
    pages: int = 3


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: int
    names: tuple[str, ...] = ()


class Typed(TypedDict):
    a: int


class Strict(pydantic.BaseModel):
    model_config = ResponseModelConfigDict(strict=True)

    genre: Genre
    printed: datetime.date


class Tree(pydantic.BaseModel):
    name: str
    children: list[Tree] = []


class Numbers(pydantic.RootModel[list[int]]):
    pass


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


# --- while they are written ---


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    name: str


class Library(pydantic.BaseModel):
    """Refuses everything that is not whole, which partial objects must not mind."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)

    _visits: int = 4
    title: str
    head: Author
    tags: list[str] = pydantic.Field(alias="the tags", min_length=1)
    genre: Genre
    size: int = pydantic.Field(ge=10)
    pets: list[Cat | Dog] = []
    made: list[str] = pydantic.Field(default_factory=lambda: ["x"])

    @pydantic.field_validator("title")
    @classmethod
    def _upper(cls, title: str) -> str:
        return title.upper()

    @pydantic.model_validator(mode="after")
    def _check(self) -> Library:
        assert self.title is not None
        return self

    def model_post_init(self, context: Any) -> None:
        assert self.title is not None

    def visits(self) -> int:
        return self._visits

    def shout(self) -> str:
        return f"{self.title}!"


def streamed(extraction: Extraction, text: str, size: int = 4, *, as_content: bool = False) -> tuple[list[Any], Any]:
    partials = extraction.partials()
    seen: list[Any] = []
    for at in range(0, len(text), size):
        piece = text[at : at + size]
        function = {"index": 0, "function": {"arguments": piece}}
        found = partials.feed({"content": piece} if as_content else {"tool_calls": [function]})
        if found is not None:
            seen.append(found)
    return seen, partials.finish()


def test_partial_models() -> None:
    text = (
        '{"title": "Old", "head": {"name": "Ann", "born": "1990-02-03"}, "the tags": ["a", "b"], "genre": "crime", '
        '"size": 12, "pets": [{"kind": "dog", "name": "Rex"}, {"kind": "cat", "lives": 9}]}'
    )
    for size in (1, 4, 1000):
        seen, last = streamed(Extraction.of(Library), text, size)
        for each in seen:
            assert isinstance(each, Library)
            each.model_dump_json()  # without warnings
            assert each.visits() == 4
            assert each.shout().startswith(("None", "O", "!"))
        assert type(last) is Library
        assert last.title == "OLD"
        assert last.pets == [Dog(kind="dog", name="Rex"), Cat(kind="cat", lives=9)]
        assert seen[-1].pets == last.pets
        assert seen[-1].made == ["x"]
    seen, _ = streamed(Extraction.of(Library), text, 1)
    first = seen[0]
    fields = ("title", "head", "tags", "genre", "size", "pets", "made")
    assert [getattr(first, name) for name in fields] == [None] * len(fields)
    titles = [each.title for each in seen]
    assert titles[titles.index("") :][:4] == ["", "O", "Ol", "Old"]
    heads = [each.head for each in seen if each.head is not None]
    assert isinstance(heads[0], Author)
    assert (heads[0].name, heads[0].born) == (None, None)
    assert heads[-1].born == datetime.date(1990, 2, 3)
    assert {each.genre for each in seen} == {None, Genre.CRIME}
    assert {each.size for each in seen} == {None, 12}
    kinds = [type(each.pets[0]).__name__ for each in seen if each.pets]
    assert set(kinds) == {"PartialDog", "Dog"}


def test_partial_values_of_other_types() -> None:
    seen, last = streamed(Extraction.of(list[Point]), '{"value": [{"x": 1, "y": 5}, {"x": 22}]}')
    assert last == [Point(1, 5), Point(22)]
    assert all(isinstance(each, Point) for items in seen for each in items)
    assert seen[-1] == last
    assert any(each[-1].x is None for each in seen if each)
    seen, last = streamed(Extraction.of(Frozen), '{"x": 1, "names": ["a", "b"]}')
    assert (seen[-1], last) == (Frozen(1, ("a", "b")),) * 2
    seen, last = streamed(Extraction.of(Typed), '{"a": 12}', 2)
    assert [each["a"] for each in seen] == [None, 12]
    seen, last = streamed(Extraction.of(str), '{"value": "abcdef"}', 3)
    assert (seen[-1], last) == ("abcdef", "abcdef")
    assert all("abcdef".startswith(each) for each in seen)
    assert streamed(Extraction.of(int), '{"value": 12}', 1) == ([12], 12)
    assert streamed(Extraction.of(Genre), '{"value": "crime"}', 1) == ([Genre.CRIME], Genre.CRIME)
    seen, last = streamed(Extraction.of(dict[str, list[int]]), '{"value": {"a": [1, 2], "b": []}}', 2)
    assert (seen[-1], last) == ({"a": [1, 2], "b": []},) * 2
    seen, last = streamed(Extraction.of(set[int]), '{"value": [1, 2]}', 2)
    assert (seen[0], last) == (set(), {1, 2})
    seen, last = streamed(Extraction.of(Tree), '{"name": "a", "children": [{"name": "b", "children": []}]}', 5)
    assert seen[-1].children[0].name == "b"
    assert isinstance(seen[-1].children[0], Tree)
    seen, last = streamed(Extraction.of(Numbers), '{"value": [1, 2]}', 5)
    assert last == Numbers([1, 2])


class Sooner(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    later: Later
    texts: list[str | None] | None = None
    kind: str = pydantic.Field(default="k", validation_alias=pydantic.AliasChoices("kind", "Kind"))


class Later(pydantic.BaseModel):
    n: int


def test_partial_models_of_unusual_forms() -> None:
    text = '{"later": {"n": 1}, "texts": [null, "a"], "Kind": "b", "more": [1, 2]}'
    for size in (1, 3, 5):
        seen, last = streamed(Extraction.of(Sooner), text, size)
        assert isinstance(last.later, Later)
        assert seen[-1].model_dump() == last.model_dump()
        assert (last.kind, last.more, last.texts) == ("b", [1, 2], [None, "a"])
        assert all(each.later is None or isinstance(each.later, Later) for each in seen)
    assert streamed(Extraction.of(Sooner), '{"later": {"n": 1}}')[0][-1].kind == "k"


class Counts(pydantic.RootModel[dict[str, int]]):
    pass


class Everything(pydantic.BaseModel):
    """A field of each kind, none of which minds what is in its place as long as nobody checks."""

    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    text: str | None = None
    number: int | None = None
    author: Author | None = None
    point: Point | None = None
    typed: Typed | None = None
    items: list[int] | None = None
    pair: tuple[int, str] | None = None
    group: set[Author] | None = None
    fixed: frozenset[int] | None = None
    table: dict[str, int] | None = None
    loose: dict[str, Any] | None = None
    bare: list[Any] | None = None
    anything: Any = None
    counts: Counts | None = None
    either: int | list[int] | None = None
    several: Author | Point | None = None
    alias: Words | None = None


Words = TypeAliasType("Words", list[str])
OF_EACH_KIND = ["3", "true", "null", '"te\\u0078t"', "[1]", '[{"a": null}]', "{}", '{"x": 1}', '{"a": [1]}']


@pytest.mark.parametrize("name", list(Everything.model_fields))
@pytest.mark.parametrize("value", OF_EACH_KIND)
def test_what_does_not_fit_is_not_shown(name: str, value: str) -> None:
    partials = Extraction.of(Everything).partials()
    text = f'{{"{name}": {value}, "number": 7}}'
    seen: list[Any] = []
    for piece in text:
        found = partials.feed({"content": piece})
        if found is not None:
            found.model_dump_json()
            seen.append(found)
    assert seen[-1].number == 7
    try:
        whole = partials.finish()
    except pydantic.ValidationError:
        return
    if getattr(whole, name) is not None:
        shown = seen[-1].model_dump()[name]
        assert shown == whole.model_dump()[name]


def test_unusual_types_while_they_are_written() -> None:
    assert streamed(Extraction.of(Counts), '{"value": {"a": 1}}', 2) == ([Counts({"a": 1})], Counts({"a": 1}))
    seen, last = streamed(Extraction.of(Words), '{"value": ["a", "b"]}', 2)
    assert (seen[-1], last) == (["a", "b"], ["a", "b"])
    assert streamed(Extraction.of(object), '{"value": [1]}')[1] == [1]

    @dataclasses.dataclass
    class Local:
        inner: Inner
        more: list[int] = dataclasses.field(default_factory=list[int])
        other: int = 4

    @dataclasses.dataclass
    class Inner:
        n: int

    made = shape_of(Local)
    json = GrowingJson(made)
    json.feed('{"inner": {"n": 1}')
    assert (json.value.inner, json.value.more) == ({"n": 1}, None)
    json.feed("}")
    assert (json.value.more, json.value.other) == ([], 4)

    class Choosy(pydantic.BaseModel):
        def __init_subclass__(cls, *, tag: str) -> None:
            super().__init_subclass__()

    class Chosen(Choosy, tag="x"):
        a: int
        b: str = "b"

    seen, last = streamed(Extraction.of(Chosen), '{"a": 1}', 3)
    assert (seen[0].a, last) == (None, Chosen(a=1))


def test_partial_calls_of_the_older_form() -> None:
    partials = Extraction.of(Book).partials()
    assert partials.feed({"function_call": {"name": "Book", "arguments": '{"title": "Em'}}).title == "Em"
    assert partials.feed({"function_call": {"arguments": 'ma"}'}, "tool_calls": [None]}).title == "Emma"
    assert partials.finish() == Book(title="Emma")


def test_types_that_cannot_be_described() -> None:
    class Held(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

        encoder: json.JSONEncoder

    with pytest.raises(TypeError, match="Held cannot be described"):
        Extraction.of(Held)


def test_the_table_of_other_types_is_bounded() -> None:
    first = Extraction.of(Literal["0"])
    for number in range(200):
        Extraction.of(Literal[f"x{number}"])  # pyright: ignore[reportArgumentType, reportGeneralTypeIssues, reportInvalidTypeForm]
    assert Extraction.of(Literal["0"]) is not first

    class Unhashable:
        __hash__ = None  # type: ignore[assignment]

    of = Annotated[int, Unhashable()]
    assert Extraction.of(of) is Extraction.of(of)


def test_partial_answers_in_content() -> None:
    text = f"Here it is:\n```json\n{BOOK}\n```"
    seen, last = streamed(Extraction.of(Book), text, as_content=True)
    assert seen[-1].title == "Emma"
    assert last == Book(title="Emma")
    seen, last = streamed(Extraction.of(str), "plain words", as_content=True)
    assert seen[:2] == ["plai", "plain wo"]
    assert last == "plain words"
    seen, last = streamed(Extraction.of(list[int]), "[1, 2, 3]", as_content=True)
    assert (seen[-1], last) == ([1, 2, 3], [1, 2, 3])
    seen, last = streamed(Extraction.of(Book), json.dumps(BOOK), as_content=True)
    assert last == Book(title="Emma")


def test_a_call_after_other_words_is_what_counts() -> None:
    partials = Extraction.of(Book).partials()
    assert partials.feed({"role": "assistant", "content": "I use {braces} "}) is None
    begun = {"index": 0, "id": "1", "type": "function", "function": {"name": "Book", "arguments": ""}}
    assert partials.feed({"tool_calls": [begun], "content": None}) is None
    found = partials.feed({"tool_calls": [{"index": 0, "function": {"arguments": '{"title": "Em'}}]})
    assert found.title == "Em"
    assert partials.feed({"tool_calls": [{"index": 1, "function": {"arguments": '{"title": "No'}}]}) is None
    assert partials.feed({"content": "more words"}) is None
    assert partials.feed({"tool_calls": [{"index": 0, "function": {"arguments": 'ma"}'}}]}).title == "Emma"
    assert partials.finish() == Book(title="Emma")
    assert partials.message["tool_calls"][0]["function"]["name"] == "Book"


def test_streams_that_do_not_end_well() -> None:
    partials = Extraction.of(Book).partials()
    partials.feed({"content": '{"title": "Em'}, finish_reason="length")
    with pytest.raises(pydantic.ValidationError) as raised:
        partials.finish()
    assert raised.value.__notes__ == ["the answer was cut off at its greatest length"]
    partials = Extraction.of(Book).partials()
    partials.feed({"refusal": "I "})
    partials.feed({"refusal": "cannot"})
    with pytest.raises(RefusalError, match="I cannot"):
        partials.finish()
    with pytest.raises(pydantic.ValidationError):
        Extraction.of(Book).partials().finish()


def test_partial_objects_of_unions() -> None:
    class Named(pydantic.BaseModel):
        name: str

    class Placed(pydantic.BaseModel):
        name: str
        place: str

    class Held(pydantic.BaseModel):
        held: Named | Placed | list[Named] | str | None = None

    seen, last = streamed(Extraction.of(Held), '{"held": {"name": "a", "place": "b"}}', 2)
    assert [type(each.held).__name__ for each in seen if each.held is not None][-1] == "Placed"
    assert last.held == Placed(name="a", place="b")
    seen, last = streamed(Extraction.of(Held), '{"held": [{"name": "a"}]}', 2)
    assert seen[-1].held == [Named(name="a")]
    seen, last = streamed(Extraction.of(Held), '{"held": "some text"}', 2)
    assert "some" in [each.held for each in seen]
    seen, last = streamed(Extraction.of(Held), '{"held": null}', 2)
    assert last.held is None


def test_a_long_stream_costs_what_its_pieces_cost() -> None:
    class Item(pydantic.BaseModel):
        title: str
        n: int

    class Items(pydantic.BaseModel):
        items: list[Item]

    def counted(count: int) -> int:
        text = json.dumps({"items": [{"title": "some words", "n": number} for number in range(count)]})
        partials, seen = Extraction.of(Items).partials(), 0
        steps = 0
        import sys

        def trace(frame: Any, event: str, argument: object) -> Any:
            nonlocal steps
            steps += 1

        sys.setprofile(trace)
        try:
            for at in range(0, len(text), 11):
                seen += partials.feed({"content": text[at : at + 11]}) is not None
        finally:
            sys.setprofile(None)
        assert len(partials.finish().items) == count
        return steps

    few, many = counted(50), counted(500)
    assert many < few * 11  # calls, not seconds: the same on every machine
