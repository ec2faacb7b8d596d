"""Provider-prefixed functions."""
