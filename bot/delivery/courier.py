"""Sends what the outbox holds: claim, send, record; retry, or give up aloud.

Each worker has at most one message on its way. If the process dies, that row's lease ends, the row
is counted as uncertain and sent again: nothing is lost, and at most one send per worker may arrive
twice. What becomes of a failed send is decided in bot/delivery/verdicts.py and written down in
bot/delivery/outcomes.py.

Campaigns have workers of their own, so that no reply waits for one of theirs to be free. They claim
only when the channel's tempo lets them send at once, and one after the other where the platforms are
fast: then one message at most is uncertain after a crash, however many people are written to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import structlog

from bot.core.clock_steps import Setback
from bot.core.messages import Priority, Reply
from bot.delivery.attempt import SEND_TIMEOUT, Sender, attempt
from bot.delivery.errors import SendError
from bot.delivery.outcomes import Outcomes
from bot.store import leases, tokens
from bot.store.database import Database, Transaction
from bot.store.outbox import claim, outbox
from bot.store.outbox.claim import Calm, Skipped
from bot.store.outbox.outbox import Letter

LEASE = timedelta(seconds=60)
SEND_AT_MOST = timedelta(seconds=SEND_TIMEOUT)
EVERY_LEASE = datetime.max.replace(tzinfo=UTC)  # even one that a clock set back has made long
TALK = (Priority.REPLY, Priority.REMINDER)
SPREAD = (Priority.BROADCAST,)
TURN = timedelta(seconds=30)  # without a claim, another process spreads campaigns
BUSY = 0.8  # of the time, all channels' campaign messages together
IDLE_POLL = 5.0  # seconds between looks unasked: other processes write rows too

Lane: TypeAlias = tuple[int, ...]  # the priorities that a worker serves
log = structlog.get_logger()


class Courier:
    """Runs `workers` senders for each channel until it is stopped, and `spreaders` for campaigns.

    `calm` knows the quiet hours. `mailboxes` are channels that keep messages until they are looked
    for: no use to somebody whom another channel does not reach. `opened` opens sealed files and
    draws those that are only named; it may take its time.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        owner: str,
        workers: int = 8,
        spreaders: int = 1,
        calm: Calm = lambda now: now,
        mailboxes: Collection[str] = (),
        opened: Callable[[Reply], Reply] = lambda reply: reply,
    ) -> None:
        self._database = database
        self._senders: dict[str, Sender] = {}
        self._clock = clock
        self._owner = owner
        self._lanes = {TALK: workers, SPREAD: spreaders}
        self._calm = calm
        self._mailboxes = frozenset(mailboxes)
        self._opened = opened
        self._news: dict[tuple[str, Lane], asyncio.Semaphore] = {}
        self._stopping = asyncio.Event()
        self._alone = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._outcomes = Outcomes(database, clock)
        self._setback = Setback(clock)

    def wake(self, channel: str) -> None:
        """There may be work for *channel*: one idle worker of each lane looks. At most one call is
        kept."""
        for lane in self._lanes:
            self._wake(channel, lane)

    def _wake(self, channel: str, lane: Lane) -> None:
        news = self._news.get((channel, lane))
        if news is not None and news.locked():
            news.release()

    def serve(self, senders: Iterable[Sender]) -> None:
        """Say whom to send through."""
        self._senders = {sender.name: sender for sender in senders}
        self._news = {
            (name, lane): asyncio.Semaphore(0) for name in self._senders for lane in self._lanes
        }

    async def start(self, senders: Iterable[Sender], *, alone: bool) -> None:
        """Begin. *alone*: no other process uses this database, so every lease found is dead."""
        self.serve(senders)
        await self._release(EVERY_LEASE if alone else self._clock())
        for name, sender in self._senders.items():
            for number in range(self._lanes[TALK]):
                worker = self._work(sender, f"{self._owner}/{name}/{number}")
                self._tasks.append(asyncio.create_task(worker, name=f"courier {name} {number}"))
            for number in range(self._lanes[SPREAD]):
                worker = self._spread(sender, f"{self._owner}/{name}/spread/{number}")
                self._tasks.append(asyncio.create_task(worker, name=f"spreader {name} {number}"))
        self._tasks.append(asyncio.create_task(self._watch_leases(), name="courier leases"))

    async def stop(self) -> None:
        """Finish what is on its way; what is left stays in the outbox."""
        self._stopping.set()
        for (_, lane), news in self._news.items():
            for _ in range(self._lanes[lane]):
                news.release()
        await asyncio.gather(*self._tasks)
        self._tasks.clear()

    async def drain(self) -> int:
        """Send what is due now, one row after the other; returns how many rows were tried."""
        tried = 0
        for name, sender in self._senders.items():
            while letter := await self._claim(name, self._owner):
                await self._send(sender, self._owner, letter)
                tried += 1
        return tried

    async def _watch_leases(self) -> None:
        while not await self._stopped_within(IDLE_POLL):
            try:
                await self.look_at_the_clock()
                await self._release(self._clock())
            except Exception:
                log.exception("releasing leases failed")

    async def look_at_the_clock(self) -> None:
        """A clock that was set back leaves retries and leases far ahead: they are brought near."""
        if not self._setback.happened():
            return
        now = self._clock()
        await self._database.run(lambda tx: _bring_near(tx, now))
        self._setback.dealt_with()
        log.warning("the clock was set back: what waits for a retry is tried now")
        for channel in self._senders:
            self.wake(channel)

    async def _release(self, until: datetime) -> None:
        for channel in await self._database.run(lambda tx: outbox.release(tx, until)):
            self.wake(channel)

    async def _work(self, sender: Sender, owner: str) -> None:
        while not self._stopping.is_set():
            try:
                letter = await self._claim(sender.name, owner, TALK)
                if letter is None:
                    await self._wait(sender.name, TALK)
                else:
                    self._wake(sender.name, TALK)  # where one row was, there may be a second
                    await self._send(sender, owner, letter)
                    self._wake(sender.name, TALK)  # the person's next row is no longer held back
            except Exception:
                # The database is gone or full: the row stays, and its lease will end.
                log.exception("courier failed", channel=sender.name)
                await self._stopped_within(5.0)

    async def _spread(self, sender: Sender, owner: str) -> None:
        """As `_work`, for campaigns: at the channel's tempo, and never in the way of the talk."""
        recording = asyncio.create_task(asyncio.sleep(0))
        while not self._stopping.is_set():
            try:
                async with sender.tempo.spread() as turn, self._one_by_one():
                    turn.began = sender.tempo.now()
                    letter = await self._claim(sender.name, owner, SPREAD)
                    await recording
                    if letter is not None:
                        self._wake(sender.name, SPREAD)
                        recording = await self._begin_to_record(sender, owner, letter)
                        turn.sent = True
                if letter is None:
                    await self._wait(sender.name, SPREAD)
            except Exception:
                log.exception("courier failed", channel=sender.name)
                await self._stopped_within(5.0)
        await recording

    def _one_by_one(self) -> AbstractAsyncContextManager[None]:
        """One campaign message over all channels at a time, while the platforms are so fast that none
        has to wait for another: then a crash leaves one uncertain."""
        busy = sum(sender.tempo.load for sender in self._senders.values())
        return self._alone if busy < BUSY else nullcontext()

    async def _begin_to_record(
        self, sender: Sender, owner: str, letter: Letter
    ) -> asyncio.Task[None]:
        """Send; the outcome is handed to the writer before the next row is claimed, and not waited
        for: both are one commit, and never are two rows of this worker on their way."""

        async def record(outcome: Coroutine[Any, Any, None]) -> None:
            try:
                await outcome
            except Exception:  # the row's lease will end
                log.exception("courier failed", channel=sender.name)

        task = asyncio.create_task(record(await self._tried(sender, owner, letter)))
        await asyncio.sleep(0)  # it begins now
        return task

    async def _claim(
        self, channel: str, owner: str, lane: Lane = outbox.PRIORITIES
    ) -> Letter | None:
        """The next row to send; each that may not go out is passed over in its own transaction."""
        while not self._stopping.is_set():
            now = self._clock()
            taken = await self._database.run(
                lambda tx: self._take(tx, channel, owner, now, lane)  # noqa: B023 - awaited in this round
            )
            if isinstance(taken, Letter) and channel in self._mailboxes:
                return replace(taken, companions=())  # a mailbox shows each row as it stands
            if not isinstance(taken, Skipped):
                return taken
        return None

    def _take(
        self, tx: Transaction, channel: str, owner: str, now: datetime, lane: Lane
    ) -> Letter | Skipped | None:
        """Campaigns are one process's at a time: each knows only how fast it has sent itself."""
        turn = f"spread {channel}", self._owner, now, now + TURN
        if lane == SPREAD and not leases.take(tx, *turn):
            return None
        return claim.take(tx, channel, owner, now, now + LEASE, self._calm, lane)

    async def _send(self, sender: Sender, owner: str, letter: Letter) -> None:
        await (await self._tried(sender, owner, letter))

    async def _tried(self, sender: Sender, owner: str, letter: Letter) -> Coroutine[Any, Any, None]:
        """Try to send *letter*; returns what records the outcome."""
        if letter.leased_until and self._clock() > letter.leased_until - SEND_AT_MOST:
            # This process was held up, paused perhaps: somebody else may have the row by now.
            return self._outcomes.hand_back(owner, letter)
        try:
            receipt = await attempt(sender, letter, self._opened)
        except SendError as error:
            return self._failed(owner, letter, error)
        return self._outcomes.arrived(owner, letter, receipt)

    async def _failed(self, owner: str, letter: Letter, error: SendError) -> None:
        others = self._senders.keys() - self._mailboxes
        passed_on = await self._outcomes.failed(owner, letter, error, others)
        if passed_on:
            self.wake(passed_on)

    async def _wait(self, channel: str, lane: Lane) -> None:
        """Until there is news, the next row is due, or a while has passed."""
        now = self._clock()
        due = await self._database.run(lambda tx: outbox.next_due(tx, channel, now, lane))
        pause = min((due - now).total_seconds(), IDLE_POLL) if due else IDLE_POLL
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._news[channel, lane].acquire()

    async def _stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()


def _bring_near(tx: Transaction, now: datetime) -> None:
    """Also the leases of processes that are gone: nobody would take their work over for so long."""
    outbox.bring_near(tx, now, now + LEASE)
    leases.bring_near(tx, now + LEASE)
    tokens.bring_near(tx, now + LEASE)
