"""Content codings undone: whole, byte by byte, at random splits; faults told."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib

import pytest

from antiphon.runtime.core.encoding import UndecodableBody, body_decoder, decode_prefix

TEXT = b"".join(b"line %d of a body\n" % number for number in range(2000))


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def splits(data: bytes) -> list[list[bytes]]:
    generator = random.Random(7)
    cuts = [sorted(generator.sample(range(len(data)), min(len(data) - 1, 9))) for _ in range(20)]
    at_random = [[data[a:b] for a, b in zip([0, *cut], [*cut, len(data)], strict=True)] for cut in cuts]
    return [[data], [data[i : i + 1] for i in range(len(data))], *at_random]


def gzipped(data: bytes) -> bytes:
    """Without the time in it, so that tests have the same names in every process."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("coding", "data", "expected"),
    [
        ("gzip", gzipped(TEXT), TEXT),
        ("x-gzip", gzipped(TEXT), TEXT),
        ("GZIP", gzipped(b""), b""),
        ("gzip", gzipped(b"one ") + gzipped(b"two ") + gzipped(TEXT), b"one two " + TEXT),
        ("gzip", gzipped(TEXT) + b"\0" * 300, TEXT),
        ("deflate", zlib.compress(TEXT), TEXT),
        ("deflate", raw_deflate(TEXT), TEXT),
        ("deflate", zlib.compress(b""), b""),
        ("deflate, gzip", gzipped(zlib.compress(TEXT)), TEXT),
        ("identity, gzip,", gzipped(TEXT), TEXT),
    ],
)
def test_decoding(coding: str, data: bytes, expected: bytes) -> None:
    for pieces in splits(data):
        decoder = body_decoder(coding)
        assert decoder is not None
        assert b"".join([*map(decoder.feed, pieces), decoder.finish()]) == expected


@pytest.mark.parametrize("coding", [None, "", "identity", " , identity"])
def test_nothing_to_undo(coding: str | None) -> None:
    assert body_decoder(coding) is None


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br", "gzip, gzip, gzip, gzip, gzip", "\u0130"])
def test_unknown_codings(coding: str) -> None:
    with pytest.raises(UndecodableBody):
        body_decoder(coding)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", b""),
        ("gzip", b"this is not gzip"),
        ("gzip", gzipped(TEXT)[:-1]),
        ("gzip", gzipped(TEXT)[:50]),
        ("gzip", gzipped(TEXT) + b"junk"),
        ("gzip", gzipped(TEXT)[:-8] + b"\0" * 8),
        ("gzip", gzipped(TEXT) + gzipped(TEXT)[:9]),
        ("deflate", b""),
        ("deflate", b"x"),
        ("deflate", zlib.compress(TEXT)[:-1]),
        ("deflate", b"not deflate"),
        ("deflate", zlib.compress(TEXT) + b"junk"),
        ("gzip, gzip", gzipped(gzipped(TEXT)[:-3])),
    ],
)
def test_faults(coding: str, data: bytes) -> None:
    for pieces in splits(data) if data else [[]]:
        decoder = body_decoder(coding)
        assert decoder is not None
        with pytest.raises(UndecodableBody):
            _ = [*map(decoder.feed, pieces), decoder.finish()]


@pytest.mark.parametrize(
    ("coding", "data", "start"),
    [
        (None, TEXT, TEXT[:1000]),
        ("gzip", gzipped(TEXT), TEXT[:1000]),
        ("deflate", zlib.compress(TEXT), TEXT[:1000]),
        ("gzip", gzipped(b"short"), b"short"),
        ("gzip", gzipped(b"short")[:-8], b"short"),
        ("gzip", b"junk", b""),
        ("br", b"junk", b""),
        ("gzip, gzip", b"junk", b""),
    ],
)
def test_the_start_of_an_error_body(coding: str | None, data: bytes, start: bytes) -> None:
    assert decode_prefix(data, coding, 1000) == start


def test_what_comes_before_a_fault_survives_it() -> None:
    noise = random.Random(1).randbytes(200_000)
    broken = gzipped(noise)[:100_000] + b"\xff" * 100_000
    start = decode_prefix(broken, "gzip", 1_000_000)
    assert noise.startswith(start[:80_000])
    assert len(start) > 80_000


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip", "deflate, gzip", "gzip, gzip, gzip, gzip"])
def test_a_bomb_is_refused_before_it_is_in_memory(coding: str) -> None:
    bomb = b"\0" * 20_000_000
    for name in coding.split(", "):
        bomb = gzipped(bomb) if name == "gzip" else zlib.compress(bomb)
    decoder = body_decoder(coding, at_least=1_000_000)
    assert decoder is not None
    tracemalloc.start()
    try:
        with pytest.raises(UndecodableBody, match="more than"):
            decoder.feed(bomb)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_body_that_shrank_a_lot_is_no_bomb() -> None:
    decoder = body_decoder("gzip")
    assert decoder is not None
    data = b"0.0, " * 4_000_000
    assert decoder.feed(gzipped(data)) + decoder.finish() == data
    decoder = body_decoder("gzip", at_least=1000)
    assert decoder is not None
    assert decoder.feed(gzipped(TEXT)) + decoder.finish() == TEXT


def test_very_many_members() -> None:
    decoder = body_decoder("gzip")
    assert decoder is not None
    assert decoder.feed(gzipped(b"a") * 20_000) + decoder.finish() == b"a" * 20_000


def test_the_start_of_a_bomb() -> None:
    bomb = gzipped(b"\0" * 50_000_000)
    assert decode_prefix(bomb, "gzip", 1_000_000) == b"\0" * 1_000_000
