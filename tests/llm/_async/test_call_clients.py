"""`client=`: ours, those shaped like OpenAI's, those that tell where they lead, and those that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from antiphon import APIStatusError, AsyncAzureOpenAI, AsyncClient, llm
from antiphon.llm import BaseDynamicConfig, UnsupportedClientError
from antiphon.mock import MockServer, serve

from ...runtime.colours import async_listed
from ..local import Local, completion_body, events, failed, said, whole
from ..vendors import AsyncAnthropic, AsyncStrict, AsyncTree, AzureInference, Cohere, Google, Mistral, async_shaped


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockServer]:
    with serve() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "no-secret")
        yield server


async def asked_with(client: Any, provider: str = "openai", **arguments: Any) -> Any:
    decorate: Any = llm.call

    async def asked() -> str:
        return "Hello"

    return await decorate(provider, "m", client=client, **arguments)(asked)()


async def test_a_client_of_ours() -> None:
    chunks = {"x_groq": {"usage": {"prompt_tokens": 1, "completion_tokens": 2}}, **said("", choices=[])}
    with Local(
        whole(completion_body("Whole")), events(said("a"), chunks), failed("429 Busy"), whole(completion_body("Again"))
    ) as peer:
        async with AsyncClient(base_url=peer.url("/v1"), api_key="own", default_headers={"x-own": "1"}) as client:
            response = await asked_with(client, call_params={"max_tokens": 5, "timeout": 7})
            assert response.content == "Whole"
            assert peer.bodies[0] == {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5}
            assert "authorization: bearer own" in peer.heads[0]
            assert "x-own: 1" in peer.heads[0]
            stream = await asked_with(client, "groq", stream=True)
            assert "".join(piece.content for piece, _ in await async_listed(stream)) == "a"
            assert stream.input_tokens == 1  # where Groq puts it
            with pytest.raises(APIStatusError):
                await asked_with(client, call_params={"max_retries": 0})
            assert (await asked_with(client, "mistral", call_params={"seed": 1})).content == "Again"
            assert peer.bodies[-1]["random_seed"] == 1
        assert peer.connections == 1


async def test_a_client_of_ours_for_azure() -> None:
    with Local(whole(completion_body("Whole"))) as peer:
        async with AsyncAzureOpenAI(base_url=peer.url("/openai"), api_key="own", api_version="2") as client:
            assert (await asked_with(client, "azure")).content == "Whole"
        assert "api-key: own" in peer.heads[0]
        assert "api-version=2" in peer.heads[0]


async def test_a_client_shaped_like_openais(server: MockServer) -> None:
    tree = AsyncTree()
    response = await asked_with(tree, call_params={"temperature": 0, "timeout": 3, "max_retries": 1})
    assert response.content == "From a tree"
    assert response.model == "own"
    assert response.response.model_dump()["object"] == "chat.completion"
    assert tree.asked == [
        {"max_retries": 1},
        {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "temperature": 0, "timeout": 3},
    ]
    stream = await asked_with(tree, stream=True)
    async for _ in stream:
        break
    await stream.close()
    assert tree.closed >= 1
    assert "".join(await async_listed((await asked_with(tree, stream=True)).text_stream())) == "From a tree"
    own = await asked_with(tree, "anthropic", call_params={"thinking": {"type": "enabled"}, "extra_body": {"x": 1}})
    assert own.content == "From a tree"
    assert tree.asked[-1]["extra_body"] == {"thinking": {"type": "enabled"}, "x": 1}
    assert not server.requests


async def test_a_client_that_knows_few_keywords() -> None:
    strict = AsyncStrict()
    assert (await asked_with(strict)).content == "x"
    with pytest.raises(TypeError, match="the client takes no 'temperature'"):
        await asked_with(strict, call_params={"temperature": 0})
    with pytest.raises(UnsupportedClientError, match="AsyncStrict gave no stream"):
        await asked_with(strict, stream=True)
    assert strict.asked[-1]["stream"] is True


NO_COMPLETIONS: list[Any] = [{"choices": None}, {"choices": [{}]}, {}]


class Broken:
    """Has no tree after all."""

    @property
    def chat(self) -> object:
        raise RuntimeError("no chat here")


async def test_a_client_that_fails_to_show_itself() -> None:
    with pytest.raises(UnsupportedClientError, match="Broken has no chat"):
        await asked_with(Broken())


@pytest.mark.parametrize("answer", NO_COMPLETIONS)
async def test_a_client_that_answers_something_else(answer: Any) -> None:
    with pytest.raises(UnsupportedClientError, match="gave no chat completion"):
        await asked_with(async_shaped(answer))
    with pytest.raises(UnsupportedClientError, match="gave int, and no chat completion"):
        await asked_with(async_shaped(3))


@pytest.mark.parametrize("token", ["api_key", "auth_token"])
async def test_a_client_that_tells_address_and_key(token: str) -> None:
    with Local(whole(completion_body("Here"))) as peer:
        client: Any = AsyncAnthropic(peer.url(""), **{token: "secret"})
        assert (await asked_with(client, "anthropic")).content == "Here"
        assert peer.heads[-1].startswith("post /v1/chat/completions ")
        assert "authorization: bearer secret" in peer.heads[-1]
        for called in (False, True):
            assert (await asked_with(Mistral(peer.url(""), "other", called=called), "mistral")).content == "Here"
            assert peer.heads[-1].startswith("post /v1/chat/completions ")
            assert "authorization: bearer other" in peer.heads[-1]
        elsewhere = AsyncAnthropic(peer.url("/gateway/v2/"), api_key="secret")
        await asked_with(elsewhere, "anthropic")
        assert peer.heads[-1].startswith("post /gateway/v2/chat/completions ")


@pytest.mark.parametrize(
    ("client", "provider", "named"),
    [
        (Google("secret"), "google", "vendors.Google"),
        (Cohere("secret"), "cohere", "vendors.Cohere"),
        (AzureInference("https://x.example", "secret"), "azure", "vendors.AzureInference"),
        (AsyncAnthropic("https://api.anthropic.com", None), "anthropic", "vendors.AsyncAnthropic"),
        (object(), "openai", "builtins.object"),
        (AsyncTree, "openai", "not the class AsyncTree"),
    ],
)
async def test_a_client_that_cannot_be_used(client: Any, provider: str, named: str, server: MockServer) -> None:
    with pytest.raises(UnsupportedClientError) as caught:
        await asked_with(client, provider)
    said = str(caught.value)
    assert named.rpartition(".")[2] in said
    assert "secret" not in said
    if not isinstance(client, type):
        assert "AsyncClient(base_url=" in said
    assert isinstance(caught.value, TypeError)
    assert not server.requests


@pytest.mark.parametrize("name", ["api_key", "base_url", "fallbacks"])
async def test_a_client_knows_its_own_place(name: str) -> None:
    value: Any = ["openai/n"] if name == "fallbacks" else "http://127.0.0.1:1"
    with pytest.raises(TypeError, match=f"{name} and client cannot be passed together"):
        await asked_with(AsyncTree(), call_params={name: value})


async def test_an_answer_for_tests_needs_no_client() -> None:
    tree = AsyncTree()
    assert (await asked_with(tree, call_params={"mock_response": "Mocked"})).content == "Mocked"
    stream = await asked_with(tree, stream=True, call_params={"mock_response": "Mocked too"})
    assert (await stream.finish()).content == "Mocked too"
    assert not tree.asked


async def test_a_client_of_one_call_is_for_that_call_alone(server: MockServer) -> None:
    """Neither the next call nor one at the same time asks by it."""
    tree = AsyncTree()

    @llm.call("openai", "m")
    async def asked(own: bool) -> BaseDynamicConfig:
        return {"messages": "Hello", "client": tree} if own else {"messages": "Hello"}

    assert [(await asked(own)).content for own in (True, False, True, False)] == [
        "From a tree",
        "You said: Hello",
    ] * 2
    assert len(server.requests) == 2


async def test_a_client_does_not_follow_to_another_provider(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", server.url)
    monkeypatch.setenv("GROQ_API_KEY", "k")
    mine, other = AsyncTree(), AsyncTree()

    @llm.call("openai", "m", client=mine)
    async def asked(own: bool = False) -> BaseDynamicConfig:
        return {"messages": "Hello", "client": mine} if own else {"messages": "Hello"}

    for own in (False, True):
        assert (await llm.override(asked, provider="groq", model="m")(own)).content == "You said: Hello"
    assert not mine.asked
    with llm.context(provider="groq", model="m", client=other):
        await asked(True)
    assert len(other.asked) == 1
    with llm.context(provider="openai", model="n"):
        await asked()
    assert mine.asked[-1]["model"] == "n"


async def test_calls_share_one_connection() -> None:
    with Local(whole(completion_body("Here"))) as peer:

        @llm.call("openai", "m", call_params={"base_url": peer.url("/v1"), "api_key": "k"})
        async def asked() -> str:
            return "Hello"

        for _ in range(5):
            await asked()
        assert peer.connections == 1
        assert len(peer.requests) == 5


async def test_keys_are_shown_nowhere() -> None:
    with Local(whole(completion_body("Here"))) as peer:
        where = {"base_url": peer.url("/v1"), "api_key": "sk-hidden"}

        @llm.call("openai", "m", call_params=where)
        async def asked() -> BaseDynamicConfig:
            return {"messages": "Hello", "call_params": {"temperature": 0}}

        response: Any = await asked()
        assert "bearer sk-hidden" in peer.heads[0]
    held: Any = asked
    shown = [response, response.call_params, response.call_kwargs, response._plan, held.__antiphon_asking__]
    assert not any("sk-hidden" in repr(each) for each in shown)
    assert response.call_params["temperature"] == 0


async def test_the_models_of_azure_by_the_variables_of_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    with Local(whole(completion_body("Here"))) as peer:
        monkeypatch.setenv("AZURE_INFERENCE_ENDPOINT", peer.url("/models"))
        monkeypatch.setenv("AZURE_INFERENCE_CREDENTIAL", "secret")

        @llm.azure.call("some-model")
        async def asked() -> str:
            return "Hello"

        assert (await asked()).content == "Here"
        monkeypatch.setenv("OPENAI_API_VERSION", "3")
        assert (await asked()).content == "Here"
        for head, version in zip(peer.heads, ("2024-05-01-preview", "3"), strict=True):
            assert head.startswith(f"post /models/chat/completions?api-version={version} ")
            assert "api-key: secret" in head
        assert peer.bodies[0]["model"] == "some-model"
