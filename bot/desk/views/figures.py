"""Figures: visits, questions, the way from a talk to an account that works, and targets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from aiohttp import web

from bot.desk import charts
from bot.desk.context import desk_of, note, page, redirect, run
from bot.desk.views import weekly
from bot.store import coachings, figures, tallies
from bot.store.database import Transaction
from bot.store.figures import FEWEST, Figures, Target
from bot.vietnam import VIETNAM
from handlers.coach_texts import STEPS

PERIODS = (7, 30, 90)
MOST_LINES = 500
# The numbers of the city in 2023 (SGGP, 13/10/2023): history, shown until officers hand in theirs.
SEED = (Target("TP.HCM, 13/10/2023 (số cũ)", 5_500_000, 3_700_000, 2_200_000),)


class Coached(NamedTuple):
    """People who began to activate together and were done; by step, how many got stuck."""

    begun: int
    done: int
    stuck: list[tuple[str, int]]


class Unreadable(Exception):
    """A line of the numbers cannot be used; the message says which and why."""


async def show(
    request: web.Request, fault: str = "", text: str | None = None, status: int = 200
) -> web.Response:
    days = _days(request)
    found = await _figures(request, days)
    targets = await run(request, figures.targets) or list(SEED)
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
        "targets": targets,
        "fewest": FEWEST,
        "coach": await _coach(request, days),
        "spread": await _spread(request, days),
        "fault": fault,
        "text": text if text is not None else _as_text(targets),
    }
    return page(request, "figures.html", values, status)


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
    targets = await run(request, figures.targets) or list(SEED)
    return charts.picture(await asyncio.to_thread(draw, found, targets))


def _funnel(found: Figures, targets: list[Target]) -> bytes:
    steps = ("scanned", "talked", "booked", "came", "activated")
    labels = ("quét áp phích", "trò chuyện", "đặt lịch", "đến làm", "đã kích hoạt")
    people = [n if (n := found.funnel[step]) >= FEWEST else 0 for step in steps]
    return charts.bars("Từ áp phích đến kích hoạt", labels, {"người": people})


def _targets(found: Figures, targets: list[Target]) -> bytes:
    names = [row.label for row in targets]
    series = {
        "chỉ tiêu": [row.target for row in targets],
        "đã thu": [row.collected for row in targets],
        "đã kích hoạt": [row.activated for row in targets],
    }
    return charts.bars("Chỉ tiêu", names, series)


CHARTS: dict[str, Callable[[Figures, list[Target]], bytes]] = {
    "funnel.svg": _funnel,
    "targets.svg": _targets,
}


# --- targets -------------------------------------------------------------------------------------


async def set_targets(request: web.Request) -> web.Response:
    text = str((await request.post()).get("text", ""))
    try:
        rows = [_target(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(rows) > MOST_LINES:
            raise Unreadable(f"Nhiều nhất {MOST_LINES} dòng.")
    except Unreadable as error:
        return await show(request, str(error), text, 422)
    now = desk_of(request).clock()

    def keep(tx: Transaction) -> None:
        figures.replace_targets(tx, rows, now)
        note(tx, request, "nhập chỉ tiêu", detail=f"{len(rows)} dòng")

    await run(request, keep)
    return redirect("/desk/figures?said=targets")


def _target(number: int, line: str) -> Target:
    """ "Phường Tân Phú; 50000; 40000; 25000" -> numbers; dots and spaces in them are for the eye."""
    parts = [part.strip() for part in line.split(";")]
    if len(parts) != 4 or not parts[0] or len(parts[0]) > 80:
        raise Unreadable(f"Dòng {number}: viết tên; chỉ tiêu; đã thu; đã kích hoạt")
    digits = ["".join(c for c in part if c not in ". \u00a0") for part in parts[1:]]
    if not all(d.isascii() and d.isdigit() and len(d) <= 12 for d in digits):
        raise Unreadable(f"Dòng {number}: ba cột sau phải là số")
    target, collected, activated = map(int, digits)
    if activated > collected:
        raise Unreadable(f"Dòng {number}: số đã kích hoạt lớn hơn số đã thu")
    return Target(parts[0], target, collected, activated)


def _as_text(rows: list[Target]) -> str:
    return "\n".join(f"{r.label}; {r.target}; {r.collected}; {r.activated}" for r in rows)
