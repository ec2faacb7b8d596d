"""Values while a model writes them."""

from __future__ import annotations

import dataclasses
import datetime
import json
from typing import Annotated, Any, Literal

import pydantic
import pytest
from typing_extensions import TypeAliasType

from antiphon.lib.core.growing_json import GrowingJson
from antiphon.llm import RefusalError
from antiphon.llm.core.extraction import Extraction
from antiphon.llm.core.partials import shape_of

from .shapes import Author, Book, Frozen, Genre, Numbers, Point, Tree, Typed

BOOK = '{"title": "Emma"}'


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


@pytest.mark.parametrize("mark", ["think", "thinking", "thought"])
def test_thoughts_before_the_value_are_not_shown(mark: str) -> None:
    thoughts = f'\n<{mark}>Not {{"title": "Persuasion"}}, and no </thin> [1]</{mark}>\n\n'
    for text in (f"{thoughts}{BOOK}", f"{thoughts}```json\n{BOOK}\n```"):
        seen, last = streamed(Extraction.of(Book), text, as_content=True)
        assert {book.title for book in seen} <= {None, "", "E", "Em", "Emm", "Emma"}
        assert last == Book(title="Emma")
    seen, last = streamed(Extraction.of(str), f"{thoughts}plain words", as_content=True)
    assert all("plain words".startswith(text) for text in seen)
    assert seen[-1] == last == "plain words"
    _, last = streamed(Extraction.of(Genre), f"{thoughts}{next(iter(Genre)).value}", as_content=True)
    assert last is next(iter(Genre))
    seen, last = streamed(Extraction.of(str), "<thin ice> and <think>", as_content=True)
    assert (seen[-1], last) == ("<thin ice> and <think>",) * 2
    seen, last = streamed(Extraction.of(str), f"<{mark}>and no end", as_content=True)
    assert last == f"<{mark}>and no end"


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
