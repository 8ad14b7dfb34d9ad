"""The first page: what needs doing today, and where to go."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot.desk.context import desk_of, officer, page, run
from bot.store import officers, offices
from bot.store.database import Transaction
from bot.store.offices import Office
from bot.vietnam import local


async def home(request: web.Request) -> web.Response:
    today = local(desk_of(request).clock()).date()
    found, waiting, alerts = await run(request, lambda tx: _overview(tx, request))
    values = {
        "offices": found,
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "waiting": waiting,
        "alerts": alerts,
    }
    return page(request, "home.html", values)


def _overview(tx: Transaction, request: web.Request) -> tuple[list[Office], int, int]:
    mine = officer(request).account.offices
    found = [office for office in offices.all_open(tx) if not mine or office.id in mine]
    return found, len(officers.waiting(tx)), len(officers.alerts(tx))
