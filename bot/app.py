"""The composition root: the one module that knows everything."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import structlog
from aiohttp import web

from bot import access_log, places, reminders
from bot.backup.nightly import Nightly
from bot.channels import Channel, Handle
from bot.channels.alarm import Alarm
from bot.channels.poster_check import PosterCheck
from bot.channels.web import HEADERS, MAX_BODY, STATIC, WebChannel
from bot.channels.web_json import errors_as_json
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_oa import ZaloOaChannel
from bot.config import Settings
from bot.courier import Courier
from bot.desk import make_desk
from bot.dialogue import Dialogue
from bot.ending import CHANNELS, CONNECTIONS, COURIER, Ending
from bot.feeder import Feeder
from bot.gallery import Gallery
from bot.keeper import Keeper
from bot.library import Library
from bot.matching.matcher import Thresholds
from bot.metrics import Metrics
from bot.opening import Opening
from bot.scrubber import Scrubber, want_tonight
from bot.store import (
    accounts,
    attribution,
    coachings,
    conversations,
    interactions,
    leases,
    links,
    numbers,
    officers,
    profiles,
    questions,
    responses,
    retention,
    uploads,
)
from bot.store import database as databases
from bot.store.database import Database, Transaction
from bot.store.values import Ids
from bot.tempo import Tempo
from bot.vault import Vault, key_for
from bot.watching import Watching, facts, watching
from bot.yaml_file import Faults
from handlers import inline
from handlers.inline import Snippet

SWEEP_EVERY = 3600.0  # seconds between deletions of what is older than keep_days

# People first: what is about nobody any more goes with them.
FORGETFUL = (
    profiles, conversations, questions, officers, interactions, uploads, links, numbers, accounts,
    coachings, responses, retention, attribution,
)  # fmt: skip

Clock = Callable[[], datetime]
log = structlog.get_logger()


class AlreadyRunning(Exception):
    """Another process serves from this database."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one running service. `owner` names this process among others."""

    owner: str
    settings: Settings
    database: Database
    library: Library
    dialogue: Dialogue
    courier: Courier
    opening: Opening
    keeper: Keeper
    feeder: Feeder
    scrubber: Scrubber
    desk: web.Application
    channels: tuple[Channel, ...]
    metrics: Metrics
    watch: Watching
    ending: Ending
    gallery: Gallery


SERVICE = web.AppKey("service", Service)


def utc_now() -> datetime:
    return datetime.now(UTC)


def make_app(settings: Settings, database: Database, clock: Clock = utc_now) -> web.Application:
    """Put the service together; raises `Faults` when the FAQ cannot be loaded."""
    service = _assemble(settings, database, clock)
    watch = (access_log.requests, service.metrics.requests)
    app = web.Application(middlewares=[*watch, errors_as_json], client_max_size=MAX_BODY)
    app[SERVICE] = service
    for channel in service.channels:
        app.add_routes(channel.routes())
    app.add_routes(
        [web.static("/static", STATIC), *service.watch.routes, *service.gallery.routes()]
    )
    app.add_routes(_poster_check(service, clock).routes())
    app.add_subapp("/desk", service.desk)
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_stop_channels)  # before requests under way are waited for
    app.cleanup_ctx.append(_run_service(clock))
    return app


def _poster_check(service: Service, clock: Clock) -> PosterCheck:
    words = service.library.matcher
    vault = open_vault(service.settings)
    return PosterCheck(
        service.settings, service.database, vault, lambda: words().faq.greetings, clock
    )


def _assemble(settings: Settings, plain: Database, clock: Clock) -> Service:
    metrics = Metrics(lambda: facts(library, nightly))
    database = metrics.timing(plain)
    ids, owner = Ids(), f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    wards = places.load()
    vault = open_vault(settings)

    async def report(faults: Faults) -> None:
        now = clock()
        text = f"FAQ có lỗi nên bản đang dùng được giữ nguyên:\n{faults}"[:4000]
        await database.run(lambda tx: officers.alert(tx, ids.new(now), now, "faq", text))

    aside = kept(settings)
    library = Library(Path(settings.faq), thresholds(settings), report, aside, spare=aside)
    gallery = Gallery(library.matcher, settings, clock)
    rules = settings.booking.reminders
    courier = Courier(
        database,
        clock,
        owner=owner,
        spreaders=settings.outreach.in_flight,
        calm=lambda now: reminders.calm(now, rules),
        mailboxes=(WebChannel.name,),
        opened=lambda reply: gallery.complete(vault.open_files(reply)),
    )
    dialogue = Dialogue(
        database,
        settings,
        library.matcher,
        clock,
        vault,
        wards,
        mailboxes=(WebChannel.name,),
        numbered=(ZaloBotChannel.name,),
        windows=_windows(settings),
        wake=courier.wake,
    )
    handle = access_log.updates(metrics.handling(dialogue.handle))
    channels = _channels(settings, database, handle, clock, vault, library)
    opening = Opening(database, settings, wards, clock)
    keeper = Keeper(database, settings, clock, courier.wake, owner=owner)
    rates = {channel.name: channel.tempo.rate for channel in channels}
    feeder = Feeder(database, settings, wards, rates, clock, courier.wake, owner=owner)
    scrubber = Scrubber(database, clock)
    desk = make_desk(settings, database, vault, library, clock, courier.wake, wards)
    ending = Ending()
    nightly = Nightly(settings, clock, Alarm(database, clock, "backup"))
    watch = watching(settings, database, library, channels, clock, ending, metrics, nightly)
    return Service(
        owner,
        settings,
        database,
        library,
        dialogue,
        courier,
        opening,
        keeper,
        feeder,
        scrubber,
        desk,
        channels,
        metrics,
        watch,
        ending,
        gallery,
    )


def _channels(
    settings: Settings,
    database: Database,
    handle: Handle,
    clock: Clock,
    vault: Vault,
    library: Library,
) -> tuple[Channel, ...]:
    """The channels that are on; a channel's library is imported only when it is."""
    tempo = Tempo(settings.outreach.rates.web)
    channels: list[Channel] = [WebChannel(database, handle, clock, vault, settings, tempo)]
    if settings.telegram.token:
        from bot.channels.telegram import TelegramChannel

        def look_up(words: str) -> tuple[Snippet, ...]:
            return inline.look_up(library.matcher(), settings, words, clock())

        channels.append(TelegramChannel(settings, database, handle, clock, look_up))
    if settings.zalo_oa.app_secret:
        channels.append(ZaloOaChannel(settings, database, handle, clock, vault))
    if settings.zalo_bot.token:
        channels.append(ZaloBotChannel(settings, database, handle, clock))
    return tuple(channels)


def _windows(settings: Settings) -> dict[str, timedelta]:
    """The channels that may not write to people for long, and have no approved form to do it."""
    oa = settings.zalo_oa
    name = ZaloOaChannel.name
    return {} if oa.templates.reminder else {name: timedelta(days=oa.window_days)}


def thresholds(settings: Settings) -> Thresholds:
    return Thresholds(**settings.matching.model_dump())


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


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
            asyncio.create_task(_sweep(service, clock)),
            asyncio.create_task(service.watch.dead_man.run()),
            asyncio.create_task(service.watch.nightly.run()),
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


async def _sweep(service: Service, clock: Clock) -> None:
    """Delete what is older than the deployment keeps."""
    while True:
        try:
            await service.database.run(partial(_forget, service, clock()))
        except Exception:
            log.exception("sweeping failed")
        await asyncio.sleep(SWEEP_EVERY)


def _forget(service: Service, now: datetime, tx: Transaction) -> None:
    """Once in a while, by whichever process comes first."""
    until = now + timedelta(seconds=SWEEP_EVERY * 0.9)
    if leases.take(tx, "sweep", service.owner, now, until):
        forget_before(tx, now - timedelta(days=service.settings.keep_days))
        want_tonight(tx, now)


def forget_before(tx: Transaction, before: datetime) -> None:
    for part in FORGETFUL:
        part.forget_before(tx, before)


def open_database(settings: Settings) -> Database:
    """Raises `DatabaseUnfit`."""
    return databases.open_database(settings.database)


def open_vault(settings: Settings) -> Vault:
    """The vault of the deployment's own key; makes the key when there is none yet."""
    return Vault(key_for(Path(settings.database), settings.data_key))


def kept(settings: Settings) -> Path:
    """The folder of what can be made anew: beside the database, if that is a file."""
    beside = (
        Path(settings.faq).parent / "data" if settings.shared else Path(settings.database).parent
    )
    return beside / "kept"


def lock(settings: Settings) -> AbstractContextManager[object]:
    """Hold the database for this process: only one may serve from one SQLite file, any number from
    a PostgreSQL.

    Raises `AlreadyRunning`. The lock ends with the returned file, or with the process.
    """
    if settings.shared:
        return nullcontext()
    path = Path(settings.database + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise AlreadyRunning(settings.database) from error
    return file
