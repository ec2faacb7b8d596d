"""The rules openapi.yaml is written by; CONTRIBUTING.md says them in words."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from antiphon.runtime.core.kinds import is_list, is_mapping

from .description import ROOT, Description, official, schemas_in, sentences, strings

WIDTH: Final = 100
SECTIONS: Final = "openapi info servers security tags paths webhooks components".split()
OPERATION: Final = """summary description operationId tags deprecated security x-response-variants parameters
    requestBody responses""".split()
PARAMETER: Final = "name in required description style explode x-stainless-param schema".split()
SCHEMA: Final = """title $ref type enum const description minItems oneOf format maxProperties pattern x-stainless-naming
    maxItems minimum propertyNames minLength maximum maxLength default exclusiveMinimum deprecated required items anyOf
    properties discriminator additionalProperties""".split()

FULLY_DESCRIBED: Final = frozenset(
    """chat responses conversations embeddings files uploads images audio moderations models fine_tuning batches
    vector_stores realtime""".split()
)
"""Areas in which every property of what comes back is described."""

SENT_AND_RECEIVED: Final = {
    "ResponseCompactionItemParam", "ResponseConfigurationUpdateItemParam", "ResponseToolSearchOutputItemParam",
    "BetaResponseCompactionItemParam", "BetaResponseConfigurationUpdateItemParam",
    "BetaResponseToolSearchOutputItemParam",
}  # fmt: skip
"""Names that users know with `Param`, though what comes back may repeat what was sent."""

UNREACHED: Final[dict[str, str]] = {
    "what sockets send and receive": """BetaRealtimeClientEvent BetaRealtimeServerEvent BetaResponsesClientEvent
        BetaResponsesServerEvent ClientEvent ConnectClientEvent ConnectClientEventParam ConnectServerEvent
        ForkClientEvent ForkServerEvent RealtimeClientEvent RealtimeServerEvent RealtimeTranslationClientEvent
        RealtimeTranslationServerEvent ResponsesClientEvent ResponsesServerEvent ServerEvent
        RealtimeResponseCreateParamsWithReferencesParam ResponseCreateEventWithReferencesParam ResponseItemReference""",
    "webhooks, as one type": "UnwrapWebhookEvent",
    "values of a property, under a name of their own": """AgentFunctionCallStatus AgentOutputItemStatus AllModels
        BetaResponseStatus BetaResponseSteerErrorCode BetaResponseSteerPendingReason ChatCompletionModality
        ChatCompletionRole CostQuantityUnit OAuthErrorCode ResponseStatus ResponseSteerErrorCode
        ResponseSteerPendingReason RunStatus VaultStatus""",
    "older names, and parts under names of their own": """BetaResponseFunctionCallOutputItem
        ChatCompletionMessageToolCall ChatCompletionToolParam CreateChatCompletionRequestMessageParam
        DecisionInputMessageParam DecisionInputMessageUnionParam DecisionJSONObject DecisionPromptCacheBreakpointParam
        FineTuningJobIntegration InputFileContent InputImageContent InputTextContent OutputTextContent RefusalContent
        PermissionRetrieveResponse RealtimeTranscriptionSessionAudioInputTurnDetection ResponseFormatTextGrammar
        ResponseFormatTextPython ResponseFunctionCallOutputItem TranscriptionCreateResponse TranslationCreateResponse
        WebhookEndpointList""",
}
"""Schemas nothing refers to, which users import by name."""

COPIES: Final[dict[str, str]] = {
    "post /threads": "a thread is created by itself or with its run, and each call names its own parts",
    "post /threads.messages[]": "as above",
    "post /agents/environments/templates": "creating and replacing a template take the same",
    "post /realtime/calls/{call_id}/accept": "a session's settings are the arguments of the call",
}
"""Large objects that stand in the document more than once, by the first place, with the reason."""


@pytest.fixture(scope="session")
def description() -> Description:
    return Description.read()


def out_of_order(keys: Iterable[str], order: Sequence[str]) -> bool:
    """Whether keys are unknown, or come in another order."""
    keys = list(keys)
    return any(key not in order for key in keys) or keys != sorted(keys, key=order.index)


# --- the document as a whole ---


def test_it_is_valid_openapi(description: Description) -> None:
    found = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in _errors(description.document)]
    assert found == []


def _errors(document: Any) -> list[Any]:
    validator: Any = OpenAPIV31SpecValidator(document)
    return list(validator.iter_errors())


def test_lines_are_short(description: Description) -> None:
    """Names may be long; sentences are folded."""
    long = [line for line in description.text.splitlines() if len(line) > WIDTH and " " in line.strip()]
    assert long == []


def test_keys_stand_in_order(description: Description) -> None:
    assert list(description.document) == SECTIONS
    wrong = [
        f"{verb} {path}: {list(each)}"
        for path, verb, each in description.operations()
        if out_of_order(each, OPERATION) or any(out_of_order(one, PARAMETER) for one in each.get("parameters", ()))
    ]
    wrong += [f"{at}: {list(schema)}" for at, schema in description.places() if out_of_order(schema, SCHEMA)]
    assert wrong == []


def test_areas_stand_in_order(description: Description) -> None:
    """Tags, paths and the resources of sdk.yml are in one order."""
    tags = [each["name"] for each in description.document["tags"]]
    assert tags == [area for area in description.areas if area in tags]
    used = [next(iter(item.values()))["tags"][0] for item in description.document["paths"].values()]
    assert used == sorted(used, key=tags.index)
    assert all(len(each["tags"]) == 1 for _, _, each in description.operations())


def test_schemas_stand_in_order(description: Description) -> None:
    """Those of an area together, in the order of areas; within one by name."""
    assert [name for name in description.schemas if name not in description.area] == []
    order = description.areas
    expected = sorted(description.schemas, key=lambda name: (order.index(description.area[name]), name.lower(), name))
    assert list(description.schemas) == expected


# --- names ---


def test_names_of_schemas(description: Description) -> None:
    assert [name for name in description.schemas if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
    only_sent = {name for name in description.schemas if name.endswith("Param")}
    assert only_sent & description.received == SENT_AND_RECEIVED


def test_titles_are_names_of_types(description: Description) -> None:
    found = [(at, schema["title"]) for at, schema in description.places() if "title" in schema]
    assert [each for each in found if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", each[1])] == []


def test_names_of_operations(description: Description) -> None:
    """An operation is called as its method is."""
    methods = description.methods()
    without = description.config["unspecified_endpoints"]
    wrong = {
        f"{verb} {path}": each["operationId"]
        for path, verb, each in description.operations()
        if each["operationId"] not in methods.get(f"{verb} {path}", []) and f"{verb} {path}" not in without
    }
    assert wrong == {}


def test_every_schema_has_a_use(description: Description) -> None:
    """What no operation and no webhook reaches is listed in sdk.yml, and what nothing at all refers to has a reason."""
    unreached = set(description.schemas) - description.sent - description.received
    assert [name for name in unreached if name not in description.listed] == []
    referred = {
        other for name, schema in description.schemas.items() for other in description.reach(schema) if other != name
    }
    reasons = [name for names in UNREACHED.values() for name in names.split()]
    assert sorted(unreached - referred) == sorted(reasons)


def test_large_objects_stand_in_one_place(description: Description) -> None:
    """An object of some size that is needed twice is a schema with a name."""
    seen: dict[str, list[str]] = defaultdict(list)
    for at, schema in description.places():
        if schema.get("type") == "object" and len(schema.get("properties", ())) > 2:
            shape = json.dumps(_shape(schema), sort_keys=True)
            if len(shape) > 900:
                seen[shape].append(at)
    copies = {places[0] for places in seen.values() if len(places) > 1 and any(_is_inline(each) for each in places)}
    assert copies == set(COPIES)


def _is_inline(at: str) -> bool:
    return not re.fullmatch(r"\w+", at)


def _shape(schema: Any) -> Any:
    """A schema without its texts."""
    if is_mapping(schema):
        return {key: _shape(value) for key, value in schema.items() if key not in ("description", "title")}
    return [_shape(each) for each in schema] if is_list(schema) else schema


# --- values ---


def test_values_of_enums_are_unique(description: Description) -> None:
    wrong = [
        at for at, schema in description.places() if len(set(schema.get("enum", ()))) != len(schema.get("enum", ()))
    ]
    assert wrong == []


def test_defaults_and_examples_fit(description: Description) -> None:
    wrong: list[str] = []
    for at, schema in description.places():
        values = [schema[key] for key in ("default", "example") if key in schema] + schema.get("examples", [])
        whole = {**schema, "components": description.document["components"]} if values else {}
        wrong += [f"{at}: {value!r}" for value in values if list(_unfit(whole, value))]
    assert wrong == []


def _unfit(schema: Any, value: Any) -> Iterable[Any]:
    validator: Any = Draft202012Validator(schema)
    return validator.iter_errors(value)


def test_extensions_are_documented(description: Description) -> None:
    """Every entry that begins with x-, of the document and of sdk.yml, is in CONTRIBUTING.md."""
    texts = (description.text, (ROOT / "sdk.yml").read_text("utf-8"))
    used = {name for text in texts for name in re.findall(r"^\s+(?:- )?(x-[a-z-]+):", text, re.MULTILINE)}
    documented = set(re.findall(r"`(x-[a-z-]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    assert used - documented == set()


# --- texts ---


def test_every_operation_is_described(description: Description) -> None:
    wrong = [
        f"{verb} {path}"
        for path, verb, each in description.operations()
        if not each.get("description") or not re.fullmatch(r"[A-Z`][^\n]*[^.\s]", each.get("summary", ""))
    ]
    assert wrong == []


def test_every_parameter_and_request_property_is_described(description: Description) -> None:
    missing: list[str] = []
    for path, verb, each in description.operations():
        missing += [f"{verb} {path} {one['name']}" for one in each.get("parameters", ()) if not one.get("description")]
        for media in each.get("requestBody", {}).get("content", {}).values():
            missing += _undescribed(f"{verb} {path}", media["schema"])
    for name in description.sent:
        missing += _undescribed(name, description.schemas[name])
    assert missing == []


def test_what_comes_back_is_described(description: Description) -> None:
    missing: list[str] = []
    for path, verb, each in description.operations():
        for answer in each["responses"].values():
            for media in answer.get("content", {}).values():
                missing += _undescribed(f"{verb} {path}", media["schema"])
    for name, schema in description.schemas.items():
        if description.area[name] in FULLY_DESCRIBED or name in description.received:
            missing += _undescribed(name, schema)
    assert missing == []


def _undescribed(at: str, schema: Any) -> list[str]:
    """The properties in a schema that say nothing of themselves."""
    return [
        f"{place}.{name}"
        for place, each in schemas_in(at, schema)
        for name, one in each.get("properties", {}).items()
        if not one.get("description")
    ]


def test_texts_are_our_own(description: Description) -> None:
    """No sentence of the official document is repeated; short ones, and `Always x`, do not count."""
    document = official()
    if document is None:
        pytest.skip("the official document is not beside the repository")
    theirs = {sentence for _, text in strings(document) for sentence in sentences(text)}
    repeated = [
        f"{at}: {' '.join(sentence)}"
        for at, text in strings(description.document)
        for sentence in sentences(text)
        if sentence in theirs
    ]
    assert repeated == []


# --- the rules find what they are for ---


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [(["type", "enum", "description"], False), (["description", "type"], True), (["type", "kind"], True), ([], False)],
)
def test_order_of_keys(keys: list[str], wrong: bool) -> None:
    assert out_of_order(keys, SCHEMA) is wrong


def test_sentences_are_told_apart() -> None:
    text = "Always `a.b c`. One two three four five. One `two` three four five six; and one two three four five."
    assert list(sentences(text)) == [
        ("one", "`two`", "three", "four", "five", "six"),
        ("and", "one", "two", "three", "four", "five"),
    ]


def test_undescribed_properties_are_found() -> None:
    schema: dict[str, Any] = {"properties": {"a": {"description": "A."}, "b": {"items": {"properties": {"c": {}}}}}}
    assert _undescribed("X", schema) == ["X.b", "X.b[].c"]
