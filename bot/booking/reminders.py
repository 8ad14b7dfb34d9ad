"""When a booking's messages are due and how long they are of use. Pure: times in, times out.

A reminder that would fall in quiet hours moves to a time that is still useful, else it is left
out. The same rules are asked again when a row is about to go out (`calm`), because a service that
was down may come back in the middle of the night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.clock import VIETNAM
from bot.core.config.booking import Reminders

EVENING, HOURS, ACTIVATE = "evening", "hours", "activate"
COACH = "coach"  # "how far are you with activating?"; its row's code is the way's id
OFFER = "offer"  # a place offered to who waits; its row's code is the offer's id
BEFORE_VISIT = frozenset({EVENING, HOURS})

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOTICE = timedelta(minutes=30)  # less before a visit, a reminder that had to move is left out
LAST_USE = timedelta(minutes=15)  # nearer to the visit a late reminder helps nobody
ASKED_FOR = timedelta(days=2)  # how long a question after the visit is worth asking late


@dataclass(frozen=True, slots=True)
class Due:
    """One message to come: not before `due_at`, not after `useful_until`."""

    kind: str
    due_at: datetime
    useful_until: datetime


def due(starts_at: datetime, now: datetime, rules: Reminders) -> tuple[Due, ...]:
    """The reminders of a visit that begins at *starts_at*, earliest first; none whose time has
    passed by *now*, none in quiet hours."""
    short = _shortly_before(starts_at, rules)
    evening = _evening_before(starts_at, short, rules)
    found = (one for one in (evening, short) if one is not None and one.due_at > now)
    return tuple(sorted(found, key=lambda one: one.due_at))


def questions(served_at: datetime, rules: Reminders) -> tuple[Due, ...]:
    """The questions after a visit ("is it activated?"): in the evening, when people are at home
    with their phone, so many days after the day they were served at *served_at*."""
    day = _there(served_at).date()
    found = []
    for days in sorted(set(rules.activation_days)):
        at = _off_quiet(_at(day + timedelta(days=days), rules.evening), rules)
        if at is not None and at <= served_at:  # served late in the evening
            at = _off_quiet(at + DAY, rules)
        if at is not None:
            found.append(Due(f"{ACTIVATE}-{days}", at, at + ASKED_FOR))
    return tuple(found)


def later(moment: datetime, days: int, rules: Reminders) -> Due | None:
    """A question some *days* after *moment*, in the evening; None where that is always quiet."""
    at = _off_quiet(_at(_there(moment).date() + timedelta(days=days), rules.evening), rules)
    return Due(f"{COACH}-{days}", at, at + ASKED_FOR) if at else None


def calm(moment: datetime, rules: Reminders) -> datetime:
    """*moment* itself, or the end of the quiet hours that it lies in."""
    there = _there(moment)
    begin, end = _clock(rules.quiet_from), _clock(rules.quiet_to)
    if not _within(there.time(), begin, end):
        return moment
    morning = _at(there.date(), rules.quiet_to)
    return morning if morning > there else morning + DAY


def _shortly_before(starts_at: datetime, rules: Reminders) -> Due | None:
    """`hours_before` the visit. In quiet hours it waits for their end, if that leaves `NOTICE`."""
    planned = _there(starts_at) - timedelta(hours=rules.hours_before)
    at = calm(planned, rules)
    if at != planned and starts_at - at < NOTICE:
        return None
    return Due(HOURS, at, starts_at - min(LAST_USE, (starts_at - at) / 2))


def _evening_before(starts_at: datetime, other: Due | None, rules: Reminders) -> Due | None:
    """`evening` on the day before; of use until an hour before the *other* reminder. Left out when
    that one is within the hour anyway."""
    at = _off_quiet(_at(_there(starts_at).date() - DAY, rules.evening), rules)
    if at is None:
        return None
    end = starts_at - LAST_USE
    if other is not None and other.due_at > at - HOUR:
        end = other.due_at - HOUR
    return Due(EVENING, at, end) if at < end else None


def _off_quiet(at: datetime, rules: Reminders) -> datetime | None:
    """*at*, or if that is quiet an hour before the quiet begins, or their end, on the same day."""
    end = calm(at, rules)
    if end == at:
        return at
    begin = _at(at.date(), rules.quiet_from)
    before = (begin if begin <= at else begin - DAY) - HOUR
    candidates = (one for one in (before, end) if one.date() == at.date())
    return next((one for one in candidates if calm(one, rules) == one), None)


def _within(moment: time, begin: time, end: time) -> bool:
    """Whether *moment* lies from *begin* to before *end*; equal ends mean never."""
    if begin <= end:
        return begin <= moment < end
    return moment >= begin or moment < end


def _there(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)


def _at(day: date, text: str) -> datetime:
    """*text* (HH:MM) on Vietnam's clocks on *day*."""
    return datetime.combine(day, _clock(text), VIETNAM)


def _clock(text: str) -> time:
    return time.fromisoformat(text)
