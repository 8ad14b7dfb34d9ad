"""The waiting list: getting on it, and answering an offer."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Answer, Kind
from bot.store import offices, waiting
from bot.store.bookings import AlreadyBooked
from bot.store.waiting import OfferEnded
from handlers import booking_texts, ticket
from handlers import waiting_texts as say
from handlers.book import service_of
from handlers.turn import Turn

WAIT_FOR = timedelta(days=30)


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    match turn.data.split(":"):
        case ["wait", service, office]:
            return _join(turn, service, office)
        case ["unwait", service]:
            waiting.leave(turn.tx, turn.incoming.sender, service)
            return Answer((say.left(),))
        case ["offer", "take", offer]:
            return _accept(turn, offer)
        case ["offer", "no", offer]:
            return _decline(turn, offer)
    return None


def _join(turn: Turn, service_id: str, office_id: str) -> Answer | None:
    service = service_of(turn, service_id)
    office = offices.get(turn.tx, office_id) if office_id else None
    if service is None or (office_id and office is None):
        return None
    sender = turn.incoming.sender
    new = waiting.join(
        turn.tx,
        id=turn.new_id(),
        service=service.id,
        office=office_id,
        person=sender,
        holder=f"{sender.channel}:{sender.user}",
        now=turn.now,
        until=turn.now + WAIT_FOR,
    )
    if not new:
        return Answer((say.waits_already(service.title),))
    hours = turn.settings.booking.offer_hours
    return Answer((say.waits(service.title, office.name if office else "", hours),))


def _accept(turn: Turn, offer: str) -> Answer:
    try:
        booked = waiting.accept(turn.tx, offer, turn.incoming.sender, turn.now, turn.new_id())
    except OfferEnded:
        return Answer((say.too_late(),))
    except AlreadyBooked as error:
        return Answer((booking_texts.already(error.booking, error.booking.slot),))
    return ticket.booked(turn, (booked,), moved=False)


def _decline(turn: Turn, offer: str) -> Answer:
    try:
        service = waiting.decline(turn.tx, offer, turn.incoming.sender, turn.now)
    except OfferEnded:
        return Answer((say.too_late(),))
    return Answer((say.passed_on(service),))
