"""Who calls, where that is no key: signatures of AWS, tokens of Google and of Entra ID, functions of the user's."""

from __future__ import annotations

import importlib.machinery
import os
import sys
import types
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from antiphon import APIStatusError, AuthenticationError
from antiphon.lib.azure import MutuallyExclusiveAuthError
from antiphon.llm import (
    AWSCredentials,
    EntraCredentials,
    GoogleCredentials,
    MissingKeyError,
    UnsupportedParameterError,
    acompletion,
)
from antiphon.llm.identities.aws import aws_credentials_of

from ...runtime.transports.servers import answer
from ..identities import (
    NOBODY,
    REGION,
    SECRET,
    Tokens,
    google_account,
    refreshable,
    service_account,
    signature_is_right,
)
from ..local import Local, completion_body, events, failed, said, whole

ASKED: list[Any] = [{"role": "user", "content": "Hi"}]
OK = whole(completion_body())
STATIC: dict[str, Any] = {"region": REGION, "access_key_id": "AKIDEXAMPLE", "secret_access_key": SECRET}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be somebody."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)


async def asked(server: Local, model: str, **parameters: Any) -> Any:
    given: dict[str, Any] = {"base_url": server.url("/openai/v1"), "max_retries": 0}
    ask: Any = acompletion
    return await ask(model, ASKED, **given | parameters)


def bearer(server: Local) -> list[str]:
    """The tokens that came."""
    lines = [line for head in server.heads for line in head.split("\r\n") if line.startswith("authorization: ")]
    return [line.removeprefix("authorization: bearer ") for line in lines]


# --- AWS ---


async def test_bedrock_takes_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "abc")
    with Local(OK) as server:
        await asked(server, "bedrock/openai.gpt-oss-20b-1:0")
    assert bearer(server) == ["abc"]
    assert server.bodies[0]["model"] == "openai.gpt-oss-20b-1:0"


@pytest.mark.parametrize("token", [None, "session/token+="])
async def test_a_request_is_signed(token: str | None) -> None:
    who = AWSCredentials(**STATIC, session_token=token)
    with Local(OK) as server:
        await asked(server, "bedrock/m", api_key=who, extra_query={"b": "ü /", "a": ""})
    assert signature_is_right(server.requests[0])
    assert ("x-amz-security-token" in server.heads[0]) is (token is not None)
    assert SECRET not in repr(who)


async def test_a_stream_is_signed() -> None:
    with Local(events(said("Hel"), said("lo"))) as server:
        stream = await asked(server, "bedrock/m", api_key=AWSCredentials(**STATIC), stream=True)
        assert "".join([chunk.choices[0].delta.content async for chunk in stream]) == "Hello"
    assert signature_is_right(server.requests[0])
    assert "accept: text/event-stream" in server.heads[0]


async def test_every_attempt_is_signed_anew() -> None:
    keys = iter([SECRET, "another"])

    def credentials() -> Any:
        return types.SimpleNamespace(access_key="AKID", secret_key=next(keys), token=None)

    with Local(failed("500 Oops"), OK) as server:
        await asked(server, "bedrock/m", api_key=AWSCredentials(region=REGION, credentials=credentials), max_retries=1)
    first, second = server.requests
    assert signature_is_right(first)
    assert signature_is_right(second, secret="another")


async def test_the_chain_of_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Local(OK) as server:
        monkeypatch.setenv("AWS_REGION", REGION)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        await asked(server, "bedrock/m")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "changed")
        await asked(server, "bedrock/m")
        for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        config, credentials = tmp_path / "config", tmp_path / "credentials"
        config.write_text(f"[profile work]\nregion = {REGION}\n")
        credentials.write_text("[work]\naws_access_key_id = AKID\naws_secret_access_key = of-a-profile\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
        await asked(server, "bedrock/m", api_key=AWSCredentials(profile="work"))
        monkeypatch.setenv("AWS_PROFILE", "work")
        assert aws_credentials_of(os.environ).place == {"region": REGION}
        await asked(server, "bedrock/m")
    secrets = [SECRET, "changed", "of-a-profile", "of-a-profile"]
    assert [signature_is_right(each, secret=key) for each, key in zip(server.requests, secrets, strict=True)] == [
        True
    ] * 4


async def test_credentials_are_fetched_anew_before_they_end() -> None:
    fetched: list[int] = []

    def fetch() -> dict[str, str]:
        fetched.append(1)
        ends = datetime.now(UTC) + timedelta(seconds=1 if len(fetched) == 1 else 7200)
        return {"access_key": "AKID", "secret_key": SECRET, "token": "t", "expiry_time": ends.isoformat()}

    who = AWSCredentials(region=REGION, credentials=refreshable(fetch))
    assert not who.is_ready()
    with Local(OK) as server:
        for _ in range(3):
            await asked(server, "bedrock/m", api_key=who)
    assert (len(fetched), who.is_ready()) == (2, True)
    assert all(map(signature_is_right, server.requests))


async def test_the_region_of_a_file_of_profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert AWSCredentials().place == {}
    config.write_text("[default]\nregion=eu-1%\n[profile work]\nregion = eu-2\n[other]\noutput = json\n")
    assert AWSCredentials().place == {"region": "eu-1%"}
    assert AWSCredentials(profile="work").place == {"region": "eu-2"}
    assert AWSCredentials(profile="other").place == {}
    config.write_text("no file of profiles")
    assert AWSCredentials().place == {}


@pytest.mark.parametrize(
    ("url", "service", "region"),
    [
        ("https://bedrock-mantle.us-east-1.api.aws/openai/v1", "bedrock-mantle", "us-east-1"),
        ("https://bedrock-runtime.ap-south-1.amazonaws.com/openai/v1", "bedrock", "ap-south-1"),
        ("https://bedrock-runtime-fips.us-east-1.amazonaws.com/openai/v1", "bedrock", "us-east-1"),
        ("https://bedrock.example/openai/v1", "bedrock-mantle", REGION),
    ],
)
async def test_the_host_says_what_is_signed_for(url: str, service: str, region: str) -> None:
    fields = AWSCredentials(**STATIC).signed("POST", url, {}, b"")
    assert f"/{region}/{service}/aws4_request" in fields["authorization"]


async def test_a_redirect_is_not_followed_with_a_signature() -> None:
    with Local(answer(b"", "location: /elsewhere", status="307 Temporary Redirect"), OK) as server:
        with pytest.raises(APIStatusError) as caught:
            await asked(server, "bedrock/m", api_key=AWSCredentials(**STATIC))
        assert (caught.value.status_code, len(server.requests)) == (307, 1)


async def test_what_is_missing_for_a_signature_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Local(OK) as server:
        with pytest.raises(MissingKeyError, match="AWS_REGION or AWS_DEFAULT_REGION") as caught:
            await asked(server, "bedrock/m")
        assert "a region to sign for" in str(caught.value)
        monkeypatch.setenv("AWS_REGION", REGION)
        with pytest.raises(MissingKeyError, match="AWS_BEARER_TOKEN_BEDROCK or AWS_ACCESS_KEY_ID or AWS_PROFILE"):
            await asked(server, "bedrock/m")
        with pytest.raises(MissingKeyError, match=r"could not be had: .*nobody"):
            await asked(server, "bedrock/m", api_key=AWSCredentials(profile="nobody"))
        monkeypatch.setattr("antiphon.llm.identities.aws.find_spec", dict[str, Any]().get)
        with pytest.raises(MissingKeyError, match=r"pip install 'antiphon\[bedrock\]'"):
            AWSCredentials()
        assert server.requests == []


async def test_arguments_that_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match="belong together"):
        AWSCredentials(access_key_id="a")
    with pytest.raises(ValueError, match="not several"):
        AWSCredentials(**STATIC, profile="p")


# --- Google ---


async def test_vertex_with_a_service_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refused = failed("401 Unauthorized")
    with Tokens() as tokens, Local(OK, OK, refused, OK) as server:
        account = service_account(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
        for _ in range(3):
            await asked(server, "vertex/gemini-2.5-flash")
    assert bearer(server) == ["token-1", "token-1", "token-1", "token-2"]
    assert tokens.given == 2
    assert server.bodies[0]["model"] == "google/gemini-2.5-flash"


async def test_a_token_that_ends_soon_is_replaced(tmp_path: Path) -> None:
    with Tokens(seconds=200) as tokens, Local(OK) as server:
        who = GoogleCredentials(credentials=google_account(tmp_path, tokens.url("/token")), project="p-1")
        for _ in range(2):
            await asked(server, "vertex/g", api_key=who)
    assert bearer(server) == ["token-1", "token-2"]
    assert "token" not in repr(who).lower().replace("tokenkeeper", "")


async def test_credentials_may_know_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    who = GoogleCredentials(credentials=object(), project="p-1", location="global")
    assert who.place == {"project": "p-1", "location": "global"}


async def test_what_is_missing_for_a_token_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Local(OK) as server:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
        with pytest.raises(MissingKeyError, match=r"could not be had: File .*nothing\.json was not found"):
            await asked(server, "vertex/g")
        monkeypatch.setitem(sys.modules, "google.auth", None)
        with pytest.raises(MissingKeyError, match=r"pip install 'antiphon\[vertex\]'"):
            GoogleCredentials()
        assert server.requests == []


async def test_a_token_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "abc")
    with Local(OK) as server:
        await asked(server, "vertex/g")
    assert bearer(server) == ["abc"]


# --- Entra ID ---


class Credential:
    """A credential as those of azure-identity are."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str) -> Any:
        self.scopes += scopes
        if len(self.scopes) > 2:
            raise RuntimeError("nobody is signed in")
        return types.SimpleNamespace(token=f"entra-{len(self.scopes)}", expires_on=2**33)


async def test_azure_with_a_credential() -> None:
    credential = Credential()
    who = EntraCredentials(credential)
    with Local(OK, failed("401 No"), OK, failed("401 No")) as server:
        for _ in range(2):
            await asked(server, "azure/m", api_key=who)
        with pytest.raises(MissingKeyError, match="Entra ID gave no token: nobody is signed in"):
            await asked(server, "azure/m", api_key=who)
    assert bearer(server) == ["entra-1", "entra-1", "entra-2", "entra-2"]
    assert "api-key" not in server.heads[0]
    assert set(credential.scopes) == {"https://cognitiveservices.azure.com/.default"}


async def test_azure_with_what_azure_identity_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_OPENAI_API_KEY", raising=False)
    with Local(OK) as server:
        with pytest.raises(MissingKeyError, match="AZURE_OPENAI_API_KEY"):
            await asked(server, "azure/m")
        for name in ("azure", "azure.identity"):
            module: Any = types.ModuleType(name)
            module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=name == "azure")
            module.__path__ = []
            module.DefaultAzureCredential = Credential
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setenv("AZURE_CLIENT_ID", "of this test")
        await asked(server, "azure/m")
        await asked(server, "azure/m", api_key="key")
    assert bearer(server) == ["entra-1"]
    assert "api-key: key" in server.heads[1]


def test_what_to_install_for_credentials_of_azure() -> None:
    with pytest.raises(MissingKeyError, match="pip install azure-identity to use Entra ID, or pass a credential"):
        EntraCredentials()


async def test_tokens_as_the_client_of_azure_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "key")
    with Local(OK) as server:
        await asked(server, "azure/m", azure_ad_token="one")
        await asked(server, "azure/m", azure_ad_token_provider=lambda: "two")
        monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "three")
        await asked(server, "azure/m")
        with pytest.raises(MutuallyExclusiveAuthError):
            await asked(server, "azure/m", azure_ad_token="one", azure_ad_token_provider=lambda: "two")
        with pytest.raises(MutuallyExclusiveAuthError):
            await asked(server, "azure/m", azure_ad_token="one", api_key="two")
        with pytest.raises(UnsupportedParameterError, match="OpenAI does not support azure_ad_token"):
            await asked(server, "openai/m", azure_ad_token="one")
        with pytest.raises(TypeError, match="azure_ad_token_provider must be a function, not str"):
            await asked(server, "azure/m", azure_ad_token_provider="one")
    assert bearer(server) == ["one", "two", "three"]


# --- functions ---


async def test_a_function_gives_the_key_before_each_attempt() -> None:
    keys = iter(["one", "two", "three"])
    ask = keys.__next__
    with Local(failed("500 Oops"), OK) as server:
        await asked(server, "groq/m", api_key=ask, max_retries=1)
        await asked(server, "groq/m", api_key=ask)
        assert server.connections == 1
    assert bearer(server) == ["one", "two", "three"]


async def test_an_async_function_gives_the_key() -> None:
    async def key() -> str:
        return "later"

    with Local(OK) as server:
        await asked(server, "azure/m", api_key=key)
    assert bearer(server) == ["later"]


async def test_a_plain_function_is_not_asked_again_when_its_key_is_refused() -> None:
    with Local(failed("401 No")) as server:
        with pytest.raises(AuthenticationError):
            await asked(server, "groq/m", api_key=lambda: "key")
        assert len(server.requests) == 1


@pytest.mark.parametrize("key", [5, ["key"], b"key"])
async def test_what_is_no_key(key: object) -> None:
    with Local(OK) as server, pytest.raises(TypeError, match="api_key must be text, a function"):
        await asked(server, "groq/m", api_key=key)
