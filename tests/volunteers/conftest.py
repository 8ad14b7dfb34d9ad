"""A small FAQ without a fault, to seed faults into."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

GOOD = Path(__file__).parent / "faq"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the good FAQ that a test may spoil."""
    return Path(shutil.copytree(GOOD, tmp_path / "faq"))
