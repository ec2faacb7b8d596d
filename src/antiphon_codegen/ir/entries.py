"""Entries of a configuration that are unknown, of the wrong kind or without effect: each is said where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from keyword import iskeyword
from typing import Final

from ..spec.reader import Node
from ..words import words

__all__ = ["check", "check_method", "check_resource", "hand_written", "headers", "is_header", "one_of"]

_TOP: Final = frozenset(
    """edition organization targets environments resources pagination client_settings settings query_settings
    multipart_settings streaming security security_schemes errors custom_casings unspecified_endpoints readme openapi
    diagnostics codeflow docs""".split()
)
_RESOURCE: Final = frozenset(
    "methods models subresources description deprecated skip only custom mcp name title standalone_api".split()
)
_METHOD: Final = frozenset(
    """type endpoint paginated unwrap_response streaming positional_params body_param_name skip_test_reason deprecated
    default_request_options docs description skip only mcp title""".split()
)
_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "client_settings": frozenset(
        """opts idempotency default_headers default_timeout default_retries default_env_prefix
        opt_in_new_security_behaviour""".split()
    ),
    "query_settings": frozenset({"nested_format", "array_format"}),
    "multipart_settings": frozenset({"nested_format", "array_format"}),
    "openapi": frozenset({"code_samples", "transforms", "transformations", "overlays"}),
}
_OPT: Final = frozenset(
    """type description default nullable read_env auth server_variable send_in_header send_as_query_param example
    skip only""".split()
)
_TYPES: Final = ("http", "alias", "webhook_unwrap", "webhook_verify")
_PURPOSES: Final = frozenset(
    """items has_next_page next_cursor_param next_cursor_field previous_cursor_param previous_cursor_field
    cursor_item_id next_cursor_id_param previous_cursor_id_param cursor_url_field page_number_param
    current_page_number_field total_page_count_field offset_count_param offset_count_start_field
    offset_total_count_field is_top_level_array from_header""".split()
)
_WITHOUT_EFFECT: Final = {
    ("openapi", "overlays"): "say it as `transforms`, or change the document before, with a tool for overlays",
    ("errors",): "errors are those of the runtime, with the body the server sent",
}
_DELAYS: Final = {"initial_delay_seconds": 0.5, "max_delay_seconds": 8.0}
_IN_MODULE: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def check(root: Node) -> None:
    """What is wrong with a configuration as a whole. Resources and methods are checked where they are read."""
    unknown(root, _TOP)
    for name, known in _KNOWN.items():
        unknown(root.child(name), known, name)
    for steps, instead in _WITHOUT_EFFECT.items():
        node = root
        for step in steps:
            node = node.child(step)
        if node.value:
            node.report("unsupported", f"{'.'.join(steps)} is not applied: {instead}")
    retries = root.child("client_settings").child("default_retries")
    for key, seconds in _DELAYS.items():
        if retries.child(key).value not in (None, seconds):
            retries.report("unsupported", f"{key} is not applied: the runtime's is {seconds:g} seconds", key)
    for _, target in root.entries("targets"):
        _has_entries(target)
    for name, opt in root.child("client_settings").entries("opts"):
        if _has_entries(opt):
            unknown(opt, _OPT, f"the option {name!r}")
        if isinstance(opt.child("auth").value, dict):
            one_of(opt.child("auth"), "role", ("value", "username", "password", "client_id", "client_secret"))
        elif opt.child("auth").value is not None:
            opt.report("config", "auth is an object with security_scheme; it is not used", "auth")
        if opt.has("server_variable") and not opt.has("default"):
            message = "no option fills in addresses; without a default, give base_url to the client"
            opt.report("unsupported", message, "server_variable")
    for scheme in root.items("pagination"):
        if _has_entries(scheme):
            for part in ("request", "response"):
                _check_purposes(scheme.child(part))
                _check_purposes(scheme.child(part).child("properties"))
    for _, scheme in root.entries("security_schemes"):
        _has_entries(scheme)
    _check_names(_entries(root.child("resources")))


def check_resource(node: Node) -> None:
    """What is wrong with a resource, its methods aside."""
    unknown(node, _RESOURCE, "a resource")
    methods, resources = node.child("methods"), node.child("subresources")
    _check_names([*_entries(methods), *_entries(resources)])
    _check_names(_entries(node.child("models")))


def check_method(node: Node) -> None:
    """What is wrong with a method that is said as an object."""
    unknown(node, _METHOD, "a method")
    kind = one_of(node, "type", _TYPES)
    if kind not in (None, "http"):
        node.report("unsupported", f"a method of the type {kind!r} is not written; it is left out")
    for key, kinds, said in (
        ("paginated", (bool, str), "true, false or the name of a pagination"),
        ("streaming", (dict,), "an object"),
        ("deprecated", (bool, str), "true, false or a text"),
        ("unwrap_response", (bool, str), "false or the name of a property"),
    ):
        value = node.child(key).value
        if value is not None and not isinstance(value, kinds):
            node.report("config", f"{key} has to be {said}; it is not used", key)
    if node.has("default_request_options"):
        message = "default_request_options is not applied: say timeout and retries with the call"
        node.report("unsupported", message, "default_request_options")


def headers(node: Node, key: str) -> dict[str, str]:
    """The headers at a key; one that could not be sent is reported and left out."""
    found: dict[str, str] = {}
    for name, each in node.entries(key):
        if is_header(name) and isinstance(each.value, (str, int, float)) and str(each.value).isprintable():
            found[name] = str(each.value) if not isinstance(each.value, bool) else str(each.value).lower()
        else:
            each.report("config", f"{name!r} is no header with a text that can be sent; it is left out")
    return found


def hand_written(node: Node) -> str | None:
    """The module and name of a class or function written by hand, `lib.core.auth:Identity`."""
    if isinstance(node.value, str) and _IN_MODULE.fullmatch(node.value) and not _keywords(node.value):
        return node.value
    if node.value is not None:
        node.report("config", "has to be a module and a name in it, such as `lib.things:Thing`; it is not used")
    return None


def _keywords(path: str) -> bool:
    return any(iskeyword(name) for name in re.split("[.:]", path))


def is_header(name: str) -> bool:
    """Whether this can be the name of a header (RFC 9110, section 5.6.2)."""
    return _TOKEN.fullmatch(name) is not None


def one_of(node: Node, key: str, known: tuple[str, ...]) -> str | None:
    """The text at a key, where it is one of those known."""
    value = node.text(key)
    if value is None or value in known:
        return value
    node.report("config", f"{key} is one of {', '.join(known)}; {value!r} is not used", key)
    return None


def unknown(node: Node, known: frozenset[str], holder: str = "") -> None:
    """Report entries that nobody knows, and the one that may be meant."""
    for key, each in _entries(node):
        if key in known or key.startswith("x-"):
            continue
        close = get_close_matches(key, known, 1)
        of, meant = f" of {holder}" if holder else "", f"; is {close[0]!r} meant?" if close else ""
        each.report("config", f"{key!r} is no known entry{of}; it is not used{meant}")


def _entries(node: Node) -> list[tuple[str, Node]]:
    return list(node.entries()) if isinstance(node.value, dict) else []


def _check_names(entries: Iterable[tuple[str, Node]]) -> None:
    """Report names that are one in Python: the second of them gets a number."""
    seen: dict[str, str] = {}
    for name, node in entries:
        plain = "_".join(words(name))
        first = seen.get(plain)
        seen.setdefault(plain, name)
        if first is not None:
            node.report("name", f"{first!r} and {name!r} are one name in Python; give this one another")


def _check_purposes(node: Node) -> None:
    for name, each in _entries(node):
        purpose = each.child("x-stainless-pagination-property").child("purpose").value
        if purpose is not None and str(purpose) not in _PURPOSES:
            close = get_close_matches(str(purpose), _PURPOSES, 1)
            meant = f"; is {close[0]!r} meant?" if close else ""
            each.report("config", f"{purpose!r} is no known purpose of {name!r}{meant}")
        _check_purposes(each.child("properties"))
        _check_purposes(each.child("items").child("properties"))


def _has_entries(node: Node) -> bool:
    """Whether this is an object; said where it is not."""
    if not isinstance(node.value, dict):
        node.report("bad-shape", f"{node.pointer.rpartition('/')[2]!r} has to be an object; it is not used")
    return isinstance(node.value, dict)
