"""Models: building without validation, dumping without warnings, copying, pickling."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import warnings
from typing import Any, Literal

import pydantic
import pytest
from pydantic import Field

from antiphon.runtime import BaseModel
from antiphon.runtime.core.models import set_request_id
from antiphon.runtime.core.reading import reader_for

from ..samples import Cat, Child, Completion, Dog, Message, Usage, id_of


class Times(BaseModel):
    at: datetime.datetime | None = None
    on: datetime.date | None = None
    cost: float | None = None
    count: int | None = None
    tags: list[str] = Field(default_factory=list)
    mode: Literal["a", "b"] = "a"
    model_name: str | None = None
    copy_of: str | None = Field(default=None, alias="copy")


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"cost": 1}, "cost", 1.0),
        ({"cost": 2**53 + 1}, "cost", 2**53 + 1),
        ({"cost": 10**400}, "cost", 10**400),
        ({"cost": "1.5"}, "cost", "1.5"),
        ({"count": "5"}, "count", "5"),
        ({"count": 5.0}, "count", 5.0),
        ({"count": True}, "count", True),
        ({"mode": "c"}, "mode", "c"),
        ({"at": "2024-01-02T03:04:05Z"}, "at", datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        ({"at": "tomorrow"}, "at", "tomorrow"),
        ({"on": "2024-01-02"}, "on", datetime.date(2024, 1, 2)),
        ({"tags": "x"}, "tags", "x"),
        ({"tags": [1, "x"]}, "tags", [1, "x"]),
        ({"copy": "x"}, "copy_of", "x"),
        ({"copy_of": "x"}, "copy_of", "x"),
        ({}, "tags", []),
        ({}, "mode", "a"),
        ({}, "count", None),
        ({"unknown": [1]}, "unknown", [1]),
    ],
)
def test_construct(values: dict[str, Any], name: str, expected: object) -> None:
    for value in (Times.construct(**values), Times.model_construct(**values)):
        found = getattr(value, name)
        assert found == expected
        assert type(found) is type(expected)
        json.loads(value.to_json())


def test_construct_builds_what_is_inside() -> None:
    value = Child.construct(name="Ann", pet={"type": "dog", "good": "so"}, friends=[{"name": "Bo"}, 5])
    pet, friends = value.pet, value.friends
    assert isinstance(pet, Dog)
    assert isinstance(friends, list)
    assert isinstance(friends[0], Child)
    assert friends[1] == 5
    same = Cat.construct(type="cat", lives=1)
    assert Child.construct(name="x", pet=same).pet is same


def test_what_was_sent_is_told_from_what_was_not() -> None:
    value = Times.construct(count=None, copy="x")
    assert value.model_fields_set == {"count", "copy_of"}
    assert value.to_dict() == {"count": None, "copy": "x"}
    assert value.to_dict(use_api_names=False) == {"count": None, "copy_of": "x"}
    assert value.to_dict(exclude_none=True) == {"copy": "x"}
    assert "mode" in value.to_dict(exclude_unset=False)
    assert Times.construct(_fields_set={"mode"}).model_fields_set == {"mode"}


def test_dumps() -> None:
    value = Times.construct(at="2024-01-02T03:04:05Z", extra={"b": [1]})
    assert value.to_dict()["at"] == datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    assert value.to_dict(mode="json") == {"at": "2024-01-02T03:04:05Z", "extra": {"b": [1]}}
    assert value.to_json(indent=None) == '{"at":"2024-01-02T03:04:05Z","extra":{"b":[1]}}'
    assert value.to_json() == '{\n  "at": "2024-01-02T03:04:05Z",\n  "extra": {\n    "b": [\n      1\n    ]\n  }\n}'


def test_drift_dumps_without_a_warning_unless_asked() -> None:
    value = Completion.construct(id=5, usage="none", choices=[{"message": {"content": [1]}}])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert value.model_dump(exclude_unset=True)["id"] == 5
        assert json.loads(value.model_dump_json(exclude_unset=True))["usage"] == "none"
        # The same models inside a model of the user's own.
        assert value.to_dict(mode="json")["choices"] == [{"message": {"content": [1]}}]
    with pytest.warns(UserWarning, match="Pydantic"):
        value.model_dump(warnings=True)


def test_the_users_own_code_is_still_validated() -> None:
    with pytest.raises(pydantic.ValidationError):
        Usage(prompt_tokens="many")  # pyright: ignore[reportArgumentType]  that is the point
    assert Usage.model_validate({"prompt_tokens": "5"}).prompt_tokens == 5


def test_equality_repr_and_str() -> None:
    one = reader_for(Message).read(b'{"role": "user", "content": "hi", "x": 1}')
    assert one == Message.construct(role="user", content="hi", x=1)
    assert one != Message.construct(role="user")
    assert repr(one) == str(one) == "Message(role='user', content='hi', x=1)"


def test_request_id_is_no_part_of_the_data() -> None:
    value = reader_for(Message).read(b'{"role": "user"}')
    assert id_of(value) is None
    set_request_id(value, "req_9")
    assert id_of(value) == "req_9"
    assert "req_9" not in repr(value)
    assert value.to_dict() == {"role": "user"}
    assert value == Message.construct(role="user")
    set_request_id([1], "req_9")
    set_request_id(None, "req_9")


@pytest.mark.parametrize("how", ["pickle", "copy", "deepcopy", "model_copy"])
def test_copies(how: str) -> None:
    value = reader_for(Child).read(
        b'{"name": 5, "pet": {"type": "cat", "lives": "?"}, "friends": [{"name": "Bo"}], "extra": [1]}'
    )
    set_request_id(value, "req_9")
    copies: dict[str, Any] = {
        "pickle": lambda: pickle.loads(pickle.dumps(value)),
        "copy": lambda: copy.copy(value),
        "deepcopy": lambda: copy.deepcopy(value),
        "model_copy": lambda: value.model_copy(),
    }
    made = copies[how]()
    assert made == value
    assert made is not value
    assert type(made.pet) is Cat
    assert made.extra == [1]
    assert made.model_fields_set == value.model_fields_set
    assert id_of(made) == "req_9"
    assert made.to_json() == value.to_json()


def test_names_that_pydantic_uses_are_fields_like_others() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        class Odd(BaseModel):
            model_id: str
            json_: str | None = Field(default=None, alias="json")
            schema_: int | None = Field(default=None, alias="schema")

    value = reader_for(Odd).read(b'{"model_id": "m", "json": "j", "schema": 1, "copy": 2, "dict": 3}')
    assert (value.model_id, value.json_, value.schema_) == ("m", "j", 1)
    assert value.to_dict() == {"model_id": "m", "json": "j", "schema": 1, "copy": 2, "dict": 3}


def test_what_builds_a_model_is_made_once() -> None:
    Times.construct()
    assert reader_for(Times).plain_builder is reader_for(Times).plain_builder


class Outer(BaseModel):
    inners: list[Inner]


class Inner(BaseModel):
    depth: int


class Widened(Outer):
    width: int


def test_fields_tell_types_that_are_declared_further_down() -> None:
    assert Outer.model_fields["inners"].annotation == list[Inner]
    assert Widened.model_fields["inners"].annotation == list[Inner]
    assert list(Widened.model_fields) == ["inners", "width"]


def test_fields_can_be_looked_at_where_a_type_is_not_known() -> None:
    class Unknown(BaseModel):
        what: NoSuchType  # pyright: ignore[reportUndefinedVariable, reportUnknownVariableType]  # noqa: F821
        depth: int

    assert list(Unknown.model_fields) == ["what", "depth"]
    assert Unknown.model_fields["depth"].annotation is int
