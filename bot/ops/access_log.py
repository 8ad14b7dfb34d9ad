"""Which request or update a line of the log belongs to, and one line for each request.

An address may hold a code, a row's secret or a token, so it is told by the pattern that it matched.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from secrets import token_hex
from time import perf_counter

import structlog
from aiohttp import web
from structlog.contextvars import bound_contextvars

from bot.core.http_request import route
from bot.core.messages import Incoming
from bot.dialogue import Delivered

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Handle = Callable[[Incoming], Awaitable[Delivered]]

QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/static"})  # asked for all day long

log = structlog.get_logger()


@web.middleware
async def requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write down who asked for what kind of page and what became of it."""
    called = route(request)
    began, status = perf_counter(), 500
    with bound_contextvars(request=token_hex(4)):
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            tell = log.debug if called in QUIET and status < 400 else log.info
            ms = round((perf_counter() - began) * 1000, 1)
            tell("request", method=request.method, route=called, status=status, ms=ms)


def updates(handle: Handle) -> Handle:
    """*handle*, with every line that is written meanwhile naming the channel and the update."""

    async def named(incoming: Incoming) -> Delivered:
        with bound_contextvars(channel=incoming.sender.channel, update=incoming.id):
            return await handle(incoming)

    return named
