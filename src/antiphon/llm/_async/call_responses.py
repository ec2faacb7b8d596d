"""An answer that goes on: its tools are called, and the model is asked again."""

from __future__ import annotations

from ..core.calling.answers import CallResponse
from ..core.tool_loop import Round
from ..core.tools import ToolResult
from .tool_calls import AfterCall, BeforeCall, async_run_round

__all__ = ["AsyncCallAnswer"]


class AsyncCallAnswer(CallResponse):
    """What a model answered to a function."""

    async def execute_tools(
        self, *, before_call: BeforeCall | None = None, after_call: AfterCall | None = None
    ) -> list[ToolResult]:
        """Call the tools that the model wants, side by side and whatever their colour; the results in their order.

        What goes wrong becomes a result, which tells the model. Raises `PauseChain`.
        """
        tools = {tool.name: tool for each in self._plan.tools for tool in (each.__antiphon_tool__(),)}
        return await async_run_round(Round(tools, self.tool_calls), before_call=before_call, after_call=after_call)

    async def resume(self, content: object) -> AsyncCallAnswer:
        """The answer to what is said next: the results of tools, a text, parts, or messages."""
        from .calls import async_carried_out

        said = [*self.messages, self.message_param]
        return await async_carried_out(self._plan.following(said, content, stream=False))
