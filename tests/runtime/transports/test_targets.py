"""Where URLs lead, against what httpx makes of them."""

from __future__ import annotations

import httpx
import pytest

from antiphon.runtime.core.transport import TransportError
from antiphon.runtime.transports.targets import target_of

URLS = [
    "https://api.test/v1/chat/completions",
    "http://api.test/v1",
    "http://api.test",
    "http://api.test/",
    "https://api.test:443/x",
    "http://api.test:80/x",
    "https://api.test:8443/x",
    "http://127.0.0.1:8000/v1/x",
    "http://[::1]:8000/v1/x",
    "http://[::1]/v1/x",
    "https://[2001:db8::1]/",
    "http://localhost:1/",
    "http://a_b.test/x",
    "http://a-b.test./x",
    "https://api.test/v1/x?limit=100&after=job_1",
    "https://api.test/v1/x?",
    "https://api.test?a=b",
    "https://api.test/v1/x?a[]=1&b=%5B%5D",
    "https://api.test/v1/x?a='b'",
    "https://api.test/v1/x?a=é&b=c d",
    "https://api.test/v1/x?a=b?c=d",
    "https://api.test/a%2Fb/c%20d",
    "https://api.test/a/../b",
    "https://api.test/./b",
    "https://api.test/.b/c",
    "https://api.test/é/ü",
    'https://api.test/a"b<c>',
    "https://api.test/models/ft:gpt-4o:org::abc",
    "https://api.test/x;y=z,w!$&'()*+",
    "https://user:secret@api.test/x",
    "https://API.Test/x",
    "HTTPS://api.test/x",
    "https://bücher.test/x",
    "https://xn--bcher-kva.test/x",
    "https://api.test/x#fragment",
    "https://api.test//x",
    "https://api.test/x//y/",
]


@pytest.mark.parametrize("url", URLS)
def test_a_url_leads_where_httpx_says(url: str) -> None:
    wanted = httpx.URL(url)
    target = target_of(url)
    port = wanted.port or {"http": 80, "https": 443}[wanted.scheme]
    assert target.origin == (wanted.scheme, wanted.raw_host.decode(), port)
    assert target.host == wanted.netloc.decode()
    assert target.path == wanted.raw_path.decode()
    assert "secret" not in repr(target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.test/x",
        "/x",
        "ftp://api.test/x",
        "https://",
        "https:///x",
        "https://api.test:99999/x",
        "https://api.test:0/x",
        "https://a:b/x",
        "https://api.test:0x1/",
        "https://api.test/\0",
    ],
)
def test_what_leads_nowhere(url: str) -> None:
    with pytest.raises(TransportError, match="the URL is not usable"):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "host", "shown"),
    [
        ("http://[fe80::1%25eth0]:8000/v1", "fe80::1%eth0", "[fe80::1]:8000"),
        ("http://[fe80::1%eth0]/v1", "fe80::1%eth0", "[fe80::1]"),
        ("http://[fe80::1%2]/v1", "fe80::1%2", "[fe80::1]"),
    ],
)
def test_zones_of_addresses_are_for_this_machine(url: str, host: str, shown: str) -> None:
    target = target_of(url)
    assert (target.origin.host, target.host) == (host, shown)
