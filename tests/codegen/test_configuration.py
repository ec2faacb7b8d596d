"""`stainless.yml`: what each entry does, and what is said of entries that are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antiphon.runtime.transports.scripted import Answer

from .sdks import SDK, build, document, json_answer, json_body, operation, sent_json, stages

TEXT = {"type": "string"}
PET = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": TEXT, "data": {"type": "object", "properties": {"x": TEXT}}},
}


def made(**rest: Any) -> dict[str, Any]:
    one = {"name": "petId", "in": "path", "required": True, "schema": TEXT}
    two = {"name": "storeId", "in": "path", "required": True, "schema": TEXT}
    answer = json_answer({"$ref": "#/components/schemas/Pet"})
    listed = json_answer(
        {"type": "object", "properties": {"rows": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}}}
    )
    after = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    paths = {
        "/pets": {
            "get": operation(answer=listed, parameters=[after]),
            "post": operation(body=json_body(PET), answer=answer),
        },
        "/pets/{petId}": {"get": operation(parameters=[one], answer=answer)},
        "/stores/{storeId}/pets/{petId}": {"get": operation(parameters=[two, one], answer=answer)},
        "/ping": {"get": operation(answer=answer)},
    }
    return document(paths, {"Pet": PET, "Unused": PET}, **rest)


METHODS = {"list": "get /pets", "create": "post /pets", "retrieve": "get /pets/{petId}"}


def sdk(folder: Path, resources: dict[str, Any], **rest: Any) -> SDK:
    return build(folder, made(), {"resources": resources, **rest})


def test_the_tree_is_the_authors(tmp_path: Path) -> None:
    found = sdk(
        tmp_path,
        {
            "$client": {"methods": {"ping": "get /ping"}},
            "$shared": {"models": {"pet": "Pet"}},
            "animals": {"subresources": {"dogs": {"methods": {"fetch": "get /pets/{petId}"}}}},
        },
        unspecified_endpoints=["get /pets", "post /pets", "get /stores/{storeId}/pets/{petId}"],
    )
    assert found.problems == ()
    client = found.client(*[Answer(200, {"id": "a"})] * 2)
    assert client.ping().id == "a"
    assert client.animals.dogs.fetch("p").id == "a"
    assert [str(each.url).removeprefix("https://api.example.test/v1") for each in client.sent] == ["/ping", "/pets/p"]
    assert found.get("types.shared").Pet is found.get("types").Pet


def test_models_are_public_under_their_names(tmp_path: Path) -> None:
    found = sdk(
        tmp_path, {"pets": {"methods": METHODS, "models": {"animal": "Pet", "spare": "#/components/schemas/Unused"}}}
    )
    types = found.get("types")
    assert type(found.client(Answer(200, {"id": "a"})).pets.retrieve("p")) is types.Animal
    assert types.Spare.__name__ == "Spare"


POSITIONAL: dict[str, tuple[dict[str, Any], tuple[Any, ...], dict[str, Any]]] = {
    "the last parameter of the path, by itself": ({}, ("p",), {"store_id": "s"}),
    "as said": ({"positional_params": ["storeId", "petId"]}, ("s", "p"), {}),
    "none": ({"positional_params": []}, (), {"store_id": "s", "pet_id": "p"}),
}


@pytest.mark.parametrize("name", POSITIONAL)
def test_positional_parameters(tmp_path: Path, name: str) -> None:
    said, positional, keywords = POSITIONAL[name]
    method = {"endpoint": "get /stores/{storeId}/pets/{petId}", **said}
    client = sdk(tmp_path, {"pets": {"methods": {"find": method}}}).client(Answer(200, {"id": "a"}))
    client.pets.find(*positional, **keywords)
    assert str(client.sent[0].url).endswith("/stores/s/pets/p")


def test_a_body_as_one_argument(tmp_path: Path) -> None:
    method = {"endpoint": "post /pets", "body_param_name": "pet"}
    client = sdk(tmp_path, {"pets": {"methods": {"create": method}}}).client(Answer(200, {"id": "a"}))
    client.pets.create(pet={"id": "x"})
    assert sent_json(client.sent[0]) == {"id": "x"}


def test_answers_are_unwrapped(tmp_path: Path) -> None:
    methods = {"one": {"endpoint": "get /pets/{petId}", "unwrap_response": "data"}, "two": "get /ping"}
    client = sdk(tmp_path, {"pets": {"methods": methods}}).client(*[Answer(200, {"id": "a", "data": {"x": "y"}})] * 2)
    assert client.pets.two().id == "a"
    found = client.pets.one("p")
    assert "data" not in found.__class__.model_fields
    assert list(found.__class__.model_fields) == ["x"]


LEFT_OUT: dict[str, Any] = {
    "skip": {"endpoint": "post /pets", "skip": True},
    "skip for Python": {"endpoint": "post /pets", "skip": ["python", "go"]},
    "only for others": {"endpoint": "post /pets", "only": ["go"]},
    "webhooks": {"type": "webhook_unwrap", "endpoint": "post /pets"},
    "no endpoint": {"endpoint": ""},
    "an operation that is not there": "post /nothing",
}
KEPT: dict[str, Any] = {
    "skip for others": {"endpoint": "post /pets", "skip": ["go"]},
    "only for Python": {"endpoint": "post /pets", "only": ["python"]},
    "other names of the path's parameters": "get /pets/{id}",
    "capitals and space": "GET  /pets/{petId}",
}


@pytest.mark.parametrize("name", [*LEFT_OUT, *KEPT])
def test_methods_left_out_and_kept(tmp_path: Path, name: str) -> None:
    method = LEFT_OUT.get(name) or KEPT[name]
    found, _ = stages(tmp_path, made(), {"resources": {"pets": {"methods": {"it": method, "ping": "get /ping"}}}})
    names = [each.name for each in found.api.root.resources[0].methods]
    assert names == (["ping"] if name in LEFT_OUT else ["it", "ping"])


def test_paging_as_configured(tmp_path: Path) -> None:
    def role(purpose: str, type: str = "integer") -> dict[str, Any]:
        return {"type": type, "x-stainless-pagination-property": {"purpose": purpose}}

    scheme: dict[str, Any] = {
        "name": "row_page",
        "type": "page_number",
        "request": {"page": role("page_number_param")},
        "response": {"rows": {**role("items", "array"), "items": {}}, "pages": role("total_page_count_field")},
    }
    found = sdk(tmp_path, {"pets": {"methods": METHODS}}, pagination=[scheme])
    client = found.client(*(Answer(200, {"rows": [{"id": str(n)}], "pages": 2}) for n in (1, 2)))
    assert [each.id for each in client.pets.list()] == ["1", "2"]
    assert found.get("pagination").SyncRowPage
    not_paged = build(
        tmp_path / "b",
        made(),
        {
            "resources": {"pets": {"methods": {"list": {"endpoint": "get /pets", "paginated": False}}}},
            "pagination": [scheme],
        },
    )
    assert not_paged.client(Answer(200, {"rows": [{"id": "1"}]})).pets.list().rows[0].id == "1"


def _role(purpose: str, type: str = "integer", **more: Any) -> dict[str, Any]:
    return {"type": type, "x-stainless-pagination-property": {"purpose": purpose, **more}}


LIST_ITSELF: dict[str, Any] = {**_role("items", "array", is_top_level_array=True), "items": TEXT}
BARE_SCHEMES: dict[str, dict[str, Any]] = {
    "one property is the answer": {
        "type": "page_number",
        "request": {"page": _role("page_number_param")},
        "response": {"items": LIST_ITSELF},
    },
    "the answer is a list": {
        "type": "page_number",
        "request": {"page": _role("page_number_param")},
        "response": {"type": "array"},
    },
    "nothing is said of the answer": {"type": "page_number", "request": {"page": _role("page_number_param")}},
    "what headers say": {
        "type": "page_number",
        "request": {"page": _role("page_number_param")},
        "response": {
            "items": LIST_ITSELF,
            "has_more": _role("has_next_page", "boolean", from_header="X-Has-More"),
            "all": _role("total_page_count_field", from_header="X-Pages"),
        },
    },
    "links": {"type": "cursor_url", "response": {"items": LIST_ITSELF}},
}


@pytest.mark.parametrize("paginated", [None, True, "row_page"])
@pytest.mark.parametrize("name", BARE_SCHEMES)
def test_paging_of_lists_that_are_answers_of_their_own(tmp_path: Path, name: str, paginated: Any) -> None:
    said = made()
    listed = said["paths"]["/pets"]["get"]
    listed["responses"] = {"200": json_answer({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}})}
    method = {"endpoint": "get /pets", **({} if paginated is None else {"paginated": paginated})}
    config = {
        "resources": {"pets": {"methods": {"list": method}}},
        "pagination": [{"name": "row_page", **BARE_SCHEMES[name]}],
    }
    found = build(tmp_path, {**said, "paths": {"/pets": {"get": listed}}}, config)
    assert found.problems == ()
    first = {"link": '<?page=2>; rel="next"'} if name == "links" else {"x-has-more": "true", "x-pages": "2"}
    last = {} if name == "links" else {"x-has-more": "false", "x-pages": "2"}
    answers = [Answer(200, [{"id": "1"}], first), Answer(200, [{"id": "2"}], last), Answer(200, "[]")]
    client = found.client(*answers)
    listing = client.pets.list()
    if name == "links" and paginated is None:  # every list would do
        assert [each.id for each in listing] == ["1"]
        return
    assert type(listing).__name__.startswith("SyncRowPage")
    assert [each.id for each in listing] == ["1", "2"]
    queries = [str(each.url).partition("?")[2] for each in client.sent]
    assert queries[:2] == ["", "page=2"]
    assert len(queries) == (2 if name in ("links", "what headers say") else 3)
    if name == "what headers say":
        assert (listing.has_more, listing.all) == (True, 2)


def test_client_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {
        "opts": {
            "token": {"type": "string", "read_env": "PET_TOKEN", "auth": {"security_scheme": "key"}},
            "tenant": {"type": "string", "send_in_header": "X-Tenant", "default": "main"},
            "region": {"type": "string", "send_as_query_param": "region", "nullable": True},
        },
        "default_headers": {"X-Client": "pets"},
        "default_retries": {"max_retries": 5},
        "default_timeout": "90s",
        "idempotency": {"header": "Idempotency-Key"},
        "default_env_prefix": "PET_STORE",
    }
    components = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    config: dict[str, Any] = {
        "organization": {"name": "pet-store"},
        "resources": {"pets": {"methods": METHODS}},
        "client_settings": settings,
        "environments": {"production": "https://pets.test", "sandbox": "https://sandbox.test"},
        "query_settings": {"array_format": "comma", "nested_format": "dots"},
        "security": [{"key": []}],
    }
    document_ = made(components=components)
    found = build(tmp_path, document_, config)
    monkeypatch.setenv("PET_TOKEN", "from the environment")
    monkeypatch.delenv("PET_STORE_BASE_URL", raising=False)
    assert found.generation.plan.style.client == "PetStore"
    transport = found.client(Answer(200, {"id": "a"}), token=None, region="eu")
    transport.pets.create(id="x")
    request = transport.sent[0]
    assert str(request.url) == "https://pets.test/pets?region=eu"
    assert request.headers["x-key"] == "from the environment"
    assert request.headers["x-tenant"] == "main"
    assert request.headers["x-client"] == "pets"
    assert "idempotency-key" in request.headers
    assert transport.max_retries == 5
    assert found.module.PetStore is found.module.Client


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown entry": ({"resorces": {}}, "'resorces' is no known entry"),
    "an unknown entry of a resource": (
        {"resources": {"a": {"method": {}}}},
        "'method' is no known entry of a resource",
    ),
    "a method without an endpoint": ({"resources": {"a": {"methods": {"b": "pets"}}}}, "names no endpoint"),
    "an operation that is not there": ({"resources": {"a": {"methods": {"b": "get /x"}}}}, "has no operation GET /x"),
    "a schema that is not there": ({"resources": {"a": {"models": {"b": "Nothing"}}}}, "has no schema 'Nothing'"),
    "a model that names nothing": ({"resources": {"a": {"models": {"b": 5}}}}, "names no schema"),
    "a kind of paging nobody knows": ({"pagination": [{"name": "x", "type": "psychic"}]}, "'psychic' is not known"),
    "paging without a parameter": ({"pagination": [{"name": "x", "type": "cursor"}]}, "names no parameter"),
    "paging that is not there": (
        {"resources": {"a": {"methods": {"b": {"endpoint": "get /ping", "paginated": "x"}}}}},
        "there is no pagination 'x'",
    ),
    "a list for resources": ({"resources": []}, "has to be an object"),
    "operations without a method": (
        {"resources": {"a": {"methods": {"b": "get /ping"}}}},
        "has no method in the configuration",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_entries_are_reported_where_they_stand(tmp_path: Path, name: str) -> None:
    config, said = WRONG[name]
    _, problems = stages(tmp_path, made(), config)
    found = [problem for problem in problems if said in problem.message]
    assert found, [problem.message for problem in problems]


@pytest.mark.parametrize("config", [None, {}, {"organization": {"name": "x"}}])
def test_without_a_tree_one_is_inferred(tmp_path: Path, config: dict[str, Any] | None) -> None:
    found, problems = stages(tmp_path, made(), config)
    assert problems == ()
    assert [each.name for each in found.api.root.resources] == ["pets", "stores", "ping"]


def _about(**said: Any) -> dict[str, Any]:
    """A configuration with one method that is said so."""
    return {"resources": {"pets": {"methods": {"it": {"endpoint": "get /pets/{petId}", **said}}}}}


def _settings(**said: Any) -> dict[str, Any]:
    return {"resources": {"pets": {"methods": METHODS}}, "client_settings": said}


def _purpose(purpose: object) -> dict[str, Any]:
    return {"type": "string", "x-stainless-pagination-property": {"purpose": purpose}}


NOT_LOST: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown entry of a method": (_about(pagniated=True), "is 'paginated' meant?"),
    "paging of the wrong type": (_about(paginated=5), "paginated has to be true, false or the name"),
    "a stream that is no object": (_about(streaming=True), "streaming has to be an object"),
    "an unknown type of method": (_about(type="htttp"), "'htttp' is not used"),
    "a type of method that is not written": (_about(type="webhook_unwrap"), "'webhook_unwrap' is not written"),
    "options of requests": (_about(default_request_options={"timeout": 5}), "is not applied"),
    "a positional parameter that is not there": (_about(positional_params=["id"]), "those it has: petId"),
    "a name for no body": (_about(body_param_name="pet"), "has no body to name"),
    "a property that is not in the answer": (_about(unwrap_response="rows"), "has no property 'rows'"),
    "a parameter for streams that is not there": (_about(streaming={"param_discriminator": "x"}), "no parameter 'x'"),
    "an unknown setting": (_settings(default_timeouts=5), "is 'default_timeout' meant?"),
    "an unknown entry of an option": (_settings(opts={"a": {"reed_env": "A"}}), "is 'read_env' meant?"),
    "an option that is no object": (_settings(opts={"a": "string"}), "'a' has to be an object"),
    "a role nobody has": (_settings(opts={"a": {"auth": {"role": "x"}}}), "'x' is not used"),
    "credentials of no scheme": (_settings(opts={"a": {"auth": {"security_scheme": "x"}}}), "security scheme 'x'"),
    "credentials in a text": (_settings(opts={"a": {"auth": "key"}}), "an object with security_scheme"),
    "a time nobody can read": (_settings(default_timeout="soon"), "default_timeout has to be seconds"),
    "fewer attempts than none": (_settings(default_retries={"max_retries": -1}), "max_retries has to be"),
    "other delays": (_settings(default_retries={"max_delay_seconds": 60}), "the runtime's is 8 seconds"),
    "a header that cannot be sent": (_settings(default_headers={"x": "a\r\nb"}), "'x' is no header"),
    "a header without a value": (_settings(default_headers={"x": None}), "'x' is no header"),
    "a header of no name": (_settings(idempotency={"header": "a b"}), "'a b' cannot be the name"),
    "an environment of no address": ({"environments": {"a": {"url": "https://x.test"}}}, "'a' has to be an address"),
    "a variable nobody fills in": ({"environments": {"a": "https://{b}.test"}}, "nothing fills in"),
    "security of no scheme": ({"security": [{"x": []}]}, "security scheme 'x'"),
    "a scheme that is no object": ({"security_schemes": {"x": 5}}, "'x' has to be an object"),
    "changes of the document": ({"openapi": {"overlays": ["overlay.yaml"]}}, "overlays is not applied"),
    "errors": ({"errors": {"message_property": "x"}}, "errors is not applied"),
    "an unknown style": ({"query_settings": {"array_format": "x"}}, "array_format is one of"),
    "targets as a list": ({"targets": ["python"]}, "targets has to be an object"),
    "models of the client": ({"resources": {"$client": {"models": {"a": "Pet"}}}}, "$client has methods only"),
    "a resource that is no object": ({"resources": {"a": 5}}, "a resource has to be an object"),
    "names that are one": ({"resources": {"aB": {}, "a_b": {}}}, "'aB' and 'a_b' are one name"),
    "an endpoint to leave out that is not there": ({"unspecified_endpoints": ["get /x"]}, "no operation 'get /x'"),
    "paging as text": ({"pagination": ["page"]}, "has to be an object"),
    "paging twice": (
        {"pagination": [{"name": "a", "type": "cursor_url"}, {"name": "a", "type": "cursor_url"}]},
        "two paginations 'a'",
    ),
    "a purpose of the wrong type": (
        {"pagination": [{"name": "a", "type": "cursor", "request": {"a": _purpose({})}}]},
        "no known purpose of 'a'",
    ),
    "a type by no module": (_settings(opts={"a": {"x-type": "\N{GRINNING FACE}"}}), "a module and a name in it"),
    "a mixin by a keyword": ({"resources": {"a": {"x-mixin": "lib.class:Name"}}}, "a module and a name in it"),
    "an unknown purpose": (
        {"pagination": [{"name": "a", "type": "cursor", "request": {"after": _purpose("next_cursor_parm")}}]},
        "is 'next_cursor_param' meant?",
    ),
}


@pytest.mark.parametrize("name", NOT_LOST)
def test_nothing_is_lost_in_silence(tmp_path: Path, name: str) -> None:
    config, said = NOT_LOST[name]
    _, problems = stages(tmp_path, made(), config)
    found = [problem for problem in problems if said in problem.message]
    assert found, [problem.message for problem in problems]
    assert found[0].origin.file == "stainless.json"
    assert found[0].origin.line


SAID_AND_DONE: dict[str, dict[str, Any]] = {
    "skipped": {"post": {"endpoint": "post /pets", "skip": True}},
    "skipped here": {"post": {"endpoint": "post /pets", "only": ["go"]}},
}


@pytest.mark.parametrize("name", SAID_AND_DONE)
def test_what_the_author_leaves_out_is_no_problem(tmp_path: Path, name: str) -> None:
    methods = {"list": "get\n  /pets", "retrieve": "get /pets/{id}", **SAID_AND_DONE[name]}
    tree = {"pets": {"methods": methods}, "ping": {"skip": True, "methods": {"ping": "get /ping"}}}
    _, problems = stages(
        tmp_path, made(), {"resources": tree, "unspecified_endpoints": ["GET /stores/{store}/pets/{pet}"]}
    )
    assert problems == ()


def test_events_by_the_names_of_models(tmp_path: Path) -> None:
    method = {"endpoint": "get /ping", "streaming": {"stream_event_model": "pets.events.animal"}}
    tree = {"pets": {"methods": {"ping": method}, "subresources": {"events": {"models": {"animal": "Pet"}}}}}
    found = sdk(tmp_path, tree)
    client = found.client(Answer(200, b'data: {"id": "a"}\n\n', {"content-type": "text/event-stream"}))
    (event,) = client.pets.ping()
    assert type(event).__name__ == "Animal"
    assert event.id == "a"


def test_variables_of_addresses_have_their_defaults(tmp_path: Path) -> None:
    settings = {"opts": {"region": {"server_variable": "region", "default": "eu"}, "beta": {"default": True}}}
    config = {"environments": {"a": "https://{region}.test"}, "client_settings": settings}
    found, _ = stages(tmp_path, made(), config)
    assert found.api.environments == (("a", "https://eu.test"),)
    assert [each.default for each in found.config.opts or ()] == ["eu", "true"]


def test_pages_with_fields_that_are_called_like_builtins(tmp_path: Path) -> None:
    scheme: dict[str, Any] = {
        "name": "row_page",
        "type": "fake_page",
        "response": {"rows": {"type": "array", **_purpose("items")}, "object": {}, "str": TEXT, "next": TEXT},
    }
    method = {"endpoint": "get /pets", "paginated": "row_page"}
    found = sdk(tmp_path, {"pets": {"methods": {"list": method}}}, pagination=[scheme])
    page = found.client(Answer(200, {"rows": [{"id": "a"}], "object": 1, "str": "x", "next": "y"})).pets.list()
    assert [page.rows[0].id, page.object, page.str, page.next] == ["a", 1, "x", "y"]


def test_without_an_option_for_its_credential_a_scheme_is_not_used(tmp_path: Path) -> None:
    components = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}}
    config = _settings(opts={"tenant": {"send_in_header": "X-Tenant"}})
    found = build(tmp_path, made(components=components, security=[{"key": []}]), config)
    assert any("holds the credential of 'key'" in problem.message for problem in found.problems)
    client = found.client(Answer(200, {"id": "a"}), tenant="t")
    client.pets.create(id="x")
    assert "x-key" not in client.sent[0].headers
