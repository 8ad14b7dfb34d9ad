"""A list that keeps itself up to date: server-sent events say that a day has changed, and the page
asks for it again. What is sent holds nothing about anybody."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from bot.desk import days
from bot.desk.context import desk_of, run
from bot.desk.guard import HEADERS
from bot.desk.views.day import office_of
from bot.store import visits
from bot.store.database import DatabaseClosed
from bot.store.visits import Span

LOOK_EVERY = 2.0  # seconds; other processes write too, so the database is asked
LONGEST = 300  # looks; then the page comes back, and its session is checked again
BEAT_EVERY = 8  # looks without news until a sign of life, for proxies that cut silent connections
STREAM = {
    **HEADERS,
    "Content-Type": "text/event-stream",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}


async def events(request: web.Request) -> web.StreamResponse:
    """One `day` for each state of the list, the present one first."""
    span = days.span(request.match_info["office"], days.day_of(request))
    await run(request, lambda tx: office_of(tx, request))
    response = web.StreamResponse(headers=STREAM)
    await response.prepare(request)
    with suppress(ConnectionResetError, DatabaseClosed):  # the page, or the service, has gone
        await _watch(request, response, span)
    return response


async def _watch(request: web.Request, response: web.StreamResponse, span: Span) -> None:
    known, stopping = "", desk_of(request).stopping
    for look in range(LONGEST):
        signature = await run(request, lambda tx: visits.signature(tx, span))
        if signature != known:
            known = signature
            await response.write(f"event: day\ndata: {signature}\n\n".encode())
        elif look % BEAT_EVERY == 0:
            await response.write(b": alive\n\n")
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await stopping.wait()
                return
