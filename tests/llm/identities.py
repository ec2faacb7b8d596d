"""What tests of identities need: AWS's signature computed by hand, a server of tokens, variables of the environment."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from ..runtime.transports.servers import Peer, RawServer
from .local import whole

__all__ = [
    "NOBODY",
    "REGION",
    "SECRET",
    "Tokens",
    "google_account",
    "refreshable",
    "service_account",
    "signature_is_right",
]

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "eu-west-1"

NOBODY = {
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""An environment in which AWS's chain of credentials finds nothing, and asks nobody."""


def signature_is_right(request: bytes, service: str = "bedrock-mantle", secret: str = SECRET) -> bool:
    """Whether a request is signed as AWS describes it (Signature Version 4), computed from its bytes alone."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    fields = {
        name.strip().lower(): " ".join(value.split()) for name, _, value in (line.partition(":") for line in lines)
    }
    kind, _, rest = fields["authorization"].partition(" ")
    said = dict(part.strip().split("=", 1) for part in rest.split(","))
    names = said["SignedHeaders"].split(";")
    _, date, region, named, ending = said["Credential"].split("/")
    url = urlsplit(target)
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(url.query, keep_blank_values=True))
    )
    digest = hashlib.sha256(body).hexdigest()
    held = "".join(f"{name}:{fields[name]}\n" for name in names)
    canonical = "\n".join([method, quote(url.path, safe="/-_.~"), query, held, ";".join(names), digest])
    scope = f"{date}/{region}/{named}/{ending}"
    text = "\n".join([kind, fields["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (date, region, named, ending, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return (
        kind == "AWS4-HMAC-SHA256"
        and (region, named, ending) == (REGION, service, "aws4_request")
        and {"host", "content-type", "x-amz-date", "x-amz-content-sha256"} <= set(names)
        and ("x-amz-security-token" in fields) == ("x-amz-security-token" in names)
        and fields["x-amz-content-sha256"] == digest
        and fields["x-amz-date"].startswith(date)
        and hmac.compare_digest(key.hex(), said["Signature"])
    )


class Tokens(RawServer):
    """Gives a new token to each who asks for one at `/token`: `token-1`, `token-2`."""

    def __init__(self, before: Callable[[], object] = lambda: None, seconds: int = 3600) -> None:
        self.given = 0
        self._before = before
        self._seconds = seconds
        super().__init__(self._answer)

    def _answer(self, peer: Peer) -> None:
        while peer.request():
            self._before()
            self.given += 1
            token = {"access_token": f"token-{self.given}", "expires_in": self._seconds, "token_type": "Bearer"}
            peer.send(whole(token))


def service_account(folder: Path, token_uri: str) -> Path:
    """The file of a service account of Google Cloud, whose tokens are those of a server."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account = {
        "type": "service_account",
        "project_id": "p-1",
        "private_key_id": "k",
        "private_key": pem.decode(),
        "client_email": "me@p-1.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": token_uri,
    }
    path = folder / "account.json"
    path.write_text(json.dumps(account))
    return path


def google_account(folder: Path, token_uri: str) -> Any:
    """The same as credentials of google-auth."""
    kinds: Any = import_module("google.oauth2.service_account")
    return kinds.Credentials.from_service_account_file(str(service_account(folder, token_uri)))


def refreshable(fetch: Callable[[], dict[str, str]]) -> Any:
    """Credentials of botocore that are fetched anew before they end."""
    kinds: Any = import_module("botocore.credentials")
    return kinds.RefreshableCredentials.create_from_metadata(fetch(), refresh_using=fetch, method="test")
