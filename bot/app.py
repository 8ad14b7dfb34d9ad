"""The web application around the service: its routes, its start and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels import Channel
from bot.channels.web.channel import HEADERS, MAX_BODY, STATIC
from bot.channels.web.json_api import errors_as_json
from bot.channels.web.poster_check import PosterCheck
from bot.core import http_request
from bot.core.config import Settings
from bot.ops import access_log
from bot.ops.deployment import Clock, open_vault, utc_now
from bot.ops.shutdown import CHANNELS, CONNECTIONS, COURIER
from bot.service import Service, assemble
from bot.store import leases
from bot.store.database import Database

SERVICE = web.AppKey("service", Service)
HSTS = "max-age=31536000; includeSubDomains"  # a year (ASVS 5.0 V3.4.1)
NAME = "vneid-bot"  # as the service calls itself to who asks over HTTP


def make_app(settings: Settings, database: Database, clock: Clock = utc_now) -> web.Application:
    """Put the service together; raises `Faults` when the FAQ cannot be loaded."""
    service = assemble(settings, database, clock)
    watch = (access_log.requests, service.metrics.requests)
    door = (*watch, http_request.no_endless_names, errors_as_json)
    app = web.Application(middlewares=door, client_max_size=MAX_BODY)
    app[SERVICE] = service
    for channel in service.channels:
        app.add_routes(channel.routes())
    app.add_routes(
        [web.static("/static", STATIC), *service.watch.routes, *service.gallery.routes()]
    )
    app.add_routes(_poster_check(service, clock).routes())
    app.add_subapp("/desk", service.desk)
    app.on_response_prepare.append(_add_headers)
    if settings.public_url:
        app.on_response_prepare.append(_https_only(settings))
    app.on_shutdown.append(_stop_channels)  # before requests under way are waited for
    app.cleanup_ctx.append(_run_service(clock))
    return app


def _poster_check(service: Service, clock: Clock) -> PosterCheck:
    words = service.library.matcher
    vault = open_vault(service.settings)
    return PosterCheck(
        service.settings, service.database, vault, lambda: words().faq.greetings, clock
    )


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = NAME  # instead of the versions of Python and aiohttp
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _https_only(settings: Settings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Tells browsers that came by https to come by nothing else: those whom our proxy says so of, or,
    where it says nothing, who asked for the public name. Never who asks on the machine itself."""
    public = urlsplit(settings.public_url).netloc

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        said = (
            request.headers.getall("X-Forwarded-Proto", []) if settings.listen.behind_proxy else []
        )
        scheme = ",".join(said).rsplit(",", 1)[-1].strip()
        if request.host == public and scheme in ("", "https"):
            response.headers["Strict-Transport-Security"] = HSTS

    return add


def _run_service(clock: Clock) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(app: web.Application) -> AsyncIterator[None]:
        """Courier first, so that what a crash left is on its way before new messages come."""
        service = app[SERVICE]
        senders = [service.metrics.sending(channel) for channel in service.channels]
        alone = not service.database.shared
        if alone:
            await service.database.run(leases.clear)
        await service.courier.start(senders, alone=alone)
        for channel in service.channels:
            await channel.start()
        tasks = [
            asyncio.create_task(service.library.watch()),
            asyncio.create_task(service.opening.run()),
            asyncio.create_task(service.keeper.run()),
            asyncio.create_task(service.feeder.run()),
            asyncio.create_task(service.scrubber.run()),
            asyncio.create_task(service.sweeper.run()),
            asyncio.create_task(service.watch.dead_man.run()),
            asyncio.create_task(service.watch.nightly.run()),
            asyncio.create_task(service.watch.erasures.run()),
        ]
        yield
        await service.ending.until(COURIER, "courier", service.courier.stop())
        await _all_channels(service, CONNECTIONS, lambda channel: channel.close())
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        service.database.close()

    return context


async def _stop_channels(app: web.Application) -> None:
    await _all_channels(app[SERVICE], CHANNELS, lambda channel: channel.stop())


async def _all_channels(
    service: Service, second: float, work: Callable[[Channel], Coroutine[Any, Any, None]]
) -> None:
    """Do *work* with every channel at once: one that hangs takes no time from the others."""
    until = service.ending.until
    await asyncio.gather(*(until(second, one.name, work(one)) for one in service.channels))
