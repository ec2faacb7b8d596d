"""Models that are asked by their methods: lazy answers, chains, conversations, attachments, schemas."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic
import pytest

from antiphon import APIConnectionError, NotFoundError
from antiphon.llm.core.attachments import Attachment
from antiphon.llm.core.model_answers import StreamEvent, Usage
from antiphon.llm.core.said import assistant, system, tool_message, user
from antiphon.llm.core.tool_loop import ChainLimitError, PauseChain
from antiphon.llm.core.tools import ToolCall, ToolOutput, ToolResult
from antiphon.llm.models import AsyncModel, AsyncResponse
from antiphon.llm.pairs.fetching import AttachmentError
from antiphon.mock import MockServer, Scripted, serve

from ...runtime.colours import async_listed, async_together
from ...runtime.transports.servers import STREAM, Peer, RawServer, chunk
from ..colours import slowly
from ..local import Local, completion_body, events, said, whole
from ..scripts import calling, giving, saying, streamed

PNG = b"\x89PNG\r\n\x1a\n0000"
WEATHER = '{"place": "Rome"}'


@pytest.fixture
def server() -> Iterator[MockServer]:
    with serve() as server:
        yield server


def model_at(server: MockServer, *script: Scripted) -> AsyncModel:
    return AsyncModel("openai/gpt-4o-mini", base_url=giving(server, script).url, api_key="no-secret", max_retries=0)


def bodies(server: MockServer) -> list[Any]:
    return [request.body for request in server.requests]


def weather(place: str) -> str:
    """What the weather is like.

    Args:
        place: Where.
    """
    return f"sunny in {place}"


# --- answers ---


async def test_nothing_is_sent_before_the_answer_is_wanted(server: MockServer) -> None:
    response = model_at(server).prompt("Hello there", system="Be brief", temperature=0.5)
    assert "not yet" in repr(response)
    assert not server.requests
    assert await response.text() == "You said: Hello there"
    assert await response.text() == "You said: Hello there"
    assert bodies(server) == [
        {
            "model": "gpt-4o-mini",
            "messages": [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hello there"}],
            "temperature": 0.5,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert repr(response) == f"<{type(response).__name__} prompt='Hello there' text='You said: Hello there'>"


async def test_pieces_arrive_and_are_replayed(server: MockServer) -> None:
    response = model_at(server, saying("a", "", " b")).prompt("x")
    assert await async_listed(response) == ["a", " b"]
    assert await async_listed(response) == ["a", " b"]
    assert await response.text() == "a b"
    assert len(server.requests) == 1


async def test_an_answer_that_was_begun_is_read_to_its_end(server: MockServer) -> None:
    response = model_at(server, saying("a", "b", "c")).prompt("x")
    async for piece in response:
        assert piece == "a"
        break
    assert await response.text() == "abc"
    assert len(server.requests) == 1


async def test_several_readers_of_one_answer(server: MockServer) -> None:
    response = model_at(server, saying(*"abcdef")).prompt("x")
    outcomes = await async_together([lambda: async_listed(response) for _ in range(3)])
    assert outcomes == [list("abcdef")] * 3
    assert len(server.requests) == 1


async def test_what_an_answer_tells(server: MockServer) -> None:
    for stream in (True, False):
        response = model_at(server).prompt("Hello", stream=stream)
        body = await response.json()
        assert body["choices"][0]["message"]["content"] == "You said: Hello"
        assert await response.usage() == Usage(1, 3, {})
        assert await response.tool_calls() == []
        assert await response.messages() == [{"role": "assistant", "content": "You said: Hello"}]
        assert [each["role"] for each in await response.all_messages()] == ["user", "assistant"]
        assert await response.duration_ms() >= 0
        assert (await response.datetime_utc()).endswith("+00:00")
        assert response.text_or_raise() == "You said: Hello"


async def test_thoughts_are_events_unless_they_are_hidden(server: MockServer) -> None:
    script = streamed({"reasoning_content": "hm"}, {"content": "yes"})
    model = model_at(server, script, script)
    assert await async_listed(model.prompt("x").astream_events()) == [
        StreamEvent("reasoning", "hm"),
        StreamEvent("text", "yes"),
    ]
    hidden = model.prompt("x", hide_reasoning=True)
    assert await async_listed(hidden.astream_events()) == [StreamEvent("text", "yes")]


async def test_functions_are_called_when_the_answer_is_there(server: MockServer) -> None:
    heard: list[str] = []
    response = model_at(server).prompt("Hello")
    await response.on_done(lambda done: heard.append(done.text_or_raise()))
    assert not heard
    await response.text()
    assert heard == ["You said: Hello"]
    await response.on_done(lambda done: heard.append("late"))
    assert heard[-1] == "late"


async def test_all_functions_are_called_whatever_one_raises(server: MockServer) -> None:
    heard: list[str] = []

    def failing(done: object) -> None:
        raise OSError("no")

    response = model_at(server).prompt("Hello")
    await response.on_done(failing)
    await response.on_done(lambda done: heard.append("second"))
    with pytest.raises(OSError, match="no"):
        await response.text()
    assert heard == ["second"]
    assert await response.text() == "You said: Hello"


async def test_an_answer_as_data(server: MockServer) -> None:
    response = model_at(server).prompt("Hello")
    assert await response.text() == "You said: Hello"
    data = response.to_dict()
    again = AsyncResponse.from_dict(json.loads(json.dumps(data)), model=model_at(server))
    assert await again.text() == "You said: Hello"
    assert again.to_dict() == data
    assert await again.usage() == await response.usage()
    assert len(server.requests) == 1
    assert await again.reply("And?").text() == "You said: And?"
    assert [each["role"] for each in bodies(server)[-1]["messages"]] == ["user", "assistant", "user"]


async def test_a_refusal_is_raised_and_the_answer_can_be_asked_for_again(server: MockServer) -> None:
    response = model_at(server, Scripted(404, {"error": {"message": "no such model"}})).prompt("Hello")
    with pytest.raises(NotFoundError, match="no such model"):
        await response.text()
    assert await response.text() == "You said: Hello"


# --- arguments ---


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"temprature": 1}, pydantic.ValidationError, "temprature"),
        ({"options": {"seed": 1}, "seed": 2}, TypeError, "seed is given twice"),
        ({"schema": 3}, TypeError, "schema must be"),
        ({"schema": "a b c d"}, ValueError, "no field"),
        ({"attachments": [3]}, TypeError, "an attachment is"),
        ({"tools": [weather, weather]}, ValueError, "two tools"),
        ({"messages": "Hello"}, TypeError, "list of messages"),
        ({"fragments": "Hello"}, TypeError, "list of texts"),
    ],
)
async def test_bad_arguments_are_told_at_once(arguments: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        AsyncModel("openai/m").prompt("x", **arguments)


async def test_a_prompt_without_anything(server: MockServer) -> None:
    with pytest.raises(ValueError, match="nothing to ask"):
        await model_at(server).prompt().text()


async def test_options_fragments_and_messages(server: MockServer) -> None:
    model = model_at(server)
    await model.prompt("c", fragments=["a", "b"], options={"json_object": True}, max_tokens=5, stream=False).text()
    assert bodies(server)[-1]["messages"] == [{"role": "user", "content": "a\nb\nc"}]
    assert bodies(server)[-1]["response_format"] == {"type": "json_object"}
    given = [{"role": "user", "content": "only this"}]
    await model.prompt("not this", system="nor this", messages=given).text()
    assert bodies(server)[-1]["messages"] == given


@pytest.mark.parametrize("name", ["attachments", "tool_results", "messages", "fragments", "system_fragments", "tools"])
async def test_one_thing_in_place_of_several(name: str) -> None:
    model = AsyncModel("openai/m")
    given: list[dict[str, Any]] = [{name: "tree.png"}, {name: 5}]
    for wrong in given:
        for ask in (model.prompt, model.chain, model.conversation().prompt):
            with pytest.raises(TypeError, match=f"{name.removeprefix('system_')} must be a list"):
                ask("Hello", **wrong)


async def test_messages_that_are_made_here(server: MockServer) -> None:
    call = ToolCall("weather", {"place": "Rome"}, "id")
    given = [
        system("Be brief"),
        user("Look", Attachment(content=PNG)),
        assistant("Looking.", call),
        tool_message(ToolResult("weather", "sunny", "id")),
        assistant("Done"),
        user("And?"),
    ]
    assert await model_at(server).prompt(messages=given).text() == "You said: And?"
    sent = bodies(server)[-1]["messages"]
    assert [each["role"] for each in sent] == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert sent[1]["content"][0] == {"type": "text", "text": "Look"}
    assert sent[1]["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert sent[2] == {"role": "assistant", "content": "Looking.", "tool_calls": [call.param()]}
    assert assistant(call)["content"] is None


class Dog(pydantic.BaseModel):
    name: str
    age: int


@pytest.mark.parametrize("schema", [Dog, Dog.model_json_schema(), "name, age int"])
async def test_answers_that_fit_a_schema(server: MockServer, schema: Any) -> None:
    text = await model_at(server).prompt("A dog", schema=schema).text()
    assert Dog.model_validate_json(text)
    form = bodies(server)[-1]["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["name"] == "output"
    assert list(form["json_schema"]["schema"]["properties"]) == ["name", "age"]


# --- attachments ---


async def test_attachments_of_paths_and_bytes(server: MockServer, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1")
    wave = b"RIFF0000WAVE"
    given = [PNG, path, Attachment(content=wave), Attachment(content=b"plain", type="text/plain")]
    await model_at(server).prompt("Look", attachments=given, image_detail="low").text()
    parts = bodies(server)[-1]["messages"][0]["content"]
    encoded = {
        name: base64.b64encode(data).decode() for name, data in {"png": PNG, "pdf": b"%PDF-1", "w": wave}.items()
    }
    assert parts == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded['png']}", "detail": "low"}},
        {
            "type": "file",
            "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{encoded['pdf']}"},
        },
        {"type": "input_audio", "input_audio": {"data": encoded["w"], "format": "wav"}},
        {"type": "text", "text": "plain"},
    ]


async def test_attachments_of_urls(server: MockServer) -> None:
    model = model_at(server, Scripted(200, b"%PDF-1", {"content-type": "application/pdf"}))
    image = "https://example.com/a.png"
    await model.prompt("Look", attachments=[f"{server.url}/files/a", image]).text()
    parts = bodies(server)[-1]["messages"][0]["content"]
    assert parts[1]["file"]["file_data"].startswith("data:application/pdf;base64,")
    assert parts[2]["image_url"] == {"url": image}  # the provider fetches it
    assert "authorization" not in {name.lower() for name in server.requests[0].headers}


async def test_attachments_that_cannot_be_had(server: MockServer, tmp_path: Path) -> None:
    model = model_at(server, Scripted(404, b"no"))
    with pytest.raises(AttachmentError, match="404"):
        await model.prompt("x", attachments=[f"{server.url}/files/a"]).text()
    with pytest.raises(FileNotFoundError):
        await model.prompt("x", attachments=[tmp_path / "none.png"]).text()
    with pytest.raises(ValueError, match="the type of the attachment cannot be told"):
        await model.prompt("x", attachments=[b"????"]).text()
    with pytest.raises(ValueError, match="video/mp4, which cannot be attached"):
        await model.prompt("x", attachments=[Attachment(content=b"x", type="video/mp4")]).text()


# --- chains ---


async def test_a_chain_calls_tools_until_the_model_is_done(server: MockServer) -> None:
    calls = [("weather", WEATHER), ("slowly", '{"a": 1}')]
    heard: list[str] = []

    def after(tool: object, call: ToolCall, result: ToolResult) -> None:
        heard.append(result.output)

    model = model_at(server, calling(*calls, text="Looking."), saying("Sunny", "."))
    chain = model.chain("How is it?", tools=[weather, slowly], after_call=after)
    assert await chain.text() == "Looking. Sunny."
    assert await chain.text() == "Looking. Sunny."
    assert heard == ["sunny in Rome", "slowly 1"]
    first, second = bodies(server)
    assert first["tools"][0]["function"]["parameters"]["properties"]["place"]["description"] == "Where."
    asked = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls)
    ]
    assert second["messages"] == [
        {"role": "user", "content": "How is it?"},
        {"role": "assistant", "content": "Looking.", "tool_calls": asked},
        {"role": "tool", "tool_call_id": "call_0", "content": "sunny in Rome"},
        {"role": "tool", "tool_call_id": "call_1", "content": "slowly 1"},
    ]
    responses = await async_listed(chain.responses())
    assert [await response.text() for response in responses] == ["Looking.", "Sunny."]
    assert StreamEvent("tool_result", "slowly 1", "call_1") in await async_listed(chain.astream_events())


async def test_a_chain_over_the_embedded_server(server: MockServer) -> None:
    chain = model_at(server).chain("What is the weather?", tools=[weather])
    assert (await chain.text()).startswith("The tools said: sunny in ")


async def test_errors_of_tools_go_back_to_the_model(server: MockServer) -> None:
    model = model_at(server, calling(("nope", "{}"), ("weather", "[]")), saying("Sorry"))
    assert await model.chain("x", tools=[weather]).text() == "Sorry"
    told = [each["content"] for each in bodies(server)[-1]["messages"] if each["role"] == "tool"]
    assert told == [
        'Error: tool "nope" does not exist; the tools are: weather',
        'Error: the arguments of "weather" do not fit: the arguments must be a JSON object, not an array',
    ]


@pytest.mark.parametrize(("limit", "sent"), [(None, 30), (3, 3), (25, 25)])
async def test_a_model_that_never_ends(server: MockServer, limit: int | None, sent: int) -> None:
    model = model_at(server, *[calling(("weather", WEATHER)) for _ in range(29)], saying("Done"))
    chain = model.chain("x", tools=[weather], chain_limit=limit)
    if limit is None:
        assert await chain.text() == "Done"
    else:
        with pytest.raises(ChainLimitError, match=f"Chain limit of {limit} exceeded") as caught:
            await chain.text()
        assert caught.value.messages[-1]["tool_calls"]
    assert len(server.requests) == sent


async def test_25_answers_unless_you_say_otherwise(server: MockServer) -> None:
    model = model_at(server, *[calling(("weather", WEATHER)) for _ in range(30)])
    with pytest.raises(ChainLimitError):
        await model.chain("x", tools=[weather]).text()
    assert len(server.requests) == 25


async def test_a_chain_is_paused_and_goes_on(server: MockServer) -> None:
    agreed: list[str] = []

    def careful(place: str) -> str:
        if place not in agreed:
            raise PauseChain(place)
        return f"agreed on {place}"

    model = model_at(server, calling(("careful", WEATHER), ("weather", WEATHER)), saying("Fine"))
    with pytest.raises(PauseChain) as caught:
        await model.chain("x", tools=[careful, weather]).text()
    paused = caught.value
    assert paused.tool_call is not None
    assert paused.tool_call.arguments == {"place": "Rome"}
    assert [each["role"] for each in paused.messages] == ["user", "assistant", "tool"]
    agreed.append("Rome")
    assert await model.chain(messages=paused.messages, tools=[careful, weather]).text() == "Fine"
    told = [each["content"] for each in bodies(server)[-1]["messages"] if each["role"] == "tool"]
    assert told == ["sunny in Rome", "agreed on Rome"]


async def test_what_tools_attach_goes_to_the_model(server: MockServer) -> None:
    def draw() -> ToolOutput:
        return ToolOutput("drawn", [Attachment(content=PNG)])

    await model_at(server, calling(("draw", "{}")), saying("Nice")).chain("x", tools=[draw]).text()
    result, image = bodies(server)[-1]["messages"][-2:]
    assert result["content"] == "drawn"
    assert image["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")


async def test_calls_made_by_hand(server: MockServer) -> None:
    model = model_at(server, calling(("weather", WEATHER)), saying("Sunny"))
    response = model.prompt("x", tools=[weather])
    results = await response.execute_tool_calls()
    assert results == [ToolResult("weather", "sunny in Rome", "call_0")]
    other = [ToolCall("weather", {"place": "Oslo"}, "o")]
    assert (await response.execute_tool_calls(tool_calls_list=other))[0].output == "sunny in Oslo"
    after = model.prompt(messages=[*await response.all_messages(), *(result.param() for result in results)])
    assert await after.text() == "Sunny"


# --- conversations ---


async def test_a_conversation_remembers(server: MockServer) -> None:
    conversation = model_at(server).conversation()
    first = conversation.prompt("One", system="Be brief")
    second = conversation.prompt("Two", system="Be brief")
    assert await second.text() == "You said: Two"  # the first is read before
    assert first.text_or_raise() == "You said: One"
    assert [each["content"] for each in bodies(server)[-1]["messages"]] == ["Be brief", "One", "You said: One", "Two"]
    assert conversation.responses == [first, second]


async def test_a_conversation_keeps_its_tools(server: MockServer) -> None:
    model = model_at(server, saying("a"), calling(("weather", WEATHER)), saying("b"), saying("c"))
    conversation = model.conversation(tools=[weather])
    await conversation.prompt("One").text()
    assert await conversation.chain("Two").text() == "b"
    await conversation.prompt("Three", tools=[]).text()
    assert ["tools" in body for body in bodies(server)] == [True, True, True, False]
    roles = [each["role"] for each in bodies(server)[-1]["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "tool", "assistant", "user"]
    assert len(conversation.responses) == 4


async def test_a_conversation_goes_on_after_a_failure(server: MockServer) -> None:
    model = model_at(server, saying("a"), Scripted(404, {"error": {"message": "no"}}))
    conversation = model.conversation()
    await conversation.prompt("One").text()
    with pytest.raises(NotFoundError):
        await conversation.prompt("Two").text()
    assert await conversation.prompt("Three").text() == "You said: Three"
    assert [each["content"] for each in bodies(server)[-1]["messages"]] == ["One", "a", "Three"]


async def test_a_reply_calls_the_tools_first(server: MockServer) -> None:
    model = model_at(server, calling(("weather", WEATHER)), saying("Sunny"))
    response = model.prompt("x", tools=[weather])
    assert await response.reply("And now?").text() == "Sunny"
    roles = [each["role"] for each in bodies(server)[-1]["messages"]]
    assert roles == ["user", "assistant", "tool", "user"]


# --- connections ---


async def test_all_prompts_share_their_connections() -> None:
    with Local(whole(completion_body("Hi"))) as local:
        model = AsyncModel("openai/m", base_url=local.url("/v1"), api_key="key")
        for number in range(100):
            assert await model.prompt(str(number), stream=False).text() == "Hi"
        assert local.connections == 1


async def test_streams_give_their_connections_back() -> None:
    with Local(events(said("a"), said("b"))) as local:
        model = AsyncModel("openai/m", base_url=local.url("/v1"), api_key="key")
        for _ in range(20):
            assert await model.prompt("x").text() == "ab"
        assert local.connections == 1


async def test_an_answer_that_breaks_off() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + chunk(f"data: {json.dumps(said('a'))}\n\n".encode()))

    with RawServer(script) as server:
        model = AsyncModel("openai/m", base_url=server.url("/v1"), api_key="key", max_retries=0)
        response = model.prompt("x")
        for _ in range(2):  # what came stays, and the rest stays lost
            with pytest.raises(APIConnectionError):
                await response.text()
        assert len(server.requests) == 1
