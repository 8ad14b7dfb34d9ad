"""When reminders are due: tables of times on Vietnam's clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.booking import reminders
from bot.booking.reminders import Due
from bot.core.clock import VIETNAM
from bot.core.config.booking import Reminders

RULES = Reminders()
NONE_QUIET = Reminders(quiet_from="00:00", quiet_to="00:00")
LONG_AGO = datetime(2026, 1, 1, tzinfo=VIETNAM)
MICROSECOND = timedelta(microseconds=1)


def at(text: str) -> datetime:
    """`27/11 08:00`, of 2026 unless a year is given."""
    day, clock = text.split()
    year = "" if day.count("/") == 2 else "/2026"
    return datetime.strptime(f"{day}{year} {clock}", "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


def told(visit: str, rules: Reminders = RULES, now: datetime = LONG_AGO) -> list[tuple[str, str]]:
    """Kind and time of each reminder, as a person would write them."""
    found = reminders.due(at(visit), now, rules)
    return [(one.kind, f"{one.due_at.astimezone(VIETNAM):%d/%m %H:%M}") for one in found]


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ("27/11 10:00", [("evening", "26/11 19:00"), ("hours", "27/11 08:00")]),
        ("27/11 09:00", [("evening", "26/11 19:00"), ("hours", "27/11 07:00")]),
        # Two hours before is in quiet hours: it waits for their end, while that still helps.
        ("27/11 08:00", [("evening", "26/11 19:00"), ("hours", "27/11 07:00")]),
        ("27/11 07:30", [("evening", "26/11 19:00"), ("hours", "27/11 07:00")]),
        ("27/11 07:29", [("evening", "26/11 19:00")]),
        ("27/11 07:00", [("evening", "26/11 19:00")]),
        # An evening of mobile enrolment.
        ("27/11 20:30", [("evening", "26/11 19:00"), ("hours", "27/11 18:30")]),
        ("27/11 23:30", [("evening", "26/11 19:00")]),
        # The first of a month and of a year; 29 February.
        ("01/12 14:00", [("evening", "30/11 19:00"), ("hours", "01/12 12:00")]),
        ("01/01/2027 14:00", [("evening", "31/12 19:00"), ("hours", "01/01 12:00")]),
        ("01/03/2028 14:00", [("evening", "29/02 19:00"), ("hours", "01/03 12:00")]),
        # Tết Đinh Mùi: the first working morning after it, and the last one before it.
        ("11/02/2027 08:00", [("evening", "10/02 19:00"), ("hours", "11/02 07:00")]),
        ("04/02/2027 16:00", [("evening", "03/02 19:00"), ("hours", "04/02 14:00")]),
    ],
)
def test_when_a_visit_is_reminded_of(visit: str, expected: list[tuple[str, str]]) -> None:
    assert told(visit) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"evening": "20:59"}, [("evening", "26/11 20:59"), ("hours", "27/11 08:00")]),
        ({"evening": "21:00"}, [("evening", "26/11 20:00"), ("hours", "27/11 08:00")]),
        ({"evening": "23:00"}, [("evening", "26/11 20:00"), ("hours", "27/11 08:00")]),
        ({"evening": "06:00"}, [("evening", "26/11 07:00"), ("hours", "27/11 08:00")]),
        # Quiet at noon, as where people work at night.
        ({"quiet_from": "08:00", "quiet_to": "15:00"}, [("evening", "26/11 19:00")]),
        (
            {"quiet_from": "07:30", "quiet_to": "09:30"},
            [("evening", "26/11 19:00"), ("hours", "27/11 09:30")],
        ),
        ({"hours_before": 24}, [("hours", "26/11 10:00"), ("evening", "26/11 19:00")]),
        ({"hours_before": 15}, [("hours", "26/11 19:00")]),
        ({"hours_before": 0.2}, [("evening", "26/11 19:00"), ("hours", "27/11 09:48")]),
        # Hardly an hour in which one may write: nothing in the evening rather than at night.
        ({"quiet_from": "08:10", "quiet_to": "07:50"}, [("hours", "27/11 08:00")]),
    ],
)
def test_other_rules_give_other_times(
    rules: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert told("27/11 10:00", Reminders.model_validate(rules)) == expected


@pytest.mark.parametrize(
    ("booked", "kinds"),
    [
        ("26/11 18:59", ["evening", "hours"]),
        ("26/11 19:00", ["hours"]),
        ("27/11 07:59", ["hours"]),
        ("27/11 08:00", []),
        ("27/11 11:00", []),
    ],
)
def test_what_was_due_before_the_booking_is_not_written(booked: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in told("27/11 10:00", now=at(booked))] == kinds


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ("27/11 10:00", {"evening": "27/11 07:00", "hours": "27/11 09:45"}),
        ("27/11 07:30", {"evening": "27/11 06:00", "hours": "27/11 07:15"}),
        ("27/11 07:00", {"evening": "27/11 06:45"}),
    ],
)
def test_a_reminder_is_of_use_until_the_next_one_is_near_or_the_visit_is(
    visit: str, expected: dict[str, str]
) -> None:
    found = reminders.due(at(visit), LONG_AGO, RULES)
    assert {one.kind: one.useful_until for one in found} == {k: at(v) for k, v in expected.items()}


def test_every_reminder_is_due_before_it_is_of_no_use_and_outside_quiet_hours() -> None:
    for minute in range(0, 24 * 60, 7):
        visit = at("27/11 00:00") + timedelta(minutes=minute)
        for hours in (0.1, 1, 2, 5.5, 24):
            rules = Reminders(hours_before=hours)
            for one in reminders.due(visit, LONG_AGO, rules):
                assert one.due_at < one.useful_until < visit
                assert reminders.calm(one.due_at, rules) == one.due_at


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (at("26/11 21:00") - MICROSECOND, None),  # 20:59:59.999999
        (at("26/11 21:00"), "27/11 07:00"),
        (at("27/11 00:00"), "27/11 07:00"),
        (at("27/11 07:00") - MICROSECOND, "27/11 07:00"),
        (at("27/11 07:00"), None),
    ],
)
def test_quiet_hours_begin_at_nine_in_the_evening_and_end_at_seven(
    moment: datetime, until: str | None
) -> None:
    assert reminders.calm(moment, RULES) == (at(until) if until else moment)


def test_without_quiet_hours_every_moment_is_calm() -> None:
    assert reminders.calm(at("27/11 00:00"), NONE_QUIET) == at("27/11 00:00")
    assert told("27/11 02:00", NONE_QUIET)[1] == ("hours", "27/11 00:00")


def test_after_a_visit_one_is_asked_that_evening_and_after_3_6_and_10_days() -> None:
    assert reminders.questions(at("27/11 10:12"), RULES) == (
        Due("activate-0", at("27/11 19:00"), at("29/11 19:00")),
        Due("activate-3", at("30/11 19:00"), at("02/12 19:00")),
        Due("activate-6", at("03/12 19:00"), at("05/12 19:00")),
        Due("activate-10", at("07/12 19:00"), at("09/12 19:00")),
    )


def test_who_was_served_late_in_the_evening_is_asked_the_next_one() -> None:
    found = reminders.questions(at("27/11 19:30"), RULES)
    assert [one.due_at for one in found][:2] == [at("28/11 19:00"), at("30/11 19:00")]


def test_no_question_is_asked_when_there_is_no_hour_to_ask_in() -> None:
    rules = Reminders(quiet_from="07:10", quiet_to="07:00")
    assert reminders.questions(at("27/11 10:12"), rules) == ()
