"""Opening hours become places."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.calendar import VIETNAM, Hours, is_holiday, parse_week, slot_id, slots

MONDAY = date(2026, 11, 30)
WEEKDAYS = Hours(weekly="T2-T6 07:30-11:30, 13:00-17:00; T7 07:30-11:30", capacity=6)


def starts(hours: Hours, first: date, last: date | None = None) -> list[str]:
    return [f"{s.starts_at:%d/%m %H:%M}" for s in slots("o", hours, first, last or first)]


def test_a_day_has_its_hours_and_its_break() -> None:
    assert starts(WEEKDAYS, MONDAY) == [
        f"30/11 {hour}"
        for hour in ("07:30", "08:30", "09:30", "10:30", "13:00", "14:00", "15:00", "16:00")
    ]


def test_saturday_has_the_morning_only_and_sunday_nothing() -> None:
    saturday = MONDAY + timedelta(days=5)
    assert len(starts(WEEKDAYS, saturday)) == 4
    assert starts(WEEKDAYS, saturday + timedelta(days=1)) == []


def test_what_is_left_of_a_span_is_no_slot() -> None:
    hours = Hours(weekly="T2 07:30-09:00", slot_minutes=60)
    assert starts(hours, MONDAY) == ["30/11 07:30"]


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 1, 1),
        date(2027, 2, 5),  # the last day of the lunar year
        date(2027, 2, 6),  # Tết
        date(2027, 2, 8),
        date(2027, 4, 16),  # Giỗ Tổ Hùng Vương, 10/3 lunar
        date(2027, 4, 30),
        date(2027, 5, 3),  # 1/5 is a Saturday: the Monday after it
        date(2027, 9, 2),
    ],
)
def test_public_holidays_are_closed_also_lunar_ones(day: date) -> None:
    assert is_holiday(day)
    assert starts(WEEKDAYS, day) == []


def test_an_office_may_work_on_holidays() -> None:
    hours = Hours(weekly="T2-CN 08:00-09:00", holidays=False)
    assert len(starts(hours, date(2027, 2, 6))) == 1


def test_a_closed_day_has_none_and_an_extra_day_its_own() -> None:
    sunday = MONDAY + timedelta(days=6)
    hours = Hours(weekly="T2-T6 08:00-10:00", closed=(MONDAY,), extra={sunday: "18:30-20:30"})
    assert starts(hours, MONDAY) == []
    assert starts(hours, sunday) == ["06/12 18:30", "06/12 19:30"]


def test_an_extra_day_works_on_a_holiday_too() -> None:
    tet = date(2027, 2, 6)
    assert starts(Hours(extra={tet: "08:00-09:00"}), tet) == ["06/02 08:00"]


def test_places_kept_back_are_apart_or_not_there() -> None:
    hours = Hours(weekly="T2 08:00-09:00", capacity=10, priority=2, walk_in=3)
    assert [(s.pool, s.capacity) for s in slots("o", hours, MONDAY, MONDAY)] == [
        ("all", 5),
        ("priority", 2),
    ]


def test_an_id_says_office_and_time_on_vietnams_clocks() -> None:
    at = datetime(2026, 11, 30, 8, 0, tzinfo=VIETNAM)
    assert slot_id("tan-phu", at) == "tan-phu.2611300800"
    assert slot_id("tan-phu", at, "priority") == "tan-phu.2611300800p"


@pytest.mark.parametrize(
    ("weekly", "says"),
    [
        ("thứ hai 8-9", "viết như 'T2-T6"),
        ("T2 8h-9h", "viết như 07:30-11:30"),
        ("T2 25:00-26:00", "giờ từ 00:00 đến 23:59"),
        ("T2 09:00-08:00", "sau giờ bắt đầu"),
        ("T2 08:00-10:00, 09:00-11:00", "chồng nhau"),
        ("T6-T2 08:00-09:00", "ngày sau đứng trước"),
    ],
)
def test_hours_that_make_no_sense_say_why(weekly: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Hours(weekly=weekly)


def test_no_more_can_be_kept_back_than_there_is() -> None:
    with pytest.raises(ValidationError, match="lớn hơn capacity"):
        Hours(capacity=3, priority=2, walk_in=2)


hour = st.integers(0, 22)


@given(
    opens=hour,
    length=st.integers(1, 10),
    minutes=st.integers(5, 240),
    capacity=st.integers(1, 20),
    days=st.integers(0, 40),
)
def test_slots_never_overlap_nor_leave_the_hours(
    opens: int, length: int, minutes: int, capacity: int, days: int
) -> None:
    closes = min(opens + length, 23)
    hours = Hours(
        weekly=f"T2-CN {opens:02}:00-{closes:02}:00", slot_minutes=minutes, capacity=capacity
    )
    found = list(slots("o", hours, MONDAY, MONDAY + timedelta(days=days)))
    assert found == list(slots("o", hours, MONDAY, MONDAY + timedelta(days=days)))
    for before, after in pairwise(found):
        assert before.ends_at <= after.starts_at
    for slot in found:
        assert opens <= slot.starts_at.hour
        assert slot.ends_at <= slot.starts_at.replace(hour=closes, minute=0)
        assert slot.ends_at - slot.starts_at == timedelta(minutes=minutes)


def test_a_week_is_read_once_for_each_weekday() -> None:
    assert sorted(parse_week("T2-T6 08:00-09:00; CN 08:00-09:00")) == [0, 1, 2, 3, 4, 6]
