"""The command as it is typed: each run is a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-W", "error", "-c", "from antiphon.cli import main; main()"]
SMALL = """\
openapi: 3.1.0
info: {title: Pet Shop, version: "1"}
servers: [{url: "https://example.com/v1"}]
paths:
  /pets:
    get:
      operationId: list_pets
      tags: [pets]
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
  /pets/{pet_id}:
    get:
      operationId: get_pet
      tags: [pets]
      parameters: [{name: pet_id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
components:
  schemas:
    Pet:
      type: object
      required: [id]
      properties: {id: {type: string}, name: {type: string}}
"""
FLAWED = SMALL.replace('"#/components/schemas/Pet"}}}}\ncomp', '"#/components/schemas/Missing"}}}}\ncomp')


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_text(SMALL)
    return path


def ran(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_help_names_the_commands() -> None:
    for arguments in (["--help"], ["-h"]):
        done = ran(*arguments)
        assert done.returncode == 0
        assert re.search(r"^ +generate ", done.stdout, re.MULTILINE)
        assert re.search(r"^ +mock ", done.stdout, re.MULTILINE)
    for command in ("generate", "mock"):
        assert "DOCUMENT" in ran(command, "-h").stdout


def test_version() -> None:
    from antiphon import __version__

    assert ran("--version").stdout.strip() == f"antiphon, version {__version__}"


@pytest.mark.parametrize("arguments", [["nothing"], ["mock", "--port", "99999"], ["mock", "--prot", "1"], ["generate"]])
def test_what_it_does_not_understand(arguments: list[str]) -> None:
    done = ran(*arguments)
    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


# --- mock ---


@contextmanager
def mocked(*arguments: str | Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """A server in a process, and its URL."""
    command = [*COMMAND, "mock", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            url = re.search(r"http://\S+", first)
            assert url is not None, first + (process.stderr.read() if process.stderr else "")
            yield process, url[0]
        finally:
            process.kill()


def fetched(url: str) -> bytes:
    request = urllib.request.Request(url, headers={"authorization": "Bearer any"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()


@pytest.mark.skipif(os.name == "nt", reason="signals are other ones there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_mock_serves_until_it_is_told_to_stop(number: int, small: Path) -> None:
    with mocked(small, "--port", "0") as (process, url):
        assert url.endswith("/v1")
        assert json.loads(fetched(f"{url}/pets/5"))["id"] == "5"
        process.send_signal(number)
        assert process.wait(20) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
    assert "Ctrl-C stops it." in out
    assert re.search(r"^200 GET /v1/pets/5 [\d.]+ ms$", out, re.MULTILINE)
    assert err == "stopped\n"


def test_mock_serves_our_own_api_and_says_what_to_export() -> None:
    with mocked("--port", "0", "--quiet") as (process, url):
        assert process.stdout is not None
        assert process.stdout.readline() == f"  export OPENAI_BASE_URL={url} OPENAI_API_KEY=any\n"
        assert json.loads(fetched(f"{url}/models"))["object"] == "list"


def test_mock_options_are_heeded(small: Path) -> None:
    with mocked(small, "--port", "0", "--items", "3", "--seed", "a") as (_, url):
        first = fetched(f"{url}/pets?limit=2")
        assert len(json.loads(fetched(f"{url}/pets"))) == 3
    with mocked(small, "--port", "0", "--items", "3", "--seed", "b") as (_, url):
        assert fetched(f"{url}/pets?limit=2") != first


def test_mock_on_a_port_that_is_taken(small: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ran("mock", small, "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: cannot listen on 127.0.0.1 port {port}: ")
    assert "--port 0 takes a free one" in done.stderr


@pytest.mark.parametrize("command", ["mock", "generate"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "openapi.yaml:2:1  the document is neither JSON nor YAML"),
        ("[]", "an OpenAPI document is an object"),
        ("swagger: '1.2'", "this is a Swagger 1.2 document"),
        (None, "does not exist"),
    ],
)
def test_a_bad_document(command: str, text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    if text is not None:
        path.write_text(text + "\n")
    arguments = ["-o", "out"] if command == "generate" else ["--port", "0"]
    done = ran(command, "openapi.yaml", *arguments, folder=tmp_path)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


# --- generate ---


def test_generate_into_an_empty_folder_and_again(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = ran("generate", small, "-o", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "files written" in done.stdout
    written = files(out)
    assert {"pyproject.toml", "README.md", "api.md"} <= written.keys()
    package = next(path.parent for path in (out / "src").rglob("py.typed")).name
    program = f"from {package} import Client, AsyncClient; Client(base_url='http://127.0.0.1:9').pets.list"
    environment = {**os.environ, "PYTHONPATH": str(out / "src")}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    for command in (["check"], ["format", "--check"]):  # under the project's own settings
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
        done = subprocess.run(ruff, cwd=out, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout

    assert ran("generate", small, "-o", out, "--check").returncode == 0
    assert ran("generate", small, "-o", out).returncode == 0
    assert files(out) == written


def test_generate_check_tells_what_differs_and_writes_nothing(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran("generate", small, "-o", out)
    changed = next((out / "src").rglob("pet.py"))
    changed.write_text("# mine\n")
    before = files(out)
    done = ran("generate", small, "-o", out, "--check")
    assert done.returncode == 1
    assert "pet.py" in done.stdout + done.stderr
    assert files(out) == before
    assert ran("generate", small, "-o", tmp_path / "other", "--check").returncode == 1
    assert not (tmp_path / "other").exists()


def test_generate_strict_writes_nothing_when_there_are_problems(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(FLAWED)
    strict = ran("generate", path, "-o", tmp_path / "strict", "--strict")
    assert strict.returncode == 1
    assert "openapi.yaml:" in strict.stderr
    assert "Missing" in strict.stderr
    assert not (tmp_path / "strict").exists()
    lenient = ran("generate", path, "-o", tmp_path / "lenient")
    assert lenient.returncode == 0
    assert "Missing" in lenient.stderr
    assert (tmp_path / "lenient" / "api.md").exists()


@pytest.mark.parametrize("stage", ["spec", "config", "ir", "plan", "problems"])
def test_generate_dump_prints_a_stage_and_writes_nothing(stage: str, small: Path, tmp_path: Path) -> None:
    first, second = (ran("generate", small, "--dump", stage, folder=tmp_path).stdout for _ in range(2))
    json.loads(first)
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == ["openapi.yaml"]


def test_generate_without_a_folder(small: Path) -> None:
    done = ran("generate", small)
    assert done.returncode == 2
    assert "Missing option '--output'" in done.stderr
