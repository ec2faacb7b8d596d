"""Names and places for everything that will be written; no text yet."""
