"""What importing costs, counted in modules: a program that does not call the API must not pay for it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Counts, not times: they are the same on every machine.
OWN_MODULES_AT_IMPORT = 4
OWN_MODULES_FOR_A_CHAT_CALL = 75
MODELS_FOR_A_CHAT_CALL = 50
MODELS_BUILT_FOR_A_CHAT_CALL = 0
"""The reader of an answer is made of the schema; no class has to be finished for it."""
MODULES_OF_OTHERS_FOR_THE_LAYER = 60


def run(program: str) -> list[str]:
    code = f"{program}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def loaded(modules: list[str], *names: str) -> list[str]:
    return [module for module in modules if module.partition(".")[0] in names]


def test_import_loads_no_library_and_no_types() -> None:
    modules = run("import antiphon")
    assert not loaded(modules, "httpx", "httpcore", "pydantic", "pydantic_core", "aiohttp", "anyio", "yaml", "click")
    assert not [module for module in modules if module.startswith(("antiphon.types", "antiphon.resources"))]
    assert len(loaded(modules, "antiphon")) <= OWN_MODULES_AT_IMPORT
    plain = run("pass")
    assert set(modules) - set(plain) - set(loaded(modules, "antiphon")) <= {"__future__"}


def test_making_a_client_loads_no_http_library() -> None:
    modules = run("import antiphon; antiphon.Client(api_key='x'); antiphon.AsyncClient(api_key='x')")
    assert not loaded(modules, "httpx", "httpcore", "aiohttp", "anyio")


CHAT_CALL = """
import antiphon
from antiphon.runtime.transports.scripted import Answer, ScriptedTransport
body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
client = antiphon.Client(api_key="x", http_client=ScriptedTransport([Answer(200, body)]))
client.chat.completions.create(model="m", messages=[])
"""


def test_a_chat_call_loads_only_the_types_of_chat() -> None:
    modules = run(CHAT_CALL)
    own = loaded(modules, "antiphon")
    assert not [module for module in own if "responses" in module]
    assert not [module for module in own if module.startswith("antiphon.types") and module.endswith("_params")]
    assert len(own) <= OWN_MODULES_FOR_A_CHAT_CALL
    assert not loaded(modules, "aiohttp", "yaml", "click")


@pytest.mark.parametrize(
    "program",
    [
        "import antiphon.llm",
        "from antiphon.llm import acompletion, aembedding, aresponses, completion, embedding, responses",
        "from antiphon.llm import get_async_model, get_model; get_model('openai/m'); get_async_model('openai/m')",
        "from antiphon.llm import call, context, override; call('openai', 'm')(lambda: 'Hi')",
        "from antiphon.llm import AWSCredentials, EntraCredentials, GoogleCredentials, Provider, providers",
    ],
)
def test_the_layer_loads_few_modules_of_others(program: str) -> None:
    modules = set(run(program)) - set(run("pass"))
    others = [each for each in modules if each.partition(".")[0] not in {*sys.stdlib_module_names, "antiphon"}]
    assert len(others) < (MODULES_OF_OTHERS_FOR_THE_LAYER if program != "import antiphon.llm" else 1)
    assert not loaded(others, "httpx", "httpcore", "aiohttp", "anyio", "botocore", "google", "azure", "click", "yaml")


def test_a_chat_call_makes_only_the_models_of_chat() -> None:
    program = f"""{CHAT_CALL}
from antiphon import BaseModel
found = [BaseModel]
for each in found:
    found += each.__subclasses__()
models = [each for each in found if each.__module__.startswith("antiphon.types.")]
print(len(models), sum(each.__pydantic_complete__ for each in models))
"""
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    made, built = map(int, done.stdout.split())
    assert 0 < made <= MODELS_FOR_A_CHAT_CALL
    assert built <= MODELS_BUILT_FOR_A_CHAT_CALL


def test_a_call_needs_no_http_library() -> None:
    program = """
import socket, threading
import antiphon
listener = socket.create_server(("127.0.0.1", 0))
def serve():
    sock, _ = listener.accept()
    sock.settimeout(20)
    sock.recv(65536)
    sock.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}")
    sock.close()
thread = threading.Thread(target=serve)
thread.start()
with antiphon.Client(api_key="x", base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", max_retries=0) as client:
    assert client.get("/x", cast_to=object) == {}
thread.join(20)
listener.close()
"""
    modules = run(program)
    assert not loaded(modules, "httpx", "httpcore", "h11", "anyio", "certifi", "aiohttp", "asyncio")
