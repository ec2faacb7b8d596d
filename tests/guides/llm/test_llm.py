"""The programs of this guide, run."""

from __future__ import annotations

from typing import Any

from antiphon.mock import MockServer, Scripted

from ...llm.scripts import calling, saying
from ..conftest import Guide


def scripted(server: MockServer, *steps: Scripted) -> None:
    for step in steps:
        server.enqueue(step.status, step.body, headers=dict(step.headers))


def roles(body: Any) -> list[str]:
    return [message["role"] for message in body["messages"]]


def test_async_models(guide: Guide) -> None:
    ran = guide.run("async_models")
    lines = ["Five names for a pelican", "Five names for a badger"]
    assert ran.lines[:2] == [f"You said: {line}" for line in lines]
    assert ran.lines[2].endswith("out")
    topics = [f"A line about {topic}" for topic in ("rain", "snow", "fog")]
    assert ran.lines[3:] == [*(f"You said: {topic}" for topic in topics), "True", "Unknown model: no-such-model"]
    assert sorted(ran.asked) == sorted([*lines, *topics])


def test_lazy_responses(guide: Guide) -> None:
    ran = guide.run("lazy_responses")
    assert ran.lines == [
        "<AsyncResponse prompt='Describe a dog' text='... not yet awaited ...'>",
        "Response not yet awaited",
        "True",
        "<AsyncResponse prompt='Describe a dog' text='You said: Describe a dog'>",
        "You said: Describe a dog",
        "['You ', 'said: ', 'Describe ', 'a ', 'dog']",
        "<Response prompt='Describe a cat' text='... not yet done ...'>",
        "You |said: |Describe |a |cat|",
        "You said: Describe a cat",
    ]
    assert len(ran.requests) == 2
    assert roles(ran.bodies[0]) == ["system", "user"]
    assert ran.bodies[0]["temperature"] == 0.3


def test_on_done(guide: Guide) -> None:
    boat, train = "You said: A name for a boat", "You said: A name for a train"
    assert guide.run("on_done").lines == [
        "asked nothing yet",
        f"async: {boat} True",
        f"plain: {boat}",
        boat,
        f"at once: {boat}",
        f"sync: {train}",
    ]


def test_tools(guide: Guide, server: MockServer) -> None:
    scripted(
        server,
        calling(("reversed_text", '{"text": "panda"}'), text="Wait."),
        saying("It is ", "adnap."),
        calling(("upper", '{"text": "panda"}')),
        saying("PAN", "DA"),
        calling(("upper", '{"text": "owl"}')),
        calling(("reversed_text", '{"text": "owl"}')),
        saying("lwo"),
    )
    ran = guide.run("tools")
    assert ran.lines[0] == "calling reversed_text {'text': 'panda'}"
    assert ran.lines[1].startswith("Tool(name='reversed_text', description='Turn a text round.'")
    assert "ToolCall(name='reversed_text', arguments={'text': 'panda'}, tool_call_id='call_0')" in ran.lines[1]
    assert "ToolResult(name='reversed_text', output='adnap'" in ran.lines[1]
    assert ran.lines[2:] == ["Wait. It is adnap.", "PANDA", "upper", "OWL", "lwo"]
    tools = [tool["function"]["name"] for tool in ran.bodies[0]["tools"]]
    assert tools == ["upper", "reversed_text"]
    assert ran.bodies[3]["messages"][-1] == {"role": "tool", "tool_call_id": "call_0", "content": "PANDA"}


def test_sync_tools(guide: Guide, server: MockServer) -> None:
    scripted(
        server,
        calling(("multiply", '{"a": 1231, "b": 2331}')),
        saying("2869461"),
        calling(("multiply", '{"a": 0, "b": 1}')),
        saying("Then not"),
        calling(("waiting", '{"a": 7}')),
        saying("7"),
        *[calling(("multiply", '{"a": 1, "b": 1}'))] * 3,
    )
    ran = guide.run("sync_tools")
    assert "output='2869461'" in ran.lines[0]
    assert ran.lines[1:] == ["2869461", "Then not", "7", "Chain limit of 3 exceeded."]
    assert ran.bodies[3]["messages"][-1]["content"] == "Cancelled: a must not be 0"
    assert ran.bodies[5]["messages"][-1]["content"] == "7"
    assert len(ran.requests) == 9


def test_conversations(guide: Guide) -> None:
    ran = guide.run("conversations")
    assert ran.lines[:3] == ["You said: Five facts about pelicans", "You said: Now about penguins", "2 answers"]
    assert ran.lines[3].startswith("The tools said: ")
    assert ran.lines[4] == "['look_up_population']"
    assert ran.lines[6] == "['look_up_population']"
    assert roles(ran.bodies[1]) == ["system", "user", "assistant", "user"]
    assert ["tools" in body for body in ran.bodies] == [False, False, True, True, True, True, True]
    assert roles(ran.bodies[5])[-3:] == ["assistant", "tool", "user"]


def test_toolboxes(guide: Guide, server: MockServer) -> None:
    scripted(
        server,
        calling(("Memory_keep", '{"name": "colour", "text": "blue"}')),
        saying("Done"),
        calling(("Memory_names", "{}")),
        saying("The colour"),
        calling(("forget", '{"name": "colour"}')),
        saying("Forgotten"),
    )
    ran = guide.run("toolboxes")
    assert ran.lines == ["Done", "The colour", "Forgotten", "1 {}", "['Memory_keep', 'Memory_names', 'forget']"]
    tools = [[tool["function"]["name"] for tool in body["tools"]] for body in ran.bodies]
    assert tools == [["Memory_keep", "Memory_names", "forget"]] * 6
    results = [body["messages"][-1]["content"] for body in ran.bodies[1::2]]
    assert results == ["kept colour", '["colour"]', "blue"]


def test_attachments(guide: Guide, server: MockServer) -> None:
    scripted(server, Scripted(200, b"%PDF-1", {"content-type": "application/pdf"}))
    ran = guide.run("attachments", FILES=f"{server.url}/files")
    assert ran.lines[0].startswith("You said: Describe these")
    assert ran.lines[1] == "image/png 12 True"
    text, path, url, content, fetched = ran.bodies[-1]["messages"][0]["content"]
    assert text == {"type": "text", "text": "Describe these"}
    assert path == content
    assert path["image_url"]["url"].startswith("data:image/png;base64,")
    assert url["image_url"]["url"] == "https://example.com/another.jpg"
    assert fetched["file"]["filename"] == "report.pdf"


def test_schemas(guide: Guide) -> None:
    ran = guide.run("schemas")
    assert ran.lines == ["str int", "['name']", "True"]
    forms = [body["response_format"]["json_schema"] for body in ran.bodies]
    assert [form["name"] for form in forms] == ["output"] * 3
    assert list(forms[0]["schema"]["properties"]) == ["name", "age"]


def test_agreement(guide: Guide, server: MockServer) -> None:
    scripted(server, calling(("delete", '{"path": "log"}')), saying("It is gone"))
    ran = guide.run("agreement")
    assert ran.lines == ["may it call delete ?", "It is gone", "You said: Hello again"]
    assert ran.bodies[1]["messages"][-1] == {"role": "tool", "tool_call_id": "call_0", "content": "deleted"}
    assert [tool["function"]["parameters"]["required"] for tool in ran.bodies[0]["tools"]] == [["path"]]
    assert roles(ran.bodies[-1]) == ["user", "assistant", "user"]
