"""Hours in which people are awake. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.core.clock import VIETNAM


def after_daytime(start: datetime, length: timedelta, quiet_from: str, quiet_to: str) -> datetime:
    """When *length* of daytime has passed since *start*: the hours from `quiet_from` to `quiet_to`
    (HH:MM, Vietnam's) do not count. Two hours from 20:00, quiet from 21:00 to 07:00: 08:00."""
    if quiet_from == quiet_to:
        return start + length
    at, left = start.astimezone(VIETNAM), length
    while True:
        night = _next(at, quiet_from)
        morning = _next(at, quiet_to)
        if morning <= night:  # it is night now
            at = morning
            continue
        if at + left <= night:
            return at + left
        left -= night - at
        at = _next(night, quiet_to)


def _next(at: datetime, clock: str) -> datetime:
    """The first *clock* time after *at*."""
    found = datetime.combine(at.date(), time.fromisoformat(clock), VIETNAM)
    return found if found > at else found + timedelta(days=1)
