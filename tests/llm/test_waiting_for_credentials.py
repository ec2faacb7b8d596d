"""Credentials that have to be fetched: the event loop goes on meanwhile, and one thread fetches for all."""

from __future__ import annotations

import asyncio
import threading
import types
from pathlib import Path
from typing import Any

from antiphon.llm import AWSCredentials, EntraCredentials, GoogleCredentials, acompletion

from .identities import REGION, SECRET, Tokens, google_account
from .local import Local, completion_body, whole

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]
OK = whole(completion_body())


class Waiting:
    """Waits in the middle of its work until the event loop says go on: it could not, were it in the loop's thread."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self) -> None:
        self.threads.append(threading.current_thread())
        self.begun.set()
        assert self.go_on.wait(20)

    async def release(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.begun.wait, 20)
        self.go_on.set()


async def asked(server: Local, model: str, key: Any, waiting: Waiting, times: int = 1) -> None:
    async with asyncio.timeout(20):
        calls = [
            acompletion(model, ASKED, base_url=server.url("/v1"), api_key=key, max_retries=0) for _ in range(times)
        ]
        await asyncio.gather(waiting.release(), *calls)


def test_credentials_of_aws() -> None:
    waiting = Waiting()

    def credentials() -> Any:
        waiting()
        return types.SimpleNamespace(access_key="AKID", secret_key=SECRET, token=None)

    with Local(OK) as server:
        asyncio.run(asked(server, "bedrock/m", AWSCredentials(region=REGION, credentials=credentials), waiting))
    assert threading.main_thread() not in waiting.threads


def test_tokens_of_google(tmp_path: Path) -> None:
    waiting = Waiting()
    with Tokens(waiting) as tokens, Local(OK) as server:
        who = GoogleCredentials(credentials=google_account(tmp_path, tokens.url("/token")))
        asyncio.run(asked(server, "vertex/g", who, waiting, 20))
    assert (tokens.given, len(server.requests)) == (1, 20)


def test_tokens_of_entra() -> None:
    waiting = Waiting()

    class Credential:
        def get_token(self, scope: str) -> Any:
            waiting()
            return types.SimpleNamespace(token="t", expires_on=2**33)

    with Local(OK) as server:
        asyncio.run(asked(server, "azure/m", EntraCredentials(Credential()), waiting, 20))
    assert len(waiting.threads) == 1
    assert threading.main_thread() not in waiting.threads


def test_functions_of_the_user() -> None:
    waiting = Waiting()

    def key() -> str:
        waiting()
        return "key"

    with Local(OK) as server:
        asyncio.run(asked(server, "groq/m", key, waiting))
        asyncio.run(asked(server, "azure/m", key, waiting))
    assert threading.main_thread() not in waiting.threads
