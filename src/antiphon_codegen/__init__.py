"""The generator: an OpenAPI document in, an SDK out. It imports nothing of `antiphon`."""

from typing import Final

GENERATOR_VERSION: Final = "1"
"""Changes when the same document gives other files."""
