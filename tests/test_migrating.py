"""`docs/migrating.md`: each row of its table has a test here, whose docstring is the row's name."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel, TypeAdapter
from typing_extensions import TypedDict

import antiphon
import antiphon.types.audio
from antiphon import Client, UploadProgress
from antiphon.mock import MockServer, serve
from antiphon.runtime.transports.scripted import Answer, ScriptedTransport
from antiphon.types.chat import ChatCompletion

PAGE = Path(__file__).parent.parent / "docs" / "migrating.md"
PROGRAM = """
import openai
from openai import OpenAI
from openai.types.chat import ChatCompletion

completion = OpenAI().chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])
print(isinstance(completion, ChatCompletion), openai.__name__)
"""


def test_no_other_clouds() -> None:
    """Bedrock and Vertex"""
    assert not hasattr(antiphon, "BedrockOpenAI")
    assert "provider" not in inspect.signature(antiphon.Client).parameters
    asked: list[str] = []

    def token() -> str:
        asked.append("asked")
        return "token"

    with serve() as server, antiphon.Client(base_url=server.url, api_key=token) as client:
        client.models.retrieve("m")
    assert asked


def test_no_runners() -> None:
    """runners of tools, of browsers and of computers"""
    for name in ("browser", "computer", "responses_tool_runner", "decisions_tool_runner"):
        assert importlib.util.find_spec(f"antiphon.lib.{name}") is None


def test_no_names_of_the_first_generation() -> None:
    """names from before version 1 (`openai.ChatCompletion`)"""
    with pytest.raises(AttributeError, match="ChatCompletion"):
        _ = getattr(antiphon, "ChatCompletion")  # noqa: B009  type checkers know that it is not there


def test_modules_of_types_are_no_files() -> None:
    """modules of one type each"""
    module = importlib.import_module("antiphon.types.chat.chat_completion")
    assert module.ChatCompletion is ChatCompletion
    assert getattr(module, "__file__", None) is None


def test_enums_of_responses_are_open() -> None:
    """values of a response that are chosen from a list"""
    choice = {"index": 0, "finish_reason": "bored", "message": {"role": "assistant", "content": "x"}}
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    assert TypeAdapter(ChatCompletion).validate_python(whole).choices[0].finish_reason == "bored"


def test_bodies_with_alternatives() -> None:
    """`...Params` of bodies with alternatives"""
    params = antiphon.types.audio.VoiceCreateParams
    assert {"audio_sample", "prompt"} <= params.__annotations__.keys()


def test_private_modules_are_others() -> None:
    """modules that begin with `_`"""
    for name in ("_base_client", "_client", "_exceptions", "_models", "_resource", "_types", "_utils", "lib._parsing"):
        assert importlib.util.find_spec(f"antiphon.{name}") is not None
    assert importlib.util.find_spec("antiphon._files") is None


def test_keys_are_sent_as_they_are_written() -> None:
    """keys of nested bodies that Python reserves"""
    transport = ScriptedTransport([Answer(200, {"id": "a"})])
    with Client(api_key="k", http_client=transport) as client:
        client.beta.agents.create(model="m", compaction={"async": True})
    assert json.loads(transport.requests[0].content)["compaction"] == {"async": True}


def test_binary_answers_are_parsed_alike() -> None:
    """`parse()` of binary answers in `with_streaming_response`"""
    transport = ScriptedTransport([Answer(200, b"sound", {"content-type": "audio/mpeg"})])
    with Client(api_key="k", http_client=transport) as client:
        speech = client.audio.speech.with_streaming_response
        with speech.create(model="m", input="x", voice="alloy") as response:
            sound = response.parse()
    assert isinstance(sound, antiphon.BinaryResponse)
    assert sound.content == b"sound"


def test_the_command_is_another() -> None:
    """the command `openai`"""
    scripts = importlib.metadata.distribution("antiphon").entry_points.select(group="console_scripts")
    assert [each.name for each in scripts] == ["antiphon"]


class City(BaseModel):
    name: str


class TypedCity(TypedDict):
    name: str


@dataclass
class PlainCity:
    name: str


class Prices(BaseModel):
    prices: dict[str, float]


class Anything(BaseModel):
    thing: Any


MESSAGES: Final[Any] = [{"role": "user", "content": "one two three"}]


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


@pytest.fixture
def client(server: MockServer) -> Iterator[Client]:
    with Client(base_url=server.url, api_key="key", max_retries=0) as client:
        yield client


def test_a_stream_that_is_cut_off(client: Client) -> None:
    """`stream()` without a type, cut off"""
    with client.chat.completions.stream(model="m", messages=MESSAGES, max_tokens=1) as stream:
        assert stream.get_final_completion().choices[0].finish_reason == "length"
    asked = client.chat.completions.stream(model="m", messages=MESSAGES, max_tokens=1, response_format=City)
    with asked as stream, pytest.raises(antiphon.LengthFinishReasonError):
        stream.get_final_completion()
    with pytest.raises(antiphon.LengthFinishReasonError):
        client.chat.completions.parse(model="m", messages=MESSAGES, max_tokens=1)


def test_a_response_that_is_cut_off(server: MockServer, client: Client) -> None:
    """the text of a response, cut off, in `responses.parse`"""
    whole = client.responses.create(model="m", input="x").to_dict()
    content: Any = [{"type": "output_text", "text": '{"na', "annotations": []}]
    item = {"type": "message", "id": "m", "role": "assistant", "status": "incomplete", "content": content}
    errors = {
        "max_output_tokens": antiphon.LengthFinishReasonError,
        "content_filter": antiphon.ContentFilterFinishReasonError,
    }
    for reason, error in errors.items():
        body = {**whole, "status": "incomplete", "incomplete_details": {"reason": reason}, "output": [item]}
        server.enqueue(200, body)
        with pytest.raises(error):
            client.responses.parse(model="m", input="x", text_format=City)


def test_what_no_strict_schema_can_say(server: MockServer, client: Client) -> None:
    """a `dict[str, float]` or `Any` in a type"""
    for kind, field in ((Prices, "Prices.prices"), (Anything, "Anything.thing")):
        with pytest.raises(TypeError, match=field):
            client.chat.completions.parse(model="m", messages=MESSAGES, response_format=kind)
        with pytest.raises(TypeError, match=field):
            client.responses.parse(model="m", input="x", text_format=kind)
    assert server.requests == []


def test_dataclasses_and_typed_dicts(client: Client) -> None:
    """types to parse into"""
    for kind, made in ((City, City), (PlainCity, PlainCity), (TypedCity, dict)):
        completion = client.chat.completions.parse(model="m", messages=MESSAGES, response_format=kind)
        assert isinstance(completion.choices[0].message.parsed, made)
        assert isinstance(client.responses.parse(model="m", input="x", text_format=kind).output_parsed, made)


def test_the_end_of_a_stream_with_an_empty_output() -> None:
    """the end of a stream with an empty `output`"""
    text: dict[str, Any] = {"type": "output_text", "text": "hello", "annotations": []}
    message: dict[str, Any] = {
        "type": "message",
        "id": "m",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }
    events: list[dict[str, Any]] = [
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {"type": "response.completed", "response": {"id": "r", "output": []}},
    ]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    transport = ScriptedTransport([Answer(200, body, {"content-type": "text/event-stream"})])
    with Client(api_key="k", http_client=transport) as client, client.responses.stream(model="m", input="x") as stream:
        assert stream.get_final_response().output_text == "hello"


def test_a_stream_without_its_end() -> None:
    """a stream without a final response"""
    created: dict[str, Any] = {"type": "response.created", "sequence_number": 0, "response": {"id": "r", "output": []}}
    answer = Answer(200, f"data: {json.dumps(created)}\n\n", {"content-type": "text/event-stream"})
    client = Client(api_key="key", http_client=ScriptedTransport([answer]))
    with (
        client.responses.stream(model="m", input="x") as stream,
        pytest.raises(antiphon.SDKError, match="ended") as told,
    ):
        stream.get_final_response()
    assert isinstance(told.value, antiphon.StreamStateError)
    assert isinstance(told.value, RuntimeError)


def _streamed(*course: dict[str, Any]) -> Any:
    """What the events of a response come to."""
    sent = "".join(f"data: {json.dumps({**event, 'sequence_number': at})}\n\n" for at, event in enumerate(course))
    answer = Answer(200, sent, {"content-type": "text/event-stream"})
    client = Client(api_key="key", http_client=ScriptedTransport([answer]))
    with client.responses.stream(model="m", input="x") as stream:
        return stream.get_final_response()


def test_items_under_another_id() -> None:
    """an item of a response that is done under another id"""
    begun: dict[str, Any] = {"id": "m1", "type": "message", "role": "assistant", "content": []}
    done: dict[str, Any] = {**begun, "id": "m2", "content": [{"type": "output_text", "text": "hi", "annotations": []}]}
    course: list[dict[str, Any]] = [
        {"type": "response.created", "response": {"id": "r", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {"type": "response.completed", "response": {"id": "r", "output": None}},
    ]
    assert _streamed(*course).output_text == "hi"
    with pytest.raises(antiphon.StreamStateError, match="two responses"):
        _streamed(*course[:-1], {"type": "response.completed", "response": {"id": "another"}})


def test_events_of_other_kinds() -> None:
    """an event with parts of other kinds"""
    with pytest.raises(antiphon.StreamStateError, match="none"):
        _streamed({"type": "response.output_item.added", "output_index": 0, "item": [1]})


RESOURCES: Final = ("vector_stores.files", "vector_stores.file_batches", "beta.threads.runs", "videos", "files")
POLLING: Final = ("poll", "create_and_poll", "upload_and_poll", "submit_tool_outputs_and_poll", "wait_for_processing")


def test_every_wait_has_its_end() -> None:
    """how long is waited"""
    running = ScriptedTransport([Answer(200, {"id": "f", "status": "uploaded"})])
    client = Client(api_key="key", http_client=running)
    methods = [
        getattr(attrgetter(resource)(client), name)
        for resource, name in product(RESOURCES, POLLING)
        if hasattr(attrgetter(resource)(client), name)
    ]
    assert len(methods) == 12
    for method in (*methods, getattr(client.beta.threads, "create_and_run_poll")):  # noqa: B009  it is deprecated
        assert "max_wait_seconds" in inspect.signature(method).parameters
    with pytest.raises(antiphon.PollingTimeoutError):
        client.files.wait_for_processing("f", max_wait_seconds=0)


def test_an_unknown_status_ends_a_wait(caplog: pytest.LogCaptureFixture) -> None:
    """a status that this version does not know"""
    run = {"id": "run_1", "thread_id": "t", "status": "pondering"}
    client = Client(api_key="key", http_client=ScriptedTransport([Answer(200, run)]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        poll = getattr(client.beta.threads.runs, "poll")  # noqa: B009
        found = poll("run_1", thread_id="t", poll_interval_ms=1)
    assert found.status == "pondering"
    assert "pondering" in caplog.text


def test_an_upload_of_which_a_part_fails(server: MockServer, client: Client) -> None:
    """an upload of which a part fails"""
    asked: dict[str, Any] = {"file": b"abc", "filename": "a", "bytes": 3, "mime_type": "text/plain", "purpose": "batch"}

    def refuse(_: UploadProgress) -> None:
        server.enqueue(400)

    with pytest.raises(antiphon.BadRequestError) as caught:
        client.uploads.upload_file_chunked(**asked, part_size=1, max_concurrency=1, on_progress=refuse)
    assert [request.operation for request in server.requests] == [
        "uploads.create",
        "uploads.parts.create",
        "uploads.parts.create",
        "uploads.cancel",
    ]
    assert "cancelled" in caught.value.__notes__[0]


def test_each_row_has_its_test() -> None:
    rows = re.findall(r"^\| (?![-|])(.+?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    tests = [value for name, value in globals().items() if name.startswith("test_") and inspect.getdoc(value)]
    assert sorted(rows) == sorted(str(inspect.getdoc(test)) for test in tests)


def test_the_command_that_changes_imports(tmp_path: Path) -> None:
    found = re.search(r"`(sed -i '[^`]*)`", PAGE.read_text("utf-8"))
    assert found is not None
    file = tmp_path / "program.py"
    file.write_text(PROGRAM, "utf-8")
    subprocess.run(f"{' '.join(found[1].split())} {file}", shell=True, check=True)
    with serve() as server:
        done = subprocess.run(
            [sys.executable, "-W", "error", str(file)],
            env={"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "key"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("True antiphon\n", "")
