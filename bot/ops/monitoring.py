"""Everything that watches the service, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.channels import Channel
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.file_descriptors import Streams
from bot.faq.live import Library
from bot.ops.backup.erasures import Erasures
from bot.ops.backup.nightly import Nightly
from bot.ops.deadman import DeadMan
from bot.ops.health import Health
from bot.ops.metrics import Facts, Metrics
from bot.ops.pulse import Pulse
from bot.ops.shutdown import Ending
from bot.store.alerts import Alarm
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Watching:
    health: Health
    dead_man: DeadMan
    nightly: Nightly
    erasures: Erasures
    routes: tuple[web.RouteDef, ...]


def watching(
    settings: Settings,
    database: Database,
    library: Library,
    channels: tuple[Channel, ...],
    clock: Callable[[], datetime],
    ending: Ending,
    metrics: Metrics,
    nightly: Nightly,
    vault: Vault,
    streams: Streams,
) -> Watching:
    pulse = Pulse(database, clock)
    health = Health(settings, pulse, library, channels, ending, nightly.warnings, streams)
    limit = timedelta(minutes=settings.watch.oldest_due_minutes)
    names = [channel.name for channel in channels]
    dead_man = DeadMan(pulse, names, limit, Alarm(database, clock, "outbox"))
    erasures = Erasures(settings, database, vault, clock, Alarm(database, clock, "backup"))
    return Watching(
        health, dead_man, nightly, erasures, (*health.routes(), *metrics.routes(settings, pulse))
    )


def facts(
    channels: tuple[Channel, ...], library: Library, nightly: Nightly, streams: Streams
) -> Facts:
    faq, age = library.matcher().faq, nightly.age()
    return Facts(
        channels=tuple(channel.name for channel in channels),
        version=faq.version,
        entries=len(faq.entries),
        reloads=library.reloads,
        faulty=library.faults is not None,
        backup_age=None if age is None else age.total_seconds(),
        backup_failures=nightly.failures,
        streams_open=len(streams),
        streams_most=streams.most,
        streams_closed=streams.closed,
    )
