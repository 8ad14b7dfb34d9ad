"""Figures: visits, questions, the way from a talk to an account that works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from aiohttp import web

from bot.core.clock import VIETNAM
from bot.desk import charts
from bot.desk.context import desk_of, page, run
from bot.desk.views import weekly
from bot.store.booking import ward_figures
from bot.store.people import coachings
from bot.store.staff import figures, tallies
from bot.store.staff.figures import FEWEST, Figures
from handlers.texts.activation import STEPS

PERIODS = (7, 30, 90)


class Coached(NamedTuple):
    """People who began to activate together and were done; by step, how many got stuck."""

    begun: int
    done: int
    stuck: list[tuple[str, int]]


async def show(request: web.Request) -> web.Response:
    days = _days(request)
    found = await _figures(request, days)
    official = await run(request, ward_figures.total)
    entries = desk_of(request).library.matcher().faq.entries
    titles = {
        row["entry"]: entries[row["entry"]].title for row in found.topics if row["entry"] in entries
    }
    values = {
        **await weekly.values(request),
        "days": days,
        "periods": PERIODS,
        "found": found,
        "titles": titles,
        "official": official,
        "fewest": FEWEST,
        "coach": await _coach(request, days),
        "spread": await _spread(request, days),
    }
    return page(request, "figures.html", values)


def _days(request: web.Request) -> int:
    text = request.query.get("days", "")
    return int(text) if text in map(str, PERIODS) else PERIODS[0]


async def _figures(request: web.Request, days: int) -> Figures:
    end = desk_of(request).clock()
    return await run(request, lambda tx: figures.between(tx, end - timedelta(days=days), end))


async def _spread(request: web.Request, days: int) -> dict[str, int]:
    today = desk_of(request).clock().astimezone(VIETNAM).date()
    first = today - timedelta(days=days)
    return await run(request, lambda tx: tallies.sums(tx, first, today))


async def _coach(request: web.Request, days: int) -> Coached:
    end = desk_of(request).clock()
    rows = await run(request, lambda tx: coachings.counts(tx, end - timedelta(days=days), end))
    names = {one.id: f"{n}. {one.name}" for n, one in enumerate(STEPS, 1)}
    people = {row["event"]: row["people"] for row in rows if not row["step"]}
    stuck = [(names.get(str(row["step"]), ""), row["people"]) for row in rows if row["step"]]
    return Coached(people.get(coachings.BEGUN, 0), people.get(coachings.DONE, 0), stuck)


# --- pictures ------------------------------------------------------------------------------------


async def chart(request: web.Request) -> web.Response:
    draw = CHARTS.get(request.match_info["chart"])
    if draw is None:
        raise web.HTTPNotFound
    found = await _figures(request, _days(request))
    return charts.picture(await asyncio.to_thread(draw, found))


def _funnel(found: Figures) -> bytes:
    steps = ("scanned", "talked", "booked", "came", "activated")
    labels = ("quét áp phích", "trò chuyện", "đặt lịch", "đến làm", "đã kích hoạt")
    people = [n if (n := found.funnel[step]) >= FEWEST else 0 for step in steps]
    return charts.bars("Từ áp phích đến kích hoạt", labels, {"người": people})


CHARTS: dict[str, Callable[[Figures], bytes]] = {"funnel.svg": _funnel}
