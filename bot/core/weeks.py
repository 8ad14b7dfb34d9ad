"""Weeks from Monday to Sunday on Vietnam's clocks, numbered as calendars do (ISO 8601). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.clock import VIETNAM

WEEK = timedelta(days=7)
NAME = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Week:
    """The week that begins on `monday`."""

    monday: date

    @property
    def sunday(self) -> date:
        return self.monday + WEEK - timedelta(days=1)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.monday, datetime.min.time(), VIETNAM)

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def name(self) -> str:
        """2026-W48"""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    def plus(self, weeks: int) -> Week:
        return Week(self.monday + weeks * WEEK)


def of(moment: datetime) -> Week:
    """The week in which *moment* lies in Vietnam."""
    day = moment.astimezone(VIETNAM).date()
    return Week(day - timedelta(days=day.weekday()))


def around(moment: datetime, before: int, after: int) -> tuple[Week, ...]:
    """The week of *moment* with so many before it and after it, in order."""
    now = of(moment)
    return tuple(now.plus(n) for n in range(-before, after + 1))
