"""Which backups stay: a pure function of their times."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.core.clock import VIETNAM
from bot.core.config.backup import Keep

PERIODS: tuple[Callable[[datetime], object], ...] = (
    lambda at: at.date(),
    lambda at: at.isocalendar()[:2],
    lambda at: (at.year, at.month),
)


def kept(times: Collection[datetime], keep: Keep) -> set[datetime]:
    """The newest of each of the last *keep.daily* days that have any, of the weeks and months
    likewise. The newest of all always stays."""
    stay: set[datetime] = set()
    for period, count in zip(PERIODS, (keep.daily, keep.weekly, keep.monthly), strict=True):
        newest: dict[object, datetime] = {}
        for at in sorted(times, reverse=True):
            newest.setdefault(period(at.astimezone(VIETNAM)), at)
        stay |= set(list(newest.values())[:count])
    return stay
