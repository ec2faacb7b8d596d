"""What proves who calls at providers that want more than a key. What does the work is loaded when it is needed."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.credentials import KeyFunction, Signer

__all__ = ["of_aws", "of_entra", "of_google"]


def of_aws(environment: Mapping[str, str]) -> Signer:
    """Credentials of AWS, which sign each request."""
    from ..identities.aws import aws_credentials_of

    return aws_credentials_of(environment)


def of_google(environment: Mapping[str, str]) -> KeyFunction:
    """Tokens of Google Cloud."""
    from ..identities.google import google_credentials_of

    return google_credentials_of(environment)


def of_entra(environment: Mapping[str, str]) -> KeyFunction | None:
    """Tokens of Microsoft Entra ID; None where azure-identity is not installed."""
    from ..identities.entra import entra_credentials_of

    return entra_credentials_of(environment)
