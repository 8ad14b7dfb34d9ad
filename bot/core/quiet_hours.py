"""Hours of the day in which people are at rest and have time for news. Pure.

Written "11:30-13:00, 18:30-21:00", on Vietnam's clocks; "" is the whole day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from bot.core.clock import VIETNAM

ONE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)")
DAY = timedelta(days=1)
Calm = Callable[[datetime], datetime]  # the moment itself, or the end of its quiet hours


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to just before `end`."""

    start: time
    end: time


def parse(text: str) -> tuple[Span, ...]:
    """The spans in order; raises ValueError, in Vietnamese, for what cannot be read."""
    parts = filter(None, map(str.strip, text.replace(";", ",").split(",")))
    spans = sorted(map(_span, parts), key=_start)
    for one, following in pairwise(spans):
        if following.start < one.end:
            raise ValueError(f"hai khung giờ chồng nhau lúc {following.start:%H:%M}")
    return tuple(spans)


def _start(span: Span) -> time:
    return span.start


def _span(text: str) -> Span:
    found = ONE.fullmatch(text)
    if not found:
        raise ValueError(f"“{text}” không phải khung giờ; viết như 18:30-21:00")
    hours = [int(part) for part in found.groups()]
    span = Span(time(hours[0], hours[1]), time(hours[2], hours[3]))
    if span.start >= span.end:
        raise ValueError(f"“{text}”: giờ kết thúc phải sau giờ bắt đầu, trong cùng một ngày")
    return span


def opening(at: datetime, spans: tuple[Span, ...]) -> datetime:
    """*at* itself when it lies in a span, else the next one's beginning."""
    if not spans:
        return at
    there = at.astimezone(VIETNAM)
    for span in spans:
        if there.time() < span.end:
            return at if span.start <= there.time() else _on(there, span.start)
    return _on(there + DAY, spans[0].start)


def closing(at: datetime, spans: tuple[Span, ...]) -> datetime:
    """When the span that *at* lies in ends; without spans the day's end."""
    there = at.astimezone(VIETNAM)
    for span in spans:
        if span.start <= there.time() < span.end:
            return _on(there, span.end)
    return _on(there + DAY, time())


def _on(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, VIETNAM)


def next_day(at: datetime) -> datetime:
    """The midnight that follows *at*."""
    return _on(at.astimezone(VIETNAM) + DAY, time())


def allowed(at: datetime, spans: tuple[Span, ...], calm: Calm, until: datetime) -> datetime | None:
    """The first moment from *at* on that lies in a span and not in quiet hours; None when there is
    none before *until*."""
    while at < until:
        moved = opening(calm(at), spans)
        if moved == at:
            return at
        at = moved
    return None


def awake(
    spans: tuple[Span, ...], quiet_from: str, quiet_to: str
) -> tuple[tuple[timedelta, timedelta], ...]:
    """What quiet hours leave of a day's spans, counted from midnight; equal ends are no quiet hours."""
    open_ = [(_since(one.start), _since(one.end)) for one in spans] or [(timedelta(), DAY)]
    begin, end = (_since(time.fromisoformat(text)) for text in (quiet_from, quiet_to))
    if begin < end:
        loud = [(timedelta(), begin), (end, DAY)]
    else:
        loud = [(end, begin)] if end < begin else [(timedelta(), DAY)]
    both = ((max(a, c), min(b, d)) for a, b in open_ for c, d in loud)
    return tuple((first, last) for first, last in both if first < last)


def _since(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)
