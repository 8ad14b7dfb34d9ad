"""Writes down what became of a row that was to be sent: it arrived, it failed, it was handed back."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from datetime import datetime

import structlog

from bot.delivery.errors import SendError
from bot.delivery.verdicts import Again, GiveUp, decide
from bot.store.database import Database, Transaction
from bot.store.outbox import outbox, undelivered
from bot.store.outbox.outbox import Letter
from bot.store.people import conversations
from bot.store.staff import inbox
from bot.store.values import Ids
from handlers.texts.reminders import passed_on

log = structlog.get_logger()


class Outcomes:
    """Each is for the *owner* of the row's lease: who has lost it changes nothing."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._ids = Ids()

    async def arrived(self, owner: str, letter: Letter, receipt: str) -> None:
        now = self._clock()
        along = [companion.id for companion in letter.companions]
        if not await self._database.run(
            lambda tx: outbox.sent(tx, letter.id, owner, now, receipt, along)
        ):
            log.warning("sent after the lease had ended", row=letter.id)

    async def hand_back(self, owner: str, letter: Letter) -> None:
        """Nothing was sent: whoever is free may take it at once, if nobody has."""
        now = self._clock()
        await self._database.run(lambda tx: outbox.retry(tx, letter.id, owner, now, "held up"))
        log.warning("held up before sending", row=letter.id)

    async def failed(
        self, owner: str, letter: Letter, error: SendError, others: Collection[str]
    ) -> str | None:
        """Try again later or give up; returns the one of *others*, the channels that a message can
        be passed on to, that it was passed on to."""
        verdict = decide(error, letter, self._clock(), random.random())  # noqa: S311 - jitter
        if isinstance(verdict, GiveUp):
            return await self._database.run(
                lambda tx: self._give_up(tx, owner, letter, verdict, others)
            )
        await self._database.run(lambda tx: _again(tx, owner, letter, verdict, error))
        return None

    def _give_up(
        self, tx: Transaction, owner: str, letter: Letter, verdict: GiveUp, others: Collection[str]
    ) -> str | None:
        if not outbox.close(tx, letter.id, owner, "failed", verdict.reason):
            return None  # the lease was lost: whoever has the row now decides
        now = self._clock()
        if verdict.unreachable:
            conversations.set_reachable(tx, letter.address, reachable=False)
        elif letter.about is None:
            text = f"Không gửi được tin {letter.id} qua {letter.address.channel}: {verdict.reason}"
            inbox.alert(tx, self._ids.new(now), now, "send", text)
        return undelivered.pass_on(
            tx, letter, verdict.reason, others, now, lambda: self._ids.new(now), passed_on
        )


def _again(tx: Transaction, owner: str, letter: Letter, verdict: Again, error: SendError) -> None:
    reason, uncertain = str(error), verdict.uncertain
    outbox.retry(tx, letter.id, owner, verdict.at, reason, uncertain=uncertain, sent=error.sent)
