"""Reminders of a visit: agreed to with a tap (taken back with one word: handlers/opt_out.py), written when it is
booked or moved; and who may answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.booking import reminders
from bot.booking.reminders import Due
from bot.core.actions import AgreeReminders
from bot.core.config import Settings
from bot.core.config.booking import Service
from bot.core.messages import Answer, Priority, Reply
from bot.store.booking import bookings, offices
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from bot.store.database import Transaction
from bot.store.outbox import outbox
from bot.store.outbox import still_valid as told
from bot.store.people import consents, linked_accounts
from handlers.texts import reminders as reminder_texts
from handlers.texts import visits
from handlers.texts.booking import CONSENT_VERSION
from handlers.texts.visits import Advice
from handlers.turn import Turn

NOTHING = Advice()
CONTENT = "reminder"  # where the words come from, in place of a version of the FAQ


def handle(turn: Turn) -> Answer | None:
    if turn.action != AgreeReminders():
        return None
    sender = turn.incoming.sender
    if not consents.has(turn.tx, sender, "reminders"):
        version = CONSENT_VERSION
        consents.give(turn.tx, turn.new_id(), sender, "reminders", version, turn.now)
    _remind_of_all(turn)
    booked = bool(bookings.live(turn.tx, sender))
    return Answer((visits.reminders_on(mailbox=turn.mailbox, booked=booked),))


def _remind_of_all(turn: Turn) -> None:
    """Reminders of what is booked already; those written before are not written twice."""
    for booking in bookings.live(turn.tx, turn.incoming.sender):
        office = offices.get(turn.tx, booking.office)
        if office is not None:
            remind_of(turn, booking, office)


def remind_of(turn: Turn, booking: Booking, office: Office) -> None:
    """Write the reminders of *booking*, if the person wants them and they are not there yet."""
    service = turn.settings.booking.named(booking.service)
    schedule(
        turn.tx,
        booking,
        office,
        service,
        turn.settings,
        turn.now,
        turn.new_id,
        advice=advice(turn, booking),
    )


def advice(turn: Turn, booking: Booking) -> Advice:
    service = turn.settings.booking.named(booking.service)
    return visits.advice(turn.faq, service, booking.starts_at)


def schedule(
    tx: Transaction,
    booking: Booking,
    office: Office,
    service: Service,
    settings: Settings,
    now: datetime,
    new_id: Callable[[], str],
    *,
    advice: Advice = NOTHING,
) -> None:
    """Write the reminders of this version of *booking*, in the transaction that makes it; none for
    who did not agree to be reminded. Those of an older version go out no more by themselves.

    *advice* is the FAQ's, as it reads on the day of the visit.
    """
    if not consents.has(tx, booking.address, "reminders"):
        return
    said = reminder_texts.reminder(booking, office, service, advice)
    papers, fee = reminder_texts.papers(advice.bring), visits.fee(advice.fee)
    facts = reminder_texts.facts(booking, office, service, papers=papers, fee=fee)
    reply = replace(said, facts=facts)
    for due in reminders.due(booking.starts_at, now, settings.booking.reminders):
        put(tx, booking, due, reply, now, new_id)


def put(
    tx: Transaction,
    booking: Booking,
    due: Due,
    reply: Reply,
    now: datetime,
    new_id: Callable[[], str],
) -> bool:
    """Write one message about *booking*; False when it was written before for this version."""
    return outbox.put(
        tx,
        id=new_id(),
        key=f"remind:{booking.code}:{booking.version}:{due.kind}",
        to=booking.address,
        reply=reply,
        content=CONTENT,
        now=now,
        due_at=due.due_at,
        useful_until=due.useful_until,
        priority=Priority.REMINDER,
        code=booking.code,
        version=booking.version,
        kind=due.kind,
    )


def asked(turn: Turn, code: str) -> Booking | None:
    """The booking, if the sender may answer for it: whoever booked it, here or on a linked account,
    and whoever got a message about it in their stead."""
    sender = turn.incoming.sender
    booking = bookings.by_code(turn.tx, code)
    accounts = linked_accounts.addresses(turn.tx, sender)
    written_to = told.written_to(turn.tx, code, sender)
    mine = booking is not None and (booking.address in accounts or written_to)
    return booking if mine else None
