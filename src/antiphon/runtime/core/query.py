"""Query strings: how lists and nested values are spelled, and how parts of a query are merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import quote_plus, unquote_plus, urlencode, urlsplit, urlunsplit

from .kinds import is_bytes, is_iterable, is_mapping
from .scalars import scalar_text
from .sentinels import NotGiven, Omit

__all__ = ["ArrayFormat", "NestedFormat", "QueryStyle", "encode_pairs", "query_pairs", "with_query"]

ArrayFormat: TypeAlias = Literal["repeat", "comma", "brackets", "indices", "space", "pipe"]
"""`a=1&a=2`, `a=1,2`, `a[]=1&a[]=2`, `a[0]=1&a[1]=2`, `a=1 2`, `a=1|2`."""

NestedFormat: TypeAlias = Literal["brackets", "dots"]
"""`a[b]=c` or `a.b=c`."""

_JOINED: Final[dict[str, str]] = {"comma": ",", "space": " ", "pipe": "|"}


@dataclass(frozen=True, slots=True)
class QueryStyle:
    """How lists and nested objects are written into a query string.

    `arrays` is one of `repeat`, `comma`, `brackets`, `indices`, `space`, `pipe`; `nested` is `brackets` or `dots`.
    Raises NotImplementedError for any other format.
    """

    arrays: ArrayFormat = "brackets"
    nested: NestedFormat = "brackets"

    def __post_init__(self) -> None:
        if self.arrays not in get_args(ArrayFormat):
            known = ", ".join(get_args(ArrayFormat))
            raise NotImplementedError(f"unknown array format {self.arrays!r}; choose one of {known}")
        if self.nested not in get_args(NestedFormat):
            raise NotImplementedError(f"unknown nested format {self.nested!r}; choose brackets or dots")

    def stringify(self, params: Mapping[str, object]) -> str:
        """The query string for `params`, percent-encoded as `application/x-www-form-urlencoded`."""
        return encode_pairs(query_pairs(params, self))


def query_pairs(
    params: Mapping[str, object], style: QueryStyle, styles: Mapping[str, QueryStyle] | None = None
) -> list[tuple[str, str]]:
    """Name and text of every query entry, in the order of the parameters.

    None, `omit` and not-given values are left out; empty text is sent. `styles` overrides `style` for single
    parameters. Raises TypeError for a value that has no query form.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  callers are not all type-checked
            raise TypeError(f"the name of a query parameter must be text, not {type(name).__name__}")
        _append(pairs, name, value, style if styles is None else styles.get(name, style))
    return pairs


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """The pairs as `application/x-www-form-urlencoded`. Raises ValueError for text that is not Unicode."""
    try:
        return urlencode(list(pairs), quote_via=quote_plus)
    except UnicodeEncodeError:
        raise ValueError("a query or form entry is not Unicode text (it holds half a surrogate pair)") from None


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """`url` with `pairs` in its query; entries of the same name that the URL already had give way, others stay."""
    added = list(pairs)
    if not added:
        return url
    if "?" not in url and "#" not in url:
        return f"{url}?{encode_pairs(added)}"
    parts = urlsplit(url)
    names = {name for name, _ in added}
    # What stays is not decoded and encoded again: it may be no UTF-8, or signed as it is.
    kept = [entry for entry in parts.query.split("&") if entry and unquote_plus(entry.partition("=")[0]) not in names]
    return urlunsplit(parts._replace(query="&".join([*kept, encode_pairs(added)])))


def _append(pairs: list[tuple[str, str]], key: str, value: object, style: QueryStyle) -> None:
    if value is None or isinstance(value, (Omit, NotGiven)):
        return
    text = scalar_text(value)
    if text is not None:
        pairs.append((key, text))
        return
    if is_mapping(value):
        for name, inner in value.items():
            nested = f"{key}.{name}" if style.nested == "dots" else f"{key}[{name}]"
            _append(pairs, nested, inner, style)
        return
    if is_iterable(value) and not is_bytes(value):
        _append_list(pairs, key, list(value), style)
        return
    raise TypeError(f"query parameter {key!r} cannot hold {type(value).__name__}")


def _append_list(pairs: list[tuple[str, str]], key: str, items: list[object], style: QueryStyle) -> None:
    separator = _JOINED.get(style.arrays)
    if separator is not None:
        texts = [_item_text(key, item) for item in items if item is not None and not isinstance(item, (Omit, NotGiven))]
        if texts:
            pairs.append((key, separator.join(texts)))
        return
    for index, item in enumerate(items):
        if style.arrays == "repeat":
            _append(pairs, key, item, style)
        elif style.arrays == "brackets":
            _append(pairs, f"{key}[]", item, style)
        else:
            _append(pairs, f"{key}[{index}]", item, style)


def _item_text(key: str, item: object) -> str:
    text = scalar_text(item)
    if text is None:
        raise TypeError(
            f"query parameter {key!r} is joined into one value, so its items cannot be {type(item).__name__}"
        )
    return text
