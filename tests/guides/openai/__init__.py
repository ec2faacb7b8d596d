"""The async client of the SDK."""
