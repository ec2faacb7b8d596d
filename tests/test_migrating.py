"""`docs/migrating.md`: each row of its table has a test here, whose docstring is the row's name."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import TypeAdapter

import antiphon
import antiphon.types.audio
from antiphon.mock import serve
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
    for name in ("_client", "_exceptions", "_types", "lib._pydantic", "lib._parsing"):
        assert importlib.util.find_spec(f"antiphon.{name}") is not None
    assert importlib.util.find_spec("antiphon._legacy_response") is None


def test_the_command_is_another() -> None:
    """the command `openai`"""
    scripts = importlib.metadata.distribution("antiphon").entry_points.select(group="console_scripts")
    assert [each.name for each in scripts] == ["antiphon"]


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
