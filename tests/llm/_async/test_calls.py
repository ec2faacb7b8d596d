"""Functions that a model answers: the decorator, and what their callers get."""

from __future__ import annotations

import enum
import functools
import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

import pydantic
import pytest

from antiphon import llm
from antiphon.llm import (
    AsyncCallAnswer,
    BaseDynamicConfig,
    BaseMessageParam,
    BaseTool,
    Messages,
    UnknownProviderError,
    prompt_template,
)
from antiphon.mock import MockServer, serve

from ..colours import Kit, call_colour, slowly
from ..local import Local, completion_body, whole

T = TypeVar("T")


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


class Book(pydantic.BaseModel):
    title: str
    year: int


# --- the decorator ---


async def test_nothing_is_sent_before_the_call(server: MockServer) -> None:
    @llm.call("openai/m")
    async def asked(genre: str, *, many: int = 2, **more: int) -> str:
        """Recommends."""
        return f"{genre} {many}"

    assert asked.__name__ == "asked"
    assert asked.__doc__ == "Recommends."
    assert call_colour(asked) == call_colour(test_nothing_is_sent_before_the_call)
    assert str(inspect.signature(asked)) == "(genre: 'str', *, many: 'int' = 2, **more: 'int')"
    assert "return" not in asked.__annotations__
    assert not server.requests
    response = await asked("fantasy", x=1)
    assert response.fn_args == {"genre": "fantasy", "many": 2, "x": 1}
    assert len(server.requests) == 1
    with pytest.raises(TypeError, match="missing 1 required"):
        await asked()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def test_the_colour_is_seen_through_other_decorators() -> None:
    def quietly(function: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(function)
        def wrapped(*args: Any) -> T:
            return function(*args)

        return wrapped

    class Caller:
        async def __call__(self, genre: str) -> str:
            return genre

    @llm.call("openai/m")
    @quietly
    async def asked(genre: str) -> str:
        return genre

    for each in (asked, llm.call("openai/m")(Caller()), llm.call("openai/m")(functools.partial(Caller().__call__))):
        response: Any = await each("fantasy")
        assert response.content == "You said: fantasy"


async def test_methods_are_decorated(server: MockServer) -> None:
    class Librarian:
        name = "Ann"

        @llm.call("openai/m")
        async def asked(self, genre: str) -> str:
            return f"{self.name}: {genre}"

        @classmethod
        @llm.call("openai/m")
        async def of_class(cls, genre: str) -> str:
            return f"{cls.name}: {genre}"

        @llm.call("openai/m")
        @staticmethod
        async def of_nobody(genre: str) -> str:
            return genre

        @llm.call("openai/m")
        @prompt_template("{self.name} asks for {genre}")
        async def told(self, genre: str): ...

    librarian = Librarian()
    assert str(await librarian.asked("a")) == "You said: Ann: a"
    assert str(await Librarian.of_class("b")) == "You said: Ann: b"
    static: Any = librarian.of_nobody
    assert str(await static("c")) == "You said: c"
    assert str(await librarian.told("d")) == "You said: Ann asks for d"


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (("opnai", "m"), UnknownProviderError, "did you mean 'openai'"),
        (("opnai/m",), UnknownProviderError, "Provider not supported for model: opnai/m .did you mean 'openai'"),
        (("openai",), ValueError, "'openai' names no model"),
        (("openai/",), ValueError, "names a provider and no model"),
        (("openai", " "), ValueError, "model is empty"),
        ((3,), TypeError, "a provider and a model are texts"),
    ],
)
def test_places_that_there_are_not(arguments: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        llm.call(*arguments)


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"output_parser": str, "stream": True}, ValueError, "Cannot use output_parser with stream=True"),
        ({"output_parser": 3}, TypeError, "output_parser must be a function"),
        ({"stream": "yes"}, TypeError, "stream must be a bool"),
        ({"stream": {"partial": True}}, ValueError, "stream takes partial_tools alone"),
        ({"call_params": []}, TypeError, "call_params must be a mapping"),
        ({"response_model": "Book"}, TypeError, "response_model must be a type, not 'Book'"),
        ({"response_model": Book(title="A", year=1)}, TypeError, "response_model must be a type, not Book"),
        ({"tools": len}, TypeError, "tools must be a list of tools, not builtin_function_or_method"),
    ],
)
def test_arguments_that_cannot_be_used(arguments: Any, kind: type[Exception], said: str) -> None:
    decorate: Any = llm.call
    with pytest.raises(kind, match=said):
        decorate("openai", "m", **arguments)


async def test_a_model_that_says_whose_it_is(server: MockServer) -> None:
    @llm.call("ft:gpt-4o:me")
    async def asked() -> str:
        return "Hello"

    assert (await asked()).provider == "openai"
    assert server.requests[-1].body["model"] == "ft:gpt-4o:me"


async def test_values_and_tools_together() -> None:
    with Local(calls(("Book", '{"title": "A", "year": 3}'))) as peer:

        @llm.call(
            "openai", "m", tools=[shout], response_model=Book, call_params={"base_url": peer.url("/v1"), "api_key": "k"}
        )
        async def asked() -> str:
            return "Go"

        assert await asked() == Book(title="A", year=3)
        assert [each["function"]["name"] for each in peer.bodies[0]["tools"]] == ["shout", "Book"]


async def test_a_sound_that_is_said_is_named_when_it_goes_back() -> None:
    message = {"role": "assistant", "content": None, "audio": {"id": "audio_1", "data": "UklG", "transcript": "Hi"}}
    with Local(whole(completion_body(message))) as peer:

        @llm.call("openai", "m", call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> str:
            return "Say hi"

        param = (await asked()).message_param
    assert param["audio"] == {"id": "audio_1"}


async def test_what_cannot_be_decorated() -> None:
    @llm.call("openai/m")
    async def asked() -> str:
        return ""

    with pytest.raises(TypeError, match="decorated with call already"):
        llm.call("openai/m")(asked)
    with pytest.raises(TypeError, match="prompt_template stands below call"):
        prompt_template("a")(asked)
    decorate: Any = llm.call("openai/m")
    with pytest.raises(TypeError, match="call decorates functions, not int"):
        decorate(3)


async def test_functions_that_wrap_one_which_a_model_answers(server: MockServer) -> None:
    @llm.call("openai/m")
    async def asked(genre: str) -> str:
        return genre

    @functools.wraps(asked)
    async def louder(genre: str) -> str:
        return (await asked(genre)).content.upper()

    response = await llm.call("openai/n")(louder)("war")
    assert response.content == "You said: YOU SAID: WAR"
    assert [request.body["model"] for request in server.requests] == ["m", "n"]

    @functools.wraps(asked)
    async def nothing(genre: str) -> None: ...

    messages = await prompt_template("a {genre} book")(nothing)("war")
    assert messages == [{"role": "user", "content": "a war book"}]


@pytest.mark.parametrize("place", [("openai/m",), ("openai:m",), ("m",), ("OpenAI", "m")])
async def test_how_a_model_is_named(server: MockServer, place: Any) -> None:
    @llm.call(*place)
    async def asked() -> str:
        return "Hello"

    response = await asked()
    assert response.model == server.requests[-1].body["model"] == "m"
    assert response.provider == "openai"


async def test_a_provider_has_a_decorator_of_its_own(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", server.url)
    monkeypatch.setenv("GROQ_API_KEY", "k")

    @llm.groq.call("llama", call_params={"temperature": 0.5})
    async def asked() -> str:
        return "Hello"

    assert (await asked()).provider == "groq"
    assert server.requests[-1].body == {
        "model": "llama",
        "messages": [{"role": "user", "content": "Hello"}],
        "temperature": 0.5,
    }


# --- answers ---


async def test_what_an_answer_has(server: MockServer) -> None:
    @llm.call("openai/m", call_params={"temperature": 0, "max_tokens": 50})
    async def asked(genre: str) -> BaseDynamicConfig:
        return {
            "messages": [Messages.System("Be brief"), Messages.User(genre)],
            "metadata": {"tags": {"one"}},
            "call_params": {"temperature": 1},
        }

    response = await asked("fantasy")
    assert isinstance(response, AsyncCallAnswer)
    assert isinstance(response, llm.CallResponse)
    assert response.content == response.text() == response.pretty() == "You said: fantasy"
    assert response.message_param == {"role": "assistant", "content": "You said: fantasy", "refusal": None} or (
        response.message_param == {"role": "assistant", "content": "You said: fantasy"}
    )
    assert response.user_message_param == {"role": "user", "content": "fantasy"}
    assert [message.role for message in response.messages] == ["system", "user"]
    assert response.tools is response.tool is response.tool_types is None
    assert response.tool_calls == []
    usage = response.usage
    assert usage is not None
    assert (response.input_tokens, response.output_tokens) == (usage.prompt_tokens, usage.completion_tokens)
    assert response.cached_tokens == 0
    assert response.cost is response.cost_metadata.cost is None
    assert response.finish_reasons == ["stop"]
    assert response.id == response.response.id
    assert response.metadata == {"tags": {"one"}}
    assert response.prompt_template is None
    assert response.dynamic_config is not None
    assert response.dynamic_config["call_params"] == {"temperature": 1}
    assert response.call_params == {"temperature": 1, "max_tokens": 50}
    assert response.call_kwargs == {"model": "m", "messages": response.messages, "temperature": 1, "max_tokens": 50}
    assert server.requests[-1].body == response.call_kwargs
    assert response.end_time is not None
    assert 0 < response.start_time <= response.end_time
    assert response.thinking is None
    assert "'You said: fantasy'" in repr(response)


async def test_an_answer_without_words_and_with_a_price() -> None:
    message = {"role": "assistant", "content": None, "reasoning": "Hm"}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.25, "prompt_tokens_details": {"cached_tokens": 1}}
    with Local(
        whole(completion_body(message, usage=usage)), whole(completion_body("x", usage=None, choices=[]))
    ) as peer:

        @llm.call("openai", "m", call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> str:
            return "Hello"

        response = await asked()
        empty = await asked()
    assert response.content == str(response) == ""
    assert response.thinking == "Hm"
    assert response.cost == 0.25
    assert response.cost_metadata == llm.CostMetadata(1, 2, 1, 0.25)
    assert "Thinking" in response.pretty()
    assert empty.content == ""
    assert (empty.usage, empty.input_tokens, empty.cost, empty.finish_reasons) == (None, None, None, [])


async def test_an_answer_goes_into_the_next_prompt(server: MockServer) -> None:
    class Librarian(pydantic.BaseModel):
        history: list[BaseMessageParam] = []

        @llm.call("openai/m")
        async def _asked(self, query: str) -> Messages.Type:
            return [Messages.System("Be brief"), *self.history, Messages.User(query)]

        async def run(self, *queries: str) -> None:
            for query in queries:
                response = await self._asked(query)
                assert response.user_message_param is not None
                self.history += [response.user_message_param, response.message_param]

    librarian = Librarian()
    await librarian.run("one", "two")
    assert [each["content"] for each in server.requests[-1].body["messages"]] == [
        "Be brief",
        "one",
        "You said: one",
        "two",
    ]
    again = Librarian.model_validate({"history": [dict(each) for each in librarian.history]})
    assert again.history == librarian.history
    assert again.model_dump()["history"][0] == {"role": "user", "content": "one"}
    with pytest.raises(pydantic.ValidationError, match="a message is a mapping"):
        Librarian.model_validate({"history": [3]})


# --- tools ---


class FormatBook(BaseTool):
    """Format a book."""

    title: str
    author: str

    async def call(self) -> str:
        return f"{self.title} by {self.author}"


def shout(text: str) -> str:
    """Say it loudly.

    Args:
        text: What is to be said.
    """
    return text.upper()


def calls(*called: tuple[str, str], **fields: Any) -> bytes:
    made = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(called)
    ]
    message = {"role": "assistant", "content": None, "tool_calls": made, **fields}
    return whole(completion_body(message))


async def test_tools_of_an_answer() -> None:
    asked_for = calls(("FormatBook", '{"title": "A", "author": "B"}'), ("shout", '{"text": "hi"}'), ("unknown", "{}"))
    with Local(asked_for) as peer:

        @llm.call("openai", "m", tools=[FormatBook, shout], call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> str:
            return "Go"

        response = await asked()
        assert [each["function"]["name"] for each in peer.bodies[0]["tools"]] == ["FormatBook", "shout"]
    assert response.tools is not None
    first, second = response.tools
    assert response.tool is first
    assert isinstance(first, FormatBook)
    assert first.args == {"title": "A", "author": "B"}
    assert first.id == "call_0"
    assert await first.call() == "A by B"
    assert type(second).__name__ == "shout"
    assert second.call() == "HI"
    assert response.tool_message_params([(first, "done"), (second, {"a": 1})]) == [
        {"role": "tool", "tool_call_id": "call_0", "content": "done"},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"a": 1}'},
    ]
    assert [each.name for each in response.tool_calls] == ["FormatBook", "shout", "unknown"]
    assert len(response.message_param["tool_calls"]) == 3


async def test_arguments_that_do_not_fit_and_refusals() -> None:
    bad = calls(("FormatBook", '{"title": "A"}'))
    with Local(bad, whole(completion_body({"role": "assistant", "content": None, "refusal": "Never"}))) as peer:

        @llm.call("openai", "m", tools=[FormatBook], call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> str:
            return "Go"

        response = await asked()
        with pytest.raises(pydantic.ValidationError, match="author"):
            _ = response.tool
        refused = await asked()
        with pytest.raises(ValueError, match="the model refused: Never"):
            _ = refused.tools
    with Local(whole(completion_body({"role": "assistant", "content": None, "refusal": "Never"}))) as peer:

        @llm.call("openai", "m", call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def without_tools() -> str:
            return "Go"

        refused = await without_tools()
        with pytest.raises(ValueError, match="the model refused: Never"):
            _ = refused.tool


async def test_a_tool_under_a_name_of_its_own() -> None:
    class Writer(FormatBook):
        """Formats."""

        __custom_name__ = "format_book"

    class Other(Writer):
        """Formats in another way."""

        __custom_name__ = "other"

    with Local(calls(("format_book", '{"title": "A", "author": "B"}'))) as peer:

        @llm.call("openai", "m", tools=[Writer, Other], call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> str:
            return "Go"

        assert type((await asked()).tool) is Writer
    assert [each["function"]["name"] for each in peer.bodies[0]["tools"]] == ["format_book", "other"]


async def test_an_answer_as_plain_data() -> None:
    @llm.call("openai/m", call_params={"api_key": "secret", "temperature": 0})
    @prompt_template("{genre} and {more}")
    async def asked(genre: str) -> BaseDynamicConfig:
        return {"computed_fields": {"more": other}, "metadata": {"tags": ["a"]}}

    @llm.call("openai/m")
    async def inner() -> str:
        return "Hello"

    other = await inner()
    data = (await asked("fantasy")).model_dump()
    assert data["content"] == "You said: fantasy and You said: Hello"
    assert (data["fn_args"], data["metadata"], data["provider"]) == ({"genre": "fantasy"}, {"tags": ["a"]}, "openai")
    assert data["dynamic_config"]["computed_fields"]["more"]["content"] == "You said: Hello"
    assert data["response"]["choices"][0]["message"]["content"] == data["content"]
    assert "secret" not in json.dumps(data)


async def test_a_toolkit_has_tools_of_both_colours_for_functions_of_both() -> None:
    asked_for = calls(
        ("quick", '{"text": "a"}'), ("slow", '{"text": "b"}'), ("slowly", '{"a": 1}'), ("quick", "{}"), ("none", "{}")
    )
    with Local(asked_for, whole(completion_body("Done")), whole(completion_body("Yes"))) as peer:

        @llm.call("openai", "m", call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> BaseDynamicConfig:
            return {"messages": "Go", "tools": [*Kit().create_tools(), slowly]}

        response = await asked()
        results = await response.execute_tools()
        assert [each.output for each in results[:3]] == ["quick a", "slow b", "slowly 1"]
        assert results[3].output.startswith("Error: ")
        assert results[4].output.startswith('Error: tool "none" does not exist')
        final = await response.resume(results)
        assert final.content == "Done"
        assert [message["role"] for message in peer.bodies[1]["messages"]] == ["user", "assistant", *["tool"] * 5]
        assert [each["function"]["name"] for each in peer.bodies[1]["tools"]] == ["quick", "slow", "slowly"]
        assert (await final.resume("Sure?")).content == "Yes"
        assert peer.bodies[2]["messages"][-2:] == [
            {"role": "assistant", "content": "Done"},
            {"role": "user", "content": "Sure?"},
        ]


# --- values ---


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize("kind", [Book, list[Book], str, int, bool, Colour, Literal["a", "b"], dict[str, int]])
@pytest.mark.parametrize("json_mode", [False, True])
async def test_values(kind: Any, json_mode: bool) -> None:
    @llm.call("openai/m", response_model=kind, json_mode=json_mode)
    async def asked() -> str:
        return "Invent one"

    value = await asked()
    assert pydantic.TypeAdapter(kind).validate_python(value, strict=True) == value


async def test_a_value_knows_its_answer(server: MockServer) -> None:
    @llm.call("openai/m", response_model=Book)
    async def asked() -> str:
        return "Invent one"

    book: Any = await asked()
    assert isinstance(book._response, llm.CallResponse)
    assert book._response.usage is not None
    assert set(book.model_dump()) == {"title", "year"}
    server.enqueue(200, completion_body({"role": "assistant", "content": '{"title": "A"}'}))
    with pytest.raises(pydantic.ValidationError) as caught:
        await asked()
    error: Any = caught.value
    assert error._response.content == '{"title": "A"}'
    assert error.__cause__ is None


async def test_parsers(server: MockServer) -> None:
    @llm.call("openai/m", output_parser=lambda response: response.content.split())
    async def words() -> str:
        return "one two"

    def year(book: Book) -> int:
        return book.year

    @llm.call("openai/m", response_model=Book, output_parser=year)
    async def years() -> str:
        return "Invent one"

    assert await words() == ["You", "said:", "one", "two"]
    assert isinstance(await years(), int)


async def test_json(server: MockServer) -> None:
    @llm.call("openai/m", json_mode=True)
    async def asked() -> str:
        return "Some JSON"

    await asked()
    assert server.requests[-1].body["response_format"] == {"type": "json_object"}


async def test_json_where_the_provider_knows_no_form_for_it(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    server.enqueue(200, completion_body('Here you are: {"title": "A", "year": 3}'))

    @llm.call("anthropic/m", response_model=Book, json_mode=True)
    async def asked() -> str:
        return "Invent one"

    assert await asked() == Book(title="A", year=3)
    body = server.requests[-1].body
    assert "response_format" not in body
    assert "JSON" in body["messages"][0]["content"]
