"""Programs as the guides of well-known packages show them, in our words, run against the embedded server."""
