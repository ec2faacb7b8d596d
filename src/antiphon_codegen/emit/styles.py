"""`_styles`: how lists and objects are written where a text belongs; written only where an API has such parameters."""

from __future__ import annotations

from ..plan.model import MethodPlan, Plan, ResourcePlan
from ..python.module import Module
from ..python.source import Code, code, name_from

__all__ = ["styles_module"]


def styles_module(plan: Plan) -> Module | None:
    """The module, if a method needs it."""
    if not any(_is_styled(method) for method in _methods(plan)):
        return None
    body = (_header_text(plan), _cookie_text(plan), _styled_text(plan), _spread(plan), _pieces(), _scalar())
    return Module(("_styles",), "Lists and objects as text, in the styles of OpenAPI 3.1, section 4.8.12.3.", body)


def _is_styled(method: MethodPlan) -> bool:
    return any(each.text is not None or each.spread or each.place == "cookie" for each in method.arguments)


def _methods(plan: Plan) -> list[MethodPlan]:
    found = list(plan.client.methods)
    waiting: list[ResourcePlan] = list(plan.client.resources)
    while waiting:
        resource = waiting.pop()
        found += resource.methods
        waiting += resource.resources
    return found


def _missing(plan: Plan) -> dict[str, Code]:
    runtime = plan.style.runtime
    return {name: name_from(runtime, name) for name in ("Omit", "NotGiven", "omit")}


def _header_text(plan: Plan) -> Code:
    return code(
        '''
        def header_text(value: object, style: str, *, explode: bool = False) -> str | {Omit}:
            """The value of a header; `omit` when there is nothing to send."""
            if value is None or isinstance(value, ({Omit}, {NotGiven})):
                return {omit}
            return str(styled_text(value, style, explode=explode))
        ''',
        **_missing(plan),
    )


def _cookie_text(plan: Plan) -> Code:
    return code(
        '''
        def cookie_text(values: {Mapping}[str, object]) -> str | {Omit}:
            """The `cookie` header with these cookies; `omit` when there is none."""
            given = {{k: v for k, v in values.items() if v is not None and not isinstance(v, ({Omit}, {NotGiven}))}}
            if not given:
                return {omit}
            pairs = [f"{{name}}={{styled_text(value, 'form')}}" for name, value in given.items()]
            if any(character in pair for pair in pairs for character in ";\\r\\n"):
                raise ValueError("a cookie cannot hold a semicolon or a line break")
            return "; ".join(pairs)
        ''',
        Mapping=name_from("collections.abc", "Mapping"),
        **_missing(plan),
    )


def _styled_text(plan: Plan) -> Code:
    return code(
        '''
        def styled_text(value: object, style: str, *, name: str = "", explode: bool = False) -> object:
            """A list or an object as one text; what is no value at all stays as it is."""
            if value is None or isinstance(value, ({Omit}, {NotGiven})):
                return value
            is_object = isinstance(value, {Mapping})
            pieces = _pieces(value, explode)
            if style == "label":
                return "".join(f".{{piece}}" for piece in pieces) if explode else "." + ",".join(pieces)
            if style == "matrix":
                if explode and is_object:
                    return "".join(f";{{piece}}" for piece in pieces)
                return "".join(f";{{name}}={{piece}}" for piece in (pieces if explode else [",".join(pieces)]))
            return {{"spaceDelimited": " ", "pipeDelimited": "|"}}.get(style, ",").join(pieces)
        ''',
        Mapping=name_from("collections.abc", "Mapping"),
        **_missing(plan),
    )


def _spread(plan: Plan) -> Code:
    return code(
        '''
        def spread(name: str, value: object) -> dict[str, object]:
            """The properties of an object as parameters of their own; anything else under its name."""
            if not isinstance(value, {Mapping}):
                return {{name: value}}
            return {{str(key): item for key, item in {cast}("{Mapping}[object, object]", value).items()}}
        ''',
        Mapping=name_from("collections.abc", "Mapping"),
        cast=name_from("typing", "cast"),
    )


def _pieces() -> Code:
    return code(
        """
        def _pieces(value: object, explode: bool) -> list[str]:
            if isinstance(value, {Mapping}):
                entries = {cast}("{Mapping}[object, object]", value).items()
                if explode:
                    return [f"{{key}}={{_scalar(item)}}" for key, item in entries]
                return [part for key, item in entries for part in (str(key), _scalar(item))]
            if isinstance(value, {Iterable}) and not isinstance(value, (str, bytes, bytearray)):
                return [_scalar(item) for item in {cast}("{Iterable}[object]", value)]
            return [_scalar(value)]
        """,
        Mapping=name_from("collections.abc", "Mapping"),
        Iterable=name_from("collections.abc", "Iterable"),
        cast=name_from("typing", "cast"),
    )


def _scalar() -> Code:
    return code(
        """
        def _scalar(value: object) -> str:
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, ({date}, {time})):
                return value.isoformat()
            if isinstance(value, (str, int, float)):
                return str(value)
            raise TypeError(f"{{type(value).__name__}} cannot be written inside of a path, a header or a cookie")
        """,
        date=name_from("datetime", "date"),
        time=name_from("datetime", "time"),
    )
