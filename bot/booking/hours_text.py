"""Opening hours as people write them: "T2-T6 07:30-11:30, 13:00-17:00 x 4; T7 07:30-11:30"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

DAYS = {"T2": 0, "T3": 1, "T4": 2, "T5": 3, "T6": 4, "T7": 5, "CN": 6}
# "T2-T6 07:30-11:30, 13:00-17:00 x 4; T7 07:30-11:30"
RULE = re.compile(r"(T[2-7]|CN)(?:\s*-\s*(T[2-7]|CN))?\s++(.+)", re.IGNORECASE)
SPAN = re.compile(
    r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})(?:\s*[x×]\s*(\d{1,3}))?", re.IGNORECASE
)
RANGE = re.compile(r"(\d{4}-\d\d-\d\d)\s*\.\.\s*(\d{4}-\d\d-\d\d)")  # "2027-03-01..2027-03-05"
LONGEST_CLOSURE = 400  # days; a longer one is a slip in a year

Spans: TypeAlias = tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a day, on Vietnam's clocks; `capacity` when it has a number of people of its own."""

    start: time
    end: time
    capacity: int | None = None

    @property
    def minutes(self) -> int:
        return (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_week(text: str) -> Mapping[int, Spans]:
    """Weekday (Monday 0) -> its hours; raises `ValueError` that says what is wrong."""
    found: dict[int, Spans] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        rule = RULE.fullmatch(part)
        if rule is None:
            raise ValueError(f"giờ làm {part!r}: viết như 'T2-T6 07:30-11:30, 13:00-17:00'")
        first, last = DAYS[rule[1].upper()], DAYS[(rule[2] or rule[1]).upper()]
        if last < first:
            raise ValueError(f"giờ làm {part!r}: ngày sau đứng trước ngày đầu")
        spans = parse_spans(rule[3])
        found |= dict.fromkeys(range(first, last + 1), spans)
    return found


def parse_spans(text: str) -> Spans:
    """ "07:30-11:30, 13:00-17:00" -> spans in order; raises `ValueError`."""
    spans = tuple(_span(part.strip()) for part in text.split(","))
    for before, after in pairwise(spans):
        if after.start < before.end:
            raise ValueError(f"giờ làm {text!r}: hai khoảng giờ chồng nhau")
    return spans


def _span(text: str) -> Span:
    match = SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"khoảng giờ {text!r}: viết như 07:30-11:30")
    try:
        start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    except ValueError as error:
        raise ValueError(f"khoảng giờ {text!r}: giờ từ 00:00 đến 23:59") from error
    if end <= start:
        raise ValueError(f"khoảng giờ {text!r}: giờ kết thúc phải sau giờ bắt đầu")
    return Span(start, end, int(match[5]) if match[5] else None)


def days_between(value: Any) -> Sequence[Any]:
    """The days of "first..last", both included; anything else as it is. Raises `ValueError`."""
    match = RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return [value]
    try:
        first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
    except ValueError as error:
        raise ValueError(f"ngày nghỉ {value!r}: không có ngày này trong lịch") from error
    if not 0 <= (last - first).days <= LONGEST_CLOSURE:
        raise ValueError(f"ngày nghỉ {value!r}: viết ngày đầu..ngày cuối, không quá một năm")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
