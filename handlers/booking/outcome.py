"""What has become of a booking: the answer to a button that is pressed late, or twice.

Buttons stay in a chat for ever. What they led to is looked up where it stands now, and only for whoever
booked it, here or on a linked account.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.messages import Answer, Reply
from bot.store.booking import bookings, offices
from bot.store.booking.bookings import Booking, State
from bot.store.people import linked_accounts
from handlers.booking import reminders, ticket
from handlers.texts import booking as booking_texts
from handlers.texts import visits as say
from handlers.turn import Turn


def of_party(turn: Turn, party: str) -> Answer:
    """What became of those who were to be booked together as *party*."""
    if booked := booked_as(turn, party):
        return of(turn, booked)
    ended = _own(turn, bookings.holds_of(turn.tx, party))
    if not ended:
        return Answer((booking_texts.forgotten(),))
    hold = ended[0]
    if live := [one for one in live_of(turn) if one.service == hold.service]:
        return of(turn, live)
    given_up = hold.state is State.CANCELLED
    text = booking_texts.given_back if given_up else booking_texts.hold_ended
    return Answer((text(hold.service, hold.office),))


def booked_as(turn: Turn, party: str) -> list[Booking]:
    """Those of *party* that the sender has ever booked, as they stand."""
    return _own(turn, bookings.of_party(turn.tx, party))


def at_slot(turn: Turn, service: str, slot: str) -> Answer | None:
    """What became of a booking that was made at *slot*; None when there was none."""
    found = [
        booking
        for account in linked_accounts.addresses(turn.tx, turn.incoming.sender)
        for booking in bookings.at_slot(turn.tx, account, service, slot)
    ]
    return of(turn, found) if found else None


def live_of(turn: Turn) -> list[Booking]:
    """What the sender has booked, here or on a linked account, soonest first."""
    accounts = linked_accounts.addresses(turn.tx, turn.incoming.sender)
    found = [one for account in accounts for one in bookings.live(turn.tx, account)]
    return sorted(found, key=lambda booking: booking.starts_at)


def of(turn: Turn, found: Sequence[Booking]) -> Answer:
    """Tell how *found* stand; all are of one office and service, and the sender's own."""
    return Answer((told(turn, found),))


def for_told(turn: Turn, booking: Booking) -> Answer:
    """The same for whoever got a message about *booking*: others than its own person are told no more
    than that it is over."""
    own = _own(turn, (booking,))
    return of(turn, own) if own else Answer((say.not_live(booking.code),))


def told(turn: Turn, found: Sequence[Booking]) -> Reply:
    office = offices.get(turn.tx, found[0].office)
    if office is None:
        return say.not_live(found[0].code)
    service = turn.settings.booking.named(found[0].service)
    booked = [one for one in found if one.state is State.BOOKED]
    return say.stands(
        found,
        office,
        service,
        turn.now,
        advice=reminders.advice(turn, booked[0]) if booked else None,
        files=ticket.files(turn, booked, office, service) if booked else (),
    )


def _own(turn: Turn, found: Iterable[Booking]) -> list[Booking]:
    accounts = linked_accounts.addresses(turn.tx, turn.incoming.sender)
    return [booking for booking in found if booking.address in accounts]
