"""Everything that watches the service, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.backup.erasures import Erasures
from bot.backup.nightly import Nightly
from bot.channels import Channel
from bot.channels.alarm import Alarm
from bot.config import Settings
from bot.ending import Ending
from bot.library import Library
from bot.store.database import Database
from bot.vault import Vault
from bot.watch.deadman import DeadMan
from bot.watch.health import Health
from bot.watch.metrics import Facts, Metrics
from bot.watch.pulse import Pulse


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
) -> Watching:
    pulse = Pulse(database, clock)
    health = Health(settings, pulse, library, channels, ending, nightly.warnings)
    limit = timedelta(minutes=settings.watch.oldest_due_minutes)
    names = [channel.name for channel in channels]
    dead_man = DeadMan(pulse, names, limit, Alarm(database, clock, "outbox"))
    erasures = Erasures(settings, database, vault, clock, Alarm(database, clock, "backup"))
    return Watching(
        health, dead_man, nightly, erasures, (*health.routes(), *metrics.routes(settings, pulse))
    )


def facts(channels: tuple[Channel, ...], library: Library, nightly: Nightly) -> Facts:
    faq, age = library.matcher().faq, nightly.age()
    return Facts(
        channels=tuple(channel.name for channel in channels),
        version=faq.version,
        entries=len(faq.entries),
        reloads=library.reloads,
        faulty=library.faults is not None,
        backup_age=None if age is None else age.total_seconds(),
        backup_failures=nightly.failures,
    )
