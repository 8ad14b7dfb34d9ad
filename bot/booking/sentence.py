"""When and for whom somebody wants to come, as they say it in a sentence: "sáng thứ năm", "ngày 5", "9h30",
"cho con 7 tuổi".

A small grammar over words without marks (`plain`); each pattern is short and anchored at a word, so that the
time grows with the text's length alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

MOST_LETTERS = 400  # of a sentence; what is behind them is not looked at
WEEKDAYS = {
    "hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5,
}  # fmt: skip
_WEEKDAY = re.compile(
    r"\b(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|t([2-7])|(chu nhat|cn))\b(?: (tuan sau|tuan toi))?"
)
_DATE = re.compile(r"\b(?:ngay )?(\d{1,2})/(\d{1,2})(?:/(\d{4}))?\b")
_MONTH = re.compile(r"\bngay (\d{1,2}) thang (\d{1,2})\b")
_DAY = re.compile(r"\b(?:ngay|mung|mong) (\d{1,2})\b")
_NEAR = re.compile(
    r"\b(?:(hom nay|bua nay|nay di)|(ngay mai|sang mai|trua mai|chieu mai|mai)|(ngay mot|mot|ngay kia)"
    r"|(cuoi tuan(?: nay)?)|(tuan sau|tuan toi))\b"
)
_PART = re.compile(r"\b(?:buoi )?(sang|chieu|trua)\b(?! (?:tac|kien|lap))")
_HOUR = re.compile(r"\b(\d{1,2}) ?(?:h|g|gio) ?(\d{2}|ruoi)?\b")
_AGE = re.compile(r"\b(\d{1,2}) ?(?:tuoi|t)\b")
_MONTHS_OLD = re.compile(r"\b(?:\d{1,2} thang tuoi|so sinh|moi sinh|moi de)\b")
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sentence says of a visit; None where it says nothing. `morning`: before noon or after it.
    `age` is in years, of whom the visit is for."""

    day: date | None = None
    morning: bool | None = None
    hour: time | None = None
    age: int | None = None

    def fits(self, at: time) -> bool:
        """Whether an hour is within the wanted part of the day."""
        return self.morning is None or self.morning == (at < NOON)


def read(plain: str, today: date) -> Wanted:
    """What *plain* (lower case, no marks) says, seen from *today*. Days that were are taken as the next ones."""
    text = plain[:MOST_LETTERS]
    hour = _hour(text)
    return Wanted(_day(text, today), _morning(text, hour), hour, _age(text))


def _day(text: str, today: date) -> date | None:
    looks: tuple[Callable[[str, date], date | None], ...] = (
        _by_date,
        _by_weekday,
        _by_near,
        _by_day,
    )
    return next((day for look in looks if (day := look(text, today))), None)


def _by_date(text: str, today: date) -> date | None:
    found = _DATE.search(text) or _MONTH.search(text)
    if not found:
        return None
    day, month, *year = found.groups()
    if year and year[0]:
        return _made(int(year[0]), int(month), int(day))
    this = _made(today.year, int(month), int(day))
    return this if this and this >= today else _made(today.year + 1, int(month), int(day))


def _by_weekday(text: str, today: date) -> date | None:
    found = _WEEKDAY.search(text)
    if not found:
        return None
    weekday = 6 if found[3] else WEEKDAYS[found[1] or found[2]]
    if found[4]:
        return _monday_after(today) + timedelta(days=weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _by_near(text: str, today: date) -> date | None:
    found = _NEAR.search(text)
    if not found:
        return None
    if found[4]:
        return today + timedelta(days=(5 - today.weekday()) % 7)
    if found[5]:
        return _monday_after(today)
    return today + timedelta(days=0 if found[1] else 1 if found[2] else 2)


def _by_day(text: str, today: date) -> date | None:
    found = _DAY.search(text)
    if not found:
        return None
    day = int(found[1])
    for ahead in range(62):
        one = today + timedelta(days=ahead)
        if one.day == day:
            return one
    return None


def _monday_after(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour(text: str) -> time | None:
    found = _HOUR.search(text)
    if not found:
        return None
    hour, minute = int(found[1]), 30 if found[2] == "ruoi" else int(found[2] or 0)
    if re.search(r"\b(?:chieu|toi)\b", text) and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _morning(text: str, hour: time | None) -> bool | None:
    found = _PART.search(text)
    if found:
        return found[1] == "sang"
    return hour < NOON if hour else None


def _age(text: str) -> int | None:
    if _MONTHS_OLD.search(text):
        return 0
    found = _AGE.search(text)
    return int(found[1]) if found else None
