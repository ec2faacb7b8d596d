"""`Link` headers: where they say the next page is, and when they say nothing about pages."""

from __future__ import annotations

import pytest

from antiphon.runtime.core.links import next_link

LINKS: dict[str, tuple[list[str], str | None]] = {
    "none": ([], None),
    "empty": ([""], None),
    "as GitHub has them": (
        ['<https://a.b/x?page=1>; rel="prev", <https://a.b/x?page=3>; rel="next", <https://a.b/x?page=9>; rel="last"'],
        "https://a.b/x?page=3",
    ),
    "the last page": (['<https://a.b/x?page=1>; rel="first", <https://a.b/x?page=8>; rel="prev"'], ""),
    "without quotes": (["<?page=2>;rel=next"], "?page=2"),
    "several relations": (['<?page=2>; rel="last next"'], "?page=2"),
    "capitals": (['<?page=2>; REL="Next"'], "?page=2"),
    "spaces": (['  < ?page=2 > ;  rel  =  "next"  '], "?page=2"),
    "several fields": (['<?page=1>; rel="prev"', '<?page=3>; rel="next"'], "?page=3"),
    "commas and semicolons in places": (['<?a=1,2;3>; rel="next"'], "?a=1,2;3"),
    "commas and links in texts": (
        ['<?page=1>; title="a, <b>; rel=\\"next\\""; rel="prev", <?page=2>; rel=next'],
        "?page=2",
    ),
    "the first of two relations counts": (['<?page=2>; rel="prev"; rel="next"'], ""),
    "other parameters": (['<?page=2>; title="x"; rel="next"; type=a/b'], "?page=2"),
    "parameters without a value": (["<?page=2>; crossorigin; rel=next"], "?page=2"),
    "nothing about pages": (['</style.css>; rel="preload"; as=style, <https://a.b>; rel="help"'], None),
    "from elsewhere": (['<?page=2>; rel="next"; anchor="#part"'], None),
    "nowhere": (['<>; rel="next"'], ""),
    "what is no link": (["?page=2; rel=next", "<?page=2", ">;<;rel=next"], None),
    "a word that begins like it": (['<?page=2>; rel="next-archive"'], None),
}


@pytest.mark.parametrize(("fields", "expected"), LINKS.values(), ids=LINKS.keys())
def test_where_the_next_page_is(fields: list[str], expected: str | None) -> None:
    assert next_link(fields) == expected


@pytest.mark.parametrize("text", ["<" * 60_000, "<a>;" * 20_000, "<a>; x=" + '"' * 60_000, "<a>" + " " * 60_000 + ";"])
def test_hostile_fields_end(text: str) -> None:
    assert next_link([text]) is None
