"""Bodies that the API takes: what may be left out of them, what may be null, and which values they may have."""

from __future__ import annotations

import pytest

from antiphon import AsyncOpenAI


async def test_parts_of_an_agent_may_be_left_out() -> None:
    async with AsyncOpenAI() as client:
        agent = await client.beta.agents.create(
            model="m",
            compaction={},
            experimental={},
            reasoning={"effort": None, "summary": None},
            text={"verbosity": None},
            tools=[
                {"type": "function", "name": "f", "description": "Does it.", "parameters": {"type": "object"}},
                {"type": "web_search", "mode": None, "location": {"city": None}},
                {"type": "computer_use"},
                {"type": "programmatic_tool_calling"},
            ],
        )
        assert (await client.beta.agents.update(agent.id, compaction={"async": None})).id


async def test_an_automation_names_no_more_than_it_needs() -> None:
    async with AsyncOpenAI() as client:
        automation = await client.beta.agents.automations.create(
            name="Mornings",
            type="periodic",
            expression="0 8 * * *",
            timezone="UTC",
            target={
                "type": "new_session",
                "environment": {"type": "self_hosted", "workspace_directory": "/desk"},
                "input": [{"role": "user", "content": [{"type": "input_text", "text": "Good morning"}]}],
            },
        )
        assert automation.id


async def test_a_session_may_be_started_with_half_a_definition() -> None:
    async with AsyncOpenAI() as client:
        session = await client.beta.agents.sessions.create(
            agent={"instructions": None, "tools": None, "text": None, "multi_agent": None},
            environment={"type": "openai_hosted", "packages": {"npm": ["left-pad"]}, "network": {"access": "enabled"}},
        )
        assert session.id


async def test_a_chat_kit_may_be_configured_in_part() -> None:
    async with AsyncOpenAI() as client:
        session = await client.beta.chatkit.sessions.create(
            user="u", workflow={"id": "w"}, chatkit_configuration={"history": {"enabled": False}}, rate_limits={}
        )
        assert session.id


async def test_images_of_a_response_may_be_left_to_the_service() -> None:
    async with AsyncOpenAI() as client:
        response = await client.beta.responses.create(model="m", input="x", image={"context_compression": "auto"})
        assert (await client.beta.responses.create(model="m", input="x", image={})).id != response.id


@pytest.mark.filterwarnings("ignore:.*is deprecated by the API")
async def test_texts_of_a_new_thread_are_texts() -> None:
    async with AsyncOpenAI() as client:
        run = await client.beta.threads.create_and_run(  # pyright: ignore[reportDeprecated]  it is still there
            assistant_id="a", thread={"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]}
        )
        assert run.id
