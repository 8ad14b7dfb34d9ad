"""What a person takes along: the calendar event of a booking. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import icalendar

VISIT_TAKES = timedelta(hours=1)
ALARM_BEFORE = timedelta(hours=2)
PRODUCT = "-//Tro ly VNeID//Lich hen//VI"


@dataclass(frozen=True, slots=True)
class Visit:
    """One booking as a calendar shows it. `version` counts its changes from 1, and `taken_back` how
    often it was cancelled and taken back: what is later replaces what the calendar has (RFC 5545,
    SEQUENCE)."""

    code: str
    version: int
    starts_at: datetime
    title: str
    place: str
    note: str
    cancelled: bool = False
    taken_back: int = 0


def calendar_file(visits: Sequence[Visit], now: datetime) -> bytes:
    """An .ics file (RFC 5545). The same booking has the same UID for ever."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if all(visit.cancelled for visit in visits) else "PUBLISH")
    for visit in visits:
        calendar.add_component(_event(visit, now))
    return bytes(calendar.to_ical())


def _event(visit: Visit, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{visit.code}@tro-ly-vneid")
    event.add("sequence", visit.version - 1 + visit.taken_back + visit.cancelled)
    event.add("dtstamp", now)
    event.add("dtstart", visit.starts_at)
    event.add("dtend", visit.starts_at + VISIT_TAKES)
    event.add("summary", visit.title)
    event.add("location", visit.place)
    event.add("description", visit.note)
    event.add("status", "CANCELLED" if visit.cancelled else "CONFIRMED")
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", visit.title)
    alarm.add("trigger", -ALARM_BEFORE)
    event.add_component(alarm)
    return event
