"""Reminders of a visit: written when it is booked or moved; and who may answer them (handlers/visits)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.booking import reminders
from bot.booking.reminders import Due
from bot.core.config import Settings
from bot.core.config.booking import Service
from bot.core.messages import Priority, Reply
from bot.store.booking import bookings
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from bot.store.database import Transaction
from bot.store.outbox import outbox
from bot.store.outbox import still_valid as told
from bot.store.people import consents, linked_accounts
from handlers.texts import reminders as reminder_texts
from handlers.texts import visit_facts, visits
from handlers.texts.visit_facts import Advice
from handlers.turn import Turn

NOTHING = Advice()
CONTENT = "reminder"  # where the words come from, in place of a version of the FAQ


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
    facts = visit_facts.reminder(booking, office, service, papers=papers, fee=fee)
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
