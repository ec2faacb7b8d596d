"""Tokens that the platform a program runs on gives it, to be exchanged for one of the API.

Each function gives a provider whose `get_token` reads a file or asks a service of the platform; it may block, which an
async client knows, and calls it in a thread.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from .core.workload import SubjectTokenProvider, SubjectTokenProviderError

__all__ = [
    "azure_managed_identity_token_provider",
    "gcp_id_token_provider",
    "k8s_service_account_token_provider",
]

_KUBERNETES_FILE: Final = "/var/run/secrets/kubernetes.io/serviceaccount/token"
_AZURE_URL: Final = "http://169.254.169.254/metadata/identity/oauth2/token"
_GOOGLE_URL: Final = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"
_MOST: Final = 1024 * 1024


def k8s_service_account_token_provider(token_file_path: str | Path = _KUBERNETES_FILE) -> SubjectTokenProvider:
    """Reads the token of the pod's service account from the file that Kubernetes keeps up to date."""

    def get_token() -> str:
        try:
            token = Path(token_file_path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SubjectTokenProviderError(f"the token file {token_file_path} cannot be read: {error}") from error
        if not token:
            raise SubjectTokenProviderError(f"the token file {token_file_path} is empty")
        return token

    return {"token_type": "jwt", "get_token": get_token}


def azure_managed_identity_token_provider(
    resource: str = "https://management.azure.com/",
    *,
    object_id: str | None = None,
    client_id: str | None = None,
    msi_res_id: str | None = None,
    api_version: str = "2018-02-01",
    timeout: float = 10.0,
    http_client: Any = None,
) -> SubjectTokenProvider:
    """Asks the metadata service of an Azure machine for a token of its managed identity.

    `object_id`, `client_id` or `msi_res_id` say which one, where there are several.
    """
    query = {"api-version": api_version, "resource": resource}
    further = {"object_id": object_id, "client_id": client_id, "msi_res_id": msi_res_id}
    query.update((name, value) for name, value in further.items() if value is not None)

    def get_token() -> str:
        text = _asked(_AZURE_URL, query, {"Metadata": "true"}, timeout, http_client)
        try:
            answer: object = json.loads(text)
        except ValueError:
            answer = None
        token = cast("Mapping[str, object]", answer).get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise SubjectTokenProviderError("the metadata service of Azure answered without an access_token")
        return token

    return {"token_type": "jwt", "get_token": get_token}


def gcp_id_token_provider(
    audience: str = "https://api.openai.com/v1", *, timeout: float = 10.0, http_client: Any = None
) -> SubjectTokenProvider:
    """Asks the metadata service of a Google Cloud machine for an ID token meant for `audience`."""

    def get_token() -> str:
        token = _asked(_GOOGLE_URL, {"audience": audience}, {"Metadata-Flavor": "Google"}, timeout, http_client).strip()
        if not token:
            raise SubjectTokenProviderError("the metadata service of Google Cloud answered without a token")
        return token

    return {"token_type": "id", "get_token": get_token}


def _asked(url: str, query: Mapping[str, str], headers: Mapping[str, str], timeout: float, http_client: Any) -> str:
    """What a metadata service answers. Proxies are not for addresses that only this machine can reach."""
    try:
        if http_client is not None:
            response = http_client.get(url, params=dict(query), headers=dict(headers), timeout=timeout)
            if response.status_code >= 400:
                message = f"the metadata service answered with status {response.status_code}"
                raise SubjectTokenProviderError(message, response=response)
            return str(response.text)
        request = urllib.request.Request(f"{url}?{urllib.parse.urlencode(query)}", headers=dict(headers))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=timeout) as answer:
            return answer.read(_MOST).decode("utf-8", "replace")
    except SubjectTokenProviderError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        raise SubjectTokenProviderError(f"the metadata service answered with status {error.code}") from None
    except Exception as error:
        raise SubjectTokenProviderError(f"the metadata service cannot be asked: {error}") from error
