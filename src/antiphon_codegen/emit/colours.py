"""The two colours of generated code: which names change, and the sync text of an async module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..mirror import mirror
from ..plan.model import Plan
from .channels import channel_classes, channels
from .resources import VIEWS

__all__ = ["colour_names", "sync_text"]

_RUNTIME: Final = {
    "_async": "_sync",  # the folder of hand-written behaviour
    "AsyncAPIClient": "APIClient",
    "AsyncAPIPage": "SyncAPIPage",
    "AsyncAPIResource": "APIResource",
    "AsyncCredential": "Credential",
    "AsyncEventConnection": "EventConnection",
    "AsyncEventConnectionManager": "EventConnectionManager",
    "AsyncEventSender": "EventSender",
    "AsyncHTTPClient": "HTTPClient",
    "AsyncOpening": "Opening",
    "AsyncReconnectingHandler": "ReconnectingHandler",
    "AsyncStream": "Stream",
    "async_client": "client",  # a fixture of the generated tests
    "async_raw_method": "raw_method",
    "async_raw_view": "raw_view",
    "async_streamed_method": "streamed_method",
    "async_streaming_view": "streaming_view",
}


def colour_names(plan: Plan) -> Mapping[str, str]:
    """The sync partner of every async name in the generated code of one SDK."""
    names = dict(_RUNTIME)
    classes: list[str] = [plan.client.cls, *(each.path.partition(":")[2] for each in plan.client.mixin)]
    waiting = list(plan.client.resources)
    while waiting:
        resource = waiting.pop()
        waiting.extend(resource.resources)
        classes.append(resource.cls)
        classes += [each.path.partition(":")[2] for each in resource.mixin]
    for _, channel in channels(plan):
        names.update((f"Async{name}", name) for name in channel_classes(channel))
    for cls in classes:
        for suffix in ("", *(suffix for suffix, *_ in VIEWS)):
            names[f"Async{cls}{suffix}"] = f"{cls}{suffix}"
    for page in plan.pages:
        names[f"Async{page.cls}"] = f"Sync{page.cls}"
        names[f"Async{page.pager}"] = page.pager
    return names


def sync_text(text: str, names: Mapping[str, str]) -> str:
    """The sync text of a generated async module."""
    return mirror(text, names=names, only_names=True)
