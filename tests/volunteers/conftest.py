"""A small FAQ without a fault, to seed faults into, and the house its checks are run with."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.core import privacy
from bot.faq.entries import Entry
from bot.faq.lint import House
from handlers import preview
from handlers.texts import common

GOOD = Path(__file__).parent / "faq"
TODAY = date(2026, 11, 24)


def house(today: date = TODAY, *, match: bool = False) -> House:
    """As the command makes it; without asking every phrasing, which takes most of the time."""

    def message(entry: Entry) -> str:
        return preview.full_text(common.answer(entry, (), None))

    def private(text: str) -> list[str]:
        return [kind.value for kind in privacy.mask(text).found]

    return House(today, message, private, match=match)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the good FAQ that a test may spoil."""
    return Path(shutil.copytree(GOOD, tmp_path / "faq"))
