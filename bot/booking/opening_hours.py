"""Opening hours -> places that can be booked. Pure and deterministic: the same rules give the same
places with the same ids, whenever they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.booking.holidays import is_holiday, worked_as
from bot.booking.hours_text import Span, Spans, days_between, parse_spans, parse_week
from bot.core.clock import VIETNAM

Pool: TypeAlias = Literal["all", "priority"]


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

    `capacity` people in each slot of `slot_minutes`, or as many as a span says ("07:30-11:30 x 4");
    of these `priority` are kept for the elderly and disabled, and `walk_in` for those who come
    without a booking. `closed` days have no places, given one by one or from one day to another
    ("2027-03-01..2027-03-05"); `extra` gives a day other hours than its weekday's, also on a
    holiday or on a closed day. `holidays`: closed on public holidays and days off in lieu, and open
    on the days that the Prime Minister has swapped for them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekly: str = ""
    capacity: Annotated[int, Field(ge=1, le=500)] = 6
    priority: Annotated[int, Field(ge=0, le=500)] = 0
    walk_in: Annotated[int, Field(ge=0, le=500)] = 0
    slot_minutes: Annotated[int, Field(ge=5, le=240)] = 60
    holidays: bool = True
    closed: tuple[date, ...] = ()
    extra: Mapping[date, str] = {}

    @field_validator("closed", mode="before")
    @classmethod
    def _each_day(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [day for one in value for day in days_between(one)]

    @model_validator(mode="after")
    def _makes_sense(self) -> Hours:
        if self.priority + self.walk_in > self.capacity:
            raise ValueError("priority cộng walk_in lớn hơn capacity")
        week = parse_week(self.weekly).values()
        extra = map(parse_spans, self.extra.values())
        for span in (span for spans in (*week, *extra) for span in spans):
            _check(span, self)
        return self


def _check(span: Span, hours: Hours) -> None:
    if span.minutes < hours.slot_minutes:
        raise ValueError(f"khoảng giờ {span} ngắn hơn một khung {hours.slot_minutes} phút")
    if span.capacity is not None and span.capacity < max(1, hours.priority + hours.walk_in):
        raise ValueError(f"khoảng giờ {span}: số người ít hơn priority cộng walk_in")


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
    return week.get((worked_as(day) if hours.holidays else day).weekday(), ())


def _in_span(office: str, hours: Hours, day: date, span: Span) -> Iterator[Slot]:
    """As many whole slots as fit."""
    step = timedelta(minutes=hours.slot_minutes)
    at = datetime.combine(day, span.start, VIETNAM)
    end = datetime.combine(day, span.end, VIETNAM)
    general = (span.capacity or hours.capacity) - hours.priority - hours.walk_in
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
