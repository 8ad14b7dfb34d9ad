"""When, at what hour and for whom: read from a sentence. Today is Tuesday, 1 December 2026."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.booking.sentence import Wanted, read
from bot.core.vietnamese import plain

TODAY = date(2026, 12, 1)


def wanted(text: str) -> Wanted:
    return read(plain(text), TODAY)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("đặt lịch sáng thứ năm", date(2026, 12, 3)),
        ("dat lich toi thu nam", date(2026, 12, 3)),
        ("thứ 5 tuần sau", date(2026, 12, 10)),
        ("t6", date(2026, 12, 4)),
        ("thứ ba", date(2026, 12, 1)),
        ("thứ hai", date(2026, 12, 7)),
        ("chủ nhật", date(2026, 12, 6)),
        ("cn tuần tới", date(2026, 12, 13)),
        ("thứ bảy này", date(2026, 12, 5)),
        ("ngày mai", date(2026, 12, 2)),
        ("mai tôi đi", date(2026, 12, 2)),
        ("sáng mai", date(2026, 12, 2)),
        ("ngày mốt", date(2026, 12, 3)),
        ("hôm nay", date(2026, 12, 1)),
        ("cuối tuần", date(2026, 12, 5)),
        ("tuần sau", date(2026, 12, 7)),
        ("ngày 5", date(2026, 12, 5)),
        ("ngày 30", date(2026, 12, 30)),
        ("mùng 1", date(2026, 12, 1)),
        ("ngày 31 tháng 12", date(2026, 12, 31)),
        ("5/12", date(2026, 12, 5)),
        ("ngày 5/1", date(2027, 1, 5)),
        ("05/01/2027", date(2027, 1, 5)),
        ("30/2", None),
        ("ngày 45", None),
        ("làm căn cước cho con 5 tuổi", None),
        ("đặt lịch", None),
    ],
)
def test_the_day(text: str, day: date | None) -> None:
    assert wanted(text).day == day


@pytest.mark.parametrize(
    ("text", "hour", "morning"),
    [
        ("9h30", time(9, 30), True),
        ("8 giờ sáng", time(8), True),
        ("2 giờ chiều", time(14), False),
        ("14h", time(14), False),
        ("3h rưỡi chiều mai", time(15, 30), False),
        ("buổi sáng", None, True),
        ("chiều thứ sáu", None, False),
        ("thứ sáu", None, None),
        ("45 giờ", None, None),
    ],
)
def test_the_hour_and_the_part_of_the_day(
    text: str, hour: time | None, morning: bool | None
) -> None:
    assert (wanted(text).hour, wanted(text).morning) == (hour, morning)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("cho con 7 tuổi", 7),
        ("bé 5t", 5),
        ("con 8 tháng tuổi", 0),
        ("trẻ sơ sinh", 0),
        ("cho mẹ tôi", None),
    ],
)
def test_the_age(text: str, age: int | None) -> None:
    assert wanted(text).age == age


def test_an_hour_fits_the_wanted_part() -> None:
    assert wanted("sáng mai").fits(time(9))
    assert not wanted("sáng mai").fits(time(14))
    assert wanted("mai").fits(time(14))
