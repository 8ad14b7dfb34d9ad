"""Calendar events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import icalendar

from bot.booking.ics import Visit, calendar_file

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
VISIT = Visit(
    code="K7M4P2",
    version=1,
    starts_at=datetime(2026, 11, 27, 1, 0, tzinfo=UTC),
    title="Thẻ căn cước – mã hẹn K7M4P2",
    place="Công an phường Mẫu, xem bản đồ",
    note="Mang theo: thẻ cũ",
)


def events(*visits: Visit) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(calendar_file(visits, NOW)).walk("VEVENT"))


def test_an_event_says_what_where_and_when() -> None:
    (event,) = events(VISIT)
    assert event["summary"] == "Thẻ căn cước – mã hẹn K7M4P2"
    assert event["location"] == "Công an phường Mẫu, xem bản đồ"
    assert event["dtstart"].dt == datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
    assert event["status"] == "CONFIRMED"


def test_a_moved_visit_replaces_its_event() -> None:
    moved = replace(VISIT, version=2)
    (before,), (after,) = events(VISIT), events(moved)
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_a_cancelled_visit_takes_its_event_away() -> None:
    gone = replace(VISIT, cancelled=True)
    (event,) = events(gone)
    assert event["status"] == "CANCELLED"
    assert event["sequence"] == 1
    assert b"METHOD:CANCEL" in calendar_file([gone], NOW)


def test_a_family_is_one_file_with_an_event_each() -> None:
    second = replace(VISIT, code="ABC234")
    assert {event["uid"] for event in events(VISIT, second)} == {
        "K7M4P2@tro-ly-vneid",
        "ABC234@tro-ly-vneid",
    }
