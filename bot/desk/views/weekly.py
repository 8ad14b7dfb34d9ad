"""Visits and free places by office and week."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot import weeks
from bot.desk import charts, groups
from bot.desk.context import desk_of, run
from bot.desk.groups import Count, Kind
from bot.store import offices, weekly
from bot.store.database import Transaction
from bot.store.weekly import Key, Visits
from bot.weeks import Week

BEFORE, AFTER = 8, 3  # weeks shown beside this one
NONE = Visits()


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
        return _line({part: groups.count(getattr(one, part)) for part in PARTS}, one.places)

    def all_offices(self, week: int) -> Line:
        """Of all of them: no number of one office follows from it."""
        found = [self.visits.get((office, week), NONE) for office in self.names]
        parts = {part: groups.together(getattr(one, part) for one in found) for part in PARTS}
        return _line(parts, sum(one.places for one in found))


PARTS = ("expected", "came", "missed", "cancelled", "walk_ins")


def _line(parts: Mapping[str, Count], places: int) -> Line:
    taken = (parts["expected"], parts["came"], parts["missed"])
    booked = groups.total((*taken, parts["cancelled"]))
    return Line(**parts, booked=booked, places=places, free=groups.left(places, taken))


async def values(request: web.Request) -> dict[str, Any]:
    """What figures.html shows of the weeks: those of the chosen office, and all offices in one."""
    found = await find(request)
    office = chosen(request, found.names)
    week = _week(request, found.weeks)
    lines = {one: _of(found, office, n) for n, one in enumerate(found.weeks)}
    busy = [id_ for id_ in found.names if (id_, week) in found.visits]
    return {
        "office": office,
        "offices": found.names,
        "weeks": lines,
        "week": found.weeks[week],
        "this_week": found.weeks[BEFORE],
        "by_office": {id_: found.line(id_, week) for id_ in busy},
    }


async def find(request: web.Request) -> Found:
    now = desk_of(request).clock()
    shown = weeks.around(now, BEFORE, AFTER)
    starts = [week.start for week in (*shown, shown[-1].plus(1))]
    names, visits = await run(request, lambda tx: _look(tx, starts))
    return Found(shown, names, visits)


def _look(
    tx: Transaction, starts: Sequence[datetime]
) -> tuple[dict[str, str], Mapping[Key, Visits]]:
    names = {office.id: office.name for office in offices.all_known(tx)}
    return names, weekly.visits(tx, starts)


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
    found = await find(request)
    office = chosen(request, found.names)
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
