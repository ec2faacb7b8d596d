"""A chain that waits until somebody agrees, also across two programs: what was said is kept as data."""

from __future__ import annotations

import json

from antiphon import llm

agreed: set[str] = set()


def delete(path: str, llm_tool_call: llm.ToolCall) -> str:
    """Delete a file."""
    if llm_tool_call.tool_call_id not in agreed:
        raise llm.PauseChain(path)
    return "deleted"


def main() -> None:
    model = llm.get_model("gpt-4o-mini")
    try:
        print(model.chain("Delete the log", tools=[delete]).text())
        return
    except llm.PauseChain as pause:
        call = pause.tool_call or llm.ToolCall("nothing", {})
        print("may it call", call.name, "?")
        kept = json.dumps([llm.Message.of(message).to_dict() for message in pause.messages])
        agreed.add(call.tool_call_id or "")
    messages = [llm.Message.from_dict(message) for message in json.loads(kept)]
    print(model.chain(messages=messages, tools=[delete]).text())

    response = model.prompt("Hello")
    response.text()
    kept = json.dumps(response.to_dict())
    print(llm.Response.from_dict(json.loads(kept)).reply("Hello again").text())


if __name__ == "__main__":
    main()
