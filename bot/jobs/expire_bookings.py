"""Keeps bookings in order as time passes: ends holds, passes places on to those who wait, frees
what nobody wanted. Also asks people to move whose hour is no longer in the calendar."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.booking.reminders import calm
from bot.core.clock import local
from bot.core.config import Settings
from bot.core.config.booking import Booking as Rules
from bot.core.messages import Address, Reply
from bot.core.quiet import after_daytime
from bot.faq.matching.matcher import Matcher
from bot.store import leases
from bot.store.booking import bookings, fair_shares, offices, slot_seats, slots, waiting_list
from bot.store.booking.bookings import Booking, State
from bot.store.booking.offices import Office
from bot.store.booking.waiting_list import Offer
from bot.store.database import Database, Row, Transaction
from bot.store.outbox import outbox, undelivered
from bot.store.people import phone_owners
from bot.store.values import Ids
from handlers.booking import attendance, limits
from handlers.texts import visits
from handlers.texts import waiting_list as say
from handlers.texts.reminders import passed_on
from handlers.texts.visits import Advice

LOOK_EVERY = 5.0  # seconds
PAUSE = timedelta(seconds=4)  # between looks, whoever looks
SOONEST = timedelta(hours=1)  # before its hour a place is no longer offered
MOVE_USEFUL = timedelta(hours=1)  # before the visit a request to move it comes too late
SHORTEST = timedelta(minutes=15)  # of daytime, to answer an offer
UNMARKED_FOR = timedelta(hours=24)  # after it began, a visit that nobody marked is over

log = structlog.get_logger()


class Keeper:
    """Looks every few seconds; everything of one look is one transaction. *owner* names this
    process among others. *mailboxes* are channels that keep messages until they are looked for,
    *reach* those that bring them."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime],
        wake: Callable[[str], None] = lambda channel: None,
        *,
        owner: str = "",
        matcher: Callable[[], Matcher] | None = None,
        mailboxes: Collection[str] = (),
        reach: Collection[str] = (),
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._wake = wake
        self._owner = owner
        self._matcher = matcher
        self._mailboxes, self._reach = tuple(mailboxes), tuple(reach)
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
        new_id = partial(self._ids.new, now)
        written = keep(tx, self._settings, now, new_id, self._matcher)
        for mailbox in self._mailboxes:
            written |= undelivered.unread(tx, mailbox, self._reach, now, new_id, passed_on)
        return written


def keep(
    tx: Transaction,
    settings: Settings,
    now: datetime,
    new_id: Callable[[], str],
    matcher: Callable[[], Matcher] | None = None,
) -> set[str]:
    """Do what time has made due; returns the channels that have new messages to send. *matcher* knows
    the FAQ, which says the fee and papers of a place that is offered."""
    bookings.expire(tx, now)
    for booking in bookings.unfinished(tx, now - UNMARKED_FOR):
        _close(tx, booking, settings, now, new_id)
    waiting_list.expire(tx, now)
    slot_seats.shed(tx)
    written = {
        _tell(tx, offer, settings, now, new_id, matcher)
        for offer in _offers(tx, settings, now, new_id)
    }
    slot_seats.release(tx, now)
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
    for place in waiting_list.come_back(tx, now + SOONEST):
        office = offices.get(tx, place["office"])
        until = _until(settings.booking, place, now)
        if office is None or not office.open or until is None:
            continue
        person = _next_in_line(tx, place, office, settings, now)
        if person and (offer := waiting_list.offer(tx, new_id(), place, person, now, until)):
            made.append(offer)
    return made


def _next_in_line(
    tx: Transaction, place: Row, office: Office, settings: Settings, now: datetime
) -> Row | None:
    """Who is asked first about *place*, but for accounts that nothing vouches for and that have had
    their share there."""
    day = local(datetime.fromisoformat(place["starts_at"])).date()
    passed: list[str] = []
    while len(passed) < waiting_list.MOST_PASSED:
        person = waiting_list.first(tx, place, office.services, now, passed)
        if person is None or phone_owners.vouched(tx, Address(person["channel"], person["person"])):
            return person
        asker = limits.bounded(settings.limits, person["origin"], now)
        if fair_shares.of(tx, asker, office.id).left(day):
            return person
        passed.append(person["origin"])
    return None


def _until(rules: Rules, place: Row, now: datetime) -> datetime | None:
    """How long an offer is open: some hours of daytime, and not past the hour before the visit.
    None when that would leave no time to answer it awake."""
    quiet = rules.reminders
    length = timedelta(hours=rules.offer_hours)
    end = after_daytime(now, length, quiet.quiet_from, quiet.quiet_to)
    end = min(end, datetime.fromisoformat(place["starts_at"]) - SOONEST)
    return end if end - calm(now, quiet) >= SHORTEST else None


def _tell(
    tx: Transaction,
    offer: Offer,
    settings: Settings,
    now: datetime,
    new_id: Callable[[], str],
    matcher: Callable[[], Matcher] | None,
) -> str:
    office = offices.get(tx, offer.office)
    service = settings.booking.named(offer.service)
    advice = visits.advice(matcher().faq, service, offer.starts_at) if matcher else Advice()
    reply = say.offer(offer, office.name if office else "", service.title, advice)
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
