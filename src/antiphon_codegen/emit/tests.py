"""Tests of the generated SDK: each method in each colour, against the embedded server."""

from __future__ import annotations

from ..plan.model import Plan
from ..python.source import Code

__all__ = ["test_files"]


def test_files(plan: Plan, header: Code, document: str) -> dict[str, str]:
    return {}
