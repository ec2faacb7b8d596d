"""The sync text of async Python: `async` and `await` dropped, names changed, every other character kept.

Tokens, not a syntax tree: comments and blank lines survive, and the result depends on no interpreter version.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Mapping
from typing import Final

__all__ = ["NAMES", "mirror", "sync_name"]

NAMES: Final[Mapping[str, str]] = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "StopAsyncIteration": "StopIteration",
    "aclose": "close",
    "anext": "next",
    "aiter": "iter",
    "astream_events": "stream_events",
    "acompletion": "completion",
    "aresponses": "responses",
    "aembedding": "embedding",
    "aclose_all": "close_all",
    "AsyncGenerator": "Generator",
}
"""The names that no rule covers. At most 15; one that nothing uses is an error."""

_DROPPED: Final = frozenset({"async", "await"})
_WORDS: Final = frozenset({tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)})
_PAGE: Final = re.compile(r"Async([A-Z]\w*)?Page")


def mirror(
    source: str, used: set[str] | None = None, names: Mapping[str, str] = NAMES, *, only_names: bool = False
) -> str:
    """The sync text of an async module. The table rows that applied are added to `used`.

    With `only_names` nothing but the names of the table changes, and strings stay as they are: for generated code,
    whose strings and types are an API's own and may be called anything.
    """
    applied = used if used is not None else set[str]()

    def rename(name: str) -> str:
        if not only_names:
            return sync_name(name, applied, names)
        if name in names:
            applied.add(name)
        return names.get(name, name)

    starts = [0]
    for line in io.StringIO(source, newline=""):
        starts.append(starts[-1] + len(line))
    out: list[str] = []
    at = 0  # how much of `source` has been copied
    for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline):
        begin = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        if token.type in _WORDS:  # names in docstrings, __all__, comments and, from 3.12 on, f-strings
            words = (
                source[begin:end] if only_names else re.sub(r"\w+", lambda match: rename(match[0]), source[begin:end])
            )
            out.append(source[at:begin] + words)
            at = end
        elif token.type != tokenize.NAME:
            continue
        elif token.string in _DROPPED:
            out.append(source[at:begin])
            at = end + (source[end : end + 1] == " ")
        else:
            out.append(source[at:begin] + rename(token.string))
            at = end
    out.append(source[at:])
    return "".join(out)


def sync_name(name: str, used: set[str] | None = None, names: Mapping[str, str] = NAMES) -> str:
    """The sync partner of a name.

    `AsyncClient` is `Client`, `_AsyncX` is `_X`, `async_sleep` is `sleep`. Page classes keep a prefix, as users of
    OpenAI-style SDKs know them: `AsyncCursorPage` is `SyncCursorPage`.
    """
    if name in names:
        if used is not None:
            used.add(name)
        return names[name]
    if _PAGE.fullmatch(name):
        return "Sync" + name[len("Async") :]
    bare = name.lstrip("_")
    lead = name[: len(name) - len(bare)]
    if bare.startswith("Async") and bare[5:6].isupper():
        return lead + bare[5:]
    if bare.startswith("async_") and bare[6:7].isalpha():
        return lead + bare[6:]
    return name
