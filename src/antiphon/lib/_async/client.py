"""What the client does with options that are more than text: where the API is, and who calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...runtime import AsyncAPIClient, AsyncCredential, SDKError

__all__ = ["AsyncClientOptions"]


class AsyncClientOptions(AsyncAPIClient):
    """Takes `workload_identity` in place of a key, and `data_residency` in place of an address."""

    api_key: AsyncCredential | None
    workload_identity: Any
    data_residency: Any

    def _settle(self, given: Mapping[str, object]) -> None:
        super()._settle(given)
        if given.get("data_residency") is not None and given.get("websocket_base_url") is not None:
            raise ValueError("data_residency and websocket_base_url are mutually exclusive: each says where the API is")
        if given.get("workload_identity") is None:
            return
        from .workload import AsyncWorkloadIdentityAuth

        key = given.get("api_key")
        if isinstance(key, AsyncWorkloadIdentityAuth):  # a copy of a client that has one
            self.api_key = key.shared_with(self)
        elif key is not None:
            raise SDKError("api_key and workload_identity are mutually exclusive: each says who calls")
        else:
            self.api_key = AsyncWorkloadIdentityAuth(workload_identity=self.workload_identity, client=self)

    async def _refresh_api_key(self) -> str:
        """The key to use now, asked for where a function gives it. Libraries that connect by themselves call this."""
        key = self.api_key
        return (await self._asked({"api_key": key}))["api_key"] if callable(key) else key or ""

    @property
    def _api_key_provider(self) -> object:
        """The function that gives the key; libraries ask whether there is one."""
        return self.api_key if callable(self.api_key) else None

    def _server(self, base_url: str | None) -> str | None:
        if self.data_residency is not None:
            from ..core.servers import residency_url

            return residency_url(self.data_residency, base_url)
        if base_url is None and self.workload_identity is not None:
            from ..core.workload import MTLS_BASE_URL, is_x509

            if is_x509(self.workload_identity):
                return MTLS_BASE_URL
        return super()._server(base_url)

    def _changed(self, given: Mapping[str, object]) -> dict[str, Any]:
        arguments = super()._changed(given)
        if "workload_identity" in given and "api_key" not in given:
            arguments["api_key"] = None
        elif "api_key" in given and "workload_identity" not in given:
            arguments["workload_identity"] = None
        if "data_residency" in given and "base_url" not in given:
            arguments["base_url"] = None
            if "websocket_base_url" not in given:
                arguments["websocket_base_url"] = None  # it leads to where the API was
        elif "data_residency" not in given:
            arguments["data_residency"] = None  # the address says it already
        return arguments

    def __reduce__(self) -> tuple[Any, ...]:
        rebuilt, (cls, arguments) = super().__reduce__()
        if arguments.get("workload_identity") is not None:
            arguments["api_key"] = None  # a token does not travel
        if "data_residency" in arguments:
            arguments["data_residency"] = None  # the address says it already
        return rebuilt, (cls, arguments)
