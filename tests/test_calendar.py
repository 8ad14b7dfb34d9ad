"""Opening hours become places."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.booking.holidays import is_holiday, worked_as
from bot.booking.hours_text import parse_week
from bot.booking.opening_hours import Hours, Slot, slot_id, slots
from bot.core.clock import VIETNAM

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


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        (date(2026, 8, 31), date(2026, 8, 22)),  # between Sunday and Quốc khánh 2026
        (date(2025, 5, 2), date(2025, 4, 26)),  # after 1/5/2025
        (date(2015, 1, 2), date(2014, 12, 27)),  # across the new year
    ],
)
def test_a_weekend_worked_for_a_day_off_has_that_days_hours(off: date, worked: date) -> None:
    hours = Hours(weekly="T2-T6 08:00-10:00; T7 08:00-09:00")
    assert worked_as(worked) == off
    assert starts(hours, off) == []
    assert starts(hours, worked) == [f"{worked:%d/%m} 08:00", f"{worked:%d/%m} 09:00"]
    assert len(starts(hours, worked + timedelta(days=7))) == 1


def test_the_whole_of_tet_2027_is_closed_and_the_days_around_it_are_not() -> None:
    """30 Tết is 5/2/2027; off from Thursday 4/2 to Wednesday 10/2."""
    hours = Hours(weekly="T2-CN 08:00-09:00")
    found = starts(hours, date(2027, 2, 1), date(2027, 2, 12))
    assert [text[:5] for text in found] == ["01/02", "02/02", "03/02", "11/02", "12/02"]


def test_an_office_may_be_closed_from_one_day_to_another() -> None:
    hours = Hours.model_validate(
        {"weekly": "T2-T6 08:00-09:00", "closed": ["2026-12-01..2026-12-03", MONDAY]}
    )
    assert starts(hours, MONDAY, MONDAY + timedelta(days=4)) == ["04/12 08:00"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-12-03..2026-12-01", "ngày đầu..ngày cuối"),
        ("2026-12-03..2036-12-03", "không quá một năm"),
        ("2027-02-28..2027-02-30", "không có ngày này"),
    ],
)
def test_days_off_that_make_no_sense_say_why(text: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Hours.model_validate({"closed": [text]})


def test_a_span_may_serve_a_number_of_people_of_its_own() -> None:
    hours = Hours(weekly="T2 08:00-09:00, 13:00-14:00 x 4", capacity=10, priority=1)
    found = [(s.pool, s.capacity) for s in slots("o", hours, MONDAY, MONDAY)]
    assert found == [("all", 9), ("priority", 1), ("all", 3), ("priority", 1)]


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
        ("T2 08:00-08:30", "ngắn hơn một khung 60 phút"),
        ("T2 08:00-09:00 x 0", "số người ít hơn"),
    ],
)
def test_hours_that_make_no_sense_say_why(weekly: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Hours(weekly=weekly)


def test_no_more_can_be_kept_back_than_there_is() -> None:
    with pytest.raises(ValidationError, match="lớn hơn capacity"):
        Hours(capacity=3, priority=2, walk_in=2)


@st.composite
def opening(draw: st.DrawFn) -> Hours:
    """Hours with breaks at any minute, spans with a number of people of their own, days off and
    extra days, and places kept back."""
    minutes = draw(st.integers(5, 120))
    priority, walk_in = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    capacity = priority + walk_in + draw(st.integers(1, 20))

    def spans() -> str:
        edges = draw(st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True))
        pairs = zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
        fitting = [(a, b) for a, b in pairs if b - a >= minutes] or [(0, 1439)]
        own = draw(st.sampled_from(["", f" x {capacity + 3}"]))
        return ", ".join(
            f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}{own}" for a, b in fitting
        )

    dates = st.dates(MONDAY, MONDAY + timedelta(days=90))
    return Hours(
        weekly=f"T2-T5 {spans()}; T7 {spans()}",
        slot_minutes=minutes,
        capacity=capacity,
        priority=priority,
        walk_in=walk_in,
        holidays=draw(st.booleans()),
        closed=tuple(draw(st.lists(dates, max_size=3))),
        extra={day: spans() for day in draw(st.lists(dates, max_size=2))},
    )


@settings(deadline=None)  # a busy machine is no fault of the calendar
@given(hours=opening(), skip=st.integers(0, 60), days=st.integers(0, 14))
def test_slots_never_overlap_nor_leave_the_hours(hours: Hours, skip: int, days: int) -> None:
    first = MONDAY + timedelta(days=skip)
    found = list(slots("o", hours, first, first + timedelta(days=days)))
    assert found == list(slots("o", hours, first, first + timedelta(days=days)))
    assert len({slot.id for slot in found}) == len(found)
    for pool in ("all", "priority"):
        in_order = [slot for slot in found if slot.pool == pool]
        assert all(a.ends_at <= b.starts_at for a, b in pairwise(in_order))
    for slot in found:
        opened = hours.extra.get(slot.day) or hours.weekly
        assert any(_within(slot, span) for span in re.findall(r"[\d:]+-[\d:]+", opened))


@settings(deadline=None)  # a busy machine is no fault of the calendar
@given(hours=opening(), days=st.integers(0, 14))
def test_places_of_all_pools_and_walk_ins_make_up_the_capacity(hours: Hours, days: int) -> None:
    found = list(slots("o", hours, MONDAY, MONDAY + timedelta(days=days)))
    totals: Counter[datetime] = Counter()
    for slot in found:
        totals[slot.starts_at] += slot.capacity
    kept = {total + hours.walk_in for total in totals.values()}
    assert kept <= {hours.capacity, hours.capacity + 3}


@settings(deadline=None)  # a busy machine is no fault of the calendar
@given(hours=opening(), days=st.integers(1, 14))
def test_a_long_span_of_days_is_the_sum_of_its_days(hours: Hours, days: int) -> None:
    """What each night adds is what a fresh start would have filled."""
    last = MONDAY + timedelta(days=days)
    one_by_one = [
        slot
        for number in range(days + 1)
        for day in [MONDAY + timedelta(days=number)]
        for slot in slots("o", hours, day, day)
    ]
    assert list(slots("o", hours, MONDAY, last)) == one_by_one


def _within(slot: Slot, span: str) -> bool:
    opens, closes = (datetime.strptime(text, "%H:%M").time() for text in span.split("-"))  # noqa: DTZ007 - a time of day
    return opens <= slot.starts_at.time() and slot.ends_at.time() <= closes


def test_a_week_is_read_once_for_each_weekday() -> None:
    assert sorted(parse_week("T2-T6 08:00-09:00; CN 08:00-09:00")) == [0, 1, 2, 3, 4, 6]
