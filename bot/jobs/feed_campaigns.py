"""Writes the rows of campaigns a little ahead of the courier, and ends campaigns that are done.

A million rows at once would fill the outbox and could not be taken back; so only what goes out in the
next seconds is written, each batch in one transaction with how far it has got. After a crash it goes
on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.booking.reminders import calm
from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.outreach import batches
from bot.outreach.batches import Feed
from bot.store import leases
from bot.store.campaigns import campaigns, frequency_cap
from bot.store.campaigns.campaigns import Campaign
from bot.store.campaigns.segments import are_few
from bot.store.database import Database
from bot.store.values import Ids

LOOK_EVERY = 1.0  # seconds
TURN = timedelta(seconds=5)  # without a look, another process feeds
AHEAD = timedelta(seconds=15)  # what goes out in this time is written

log = structlog.get_logger()


class Feeder:
    """`rates`: the channels that are on, and how many messages a second each takes."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        wards: Wards,
        rates: Mapping[str, float],
        clock: Callable[[], datetime],
        wake: Callable[[str], None] = lambda channel: None,
        *,
        owner: str = "feeder",
    ) -> None:
        self._database = database
        self._settings = settings
        self._wards = wards
        self._rates = rates
        self._clock = clock
        self._wake = wake
        self._owner = owner
        self._ids = Ids()
        self._small: dict[tuple[str, str], bool] = {}

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("feeding campaigns failed")
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """One process at a time: another one that comes meanwhile has nothing to do."""
        now = self._clock()
        if not await self._database.run(
            lambda tx: leases.take(tx, "feeder", self._owner, now, now + TURN)
        ):
            return
        for campaign in await self._database.run(lambda tx: campaigns.running(tx, now + AHEAD)):
            try:
                await self._feed(campaign, now)
            except Exception:  # of one campaign; the others go on
                log.exception("feeding a campaign failed", campaign=campaign.id)
        await self._database.run(lambda tx: frequency_cap.forget_old(tx, now))

    async def _feed(self, campaign: Campaign, now: datetime) -> None:
        """Top up each channel, in a transaction of its own; then see whether all is done."""
        feed = self._for(campaign, now)
        for channel in self._rates:
            room = int(self._rates[channel] * AHEAD.total_seconds()) + 1
            few = await self._few(feed, channel)
            work = partial(batches.top_up, feed=feed, channel=channel, room=room, few=few)
            if await self._database.run(work):
                self._wake(channel)
        if await self._database.run(lambda tx: batches.finish(tx, feed)):
            log.info("campaign done", campaign=campaign.id)
            self._small = {key: few for key, few in self._small.items() if key[0] != campaign.id}

    async def _few(self, feed: Feed, channel: str) -> bool:
        """How to look for its members; counted once, as a count of very many takes a while."""
        key = feed.campaign.id, channel
        if key not in self._small:
            count = partial(are_few, rule=feed.rule, channel=channel)
            self._small[key] = await self._database.run(count)
        return self._small[key]

    def _for(self, campaign: Campaign, now: datetime) -> Feed:
        return batches.prepare(
            campaign,
            self._settings,
            self._wards,
            tuple(self._rates),
            now,
            soon=now + AHEAD,
            calm=lambda at: calm(at, self._settings.booking.reminders),
            new_id=partial(self._ids.new, now),
        )
