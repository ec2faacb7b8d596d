"""`antiphon chat`: what is asked, and what is shown of the answer."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from antiphon import version
from antiphon.llm import set_alias, set_default_model, set_key
from antiphon.mock import MockServer

from ..llm.local import Local, failed
from ..llm.scripts import calling, saying, streamed
from .conftest import KEY
from .running import enqueued, ran, typed

PNG = b"\x89PNG\r\n\x1a\n0000"
TOOLS = '''
from antiphon import llm

def multiply(a: int, b: int) -> int:
    """Multiply."""
    return a * b

async def slowly() -> str:
    return "slow"

class Box(llm.Toolbox):
    def look(self) -> str:
        return "seen"

class Held:
    @staticmethod
    def inner() -> str:
        return "held"
'''


def asked(server: MockServer) -> Any:
    return server.requests[-1].body


def last(server: MockServer) -> Any:
    return asked(server)["messages"][-1]["content"]


# --- prompts ---


def test_an_answer(server: MockServer) -> None:
    done = typed("chat", "Hello", "there")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "You said: Hello there\n", "")
    assert asked(server)["stream"] is True
    assert asked(server)["messages"] == [{"role": "user", "content": "Hello there"}]


def test_what_is_piped_in_stands_before_the_prompt(server: MockServer) -> None:
    typed("chat", "Shorter", piped="a long text\n\n")
    assert last(server) == "a long text\n\nShorter"
    typed("chat", piped="\ufeffjust this\n")
    assert last(server) == "just this"


def test_system_model_and_options(server: MockServer) -> None:
    done = typed(
        "chat", "x", "-s", "Be brief", "-m", "openai/some", "-o", "temperature", "0.5", "-o", "seed", "7",
        "-o", "json_object", "true", "-o", "stop", '["a", "b"]', "-o", "logit_bias", '{"5": 1}',
        "-o", "reasoning_effort", "low",
    )  # fmt: skip
    assert done.exit_code == 0
    body = asked(server)
    assert body["model"] == "some"
    assert body["messages"][0] == {"role": "system", "content": "Be brief"}
    assert (body["temperature"], body["seed"], body["stop"]) == (0.5, 7, ["a", "b"])
    assert (body["logit_bias"], body["reasoning_effort"]) == ({"5": 1}, "low")
    assert body["response_format"] == {"type": "json_object"}
    typed("chat", "x", "-o", "stop", "5")
    assert asked(server)["stop"] == "5"


def test_aliases_and_the_default_model(server: MockServer) -> None:
    set_alias("mini", "gpt-4o-mini")
    typed("chat", "x", "-m", "mini")
    assert asked(server)["model"] == "gpt-4o-mini"
    set_default_model("gpt-4o")
    typed("chat", "x")
    assert asked(server)["model"] == "gpt-4o"


def test_another_address(server: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    set_alias("mini", "vllm/org/some")
    assert typed("chat", "x", "--base-url", server.url, "-m", "mini", "--key", "any").stdout == "You said: x\n"
    assert asked(server)["model"] == "org/some"


def test_a_key_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    set_key("work", "sk-kept-for-work")
    with Local(failed("401 Unauthorized", "the key sk-kept-for-work is no good")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url("/v1"))
        done = typed("chat", "x", "-m", "openai/m", "--key", "work")
        assert "authorization: bearer sk-kept-for-work" in server.heads[0]
    assert done.exit_code == 1
    assert "the key <redacted> is no good" in done.stderr


# --- attachments ---


def test_attachments(server: MockServer) -> None:
    Path("photo.png").write_bytes(PNG)
    Path("code.xyz").write_text("x = 1")
    Path("data.json").write_text('{"a": 1}')
    done = typed("chat", "What is it?", "-a", "photo.png", "-a", "code.xyz", "-a", "data.json", "-a", "https://x/y.png")
    assert done.exit_code == 0
    question, image, code, data, linked = last(server)
    assert question == {"type": "text", "text": "What is it?"}
    assert image["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert (code, data) == ({"type": "text", "text": "x = 1"}, {"type": "text", "text": '{"a": 1}'})
    assert linked["image_url"]["url"] == "https://x/y.png"


def test_what_is_piped_in_is_attached(server: MockServer) -> None:
    typed("chat", "What is it?", "-a", "-", piped=PNG)
    assert [part["type"] for part in last(server)] == ["text", "image_url"]
    typed("chat", "-a", "-", piped=b"a text")
    assert last(server) == [{"type": "text", "text": "a text"}]
    typed("chat", "x", "--at", "-", "audio/wav", piped=b"\x00\xff")
    assert last(server)[1]["input_audio"]["format"] == "wav"


@pytest.mark.parametrize(
    ("arguments", "piped", "message"),
    [
        (["-a", "nothing.png"], "", "there is no file nothing.png to attach"),
        (["-a", "."], "", "there is no file . to attach"),
        (["-a", "strange"], "", "what strange is cannot be told: say it with --at strange TYPE"),
        (["-a", "-"], b"\x00\xff", "what - is cannot be told"),
        (["-a", "strange.zip"], "", "which cannot be attached"),
        ([], b"\x00\xff", "what is piped in is no text: attach it with -a -"),
    ],
)
def test_what_cannot_be_attached(arguments: list[str], piped: str | bytes, message: str, server: MockServer) -> None:
    for name in ("strange", "strange.zip"):
        Path(name).write_bytes(b"\x00\xff")
    done = typed("chat", "x", *arguments, piped=piped)
    assert done.exit_code == 1
    assert message in done.stderr


# --- tools ---


def test_tools_are_called_and_told_on_the_side(server: MockServer) -> None:
    Path("my_tools.py").write_text(TOOLS)
    enqueued(server, [calling(("multiply", '{"a": 6, "b": 7}'), text="Let me see."), saying("It is 42")])
    done = typed("chat", "6 times 7?", "-t", "my_tools:multiply")
    assert (done.exit_code, done.stdout) == (0, "Let me see. It is 42\n")
    assert done.stderr == "→ multiply(a=6, b=7)\n← 42\n"
    assert last(server) == "42"


@pytest.mark.parametrize(
    ("tool", "name", "output"),
    [
        ("my_tools.py:multiply", "multiply", "Error: "),
        ("my_tools.py:slowly", "slowly", "slow"),
        ("my_tools.py:Box", "Box_look", "seen"),
        ("my_tools.py:Held.inner", "inner", "held"),
    ],
)
def test_kinds_of_tools(tool: str, name: str, output: str, server: MockServer) -> None:
    Path("my_tools.py").write_text(TOOLS)
    enqueued(server, [calling((name, "{}")), saying("Done")])
    assert typed("chat", "x", "-t", tool).stdout == "Done\n"
    assert last(server).startswith(output)


def test_a_chain_that_does_not_end(server: MockServer) -> None:
    Path("my_tools.py").write_text(TOOLS)
    enqueued(server, [calling(("slowly", "{}"))] * 3)
    done = typed("chat", "x", "-t", "my_tools.py:slowly", "--chain-limit", "2")
    assert done.exit_code == 1
    assert "Error: Chain limit of 2 exceeded." in done.stderr


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        ("my_tools", "'my_tools' is no tool: module:function"),
        ("my_tools:", "is no tool"),
        ("my_tools.py:multply", "my_tools.py has no 'multply'; did you mean 'multiply'?"),
        ("nothing.py:f", "there is no file nothing.py"),
        ("no_such_module:f", "no_such_module cannot be imported: ModuleNotFoundError"),
        ("broken.py:f", "broken.py cannot be imported: ZeroDivisionError: division by zero"),
        ("leaving.py:f", "leaving.py cannot be imported: SystemExit: 3"),
        ("my_tools.py:llm", "a tool is a function"),
    ],
)
def test_what_is_no_tool(tool: str, message: str, server: MockServer) -> None:
    Path("my_tools.py").write_text(TOOLS)
    Path("broken.py").write_text("1 / 0")
    Path("leaving.py").write_text("raise SystemExit(3)")
    done = typed("chat", "x", "-t", tool)
    assert done.exit_code in (1, 2)
    assert message in " ".join(done.stderr.split())
    assert not server.requests


# --- schemas ---


@pytest.mark.parametrize("given", ["name, age int", '{"type": "object", "properties": {}}', "schema.json", "mine.txt"])
def test_schemas(given: str, server: MockServer) -> None:
    for name in ("schema.json", "mine.txt"):
        Path(name).write_text('\ufeff{"type": "object", "properties": {}}')
    done = typed("chat", "A dog", "--schema", given)
    assert done.exit_code == 0
    json.loads(done.stdout)
    form = asked(server)["response_format"]
    assert form["type"] == "json_schema"
    assert set(form["json_schema"]["schema"]["properties"]) == ({"name", "age"} if "name" in given else set())
    typed("chat", "Dogs", "--schema-multi", given)
    assert set(asked(server)["response_format"]["json_schema"]["schema"]["properties"]) == {"items"}


# --- how it is shown ---


def test_json_is_all_of_the_answer(server: MockServer) -> None:
    body = json.loads(typed("chat", "x", "--json").stdout)
    assert body["choices"][0]["message"]["content"] == "You said: x"
    assert "stream" not in asked(server)


def test_no_stream_and_usage(server: MockServer) -> None:
    done = typed("chat", "x", "--no-stream", "--usage")
    assert done.stdout == "You said: x\n"
    assert re.fullmatch(r"\d+ tokens read, \d+ written\n", done.stderr)
    assert "stream" not in asked(server)


def test_an_answer_that_ends_its_line(server: MockServer) -> None:
    enqueued(server, [saying("one\n"), saying("")])
    assert typed("chat", "x").stdout == "one\n"
    assert typed("chat", "x").stdout == ""


def test_thoughts_are_not_the_answer(server: MockServer) -> None:
    enqueued(server, [streamed({"reasoning_content": "hm"}, {"content": "Yes"})])
    done = typed("chat", "x")
    assert (done.stdout, done.stderr) == ("Yes\n", "")


# --- going on ---


def test_going_on_from_the_last_answer(server: MockServer, folder: Path) -> None:
    assert typed("chat", "One", "-s", "Be brief", "-m", "openai/some").exit_code == 0
    assert typed("chat", "-c", "Two").exit_code == 0
    assert asked(server)["model"] == "some"
    assert [message["content"] for message in asked(server)["messages"]] == [
        "Be brief",
        "One",
        "You said: One",
        "Two",
    ]
    typed("chat", "-c", "Three", "-m", "gpt-4o", "--no-keep")
    assert (asked(server)["model"], len(asked(server)["messages"])) == ("gpt-4o", 6)
    typed("chat", "-c", "Four")
    assert len(asked(server)["messages"]) == 6
    assert KEY not in (folder / "last_chat.json").read_text()


def test_going_on_after_tools(server: MockServer) -> None:
    Path("my_tools.py").write_text(TOOLS)
    enqueued(server, [calling(("multiply", '{"a": 6, "b": 7}')), saying("It is 42")])
    typed("chat", "6 times 7?", "-t", "my_tools.py:multiply")
    typed("chat", "-c", "Thank you")
    assert [message["role"] for message in asked(server)["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]


def test_nothing_to_go_on_from(server: MockServer, folder: Path) -> None:
    assert "there is no answer to go on from" in typed("chat", "-c", "x").stderr
    for text, message in (("{", "it is no JSON"), ("[]", "holds no answer")):
        folder.mkdir(exist_ok=True)
        (folder / "last_chat.json").write_text(text)
        done = typed("chat", "-c", "x")
        assert done.exit_code == 1
        assert message in done.stderr
    (folder / "last_chat.json").unlink()
    (folder / "last_chat.json").mkdir()
    assert "last_chat.json cannot be read: Is a directory" in typed("chat", "-c", "x").stderr


def test_a_folder_that_cannot_be_written(server: MockServer, folder: Path) -> None:
    folder.write_text("a file")
    done = typed("chat", "x", "-m", "gpt-4o")
    assert (done.exit_code, done.stdout) == (0, "You said: x\n")
    assert "the answer is not kept for --continue" in done.stderr


# --- without a key ---


def test_the_server_inside(folder: Path) -> None:
    done = typed("chat", "--mock", "Hello")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "You said: Hello\n", "")
    assert not folder.exists()
    assert typed("chat", "--mock", "Hello", "-m", "anthropic/claude").stdout == "You said: Hello\n"


# --- errors ---


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "there is nothing to ask"),
        (["x", "-m", "nope"], 1, "Error: Unknown model: nope"),
        (["x", "-m", "gpt4o-mini"], 1, "Error: Unknown model: gpt4o-mini; did you mean 'gpt-4o-mini'"),
        (["x", "-m", "groq/m"], 1, "GROQ_API_KEY environment variable not set: Groq needs a key"),
        (["x", "-o", "temprature", "1"], 1, "there is no option 'temprature'; did you mean 'temperature'?"),
        (["x", "-o", "zzz", "1"], 1, "there is no option 'zzz'; there are temperature, max_tokens"),
        (
            ["x", "-o", "temperature", "hot"],
            1,
            "the option temperature cannot be 'hot': Input should be a valid number",
        ),
        (["x", "--schema", "{"], 1, "the schema is no JSON"),
        (["x", "--schema", "nothing.json"], 1, "there is no file nothing.json"),
        (["x", "--schema", "a wrong"], 1, "'a wrong' is no field"),
        (["x", "--schema", "a", "--schema-multi", "a"], 2, "say the same thing"),
        (["x", "--mock", "--base-url", "http://x"], 2, "leave out --base-url"),
        (["x", "--base-url", "http://127.0.0.1:9/v1", "-m", "vllm/x"], 1, "Error: "),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], code: int, message: str) -> None:
    done = typed("chat", *arguments)
    assert done.exit_code == code
    assert message in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_what_a_server_refuses(status: int, server: MockServer) -> None:
    text = f"no:\n\x1b[31m{KEY} " + "x" * 5000
    for _ in range(3):
        server.enqueue(status, {"error": {"message": text}}, headers={"retry-after-ms": "1"})
    done = typed("chat", "x")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr) < 2000
    assert KEY not in done.stderr
    assert "\x1b" not in done.stderr


def test_an_answer_that_breaks_off(server: MockServer) -> None:
    text = (
        'data: {"choices": [{"index": 0, "delta": {"content": "One"}}]}\n\ndata: {"error": {"message": "enough"}}\n\n'
    )
    server.enqueue(200, text, headers={"content-type": "text/event-stream"})
    done = typed("chat", "x")
    assert (done.exit_code, done.stdout) == (1, "One\n")
    assert "enough" in done.stderr


def test_an_answer_without_its_end(server: MockServer) -> None:
    text = 'data: {"choices": [{"index": 0, "delta": {"content": "One"}}]}\n\n'
    server.enqueue(200, text, headers={"content-type": "text/event-stream"})
    done = typed("chat", "x")
    assert (done.exit_code, done.stdout) == (0, "One\n")
    assert "the answer broke off" in done.stderr


def test_help_is_there() -> None:
    done = ran("--version")
    assert (done.returncode, done.stdout.decode().split()[-1]) == (0, version.VERSION)
    for command in ("chat", "models", "keys"):
        assert typed(command, "--help").exit_code == 0
