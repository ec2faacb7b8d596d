"""Who calls, where that is no key: credentials of AWS, of Google Cloud, and of Microsoft Entra ID."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .aws import AWSCredentials as AWSCredentials
    from .entra import EntraCredentials as EntraCredentials
    from .google import GoogleCredentials as GoogleCredentials
else:
    from ...runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {".aws": "AWSCredentials", ".entra": "EntraCredentials", ".google": "GoogleCredentials"},
    )
