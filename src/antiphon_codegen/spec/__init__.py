"""The document as typed OpenAPI objects: what it says, before anything is made of it."""
