"""Types and responses that several tests share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from antiphon.runtime import BaseModel, Headers, HTTPResponse, Timeout
from antiphon.runtime.core.request import SentRequest, Settings
from antiphon.runtime.core.response import Head
from antiphon.runtime.core.urls import BaseURL

__all__ = [
    "SECRET",
    "Bird",
    "Cat",
    "Child",
    "Choice",
    "Chunk",
    "Completion",
    "Dog",
    "Message",
    "Pet",
    "Usage",
    "id_of",
    "response",
    "settings",
]

SECRET = "sk-secret-0123456789"


class Message(BaseModel):
    role: Literal["assistant", "user"] | str
    content: str | None = None


class Choice(BaseModel):
    finish_reason: Literal["stop", "length"] | str | None = None
    index: int
    message: Message


class Usage(BaseModel):
    prompt_tokens: int
    cost: float | None = None


class Completion(BaseModel):
    id: str
    choices: list[Choice]
    created: int
    object: Literal["chat.completion"]
    usage: Usage | None = None
    class_: str | None = Field(default=None, alias="class")


class Chunk(BaseModel):
    id: str
    text: str | None = None


class Cat(BaseModel):
    type: Literal["cat"]
    lives: int
    name: str | None = None


class Dog(BaseModel):
    type: Literal["dog"]
    good: bool
    name: str | None = None


class Bird(BaseModel):
    type: Literal["bird"]
    name: str | None = None
    wings: int | None = None


Pet: TypeAlias = Annotated[Cat | Dog | Bird, Field(discriminator="type")]


class Child(BaseModel):
    name: str
    pet: Pet | None = None
    friends: list[Child] | None = None


def response(
    content: bytes | None = b"{}",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    request: SentRequest | None = None,
    **facts: Any,
) -> HTTPResponse:
    """A response that was read."""
    sent = request or SentRequest(
        "POST", "https://a.b/v1/things?q=1", Headers({"authorization": f"Bearer {SECRET}", "x-a": "1"}), b"{}"
    )
    head = Head(status, Headers(headers or {"content-type": "application/json", "x-request-id": "req_1"}))
    return HTTPResponse(head, sent, content, **facts)


def settings(**changes: Any) -> Settings:
    """The settings of a client for https://a.b/v1."""
    values: dict[str, Any] = {
        "name": "thing",
        "version": "1",
        "base_url": BaseURL("https://a.b/v1"),
        "headers": {"user-agent": "Thing/Python 1", "accept": "application/json"},
        "default_headers": {},
        "default_query": {},
        "timeout": Timeout(600, connect=5),
    }
    return Settings(**{**values, **changes})


def id_of(value: Any) -> str | None:
    """The id of the request that a value answered; its name begins as if it were private, and is what users know."""
    return value._request_id
