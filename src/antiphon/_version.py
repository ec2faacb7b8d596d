"""The version, as the package index and the `user-agent` header have it."""

__version__ = "0.1.0"
