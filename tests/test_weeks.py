"""Weeks of the calendar on Vietnam's clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.core import weeks
from bot.core.weeks import Week


@pytest.mark.parametrize(
    ("moment", "monday", "name"),
    [
        (datetime(2026, 11, 22, 16, 59, tzinfo=UTC), date(2026, 11, 16), "2026-W47"),
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 23), "2026-W48"),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2026, 12, 28), "2026-W53"),
        (datetime(2027, 1, 3, 17, 0, tzinfo=UTC), date(2027, 1, 4), "2027-W01"),
    ],
)
def test_a_week_begins_on_monday_at_midnight_in_vietnam(
    moment: datetime, monday: date, name: str
) -> None:
    week = weeks.of(moment)
    assert (week.monday, week.name) == (monday, name)
    assert week.start <= moment < week.plus(1).start


def test_weeks_around_a_moment_follow_each_other() -> None:
    found = weeks.around(datetime(2027, 1, 1, tzinfo=UTC), 1, 1)
    assert [week.number for week in found] == [52, 53, 1]
    assert found[1] == Week(date(2026, 12, 28))
    assert found[1].sunday == date(2027, 1, 3)
