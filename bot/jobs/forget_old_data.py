"""Deletes what is older than the deployment keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.core.config import Settings
from bot.jobs.scrub_disk import want_tonight
from bot.store import leases, uploads
from bot.store.campaigns import attribution, responses
from bot.store.database import Database, Transaction
from bot.store.people import (
    coachings,
    conversations,
    interactions,
    linked_accounts,
    phone_owners,
    profiles,
    questions,
    retention,
)
from bot.store.staff import accounts, inbox

SWEEP_EVERY = 3600.0  # seconds between deletions of what is older than keep_days

# People first: what is about nobody any more goes with them.
FORGETFUL = (
    profiles, conversations, questions, inbox, interactions, uploads, linked_accounts, phone_owners, accounts,
    coachings, responses, retention, attribution,
)  # fmt: skip

log = structlog.get_logger()


class Sweeper:
    """Sweeps now and then, in whichever of several processes comes first."""

    def __init__(
        self, database: Database, settings: Settings, clock: Callable[[], datetime], owner: str
    ) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._owner = owner

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while True:
            try:
                await self._database.run(self._sweep)
            except Exception:
                log.exception("sweeping failed")
            await asyncio.sleep(SWEEP_EVERY)

    def _sweep(self, tx: Transaction) -> None:
        now = self._clock()
        until = now + timedelta(seconds=SWEEP_EVERY * 0.9)
        if leases.take(tx, "sweep", self._owner, now, until):
            forget_before(tx, now - timedelta(days=self._settings.keep_days))
            want_tonight(tx, now)


def forget_before(tx: Transaction, before: datetime) -> None:
    for part in FORGETFUL:
        part.forget_before(tx, before)
