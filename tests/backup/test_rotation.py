"""Which backups stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import VIETNAM
from bot.core.config.backup import Keep
from bot.ops.backup.folder import listed, name_of, rotate
from bot.ops.backup.rotation import kept

NIGHT = datetime(2026, 1, 1, 18, 30, tzinfo=UTC)  # 01:30 in Vietnam

moments = st.sets(
    st.integers(0, 4 * 366 * 24).map(lambda hours: NIGHT + timedelta(hours=hours)), max_size=60
)
rules = st.builds(
    Keep, daily=st.integers(1, 10), weekly=st.integers(0, 6), monthly=st.integers(0, 14)
)


@given(moments, rules)
def test_the_newest_stays_nothing_is_invented_and_no_more_than_asked_for_stay(
    times: set[datetime], keep: Keep
) -> None:
    stay = kept(times, keep)
    assert stay <= times
    assert len(stay) <= keep.daily + keep.weekly + keep.monthly
    if times:
        assert max(times) in stay


@given(moments, rules)
def test_rotating_again_deletes_nothing_more(times: set[datetime], keep: Keep) -> None:
    stay = kept(times, keep)
    assert kept(stay, keep) == stay


@given(moments, rules)
def test_who_keeps_more_loses_none(times: set[datetime], keep: Keep) -> None:
    more = Keep(daily=keep.daily + 1, weekly=keep.weekly + 1, monthly=keep.monthly + 1)
    assert kept(times, keep) <= kept(times, more)


@given(rules, st.integers(1, 500))
def test_night_after_night_each_of_the_last_days_weeks_and_months_has_one(
    keep: Keep, nights: int
) -> None:
    have: set[datetime] = set()
    made = [NIGHT + timedelta(days=number) for number in range(nights)]
    for at in made:
        have = kept({*have, at}, keep)
    local = [at.astimezone(VIETNAM) for at in have]
    all_local = [at.astimezone(VIETNAM) for at in made]
    for period, count in (
        (lambda at: at.date(), keep.daily),
        (lambda at: at.isocalendar()[:2], keep.weekly),
        (lambda at: (at.year, at.month), keep.monthly),
    ):
        wanted = sorted({period(at) for at in all_local})[-count:] if count else []
        assert set(wanted) <= {period(at) for at in local}


def test_files_that_are_no_backups_are_left_alone(tmp_path: Path) -> None:
    for day in range(5):
        (tmp_path / name_of(NIGHT + timedelta(days=day))).touch()
    others = ["vneid-old.backup", "notes.txt", "vneid-20260101T183000Z.backup.bak"]
    for name in others:
        (tmp_path / name).touch()
    gone = rotate(tmp_path, Keep(daily=2, weekly=0, monthly=0))
    assert [file.name for file in gone] == [name_of(NIGHT + timedelta(days=d)) for d in range(3)]
    assert [one.at for one in listed(tmp_path)] == [NIGHT + timedelta(days=d) for d in (3, 4)]
    assert all((tmp_path / name).exists() for name in others)
