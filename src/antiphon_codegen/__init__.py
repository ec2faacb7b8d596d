"""The generator: an OpenAPI document in, an SDK out. It imports nothing of `antiphon`."""
