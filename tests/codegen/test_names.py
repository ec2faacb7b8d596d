"""Names: what names of every kind become in Python, and that an SDK full of bad ones works."""

from __future__ import annotations

import ast
import keyword
from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.transports.scripted import Answer
from antiphon_codegen.plan.called import client_called, package_called, telling
from antiphon_codegen.plan.names import Identifier, class_name, first_free, member_name, module_name
from antiphon_codegen.words import plural, singular, words

from .sdks import build, document, json_answer, json_body, operation, sent_json

WORDS = {
    "getPetByID": "get pet by id",
    "HTTPSConnection": "https connection",
    "userIDs": "user ids",
    "URLs": "urls",
    "OAuth2Token": "o auth2 token",
    "v1beta2": "v1 beta2",
    "snake_case": "snake case",
    "kebab-case": "kebab case",
    "dotted.name[inner]": "dotted name inner",
    "ABC": "abc",
    "A": "a",
    "4o-mini": "4 o mini",
    "": "",
    "___": "",
}


@pytest.mark.parametrize(("name", "expected"), WORDS.items())
def test_words(name: str, expected: str) -> None:
    assert " ".join(words(name)) == expected


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("pets", "pet"), ("stories", "story"), ("boxes", "box"), ("addresses", "address"), ("statuses", "status"),
        ("people", "person"), ("status", "status"), ("analysis", "analysis"), ("series", "series"), ("keys", "key"),
        ("aliases", "alias"), ("caches", "cache"), ("indices", "index"), ("exists", "exists"), ("sms", "sms"),
    ],
)  # fmt: skip
def test_singular_and_back(many: str, one: str) -> None:
    assert singular(many) == one
    assert plural(plural(one)) == plural(one)


MEMBERS = {
    "name": "name",
    "petId": "pet_id",
    "class": "class_",
    "None": "none",
    "True": "true",
    "async": "async_",
    "match": "match",
    "type": "type",
    "1st": "field_1_st",
    "123": "field_123",
    "": "field",
    "___": "field",
    "$ref": "ref",
    "@id": "id",
    "x-y": "x_y",
    "page[number]": "page_number",
    "+1": "plus_1",
    "-1": "minus_1",
    "created>": "created_greater_than",
    "created<": "created_less_than",
    "é": "e",
    "日本": "u65e5_u672c",
    "größe": "grosse",
    "Øre": "ore",
    "имя": "imya",
    "датаРождения": "data_rozhdeniya",
    "Τιμή": "timi",
    "한국": "hangug",
    "さくら": "sakura",
    "👍": "u1f44d",
    "naïve": "naive",
    "ﬁ": "fi",
    "__init__": "init",
    "__class__": "class_",
    "a b": "a_b",
    "a\nb": "a_b",
    "self": "self",
}


@pytest.mark.parametrize(("name", "expected"), MEMBERS.items())
def test_member_names(name: str, expected: str) -> None:
    found = member_name(name, ())
    assert found == expected
    assert found.isidentifier()
    assert not keyword.iskeyword(found)


TAKEN: dict[str, tuple[list[str], list[str]]] = {
    "a second of the same": (["a b", "a_b", "a-b", "aB"], ["a_b", "a_b_", "a_b_2", "aB"]),
    "a keyword and its replacement": (["class", "class_"], ["class_", "class_2"]),
    "case": (["ID", "id", "Id"], ["id", "id_", "Id"]),
}


@pytest.mark.parametrize(("names", "expected"), TAKEN.values(), ids=TAKEN.keys())
def test_names_that_would_clash_differ(names: list[str], expected: list[str]) -> None:
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        found.append(member_name(name, taken))
        taken.add(found[-1])
    assert found == expected
    assert len(set(found)) == len(found)


CLASSES = {
    "pet": "Pet",
    "pet_id": "PetID",
    "api-key": "APIKey",
    "user_urls": "UserURLs",
    "HTTPError": "HTTPError",
    "2fa": "Type2Fa",
    "日": "U65E5",
    "": "",
}


@pytest.mark.parametrize(("name", "expected"), CLASSES.items())
def test_class_names(name: str, expected: str) -> None:
    assert class_name(name).casefold() == expected.casefold()


MODULES = {
    "pets": "pets",
    "import": "import_",
    "match": "match_",
    "con": "con_",
    "LPT1": "lpt1_",
    "test": "test_",
    "../../etc": "etc",
    "1": "m_1",
    "": "unnamed",
    "a" * 300: "a" * 80,
}


@pytest.mark.parametrize(("name", "expected"), MODULES.items(), ids=lambda value: value[:20])
def test_module_names(name: str, expected: str) -> None:
    assert module_name(name) == expected


@pytest.mark.parametrize("name", ["class", "1a", "", "a b", "é", "ﬁ", "a;b", "None"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a usable Python name"):
        Identifier(name)


def test_numbers_are_the_last_resort() -> None:
    assert first_free(["a", "b"], {"a"}) == "b"
    assert first_free(["a"], {"a", "a_2"}) == "a_3"


# --- SDKs ---

BAD = [
    "self", "cls", "model_config", "model_fields", "model_", "copy", "json", "schema", "validate", "dict",
    "register", "mro",
    "fields", "construct", "class", "def", "None", "match", "type", "list", "str", "int", "object", "print",
    "property", "id", "__init__", "__class__", "__dict__", "_private", "__mangled", "1", "1st", "", " ", "é",
    "日本", "👍", "a-b", "a_b", "aB", "a b", "A_B", "omit", "timeout", "extra_headers", "extra_query",
    "extra_body", "call", "Optional", "Any", "BaseModel", "Literal", "field", "field_", "await", "async",
    "return", "lambda", "super", "method", "get", "post", "a" * 200, "to_dict", "request_id", "_request_id",
    "annotations", "Union", "Iterable", "isinstance", "frozenset",
]  # fmt: skip


CALLED = {
    "Made Up": "made_up MadeUp",
    "GitHub v3 REST API": "github GitHub",
    "GitHub's official OpenAPI spec": "github GitHub",
    "ShipEngine API": "shipengine ShipEngine",
    "OpenWeatherMap": "open_weather_map OpenWeatherMap",
    "The Jira Cloud platform REST API": "jira_cloud JiraCloud",
    "Swagger Petstore - OpenAPI 3.0": "petstore Petstore",
    "userManagementService": "user_management_service UserManagementService",
    "SearchlyAPI v1": "searchly Searchly",
    "NeoWs (Near Earth Object Web Service)": "neows NeoWs",
    "NASA APIs": "nasa NASA",
    "SIMPLE INVENTORY API": "simple_inventory SimpleInventory",
    "eBay": "ebay EBay",
    "1Password Connect": "onepassword_connect OnePasswordConnect",
    "18F": "api_18f API18F",
    "Über": "uber Uber",
    # names that modules of Python and of what is installed beside it have
    "Numbers API": "numbers_api Numbers",
    "Calendar": "calendar_api Calendar",
    "HTTPX": "httpx_api HTTPX",
    # nothing is told by what frameworks write where nobody did
    "FastAPI": "acme_corp AcmeCorp",
    "OpenAPI definition": "acme_corp AcmeCorp",
    "Api Documentation": "acme_corp AcmeCorp",
    "宠物 API": "acme_corp AcmeCorp",
}


@pytest.mark.parametrize(("title", "expected"), CALLED.items())
def test_an_sdk_is_called_by_its_title_or_its_place(title: str, expected: str) -> None:
    found = telling(title, ("https://localhost:8080", "https://api.acme-corp.co.uk/v1"))
    assert f"{package_called(found)} {client_called(found)}" == expected


PLACES = {
    "https://api.acme.test.example": [],
    "http://localhost:8000/api": [],
    "http://10.0.0.1/": [],
    "https://acme.herokuapp.com": ["acme"],
    "https://www.acme.io": ["acme"],
    "https://[": [],
    "https://api.example.com": [],
    "https://virtserver.swaggerhub.com/x/y": [],
}


@pytest.mark.parametrize(("url", "expected"), PLACES.items())
def test_places_that_tell_a_name(url: str, expected: list[str]) -> None:
    assert telling("API", (url,)) == expected


@pytest.mark.parametrize("place", ["body", "query", "header", "form"])
def test_an_sdk_with_nothing_but_bad_names(tmp_path: Path, place: str) -> None:
    names = BAD if place != "header" else [name for name in BAD if name.strip() and name.isascii() and " " not in name]
    properties = {name: {"type": "string"} for name in names}
    answer = json_answer({"type": "object", "properties": properties})
    if place in ("body", "form"):
        body: dict[str, Any] | None = json_body({"type": "object", "properties": properties})
        if place == "form":
            body = {"content": {"application/x-www-form-urlencoded": body["content"]["application/json"]}}
        used = operation(body=body, answer=answer)
    else:
        parameters = [{"name": name, "in": place, "schema": {"type": "string"}} for name in names if name]
        used = operation(parameters=parameters, answer=answer)
    sdk = build(tmp_path, document({"/things": {"post": used}}))
    sdk.import_all()
    (method,) = sdk.generation.plan.client.resources[0].methods
    arguments = {str(each.name): each.wire for each in method.arguments}
    values = {wire: f"v{number}" for number, wire in enumerate(arguments.values())}
    wanted = {name for name in names if name or place in ("body", "form")}
    if place == "header":
        assert len({name.lower() for name in values}) >= len({name.lower() for name in wanted}) - 1
    else:
        assert set(values) == wanted
    sent = dict.fromkeys(names, "back")
    client = sdk.client(Answer(200, sent))
    found = client.things.create(**{name: values[wire] for name, wire in arguments.items()})
    request = client.sent[0]
    if place == "body":
        assert sent_json(request) == values
    fields = list(found.__class__.model_fields)
    assert [getattr(found, field) for field in fields] == ["back"] * len(fields)
    assert found.model_dump(by_alias=True) == sent


SCHEMAS = [
    "List", "Any", "Literal", "BaseModel", "Union", "Optional", "dict", "str", "object", "None", "class",
    "Model", "type", "Client", "AsyncClient", "APIError", "Type", "Annotated", "TypedDict", "Required",
    "Iterable", "1", "2d", "é", "👍", "A", "a", "Pet", "pet", "PET", "Pets", "pet-item", "pet_item", "PetItem",
    "X-Input", "X-Output", "X", "XParam", "Self", "TYPE_CHECKING", "annotations", "con", "aux", "__init__",
    "__all__", "a" * 200, "FileTypes", "Tagged",
]  # fmt: skip


def test_a_resource_called_like_what_makes_packages_lazy(tmp_path: Path) -> None:
    paths = {"/attach": {"get": operation()}, "/boxes/{id}/attach/ws": {"get": operation()}}
    client = build(tmp_path, document(paths)).client()
    client.attach.retrieve()
    client.boxes.attach.ws.retrieve("b")
    assert [str(each.url).rpartition("/v1")[2] for each in client.sent] == ["/attach", "/boxes/b/attach/ws"]


def test_a_resource_within_one_of_the_same_name(tmp_path: Path) -> None:
    paths = {"/tiles/{id}": {"get": operation()}, "/tiles/tiles/{id}": {"delete": operation()}}
    client = build(tmp_path, document(paths)).client()
    client.tiles.retrieve("a")
    client.tiles.tiles.delete("b")
    assert [str(each.url).rpartition("/v1")[2] for each in client.sent] == ["/tiles/a", "/tiles/tiles/b"]


def test_schemas_with_bad_names(tmp_path: Path) -> None:
    schemas = {
        name: {"type": "object", "required": ["own"], "properties": {"own": {"type": "string", "const": name}}}
        for name in SCHEMAS
    }
    paths = {
        f"/p{number}": {
            "post": operation(
                body=json_body({"$ref": "#/components/schemas/" + name.replace("/", "~1")}),
                answer=json_answer({"$ref": "#/components/schemas/" + name.replace("/", "~1")}),
            )
        }
        for number, name in enumerate(SCHEMAS)
    }
    sdk = build(tmp_path, document(paths, schemas))
    sdk.import_all()
    for number, name in enumerate(SCHEMAS):
        client = sdk.client(Answer(200, {"own": name}))
        found = getattr(client, f"p{number}").create(own=name)
        assert found.own == name
        assert sent_json(client.sent[0]) == {"own": name}


PATHS = [
    "/types", "/client", "/api", "/resources", "/pagination", "/runtime", "/import", "/class", "/get", "/post",
    "/copy", "/close", "/attach", "/with_options", "/with-raw-response", "/self", "/1", "/1a", "/é", "/api_key",
    "/base_url", "/str", "/list", "/match", "/__init__", "/_async", "/_sync", "/..", "/.", "/con", "/a b",
    "/a%20b", "/a.b", "/a:b", "/$x", "/@me", "/~", "/*", "/()", "/a;b", "/a,b", "/a'b", '/a"b', "/a\\b",
    "/Types", "/TYPES", "/x-types", "/{id}", "/{id}/{name}",
]  # fmt: skip


def test_paths_with_bad_names(tmp_path: Path) -> None:
    paths = {
        path: {
            verb: operation(
                parameters=[
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in ("id", "name")
                    if f"{{{name}}}" in path
                ]
            )
            for verb in ("get", "post")
        }
        for path in PATHS
    }
    sdk = build(tmp_path, document(paths))
    sdk.import_all()
    assert sdk.generation.plan.api.root.resources
    waiting = list(sdk.generation.plan.client.resources)
    count = len(sdk.generation.plan.client.methods)
    while waiting:
        resource = waiting.pop()
        waiting += resource.resources
        count += len(resource.methods)
    assert count == 2 * len(PATHS)


def test_a_parameter_and_a_property_of_one_name(tmp_path: Path) -> None:
    used = operation(
        parameters=[
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "id", "in": "query", "schema": {"type": "string"}},
            {"name": "id", "in": "header", "schema": {"type": "string"}},
        ],
        body=json_body({"type": "object", "properties": {"id": {"type": "string"}}}),
    )
    sdk = build(tmp_path, document({"/things/{id}": {"post": used}}))
    client = sdk.client()
    client.things.update("p", query_id="q", header_id="h", body_id="b")
    request = client.sent[0]
    assert str(request.url).endswith("/v1/things/p?id=q")
    assert request.headers["id"] == "h"
    assert sent_json(request) == {"id": "b"}


def test_names_that_are_one_in_python_say_where_they_go(tmp_path: Path) -> None:
    used = operation(
        parameters=[{"name": "_async", "in": "query", "schema": {"type": "boolean"}}],
        body=json_body({"type": "object", "properties": {"async": {"type": "string"}}}),
    )
    client = build(tmp_path, document({"/things": {"post": used}})).client()
    client.things.create(async_=True, body_async="b")
    assert str(client.sent[0].url).endswith("?_async=true")
    assert sent_json(client.sent[0]) == {"async": "b"}


def test_names_do_not_depend_on_what_stands_before(tmp_path: Path) -> None:
    """A new operation after the others renames nothing."""
    paths = {f"/things/{name}": {"get": operation()} for name in ("list", "search", "a-b")}
    first = build(tmp_path / "a", document(paths)).generation.owned["api.md"]
    more = build(tmp_path / "b", document({**paths, "/things/a_b": {"get": operation()}})).generation.owned["api.md"]
    methods = [line for line in first.splitlines() if line.startswith("- `client")]
    assert len(methods) == 3
    assert set(methods) <= set(more.splitlines())


def test_every_generated_module_parses_without_warnings(tmp_path: Path) -> None:
    properties = {name: {"type": "string", "description": name} for name in BAD}
    sdk = build(tmp_path, document({"/x": {"post": operation(body=json_body({"properties": properties}))}}))
    for path, text in sdk.generation.owned.items():
        if path.endswith(".py"):
            ast.parse(text)
