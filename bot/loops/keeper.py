"""Keeps bookings in order as time passes: ends holds, passes places on to those who wait, frees
what nobody wanted. Also asks people to move whose hour is no longer in the calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.config import Settings
from bot.config.booking import Booking as Rules
from bot.messages import Reply
from bot.quiet import after_daytime
from bot.reminders import calm
from bot.staff import attendance
from bot.store import bookings, leases, offices, outbox, seats, slots, waiting
from bot.store.bookings import Booking, State
from bot.store.database import Database, Row, Transaction
from bot.store.values import Ids
from bot.store.waiting import Offer
from handlers import waiting_texts as say

LOOK_EVERY = 5.0  # seconds
PAUSE = timedelta(seconds=4)  # between looks, whoever looks
SOONEST = timedelta(hours=1)  # before its hour a place is no longer offered
MOVE_USEFUL = timedelta(hours=1)  # before the visit a request to move it comes too late
SHORTEST = timedelta(minutes=15)  # of daytime, to answer an offer
UNMARKED_FOR = timedelta(hours=24)  # after it began, a visit that nobody marked is over

log = structlog.get_logger()


class Keeper:
    """Looks every few seconds; everything of one look is one transaction. *owner* names this
    process among others."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime],
        wake: Callable[[str], None] = lambda channel: None,
        *,
        owner: str = "",
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._wake = wake
        self._owner = owner
        self._ids = Ids()

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("keeping bookings failed")
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        for channel in await self._database.run(self._keep):
            self._wake(channel)

    def _keep(self, tx: Transaction) -> set[str]:
        """One process at a time: another one that comes meanwhile waits, and then has no need to."""
        now = self._clock()
        if not leases.take(tx, "keeper", self._owner, now, now + PAUSE):
            return set()
        return keep(tx, self._settings, now, partial(self._ids.new, now))


def keep(tx: Transaction, settings: Settings, now: datetime, new_id: Callable[[], str]) -> set[str]:
    """Do what time has made due; returns the channels that have new messages to send."""
    bookings.expire(tx, now)
    for booking in bookings.unfinished(tx, now - UNMARKED_FOR):
        _close(tx, booking, settings, now, new_id)
    waiting.expire(tx, now)
    written = {
        _tell(tx, offer, settings, now, new_id) for offer in _offers(tx, settings, now, new_id)
    }
    seats.release(tx, now)
    for code in slots.affected(tx, now):
        written |= _ask_to_move(tx, code, now, new_id)
    return written


def _close(
    tx: Transaction, booking: Booking, settings: Settings, now: datetime, new_id: Callable[[], str]
) -> None:
    """A visit that nobody marked ends by itself, so that the person can book again; the event
    tells that it was the service that said so, and an officer can put it right."""
    to = State.SERVED if booking.state is State.ARRIVED else State.NO_SHOW
    attendance.mark(tx, settings, booking.code, to, now, "service", new_id)


# --- offers --------------------------------------------------------------------------------------


def _offers(
    tx: Transaction, settings: Settings, now: datetime, new_id: Callable[[], str]
) -> list[Offer]:
    """Offer each place that came back to the first who waits for such a one."""
    made = []
    for place in waiting.come_back(tx, now + SOONEST):
        office = offices.get(tx, place["office"])
        until = _until(settings.booking, place, now)
        if office is None or not office.open or until is None:
            continue
        person = waiting.first(tx, place, office.services, now)
        if person and (offer := waiting.offer(tx, new_id(), place, person, now, until)):
            made.append(offer)
    return made


def _until(rules: Rules, place: Row, now: datetime) -> datetime | None:
    """How long an offer is open: some hours of daytime, and not past the hour before the visit.
    None when that would leave no time to answer it awake."""
    quiet = rules.reminders
    length = timedelta(hours=rules.offer_hours)
    end = after_daytime(now, length, quiet.quiet_from, quiet.quiet_to)
    end = min(end, datetime.fromisoformat(place["starts_at"]) - SOONEST)
    return end if end - calm(now, quiet) >= SHORTEST else None


def _tell(
    tx: Transaction, offer: Offer, settings: Settings, now: datetime, new_id: Callable[[], str]
) -> str:
    office = offices.get(tx, offer.office)
    services = {service.id: service.title for service in settings.booking.services}
    reply = say.offer(offer, office.name if office else "", services.get(offer.service, ""))
    outbox.put(
        tx,
        id=new_id(),
        key=f"offer:{offer.id}",
        to=offer.address,
        reply=reply,
        content="offer",
        now=now,
        useful_until=offer.until,
        code=offer.id,
        kind="offer",
    )
    return offer.address.channel


# --- changed hours ---------------------------------------------------------------------------------


def _ask_to_move(tx: Transaction, code: str, now: datetime, new_id: Callable[[], str]) -> set[str]:
    """Once for each version of the booking: `key` refuses a second one. Returns the channel that
    has something new to send."""
    booking = bookings.by_code(tx, code)
    if booking is None:
        return set()
    office = offices.get(tx, booking.office)
    reply: Reply = say.changed(booking, office.name if office else "")
    new = outbox.put(
        tx,
        id=new_id(),
        key=f"{slots.CHANGED}:{booking.code}:{booking.version}",
        to=booking.address,
        reply=reply,
        content="hours",
        now=now,
        useful_until=booking.starts_at - MOVE_USEFUL,
        code=booking.code,
        version=booking.version,
        kind=slots.CHANGED,
    )
    return {booking.address.channel} if new else set()
