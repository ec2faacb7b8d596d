"""Functions that a model answers."""
