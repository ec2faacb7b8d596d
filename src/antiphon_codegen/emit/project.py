"""What makes a folder with a package in it a project: metadata, a README, the document."""

from __future__ import annotations

from pathlib import Path

from ..plan.model import Plan

__all__ = ["project_files"]


def project_files(plan: Plan, document: Path) -> dict[str, str]:
    return {}
