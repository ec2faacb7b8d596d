"""A server for any OpenAPI document, on this machine: validates requests, answers with data that fits the document.

from antiphon.mock import serve

with serve() as server:
    client = Client(base_url=server.url, api_key="any")
"""

from __future__ import annotations

try:
    from .answer.calls import Answer, Behaviour, Call, Event, error_answer
    from .answer.turns import BadTurn, Turn
    from .control import Scripted
    from .engine import Received
    from .server import MockServer, serve
except ModuleNotFoundError as error:
    if error.name is None or error.name.partition(".")[0] in ("antiphon", "antiphon_codegen"):
        raise
    raise ModuleNotFoundError(
        f"the mock server needs {error.name}: pip install 'antiphon[mock]'", name=error.name
    ) from error

__all__ = [
    "Answer",
    "BadTurn",
    "Behaviour",
    "Call",
    "Event",
    "MockServer",
    "Received",
    "Scripted",
    "Turn",
    "error_answer",
    "serve",
]
