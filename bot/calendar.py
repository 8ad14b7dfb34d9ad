"""Opening hours -> places that can be booked. Pure and deterministic: the same rules give the same
places with the same ids, whenever they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, ConfigDict, Field, model_validator

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")  # no summer time
DAYS = {"T2": 0, "T3": 1, "T4": 2, "T5": 3, "T6": 4, "T7": 5, "CN": 6}
# "T2-T6 07:30-11:30, 13:00-17:00; T7 07:30-11:30"
RULE = re.compile(r"(T[2-7]|CN)(?:\s*-\s*(T[2-7]|CN))?\s+(.+)", re.IGNORECASE)
SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Pool: TypeAlias = Literal["all", "priority"]
Spans: TypeAlias = tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a day, on Vietnam's clocks."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Slot:
    """Places at one office from one time to another. `pool` "priority": for the elderly and the
    disabled (Luật Người cao tuổi 2009, Luật Người khuyết tật 2010)."""

    id: str
    office: str
    day: date
    starts_at: datetime
    ends_at: datetime
    pool: Pool
    capacity: int


class Hours(BaseModel):
    """When an office works and how many people it serves.

    `capacity` people in each slot of `slot_minutes`; of these `priority` are kept for the elderly
    and disabled, and `walk_in` for those who come without a booking. `closed` days have no places;
    `extra` gives a day other hours than its weekday's, also on a holiday or on a closed weekday.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekly: str = ""
    capacity: Annotated[int, Field(ge=1, le=500)] = 6
    priority: Annotated[int, Field(ge=0, le=500)] = 0
    walk_in: Annotated[int, Field(ge=0, le=500)] = 0
    slot_minutes: Annotated[int, Field(ge=5, le=240)] = 60
    holidays: bool = True  # closed on public holidays
    closed: tuple[date, ...] = ()
    extra: Mapping[date, str] = {}

    @model_validator(mode="after")
    def _makes_sense(self) -> Hours:
        parse_week(self.weekly)
        for text in self.extra.values():
            parse_spans(text)
        if self.priority + self.walk_in > self.capacity:
            raise ValueError("priority cộng walk_in lớn hơn capacity")
        return self


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
        span = Span(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])))
    except ValueError as error:
        raise ValueError(f"khoảng giờ {text!r}: giờ từ 00:00 đến 23:59") from error
    if span.end <= span.start:
        raise ValueError(f"khoảng giờ {text!r}: giờ kết thúc phải sau giờ bắt đầu")
    return span


def slots(office: str, hours: Hours, first: date, last: date) -> Iterator[Slot]:
    """The places of *office* from *first* to *last*, both included, in order."""
    week = parse_week(hours.weekly)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for span in _spans_of(day, hours, week):
            yield from _in_span(office, hours, day, span)


def _spans_of(day: date, hours: Hours, week: Mapping[int, Spans]) -> Spans:
    if day in hours.extra:
        return parse_spans(hours.extra[day])
    if day in hours.closed or (hours.holidays and is_holiday(day)):
        return ()
    return week.get(day.weekday(), ())


def _in_span(office: str, hours: Hours, day: date, span: Span) -> Iterator[Slot]:
    """As many whole slots as fit."""
    step = timedelta(minutes=hours.slot_minutes)
    at = datetime.combine(day, span.start, VIETNAM)
    end = datetime.combine(day, span.end, VIETNAM)
    general = hours.capacity - hours.priority - hours.walk_in
    pools: Sequence[tuple[Pool, int]] = (("all", general), ("priority", hours.priority))
    while at + step <= end:
        for pool, capacity in pools:
            if capacity:
                id_ = slot_id(office, at, pool)
                yield Slot(id_, office, day, at, at + step, pool, capacity)
        at += step


def slot_id(office: str, start: datetime, pool: Pool = "all") -> str:
    """Office and time on Vietnam's clocks: short enough for a button."""
    suffix = "p" if pool == "priority" else ""
    return f"{office}.{start.astimezone(VIETNAM):%y%m%d%H%M}{suffix}"


def is_holiday(day: date) -> bool:
    """Whether *day* is a public holiday (Điều 112 Bộ luật Lao động 2019), Tết included."""
    return day in _holidays(day.year)


@lru_cache(maxsize=8)
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)
