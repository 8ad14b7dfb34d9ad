"""The audit log, for those who check: read only."""

from __future__ import annotations

from aiohttp import web

from bot.desk.context import page, run
from bot.store.staff import audit

PAGE = 100


async def show(request: web.Request) -> web.Response:
    account = request.query.get("account", "")[:64]
    what = request.query.get("what", "")[:64]
    before = request.query.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 1 << 60
    rows = await run(
        request,
        lambda tx: audit.newest(tx, account=account, what=what, before=start, count=PAGE + 1),
    )
    more = rows[PAGE - 1]["number"] if len(rows) > PAGE else None
    values = {"rows": rows[:PAGE], "more": more, "account": account, "what": what}
    return page(request, "audit.html", values)


async def check(request: web.Request) -> web.Response:
    """Follow the chain from its beginning."""
    faults = await run(request, lambda tx: list(audit.faults(tx)))
    return page(request, "audit_check.html", {"faults": faults})
