"""The first page: what needs doing today, and where to go."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot.core.clock import local
from bot.desk.context import desk_of, officer, page, run
from bot.desk.views import people
from bot.store.booking import offices
from bot.store.booking.offices import Office
from bot.store.database import Transaction


async def home(request: web.Request) -> web.Response:
    today = local(desk_of(request).clock()).date()
    mine, lists = await run(request, lambda tx: (_offices(tx, request), people.look(tx, request)))
    values = {
        "offices": mine,
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "waiting": len(lists.people),
        "calls": len(lists.calls),
        "alerts": len(lists.alerts),
    }
    return page(request, "home.html", values)


def _offices(tx: Transaction, request: web.Request) -> list[Office]:
    mine = officer(request).account.offices
    return [office for office in offices.all_open(tx) if not mine or office.id in mine]
