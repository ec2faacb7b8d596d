"""Models by their names, and what answers have in one colour only."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pydantic
import pytest

from antiphon import llm
from antiphon.llm import get_async_embedding_model, get_embedding_model
from antiphon.llm.core.schemas import schema_dsl, schema_of
from antiphon.llm.core.tools import Tool
from antiphon.llm.models import (
    AsyncModel,
    Model,
    Response,
    UnknownModelError,
    get_async_model,
    get_async_model_aliases,
    get_async_models,
    get_model,
    get_model_aliases,
    get_models,
    get_models_with_aliases,
    register_model,
)
from antiphon.llm.store import (
    get_default_model,
    remove_alias,
    set_alias,
    set_default_embedding_model,
    set_default_model,
    user_dir,
)
from antiphon.mock import MockServer, serve

from ..runtime.colours import async_reached
from ..runtime.transports.servers import BOUND, Peer, RawServer, answer
from .colours import slowly
from .scripts import calling, giving, saying


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path / "user"))
    return tmp_path / "user"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


@pytest.mark.parametrize("name", ["gpt-4o-mini", "openai/anything", "groq:llama", "openrouter/org/model"])
def test_names_of_models(name: str) -> None:
    assert get_model(name).model_id == name
    assert get_async_model(name).model_id == name


@pytest.mark.parametrize("name", ["nope", "nobody/model", "openai/", ""])
def test_names_that_no_model_has(name: str) -> None:
    for find in (get_model, get_async_model):
        with pytest.raises(UnknownModelError) as caught:
            find(name)
        assert caught.value.args[0] == str(caught.value) == f"Unknown model: {name}"
        assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize("find", [get_model, get_async_model, get_embedding_model, get_async_embedding_model])
def test_names_are_text(find: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match="the name of a model is text, not int"):
        find(5)


def test_models_of_one_colour() -> None:
    register_model(Model("only-sync"), aliases=["os"])
    register_model(async_model=AsyncModel("only-async"))
    assert get_model("os").model_id == "only-sync"
    with pytest.raises(UnknownModelError) as caught:
        get_async_model("only-sync")
    assert caught.value.args[0] == "Unknown async model (sync model exists): only-sync"
    with pytest.raises(UnknownModelError) as caught:
        get_model("only-async")
    assert caught.value.args[0] == "Unknown model (async model exists): only-async"
    with pytest.raises(ValueError, match="same model_id"):
        register_model(Model("a"), AsyncModel("b"))
    with pytest.raises(ValueError, match="pass a model"):
        register_model()


def test_aliases_and_the_default_model_are_kept(folder: Path) -> None:
    assert user_dir() == folder
    assert get_model().model_id == get_default_model()
    set_alias("mini", "gpt-4o-mini")
    set_alias("small", "mini")
    assert get_model("small").model_id == "gpt-4o-mini"
    set_default_model("mini")
    assert get_async_model().model_id == "gpt-4o-mini"
    found = [each for each in get_models_with_aliases() if each.matches("SMAL")]
    assert [(each.model_id, each.aliases) for each in found] == [("gpt-4o-mini", {"mini", "small"})]
    assert get_model_aliases()["small"].model_id == "gpt-4o-mini"
    assert get_async_model_aliases()["gpt-4o-mini"].model_id == "gpt-4o-mini"
    remove_alias("small")
    with pytest.raises(UnknownModelError):
        get_model("small")
    with pytest.raises(KeyError, match="No such alias"):
        remove_alias("small")
    set_default_model(None)
    assert get_default_model() != "mini"
    (folder / "aliases.json").write_text("[]")
    with pytest.raises(ValueError, match="JSON object"):
        get_model("mini")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00"])
def test_what_cannot_be_kept_as_a_name(name: str, folder: Path) -> None:
    changes: list[Callable[[Any], object]] = [
        lambda given: set_alias(given, "gpt-4o-mini"),
        lambda given: set_alias("mini", given),
        set_default_model,
        set_default_embedding_model,
    ]
    for change in changes:
        with pytest.raises(ValueError, match="cannot be the name of a model"):
            change(name)
        with pytest.raises(TypeError, match="the name of a model is text, not int"):
            change(5)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("aliases.json", get_models_with_aliases),
        ("default_model.txt", get_model),
        ("default_embedding_model.txt", get_embedding_model),
    ],
)
def test_files_that_hold_no_text_are_named(name: str, read: Callable[[], object], folder: Path) -> None:
    folder.mkdir()
    (folder / name).write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=f"{name} is no text in UTF-8"):
        read()


def test_names_like_one_that_there_is_not() -> None:
    set_alias("a", "b")  # which is none either
    with pytest.raises(UnknownModelError) as caught:
        get_model("a")
    assert caught.value.near == ()
    with pytest.raises(UnknownModelError) as caught:
        get_model("GPT-4O-MINI")
    assert caught.value.near[0] == "gpt-4o-mini"


def test_models_that_are_known() -> None:
    names = [model.model_id for model in get_models()]
    assert "gpt-4o-mini" in names
    assert len(set(names)) == len(names)
    assert "gpt-4o-mini" in [model.model_id for model in get_async_models()]


class Node(pydantic.BaseModel):
    """Refers to itself, and has a default that JSON cannot hold."""

    title: str
    parent: Node | None = None
    made: Any = len


def test_schemas_of_classes_are_objects_without_titles() -> None:
    given = schema_of(Node)
    assert given is not None
    assert (given["type"], given["required"]) == ("object", ["title"])
    assert given["properties"]["title"] == {"type": "string"}
    assert Tool("walk", input_schema=cast(Any, Node)).input_schema == given


def test_schemas_from_short_texts() -> None:
    assert schema_dsl("name, age int, bio: one line") == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "bio": {"type": "string", "description": "one line"},
        },
        "required": ["name", "age", "bio"],
    }
    several = schema_dsl("name: first, then last\nheight float\nmarried bool", multi=True)
    assert several["required"] == ["items"]
    items = several["properties"]["items"]["items"]
    assert items["properties"]["name"]["description"] == "first, then last"
    assert items["properties"]["married"] == {"type": "boolean"}
    with pytest.raises(ValueError, match="no fields"):
        schema_dsl(" , ")


def test_a_sync_answer_is_text(server: MockServer) -> None:
    response = get_model("gpt-4o-mini").prompt("Hello")
    assert response.text_or_raise() == "You said: Hello"
    assert str(response) == "You said: Hello"
    assert response.tool_calls_or_raise() == []
    assert str(get_model("gpt-4o-mini").chain("Hello")) == "You said: Hello"


async def test_an_async_answer_is_awaited(server: MockServer) -> None:
    response = get_async_model("gpt-4o-mini").prompt("Hello")
    for read in (response.text_or_raise, response.tool_calls_or_raise, response.to_dict):
        with pytest.raises(ValueError, match="not yet awaited"):
            read()
    heard: list[str] = []

    async def callback(done: object) -> None:
        await asyncio.sleep(0)
        heard.append("async")

    await response.on_done(callback)
    await response.on_done(lambda done: callback(done))
    assert await response is response
    assert heard == ["async", "async"]
    assert response.text_or_raise() == "You said: Hello"
    made = await response.to_sync_response()
    assert isinstance(made, Response)
    assert made.text() == "You said: Hello"
    assert len(server.requests) == 1


async def test_an_async_conversation_for_sync_code(server: MockServer) -> None:
    conversation = get_async_model("gpt-4o-mini").conversation(tools=[slowly], chain_limit=3)
    first = conversation.prompt("One", tools=[])
    with pytest.raises(ValueError, match="not yet awaited"):
        conversation.to_sync_conversation()
    await first
    made = conversation.to_sync_conversation()
    assert (made.id, made.chain_limit, [tool.name for tool in made.tools]) == (conversation.id, 3, ["slowly"])
    assert made.prompt("Two", tools=[]).text() == "You said: Two"
    assert [each["role"] for each in server.requests[-1].body["messages"]] == ["user", "assistant", "user"]
    assert len(conversation.responses) == 1


async def test_an_answer_that_is_awaited_by_many(server: MockServer) -> None:
    response = get_async_model("gpt-4o-mini").prompt("Hello")
    await asyncio.gather(*(response.text() for _ in range(20)))
    assert len(server.requests) == 1


async def test_answers_at_the_same_time(server: MockServer) -> None:
    model = get_async_model("gpt-4o-mini")
    responses = [model.prompt(f"Number {number}") for number in range(20)]
    texts = await asyncio.gather(*(response.text() for response in responses))
    assert texts == [f"You said: Number {number}" for number in range(20)]


async def test_reading_goes_on_after_it_was_cancelled_before_it_began(server: MockServer) -> None:
    response = get_async_model("gpt-4o-mini").prompt("Hello")
    task = asyncio.create_task(response.text())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await response.text() == "You said: Hello"


async def test_a_sync_chain_with_async_tools_inside_a_running_loop(server: MockServer) -> None:
    giving(server, (calling(("slowly", '{"a": 1}')), saying("Done")))
    assert get_model("openai/m").chain("x", tools=[slowly]).text() == "Done"
    assert server.requests[-1].body["messages"][-1]["content"] == "slowly 1"


def test_an_async_function_is_no_callback_of_a_sync_answer(server: MockServer) -> None:
    async def callback(done: object) -> None: ...

    response = get_model("gpt-4o-mini").prompt("Hello")
    response.on_done(callback)
    with pytest.raises(TypeError, match="async"):
        response.text()


def test_several_failing_callbacks(server: MockServer) -> None:
    def failing(done: object) -> None:
        raise OSError("no")

    response = get_model("gpt-4o-mini").prompt("Hello")
    response.on_done(failing)
    response.on_done(failing)
    with pytest.raises(ExceptionGroup) as caught:
        response.text()
    assert len(caught.value.exceptions) == 2


async def test_an_attachment_is_fetched_without_holding_up_the_loop(server: MockServer) -> None:
    gone_on = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        files.reached.release()
        assert gone_on.wait(BOUND)
        peer.send(answer(b"%PDF-1", "content-type: application/pdf"))

    with RawServer(script) as files:
        prompt = get_async_model("gpt-4o-mini").prompt("Look", attachments=[files.url("/a")])
        reading = asyncio.create_task(prompt.text())
        assert await async_reached(files.reached)
        gone_on.set()  # not reached if the fetch held the loop
        assert await reading
    assert b"no-secret" not in files.requests[0]


def test_every_public_name_is_there() -> None:
    names: list[str] = vars(llm)["__all__"]
    assert "get_model" in names
    assert [name for name in names if getattr(llm, name, None) is None] == []


def test_importing_the_layer_loads_no_library() -> None:
    program = (
        "import antiphon.llm, sys; print([name for name in sys.modules if name in ('pydantic', 'httpx', 'anyio')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
