"""Reminders: agreed to with a tap; taken back with one word (handlers/opt_out.py)."""

from __future__ import annotations

from bot.core.actions import AgreeReminders
from bot.core.messages import Answer
from bot.store.booking import bookings, offices
from bot.store.people import consents
from handlers.booking import ticket
from handlers.texts import booking as say
from handlers.texts import visits
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    if turn.action != AgreeReminders():
        return None
    sender = turn.incoming.sender
    if not consents.has(turn.tx, sender, "reminders"):
        version = say.CONSENT_VERSION
        consents.give(turn.tx, turn.new_id(), sender, "reminders", version, turn.now)
    _remind_of_all(turn)
    booked = bool(bookings.live(turn.tx, sender))
    return Answer((visits.reminders_on(mailbox=turn.mailbox, booked=booked),))


def _remind_of_all(turn: Turn) -> None:
    """Reminders of what is booked already; those written before are not written twice."""
    for booking in bookings.live(turn.tx, turn.incoming.sender):
        office = offices.get(turn.tx, booking.office)
        if office is not None:
            ticket.remind_of(turn, booking, office)
