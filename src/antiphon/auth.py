"""Proving who calls without a key: identities of the platform a program runs on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .lib._async.workload import AsyncWorkloadIdentityAuth as AsyncWorkloadIdentityAuth
    from .lib._sync.workload import WorkloadIdentityAuth as WorkloadIdentityAuth
    from .lib.core.workload import OAuthError as OAuthError
    from .lib.core.workload import SubjectTokenProvider as SubjectTokenProvider
    from .lib.core.workload import SubjectTokenProviderError as SubjectTokenProviderError
    from .lib.core.workload import SubjectTokenWorkloadIdentity as SubjectTokenWorkloadIdentity
    from .lib.core.workload import WorkloadIdentity as WorkloadIdentity
    from .lib.core.workload import X509WorkloadIdentity as X509WorkloadIdentity
    from .lib.core.workload import x509_workload_identity as x509_workload_identity
    from .lib.platform_tokens import azure_managed_identity_token_provider as azure_managed_identity_token_provider
    from .lib.platform_tokens import gcp_id_token_provider as gcp_id_token_provider
    from .lib.platform_tokens import k8s_service_account_token_provider as k8s_service_account_token_provider
else:
    from .runtime.lazy import attach

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "antiphon.lib._async.workload": "AsyncWorkloadIdentityAuth",
            "antiphon.lib._sync.workload": "WorkloadIdentityAuth",
            "antiphon.lib.core.workload": (
                "OAuthError SubjectTokenProvider SubjectTokenProviderError SubjectTokenWorkloadIdentity "
                "WorkloadIdentity X509WorkloadIdentity x509_workload_identity "
            ),
            "antiphon.lib.platform_tokens": (
                "azure_managed_identity_token_provider gcp_id_token_provider k8s_service_account_token_provider "
            ),
        },
    )
