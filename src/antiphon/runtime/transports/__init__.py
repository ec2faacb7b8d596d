"""Adapters between the core's `Request` and HTTP libraries. Each module knows one library and no API."""
