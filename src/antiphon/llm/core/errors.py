"""What goes wrong before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from ...runtime.core.auth import CredentialsError
from ...runtime.core.errors import SDKError

__all__ = ["MissingKeyError", "ModelError", "NeedsKeyException", "UnknownProviderError", "UnsupportedParameterError"]


class UnknownProviderError(SDKError, ValueError):
    """No provider has the name that stands before the model."""

    def __init__(self, name: str, near: Sequence[str] = (), *, model: str | None = None) -> None:
        about = f"Provider not supported for model: {model}" if model is not None else f"Unknown provider: {name!r}"
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "antiphon.llm.providers.every() lists them"
        super().__init__(f"{about} ({hint})")
        self.name = name
        self.near = tuple(near)


class ModelError(SDKError):
    """A model cannot be asked."""


class NeedsKeyException(ModelError):
    """There is no key where one is needed."""

    @classmethod
    def for_alias(cls, name: str | None, variable: str | None) -> NeedsKeyException:
        """That of `get_key`."""
        ways = [f"add one using 'antiphon keys set {name}'"] if name else []
        ways += [f"set the {variable} environment variable"] if variable else []
        return cls(f"No key found - {' or '.join(ways) or 'pass one'}")


class MissingKeyError(NeedsKeyException, CredentialsError, RuntimeError):
    """There is no key for a provider that wants one; `variables` are those of the environment that may hold it."""

    def __init__(
        self,
        title: str,
        variables: Sequence[str],
        *,
        name: str | None = None,
        what: str = "a key",
        why: str = "",
        ways: Sequence[str] = ("pass api_key=...",),
    ) -> None:
        names = " or ".join(variables)
        where = why or (f"{names} environment variable not set" if names else f"no {what.removeprefix('a ')} given")
        every = ["set it"] if names and not why else []
        every += [f"add one using 'antiphon keys set {name}'"] if name else []
        super().__init__(f"{where}: {title} needs {what}; {', or '.join([*every, *ways])}")
        self.variables = tuple(variables)


class UnsupportedParameterError(SDKError, ValueError):
    """The provider does not take a parameter, or not with this value."""

    def __init__(self, title: str, parameter: str, why: str = "", *, droppable: bool = False) -> None:
        hint = "; pass drop_params=True to leave it out" if droppable else ""
        super().__init__(f"{title} does not support {parameter}{why}{hint}")
        self.parameter = parameter
