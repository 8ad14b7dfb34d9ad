"""Vietnam's public holidays, by the package `holidays`: Tết by the lunar calendar, days off in lieu,
and days off that a weekend is worked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays


def is_holiday(day: date) -> bool:
    """Whether *day* is a public holiday (Điều 112 Bộ luật Lao động 2019), Tết included, a day off
    in lieu, or a day off that another day is worked for."""
    return day in _holidays(day.year)


def worked_as(day: date) -> date:
    """The day off that *day* is worked for, whose hours it has; any other day itself."""
    return _swapped(day.year).get(day, day)


@lru_cache(maxsize=8)
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)


@lru_cache(maxsize=8)
def _swapped(year: int) -> Mapping[date, date]:
    """A day worked in December may stand for one in January: the next year tells. The day off
    names the day that is worked for it."""
    known = holidays.country_holidays("VN", years=(year, year + 1), language="vi")
    return {
        worked: off
        for worked in known.weekend_workdays
        for off, name in known.items()
        if f"{worked:%d/%m/%Y}" in name
    }
