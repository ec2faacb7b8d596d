"""Behaviour written by hand on top of the generated resources; the resources inherit it, as sdk.yml says."""
