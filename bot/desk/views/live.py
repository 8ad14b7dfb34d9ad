"""Lists that keep themselves up to date: server-sent events say that a list has changed, and the page
asks for it again. What is sent holds nothing about anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from bot.desk import days
from bot.desk.access import HEADERS
from bot.desk.context import STREAMING, desk_of, run
from bot.desk.views import campaigns, people
from bot.desk.views.day import office_of
from bot.store.booking import day_list
from bot.store.database import DatabaseClosed, Transaction

LOOK_EVERY = 2.0  # seconds; other processes write too, so the database is asked
LONGEST = 300  # looks; then the page comes back, and its session is checked again
BEAT_EVERY = 8  # looks without news until a sign of life, for proxies that cut silent connections
STREAM = {
    **HEADERS,
    "Content-Type": "text/event-stream",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}
Signature = Callable[[Transaction], str]


async def day_events(request: web.Request) -> web.StreamResponse:
    """Of the list of a day."""
    span = days.span(request.match_info["office"], days.day_of(request))
    await run(request, lambda tx: office_of(tx, request))
    return await _stream(request, lambda tx: day_list.signature(tx, span))


async def people_events(request: web.Request) -> web.StreamResponse:
    """Of the people who wait, are to be called, and the alerts."""
    return await _stream(request, lambda tx: people.look(tx, request).signature)


async def campaign_events(request: web.Request) -> web.StreamResponse:
    """Of how far a campaign has got."""
    await run(request, lambda tx: campaigns.signature(tx, request))
    return await _stream(request, lambda tx: campaigns.signature(tx, request))


async def _stream(request: web.Request, signature: Signature) -> web.StreamResponse:
    """One `list` for each state of the list, the present one first."""
    response = web.StreamResponse(headers=STREAM)
    response.force_close()  # with the stream the connection is given back
    request[STREAMING] = True
    await response.prepare(request)
    leave = asyncio.Event()  # somebody else needs the place; the page comes back in seconds
    with (
        suppress(ConnectionResetError, DatabaseClosed),  # the page, or the service, has gone
        desk_of(request).streams.open(leave, leave.set),
    ):
        await _watch(request, response, signature, leave)
    return response


async def _watch(
    request: web.Request, response: web.StreamResponse, signature: Signature, leave: asyncio.Event
) -> None:
    known, stopping = "", desk_of(request).stopping
    for look in range(LONGEST):
        found = await run(request, signature)
        if found != known:
            known = found
            await response.write(f"event: list\ndata: {found}\n\n".encode())
        elif look % BEAT_EVERY == 0:
            await response.write(b": alive\n\n")
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await stopping.wait()
                return
        if leave.is_set():
            return
