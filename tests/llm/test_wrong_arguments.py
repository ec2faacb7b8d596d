"""What cannot be an argument is an error that names it, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest

from antiphon import llm

MODEL: Any = "openai/m"
NONE: Any = None
NUMBER: Any = 5
COMPLETION: Any = llm.completion
ASKED: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def nobody_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))


def prompted(**keywords: Any) -> object:
    return llm.Model(MODEL).prompt("x", **keywords).text()


class Undescribable(pydantic.BaseModel):
    call: Callable[[], int]


def loaded(**data: Any) -> object:
    return llm.Response.from_dict({"model": MODEL, **data})


CASES: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: llm.embedding(MODEL, NONE), TypeError, "input must be text, or a list, not NoneType"),
    (lambda: llm.embedding(MODEL, NUMBER), TypeError, "input must be text, or a list, not int"),
    (lambda: llm.embedding(MODEL, bytearray(b"x")), TypeError, "input must be text, or a list, not bytearray"),
    (lambda: llm.embedding(MODEL, []), ValueError, "input is empty: there is nothing to embed"),
    (lambda: llm.embedding(MODEL, iter(())), ValueError, "input is empty: there is nothing to embed"),
    (lambda: llm.responses(MODEL, {"role": NUMBER}), TypeError, "input must be text, or a list, not dict"),  # type: ignore[arg-type]
    (lambda: llm.completion(NONE, []), TypeError, "model must be text, not NoneType"),
    (lambda: llm.completion(MODEL, NONE), TypeError, "messages must be a list of messages, not NoneType"),
    (lambda: llm.completion(MODEL, []), ValueError, "messages is empty: there is nothing to ask"),
    (
        lambda: llm.completion(MODEL, ASKED, additional_params={"stream": True}),
        ValueError,
        "stream is a keyword of completion(): additional_params cannot change it",
    ),
    (
        lambda: llm.completion(MODEL, ASKED, stream=True, extra_body={"stream": False}),
        ValueError,
        "stream is a keyword of completion(): extra_body cannot change it",
    ),
    (
        lambda: COMPLETION(MODEL, ASKED, top_k=5),
        TypeError,
        "completion() got an unexpected keyword argument 'top_k'; did you mean top_p? Or pass what is a provider's own",
    ),
    (
        lambda: COMPLETION(MODEL, ASKED, response_format="json"),
        TypeError,
        "'json' is no type that an answer can be parsed into",
    ),
    (lambda: COMPLETION(MODEL, ASKED, tools="abc"), TypeError, "tools must be a list of tools, not str"),
    (lambda: COMPLETION(MODEL, ASKED, tools=[5]), TypeError, "a tool is a function, a Tool or a Toolbox, not int"),
    (lambda: llm.providers.get(NUMBER), TypeError, "the name of a provider is text, not int"),
    (lambda: llm.providers.register(NUMBER), TypeError, "a provider is a Provider(name=..., base_url=...), not int"),
    (lambda: prompted(system=5), TypeError, "system is text, not int"),
    (lambda: prompted(key=5), TypeError, "api_key must be text"),
    (lambda: prompted(schema=5), TypeError, "schema must be a JSON schema, a pydantic model or a text"),
    (lambda: prompted(tools="abc"), TypeError, "tools must be a list of tools, not str"),
    (lambda: llm.call(MODEL, tools="abc")(lambda: "x")(), TypeError, "tools must be a list of tools, not str"),
    (lambda: llm.call(MODEL, response_model=NUMBER)(lambda: "x")(), TypeError, "response_model must be a type, not 5"),
    (lambda: llm.Model(NUMBER), TypeError, "model_id must be text, not int"),
    (lambda: llm.Model(), ValueError, "a model has a model_id"),
    (lambda: llm.Response.from_dict({}), ValueError, "the data name no model: pass model=..."),
    (lambda: llm.Response.from_dict(NUMBER), TypeError, "data must be a mapping, not int"),
    (lambda: prompted(schema=Undescribable), TypeError, "Undescribable cannot be described to a model"),
    (lambda: llm.Model(MODEL).prompt("x").on_done(NUMBER), TypeError, "on_done takes a function, not int"),
    (lambda: llm.Model(MODEL).chain("x", before_call=NUMBER), TypeError, "before_call takes a function, not int"),
    (lambda: llm.Model(MODEL).chain("x", after_call=NUMBER), TypeError, "after_call takes a function, not int"),
    (lambda: loaded(prompt=5), TypeError, "prompt must be a mapping, not int"),
    (lambda: loaded(prompt={"messages": 5}), TypeError, "messages must be a list, not int"),
    (lambda: loaded(prompt={"messages": [5]}), TypeError, "a message must be a mapping, not int"),
    (lambda: loaded(messages={"role": "user"}), TypeError, "messages must be a list, not dict"),
    (lambda: loaded(messages=[{"parts": []}]), ValueError, "a message has a role"),
    (lambda: loaded(messages=[{"role": "user", "parts": 5}]), TypeError, "parts must be a list, not int"),
    (lambda: loaded(messages=[{"role": "user", "parts": [5]}]), TypeError, "a part of a message must be a mapping"),
    (lambda: loaded(body={"choices": 5}), TypeError, "choices must be a list, not int"),
    (lambda: loaded(body={"choices": [5]}), TypeError, "choices must be mappings"),
    (lambda: llm.set_key("openai", NONE), TypeError, "the key is text, not NoneType"),
    (lambda: llm.set_key(NUMBER, "k"), TypeError, "the name of a key is text, not int"),
    (lambda: llm.discover_models("openai", base_url=NUMBER), TypeError, "base_url must be text, not int"),
]


@pytest.mark.parametrize(("ask", "kind", "text"), CASES, ids=[text for _, _, text in CASES])
def test_wrong_arguments(ask: Callable[[], object], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        ask()
    assert str(caught.value).startswith(text)


class Wrong(llm.Model):
    """Answers with whatever it was made with."""

    def execute(self, *_: object) -> Any:
        return self.settings["metadata"]


class AsyncWrong(llm.AsyncModel):
    """Is written as a plain async function."""

    model_id = "wrong"

    async def execute(self, *_: object) -> Any:
        return "x"


class AsyncPlain(llm.AsyncModel):
    """Is written as for sync code."""

    model_id = "plain"

    def execute(self, *_: object) -> Any:
        yield "x"


@pytest.mark.filterwarnings("error")
async def test_models_that_do_not_answer_as_their_colour_does() -> None:
    given: Any = 5
    with pytest.raises(TypeError, match="execute of Wrong must be a generator, or gives texts; it gave int"):
        Wrong("wrong", metadata=given).prompt("x").text()
    with pytest.raises(TypeError, match=r"AsyncWrong must be an async generator: .* it gave coroutine"):
        await AsyncWrong().prompt("x").text()
    with pytest.raises(TypeError, match=r"AsyncPlain must be an async generator: .* it gave generator"):
        await AsyncPlain().prompt("x").text()
