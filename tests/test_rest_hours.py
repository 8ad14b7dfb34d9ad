"""Hours of rest: read, refused, and asked what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.booking import reminders
from bot.core import quiet_hours
from bot.core.clock import VIETNAM
from bot.core.config.booking import Reminders
from bot.outreach.dry_run import done_at

calm = partial(reminders.calm, rules=Reminders())
START = datetime(2026, 11, 24, 10, 0, tzinfo=VIETNAM)
SPANS = st.sampled_from(["", "18:30-21:00", "11:30-13:00, 18:30-21:00", "05:00-08:00, 20:00-23:00"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("18:30", "viết như 18:30-21:00"),
        ("21:00-18:30", "giờ kết thúc phải sau giờ bắt đầu"),
        ("25:00-26:00", "không phải khung giờ"),
        ("10:00-12:00, 11:00-13:00", "chồng nhau lúc 11:00"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        quiet_hours.parse(text)


@given(SPANS, st.integers(0, 4 * 24 * 60), st.integers(1, 4 * 24 * 60))
def test_the_next_moment_is_allowed_and_none_before_it_is(
    hours: str, minutes: int, length: int
) -> None:
    spans = quiet_hours.parse(hours)
    at = START + timedelta(minutes=minutes)
    end = at + timedelta(minutes=length)
    found = quiet_hours.allowed(at, spans, calm, end)
    moments = [at + timedelta(minutes=n) for n in range(length)]
    good = [one for one in moments if calm(one) == one == quiet_hours.opening(one, spans)]
    assert found == (good[0] if good else None)


@given(SPANS, st.integers(1, 20_000), st.integers(1, 40))
def test_a_campaign_is_done_when_its_hours_have_had_room_for_all(
    hours: str, people: int, rate: int
) -> None:
    spans = quiet_hours.parse(hours)
    end = START + timedelta(days=2)
    rules = Reminders()
    found = done_at(
        people, rate, START, end, quiet_hours.awake(spans, rules.quiet_from, rules.quiet_to)
    )
    minutes = [START + timedelta(minutes=n) for n in range(2 * 24 * 60)]
    good = [one for one in minutes if calm(one) == one == quiet_hours.opening(one, spans)]
    needed = people / rate / 60
    if found is None:
        assert needed > len(good)
    else:
        assert 0 <= len([one for one in good if one < found]) - needed <= 1


@pytest.mark.parametrize(
    ("hours", "quiet", "left"),
    [
        ("", ("21:00", "07:00"), [(7, 21)]),
        ("", ("12:00", "13:00"), [(0, 12), (13, 24)]),
        ("", ("00:00", "00:00"), [(0, 24)]),
        ("05:00-08:00, 20:00-23:00", ("21:00", "07:00"), [(7, 8), (20, 21)]),
        ("22:00-23:00", ("21:00", "07:00"), []),
    ],
)
def test_quiet_hours_are_taken_out_of_the_spans(
    hours: str, quiet: tuple[str, str], left: list[tuple[int, int]]
) -> None:
    found = quiet_hours.awake(quiet_hours.parse(hours), *quiet)
    assert [(a // timedelta(hours=1), b // timedelta(hours=1)) for a, b in found] == left
