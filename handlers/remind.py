"""Reminders of a visit: written when it is booked or moved, answered by a tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot import reminders
from bot.config import Settings
from bot.config.booking import Service
from bot.matching.entries import Entry
from bot.messages import Answer, Kind, Priority, Reply
from bot.reminders import Due
from bot.store import bookings, consents, links, outbox
from bot.store import reminders as told
from bot.store.bookings import Booking
from bot.store.database import Transaction
from bot.store.offices import Office
from handlers import reminder_texts, visit_facts, visit_texts
from handlers.turn import Turn

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
    bring: Entry | None = None,
) -> None:
    """Write the reminders of this version of *booking*, in the transaction that makes it; none for
    who did not agree to be reminded. Those of an older version go out no more by themselves.

    *bring* is the FAQ entry that says what to bring.
    """
    if not consents.has(tx, booking.address, "reminders"):
        return
    said = reminder_texts.reminder(booking, office, service, bring)
    papers = reminder_texts.papers(bring)
    reply = replace(said, facts=visit_facts.reminder(booking, office, service, papers))
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


def handle(turn: Turn) -> Answer | None:
    """`visit:coming:<code>[,<code>…]`: they will come."""
    match turn.data.split(":"):
        case ["visit", "coming", codes] if turn.incoming.kind is Kind.BUTTON:
            first, *others = codes.split(",")
            return _all_coming(turn, [first, *others]) if others else _coming(turn, first)
    return None


def _all_coming(turn: Turn, codes: Sequence[str]) -> Answer:
    """Those of the reminder who have not moved or cancelled since."""
    said = (bookings.coming(turn.tx, code, turn.now) for code in codes if asked(turn, code))
    found = [booking for booking in said if booking]
    if not found:
        return Answer((visit_texts.not_live(codes[0]),))
    return Answer((reminder_texts.all_coming(found),))


def _coming(turn: Turn, code: str) -> Answer:
    if asked(turn, code) is None:
        return Answer((visit_texts.not_yours(),))
    booking = bookings.coming(turn.tx, code, turn.now)
    if booking is None:
        return Answer((visit_texts.not_live(code),))
    own = booking.address in links.addresses(turn.tx, turn.incoming.sender)
    return Answer((reminder_texts.coming(booking, own=own),))


def asked(turn: Turn, code: str) -> Booking | None:
    """The booking, if the sender may answer for it: whoever booked it, here or on a linked account,
    and whoever got a message about it in their stead."""
    booking = bookings.by_code(turn.tx, code)
    sender = turn.incoming.sender
    if booking is None:
        return None
    mine = booking.address in links.addresses(turn.tx, sender) or told.written_to(
        turn.tx, code, sender
    )
    return booking if mine else None
