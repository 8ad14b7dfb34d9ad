"""Visits and free places by office and week."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from bot.core import weeks
from bot.core.weeks import Week
from bot.desk import charts, small_counts
from bot.desk.context import desk_of, run
from bot.desk.small_counts import Count, Kind
from bot.store.booking import offices
from bot.store.staff import weekly
from bot.store.staff.weekly import Visits

BEFORE, AFTER = 8, 3  # weeks shown beside this one
ALL = range(BEFORE + 1 + AFTER)  # the weeks by number, this one is number BEFORE
COMING = range(BEFORE + 1, BEFORE + 1 + AFTER)
NONE = Visits()
Key = tuple[str, int]  # an office, and a week's number


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what may be shown of an office and week, or of all offices in it."""

    booked: Count
    expected: Count
    came: Count
    missed: Count
    cancelled: Count
    walk_ins: Count
    places: int
    free: Count


@dataclass(frozen=True, slots=True)
class Found:
    """Everything of the weeks that are shown; `names` of all offices by id."""

    weeks: Sequence[Week]
    names: Mapping[str, str]
    visits: Mapping[Key, Visits]

    def line(self, office: str, week: int) -> Line:
        """Of one office."""
        one = self.visits.get((office, week), NONE)
        return _line({part: small_counts.count(getattr(one, part)) for part in PARTS}, one.places)

    def all_offices(self, week: int) -> Line:
        """Of all of them: no number of one office follows from it."""
        found = [self.visits.get((office, week), NONE) for office in self.names]
        parts = {part: small_counts.together(getattr(one, part) for one in found) for part in PARTS}
        return _line(parts, sum(one.places for one in found))


PARTS = ("expected", "came", "missed", "cancelled", "walk_ins")


def _line(parts: Mapping[str, Count], places: int) -> Line:
    taken = (parts["expected"], parts["came"], parts["missed"])
    booked = small_counts.total((*taken, parts["cancelled"]))
    return Line(**parts, booked=booked, places=places, free=small_counts.left(places, taken))


async def values(request: web.Request) -> dict[str, Any]:
    """What figures.html shows of the weeks: those of the chosen office, and all offices in one."""
    names, shown = await known(request), _shown(request)
    office, week = chosen(request, names), _week(request, shown)
    wanted = {id_: ALL if office in ("", id_) else range(week, week + 1) for id_ in names}
    found = await find(request, names, wanted)
    busy = [id_ for id_ in names if (id_, week) in found.visits]
    return {
        "office": office,
        "offices": names,
        "weeks": {one: _of(found, office, n) for n, one in enumerate(shown)},
        "week": shown[week],
        "this_week": shown[BEFORE],
        "by_office": {id_: found.line(id_, week) for id_ in busy},
    }


async def known(request: web.Request) -> dict[str, str]:
    """The names of all offices by id."""
    found = await run(request, offices.all_known)
    return {office.id: office.name for office in found}


def _shown(request: web.Request) -> tuple[Week, ...]:
    return weeks.around(desk_of(request).clock(), BEFORE, AFTER)


async def find(
    request: web.Request, names: Mapping[str, str], wanted: Mapping[str, range]
) -> Found:
    """What there was at each office in the weeks that are *wanted* of it: one office at a time, so that
    nobody waits for long."""
    shown = _shown(request)
    starts = [week.start for week in (*shown, shown[-1].plus(1))]
    found: dict[Key, Visits] = {}
    for office, span in wanted.items():
        look = partial(weekly.visits, office=office, starts=starts, first=span[0], last=span[-1])
        of_weeks = await run(request, look)
        found |= {(office, week): one for week, one in of_weeks.items()}
    return Found(shown, names, found)


def _of(found: Found, office: str, week: int) -> Line:
    return found.line(office, week) if office else found.all_offices(week)


def chosen(request: web.Request, known: Iterable[str]) -> str:
    """The office in the query; "" for all of them."""
    office = request.query.get("office", "")
    return office if office in set(known) else ""


def _week(request: web.Request, shown: Sequence[Week]) -> int:
    names = [week.name for week in shown]
    name = request.query.get("week", "")
    return names.index(name) if name in names else BEFORE


async def chart(request: web.Request) -> web.Response:
    """The weeks of the chosen office as a picture."""
    names = await known(request)
    office = chosen(request, names)
    found = await find(request, names, {id_: ALL for id_ in names if office in ("", id_)})
    lines = [_of(found, office, n) for n in range(len(found.weeks))]
    series = {
        title: [_drawn(getattr(line, part)) for line in lines] for part, title in TITLES.items()
    }
    labels = [f"T{week.number} ({week.monday:%d/%m})" for week in found.weeks]
    title = f"Lịch hẹn theo tuần: {found.names.get(office, 'tất cả nơi')}"
    return charts.picture(await asyncio.to_thread(charts.stacks, title, labels, series))


TITLES = {
    "came": "đến",
    "expected": "chờ đến",
    "missed": "không đến",
    "cancelled": "hủy",
    "free": "còn trống",
}


def _drawn(count: Count) -> int | None:
    """What a column shows: the number or the least number of the table; nothing for a few."""
    return None if count.kind is Kind.FEW else count.least
