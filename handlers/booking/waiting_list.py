"""The waiting list: getting on it, and answering an offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.actions import AcceptOffer, DeclineOffer, JoinWaitingList, LeaveWaitingList, MyWaits
from bot.core.messages import Answer, Kind, Reply
from bot.store.booking import bookings, limits, offices, waiting_list, waiting_of_person
from bot.store.booking.bookings import AlreadyBooked, BookedElsewhere, Booking
from bot.store.booking.waiting_list import OfferEnded
from bot.store.booking.waiting_of_person import Wait
from bot.store.people import consents
from handlers.booking import outcome, ticket
from handlers.texts import booking
from handlers.texts import waiting_list as say
from handlers.texts.common import only_here
from handlers.turn import Turn

WAIT_FOR = timedelta(days=30)
WORDS = frozenset({
    "danh sach cho", "danh sach cho cua toi", "xem danh sach cho", "toi dang cho", "bo danh sach cho",
    "huy danh sach cho", "roi danh sach cho", "thoi cho", "bo cho", "huy cho", "khong cho nua",
    "thoi khong cho nua", "toi khong cho nua",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.TEXT and turn.words.strip("/ ") in WORDS:
        return Answer(in_line(turn) or (say.nothing(),))
    match turn.action:
        case MyWaits():
            return Answer(in_line(turn) or (say.nothing(),))
        case JoinWaitingList(service, office):
            return _join(turn, service, office)
        case LeaveWaitingList(service):
            left = waiting_list.leave(turn.tx, turn.incoming.sender, service)
            return Answer((say.left(),) if left else in_line(turn) or (say.nothing(),))
        case AcceptOffer(offer):
            return _accept(turn, offer)
        case DeclineOffer(offer):
            return _decline(turn, offer)
    return None


def in_line(turn: Turn) -> tuple[Reply, ...]:
    """What the sender waits for, each with the way out."""
    found = waiting_of_person.of(turn.tx, turn.incoming.sender)
    named = turn.settings.booking.named
    return tuple(say.in_line(wait, named(wait.service).title) for wait in found)


def _join(turn: Turn, service_id: str, office_id: str) -> Answer | None:
    service = turn.settings.booking.service(service_id)
    office = offices.get(turn.tx, office_id) if office_id else None
    if service is None or (office_id and office is None):
        return None
    sender = turn.incoming.sender
    if own := _booked(turn, service.id):
        return outcome.of(turn, own)
    id_ = turn.new_id()
    new = waiting_list.join(
        turn.tx,
        id=id_,
        service=service.id,
        office=office_id,
        person=sender,
        holder=f"{sender.channel}:{sender.user}",
        now=turn.now,
        until=turn.now + WAIT_FOR,
    )
    if not new:
        known = (one for one in waiting_of_person.of(turn.tx, sender) if one.service == service.id)
        return Answer((say.waits_already(next(known, Wait(service.id, "")), service.title),))
    limits.note_origin(turn.tx, id_, turn.incoming.origin, turn.now)
    wait = Wait(service.id, office.name if office else "")
    reply = say.waits(wait, service.title, turn.settings.booking.offer_hours)
    return Answer((only_here(reply, mailbox=turn.mailbox),))


def _booked(turn: Turn, service: str) -> list[Booking]:
    """What the sender has booked for themselves: no place would be offered to them."""
    live = bookings.live(turn.tx, turn.incoming.sender)
    return [one for one in live if one.service == service and "/" not in one.holder]


def _accept(turn: Turn, offer: str) -> Answer:
    try:
        booked = waiting_list.accept(turn.tx, offer, turn.incoming.sender, turn.now, turn.new_id())
    except OfferEnded:
        return _ended(turn, offer)
    except AlreadyBooked as error:
        return Answer((booking.already(error.booking, error.booking.slot),))
    except BookedElsewhere:
        return Answer((booking.booked_elsewhere(),))
    limits.note_origin(turn.tx, booked.party, turn.incoming.origin, turn.now)
    answer = ticket.booked(turn, (booked,))
    if consents.has(turn.tx, turn.incoming.sender, "reminders"):
        return answer
    return replace(answer, replies=(*answer.replies, say.remind_too()))


def _decline(turn: Turn, offer: str) -> Answer:
    try:
        service = waiting_list.decline(turn.tx, offer, turn.incoming.sender, turn.now)
    except OfferEnded:
        return _ended(turn, offer)
    return Answer((say.passed_on(service),))


def _ended(turn: Turn, id_: str) -> Answer:
    """What became of an offer that cannot be answered any more."""
    offer = waiting_of_person.answered(turn.tx, id_, turn.incoming.sender)
    match offer.state if offer else "":
        case "accepted" if offer:
            booked = outcome.at_slot(turn, offer.service, offer.slot)
            return booked or Answer((say.too_late(),))
        case "declined" if offer:
            return Answer((say.declined(), *in_line(turn)))
        case "open" | "expired" if offer:
            return Answer((say.expired(offer), *in_line(turn)))
    return Answer((say.too_late(),))
