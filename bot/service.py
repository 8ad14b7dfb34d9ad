"""The composition root: puts the parts together; the one module that knows everything."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

from aiohttp import web

from bot.booking import reminders
from bot.booking import wards as places
from bot.channels import Channel, Handle
from bot.channels.web.answer_cards import Gallery
from bot.channels.web.channel import WebChannel
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_oa import ZaloOaChannel
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.documents.file import Faults
from bot.core.file_descriptors import Streams, shares
from bot.delivery.courier import Courier
from bot.delivery.pacing import Tempo
from bot.desk import make_desk
from bot.dialogue import Dialogue
from bot.faq.live import Library
from bot.jobs.expire_bookings import Keeper
from bot.jobs.feed_campaigns import Feeder
from bot.jobs.fill_calendar import Opening
from bot.jobs.forget_old_data import Sweeper
from bot.jobs.scrub_disk import Scrubber
from bot.ops import access_log
from bot.ops.backup.nightly import Nightly
from bot.ops.deployment import Clock, fitting_vault, kept, thresholds
from bot.ops.metrics import Metrics
from bot.ops.monitoring import Watching, facts, watching
from bot.ops.shutdown import Ending
from bot.store.alerts import Alarm
from bot.store.database import Database
from bot.store.staff import inbox
from bot.store.values import Ids
from handlers.questions import inline
from handlers.questions.inline import Snippet


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
    sweeper: Sweeper
    desk: web.Application
    channels: tuple[Channel, ...]
    metrics: Metrics
    watch: Watching
    ending: Ending
    gallery: Gallery


def assemble(settings: Settings, plain: Database, clock: Clock) -> Service:
    """Put the parts together; raises `Faults` when the FAQ cannot be loaded, `DatabaseUnfit` when the
    data key is not the database's."""
    metrics = Metrics(lambda: facts(channels, library, nightly, streams))
    database = metrics.timing(plain)
    streams = Streams(shares(settings.limits.streams).streams)
    ids, owner = Ids(), f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    wards = places.load()
    with plain.transaction() as tx:
        vault = fitting_vault(settings, tx)

    async def report(faults: Faults) -> None:
        now = clock()
        text = f"FAQ có lỗi nên bản đang dùng được giữ nguyên:\n{faults}"[:4000]
        await database.run(lambda tx: inbox.alert(tx, ids.new(now), now, "faq", text))

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
    channels = _channels(settings, database, handle, clock, vault, library, streams)
    opening = Opening(database, settings, wards, clock)
    keeper = Keeper(
        database,
        settings,
        clock,
        courier.wake,
        owner=owner,
        matcher=library.matcher,
        mailboxes=(WebChannel.name,),
        reach=[channel.name for channel in channels if channel.name != WebChannel.name],
    )
    rates = {channel.name: channel.tempo.rate for channel in channels}
    feeder = Feeder(database, settings, wards, rates, clock, courier.wake, owner=owner)
    scrubber = Scrubber(database, clock)
    sweeper = Sweeper(database, settings, clock, owner)
    desk = make_desk(settings, database, vault, library, clock, courier.wake, wards, streams)
    ending = Ending()
    nightly = Nightly(settings, clock, Alarm(database, clock, "backup"))
    watch = watching(
        settings, database, library, channels, clock, ending, metrics, nightly, vault, streams
    )
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
        sweeper,
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
    streams: Streams,
) -> tuple[Channel, ...]:
    """The channels that are on; a channel's library is imported only when it is."""
    tempo = Tempo(settings.outreach.rates.web)
    channels: list[Channel] = [WebChannel(database, handle, clock, vault, settings, tempo, streams)]
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
