"""Swagger 2.0 documents in the form of OpenAPI 3.0, which is what everything after this reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from ..document import JSON, Document, pointer_to
from ..problems import Problems

__all__ = ["as_openapi_3"]

_Object: TypeAlias = dict[str, JSON]

_VERBS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
_PREFIXES: Final = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
    "#/securityDefinitions/": "#/components/securitySchemes/",
}
_PLACES: Final = {new: old for old, new in (
    ("definitions", "schemas"), ("parameters", "parameters"), ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
)}  # fmt: skip
_STYLES: Final = {"csv": ("form", False), "multi": ("form", True), "ssv": ("spaceDelimited", False),
                  "pipes": ("pipeDelimited", False)}  # fmt: skip
_FLOWS: Final = {"implicit": "implicit", "password": "password", "application": "clientCredentials",
                 "accessCode": "authorizationCode"}  # fmt: skip
_PARAMETER: Final = frozenset({"name", "in", "description", "required", "allowEmptyValue", "collectionFormat"})
"""What is said of a parameter itself; all else is about its values."""

_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_JSON: Final = "application/json"


def as_openapi_3(document: Document, problems: Problems) -> Document:
    """The document in the form of OpenAPI 3.0, if it is a Swagger 2.0 one; else as it is. Places stay those of it."""
    root = document.root
    if not isinstance(root, dict) or "openapi" in root or str(root.get("swagger")) not in ("2.0", "2"):
        return document

    def located(origin_of: tuple[str, ...]) -> tuple[int, int]:
        place = document.located(document.origin(pointer_to("", *_former(origin_of))))
        return place.line, place.column

    return replace(document, root=_Conversion(document, root, problems).run(), _locate=located)


def _former(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Where a node of the new document was in the old one, or the nearest that was there."""
    if steps[:1] == ("components",) and len(steps) > 1:
        return (_PLACES.get(steps[1], steps[1]), *_former_part(steps[2:]))
    return (*steps[:3], *_former_part(steps[3:])) if steps[:1] == ("paths",) else steps


def _former_part(steps: tuple[str, ...]) -> tuple[str, ...]:
    if "requestBody" in steps:
        return ("parameters",)
    if "content" in steps:
        at = steps.index("content")
        return (*steps[:at], *steps[at + 2 :])
    return steps


class _Conversion:
    """One document's conversion. What has the wrong shape stays as it is: it is told of where it is read."""

    def __init__(self, document: Document, root: _Object, problems: Problems) -> None:
        self._document = document
        self._root = root
        self._problems = problems
        self._depth = 0
        self._known: dict[int, tuple[_Object, _Object]] = {}

    def run(self) -> _Object:
        root = self._root
        kept = {key: value for key, value in root.items() if key in _KEPT or key.startswith("x-")}
        shared = _object(root.get("parameters"))
        components: _Object = {
            "schemas": _mapped(root.get("definitions"), self._schema),
            "parameters": {
                name: self._parameter(each, pointer_to("/parameters", name))
                for name, each in shared.items()
                if _place(each) not in ("body", "formData")
            },
            "responses": _mapped(root.get("responses"), lambda each: self._response(each, root.get("produces"))),
            "securitySchemes": _mapped(root.get("securityDefinitions"), _security_scheme),
        }
        paths = root.get("paths")
        if isinstance(paths, dict):
            paths = {path: self._path(each, pointer_to("/paths", path)) for path, each in paths.items()}
        servers = _servers(root)
        return {
            "openapi": "3.0.3",
            **kept,
            **({"servers": servers} if servers else {}),
            "paths": paths if paths is not None else {},
            "components": components,
        }

    # --- paths ---

    def _path(self, item: JSON, pointer: str) -> JSON:
        if not isinstance(item, dict):
            return item
        shared = self._followed(item.get("parameters"))
        # A body cannot be said for a whole path in OpenAPI 3: each of its operations has it.
        bodies = [each for each in shared if _place(each[1]) in ("body", "formData")]
        found: _Object = {key: value for key, value in item.items() if key not in (*_VERBS, "parameters")}
        if "$ref" in found:
            found["$ref"] = _moved(found["$ref"])
        if shared:
            where = pointer_to(pointer, "parameters")
            found["parameters"] = [
                self._given(given, each, where) for given, each in shared if (given, each) not in bodies
            ]
        elif "parameters" in item:
            found["parameters"] = item["parameters"]
        for verb in _VERBS:
            if verb in item:
                found[verb] = self._operation(item[verb], bodies, pointer_to(pointer, verb))
        return found

    def _operation(self, operation: JSON, inherited: list[tuple[JSON, JSON]], pointer: str) -> JSON:
        if not isinstance(operation, dict):
            return operation
        parameters = self._followed(operation.get("parameters"))
        own = [_place(each) for _, each in parameters]
        if "body" not in own:
            known = [(_place(each), _object(each).get("name")) for _, each in parameters]
            parameters += [
                (given, each) for given, each in inherited if (_place(each), _object(each).get("name")) not in known
            ]
        found: _Object = {key: each for key, each in operation.items() if key not in _OPERATION}
        where = pointer_to(pointer, "parameters")
        plain = [
            self._given(given, each, where) for given, each in parameters if _place(each) not in ("body", "formData")
        ]
        if plain:
            found["parameters"] = plain
        body = self._body(
            [each for _, each in parameters], operation.get("consumes", self._root.get("consumes")), where
        )
        if body is not None:
            found["requestBody"] = body
        produced = operation.get("produces", self._root.get("produces"))
        responses = operation.get("responses")
        if isinstance(responses, dict):
            responses = {
                status: each if status.startswith("x-") else self._response(each, produced)
                for status, each in responses.items()
            }
        if responses is not None:
            found["responses"] = responses
        return found

    def _followed(self, parameters: JSON) -> list[tuple[JSON, JSON]]:
        """Each parameter as it is given, and what it is: of those that are shared, what the reference leads to."""
        found: list[tuple[JSON, JSON]] = []
        shared = _object(self._root.get("parameters"))
        for each in parameters if isinstance(parameters, list) else []:
            target = _object(each).get("$ref")
            name = target.removeprefix("#/parameters/") if isinstance(target, str) else ""
            found.append((each, shared.get(name.replace("~1", "/").replace("~0", "~"), each)))
        return found

    # --- parameters ---

    def _given(self, given: JSON, each: JSON, pointer: str) -> JSON:
        if isinstance(given, dict) and "$ref" in given:
            return {**given, "$ref": _moved(given["$ref"])}
        return self._parameter(each, pointer)

    def _parameter(self, parameter: JSON, pointer: str) -> JSON:
        if not isinstance(parameter, dict) or "$ref" in parameter or "schema" in parameter:
            return parameter
        schema = self._schema(_values(parameter))
        found: _Object = {
            key: each for key, each in parameter.items()
            if (key in _PARAMETER and key != "collectionFormat") or key.startswith("x-")
        }  # fmt: skip
        found["schema"] = schema
        if parameter.get("type") == "array":
            form = str(parameter.get("collectionFormat", "csv"))
            if form not in _STYLES:
                message = f"lists cannot be sent as {form!r}; their items are joined by commas"
                self._problems.add("unsupported", message, self._document.origin(pointer))
            style, explode = _STYLES.get(form, _STYLES["csv"])
            if parameter.get("in") == "query":
                found["style"] = style
            found["explode"] = explode and parameter.get("in") == "query"
        return found

    def _body(self, parameters: list[JSON], consumed: JSON, pointer: str) -> JSON:
        kinds = _kinds(consumed)
        whole = next((_object(each) for each in parameters if _place(each) == "body"), None)
        fields = [_object(each) for each in parameters if _place(each) == "formData"]
        if whole is not None:
            if fields:
                message = "a body stands beside parameters of a form, which are left out"
                self._problems.add("conflict", message, self._document.origin(pointer))
            media: _Object = {"schema": self._schema(whole.get("schema"))}
            usable = [each for each in kinds if each not in (_FORM, _MULTIPART)] or kinds or [_JSON]
            body: _Object = {"content": dict.fromkeys(usable, media), "required": whole.get("required", False)}
            return {**body, "description": whole["description"]} if "description" in whole else body
        if not fields:
            return None
        names = [each for each in fields if isinstance(each.get("name"), str)]
        schema: _Object = {
            "type": "object",
            "properties": {str(each["name"]): self._field(each) for each in names},
            "required": [each["name"] for each in names if each.get("required") is True],
        }
        has_files = any(each.get("type") == "file" for each in fields)
        forms = [each for each in kinds if each in ((_MULTIPART,) if has_files else (_FORM, _MULTIPART))]
        forms = forms or [_MULTIPART if has_files else _FORM]
        return {"content": {kind: {"schema": schema} for kind in forms}, "required": bool(schema["required"])}

    def _field(self, field: _Object) -> JSON:
        schema = self._schema(_values(field))
        if isinstance(schema, dict) and "description" in field:
            schema["description"] = field["description"]
        return schema

    # --- responses ---

    def _response(self, response: JSON, produced: JSON) -> JSON:
        if not isinstance(response, dict):
            return response
        if "$ref" in response:
            return {**response, "$ref": _moved(response["$ref"])}
        found: _Object = {key: each for key, each in response.items() if key not in ("schema", "headers", "examples")}
        schema = response.get("schema")
        if schema is not None:
            is_file = _object(schema).get("type") == "file"
            kinds = _kinds(produced) or [_BINARY if is_file else _JSON]
            examples = _object(response.get("examples"))
            converted = self._schema(schema)
            found["content"] = {
                kind: {"schema": converted, **({"example": examples[kind]} if kind in examples else {})}
                for kind in kinds
            }
        headers = response.get("headers")
        if isinstance(headers, dict):
            found["headers"] = {
                name: {"schema": self._schema(_values(each)), "description": each.get("description")}
                for name, each in headers.items()
                if isinstance(each, dict)
            }
        return found

    # --- schemas ---

    def _schema(self, schema: JSON) -> JSON:
        if not isinstance(schema, dict) or self._depth > _DEEPEST:
            return schema
        known = self._known.get(id(schema))
        if known is None:
            self._depth += 1
            # What a YAML alias stands for is one object and stays one. It is kept: nothing else may get its identity.
            known = self._known[id(schema)] = (schema, self._converted(schema))
            self._depth -= 1
        return known[1]

    def _converted(self, schema: _Object) -> _Object:
        found: _Object = {}
        for key, value in schema.items():
            match key:
                case "$ref":
                    found[key] = _moved(value)
                case "properties" | "patternProperties":
                    found[key] = _mapped(value, self._schema) if isinstance(value, dict) else value
                case "items" | "additionalProperties" | "not":
                    found[key] = self._schema(value)
                case "allOf" | "anyOf" | "oneOf":
                    found[key] = [self._schema(each) for each in value] if isinstance(value, list) else value
                case "discriminator" if isinstance(value, str):
                    found[key] = {"propertyName": value}
                case "collectionFormat":
                    pass
                case "x-nullable":
                    found["nullable"] = value
                case _:
                    found[key] = value
        if found.get("type") == "file":
            found |= {"type": "string", "format": "binary"}
        return found


_DEEPEST: Final = 150
"""Below that nothing is read of a schema."""

_KEPT: Final = frozenset({"info", "tags", "externalDocs", "security"})
_OPERATION: Final = frozenset({"parameters", "responses", "consumes", "produces", "schemes"})
_BINARY: Final = "application/octet-stream"


def _object(value: JSON) -> _Object:
    return value if isinstance(value, dict) else {}


def _mapped(value: JSON, convert: Callable[[JSON], JSON]) -> JSON:
    """The entries of an object, each converted."""
    return {name: convert(each) for name, each in value.items()} if isinstance(value, dict) else value or {}


def _place(parameter: JSON) -> JSON:
    return _object(parameter).get("in")


def _values(parameter: _Object) -> _Object:
    """What is said of the values of a parameter, a field or a header."""
    return {key: each for key, each in parameter.items() if key not in _PARAMETER}


def _kinds(said: JSON) -> list[str]:
    return [each for each in said if isinstance(each, str) and each] if isinstance(said, list) else []


def _moved(target: JSON) -> JSON:
    if isinstance(target, str):
        for old, new in _PREFIXES.items():
            if target.startswith(old):
                return new + target.removeprefix(old)
    return target


def _servers(root: _Object) -> list[JSON]:
    host, path = root.get("host"), root.get("basePath")
    base = path if isinstance(path, str) else ""
    if base and not base.startswith("/"):
        base = f"/{base}"
    if not isinstance(host, str) or not host:
        return [{"url": base}] if base.strip("/") else []
    schemes = [each for each in _kinds(root.get("schemes")) if each in ("http", "https")] or ["https"]
    schemes.sort(key=lambda each: each != "https")
    return [{"url": f"{each}://{host}{base}"} for each in schemes]


def _security_scheme(scheme: JSON) -> JSON:
    if not isinstance(scheme, dict):
        return scheme
    match scheme.get("type"):
        case "basic":
            return {**scheme, "type": "http", "scheme": "basic"}
        case "oauth2":
            own = {key: each for key, each in scheme.items() if key in ("authorizationUrl", "tokenUrl", "scopes")}
            kept = {key: each for key, each in scheme.items() if key not in own and key != "flow"}
            return {**kept, "flows": {_FLOWS.get(str(scheme.get("flow")), "implicit"): own}}
        case _:
            return scheme
