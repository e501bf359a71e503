"""Finds the shared material beside the project; tests that need it skip where it is not there."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """Return a path of the shared material, or skip the calling test and say what is missing."""
    found = ROOT / path
    if not found.exists():
        pytest.skip(f"needs shared/{path}, which is not here")
    return found
