"""Connections that carry events, the package as a client, and options of hand-written types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .sdks import SDK, build, document, json_answer, operation


def event(tag: str, **properties: Any) -> dict[str, Any]:
    required = ["type", *(name for name in properties if not name.endswith("_maybe"))]
    return {"type": "object", "properties": {"type": {"const": tag}, **properties}, "required": required}


SCHEMAS: dict[str, Any] = {
    "Move": event("board.piece.move", to={"type": "string"}, type_maybe={"type": "integer"}),
    "Resign": event("resign", **{"class": {"type": "string"}}),
    "Query": event("board.close", session={"type": "object", "properties": {"a": {"type": "string"}}}),
    "Moved": event("board.piece.moved", to={"type": "string"}),
    "Sent": {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Move", "Resign", "Query")]},
    "Received": {"oneOf": [{"$ref": "#/components/schemas/Moved"}, {"$ref": "#/components/schemas/Query"}]},
}


def games(folder: Path, channel: Any, own: Mapping[str, Any] | None = None, **settings: Any) -> SDK:
    config = {
        "organization": {"name": "made"},
        "targets": {"python": {"package_name": "made_up", "x-antiphon": own or {}}},
        "client_settings": settings,
        "resources": {
            "games": {"methods": {"first": "get /games/first"}, "subresources": {"live": {"x-channel": channel}}}
        },
    }
    path = {"get": operation(answer=json_answer({"type": "object"}))}
    return build(folder, document({"/games/first": path}, SCHEMAS), config)


def test_senders_follow_from_the_types_of_events(tmp_path: Path) -> None:
    channel = {
        "endpoint": "/games/{game_id}/live",
        "sends": "Sent",
        "receives": "Received",
        "headers": {"X-Beta": "1"},
        "query": {"fast": {"type": "boolean"}, "level": {"required": True}},
        "queue_size": 5,
    }
    sdk = games(tmp_path, channel)
    text = sdk.text("resources/games/live/live/_async.py")
    assert "class AsyncLiveConnection(" in text
    assert "class AsyncLiveBoardPieceResource(AsyncEventSender):" in text
    assert "async def move(" in text
    assert "type_maybe: int | Omit = omit" in text
    assert 'await self._connection.send({"type": "resign", "class": class_})' in text
    assert "async def close(" in text
    plain = sdk.text("resources/games/live/live/_sync.py")
    assert "class LiveConnectionManager(EventConnectionManager[LiveConnection]):" in plain
    opened = sdk.text("resources/games/live/_sync.py")
    assert "level: str" in opened
    assert "game_id: str" in opened
    assert "fast: bool | Omit = omit" in opened
    assert 'headers={"X-Beta": "1"}' in opened
    assert "max_queue_size: int = 5" in opened
    assert "LiveConnection as LiveConnection" in sdk.text("resources/games/live/__init__.py")


def test_channels_that_cannot_be_made_are_reported(tmp_path: Path) -> None:
    wrong = {"endpoint": "/x"}, {"endpoint": "/x", "sends": "Nobody", "receives": "Received"}
    for number, channel in enumerate(wrong):
        sdk = games(tmp_path / str(number), channel)
        assert "config" in [each.kind for each in sdk.problems]
        assert not [path for path in sdk.generation.owned if "/games/live/" in path]


def test_the_package_as_a_client_and_options_of_other_types(tmp_path: Path) -> None:
    own = {"module_client": True}
    options = {"opts": {"token": {"type": "string"}, "shape": {"x-type": "lib.core.shapes:Shape"}}}
    sdk = games(tmp_path, {"endpoint": "/x", "sends": "Sent", "receives": "Received"}, own, **options)
    text = sdk.text("_module_client.py")
    assert "token: str | None = None" in text
    assert "if TYPE_CHECKING:\n    from .lib.core.shapes import Shape" in text
    assert 'games: _resources.games.GamesResource = MODULE_CLIENT.resource("games")' in text
    client = sdk.text("client/_sync.py")
    assert "if TYPE_CHECKING:\n    from ..lib.core.shapes import Shape" in client
    assert 'ClientOption("shape", is_object=True)' in sdk.text("client/_facts.py")
