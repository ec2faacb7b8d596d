"""The drivers of the high-level layer."""
