"""A chain without async: tools, hooks, cancelled calls, a limit."""

from __future__ import annotations

from antiphon import llm


def multiply(a: int, b: int) -> int:
    """Multiply two numbers."""
    return a * b


async def waiting(a: int) -> int:
    """An async tool."""
    return a


def before_call(tool: llm.Tool | None, tool_call: llm.ToolCall) -> None:
    if tool_call.arguments.get("a") == 0:
        raise llm.CancelToolCall("a must not be 0")


def main() -> None:
    model = llm.get_model("gpt-4o-mini")
    print(model.chain("What is 1231 * 2331?", tools=[multiply], after_call=print).text())
    print(model.chain("Multiply by 0", tools=[multiply], before_call=before_call).text())
    print(model.chain("Wait", tools=[waiting]).text())
    conversation = model.conversation(tools=[multiply], chain_limit=3)
    try:
        for response in conversation.chain("For ever").responses():
            response.text()
    except ValueError as error:
        print(error)


if __name__ == "__main__":
    main()
