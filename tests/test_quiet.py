"""Hours in which people are awake."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.clock import VIETNAM
from bot.core.quiet import after_daytime


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d %H:%M").replace(year=2026, month=11, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("24 10:00", 2, "24 12:00"),
        ("24 19:00", 2, "24 21:00"),
        ("24 20:00", 2, "25 08:00"),
        ("24 21:00", 2, "25 09:00"),
        ("24 23:30", 2, "25 09:00"),
        ("25 03:00", 2, "25 09:00"),
        ("25 07:00", 2, "25 09:00"),
        ("24 10:00", 24, "25 20:00"),
    ],
)
def test_only_daytime_counts(start: str, hours: int, end: str) -> None:
    assert after_daytime(at(start), timedelta(hours=hours), "21:00", "07:00") == at(end)


def test_without_quiet_hours_all_hours_count() -> None:
    assert after_daytime(at("24 20:00"), timedelta(hours=12), "00:00", "00:00") == at("25 08:00")
