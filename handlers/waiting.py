"""The waiting list: getting on it, and answering an offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.messages import Answer, Kind, Reply
from bot.store import consents, offices, waiting, waits
from bot.store.bookings import AlreadyBooked
from bot.store.waiting import OfferEnded
from bot.store.waits import Wait
from handlers import booking_texts, ticket
from handlers import waiting_texts as say
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


def in_line(turn: Turn) -> tuple[Reply, ...]:
    """What the sender waits for, each with the way out."""
    found = waits.of(turn.tx, turn.incoming.sender)
    named = turn.settings.booking.named
    return tuple(say.in_line(wait, named(wait.service).title) for wait in found)


def _join(turn: Turn, service_id: str, office_id: str) -> Answer | None:
    service = turn.settings.booking.service(service_id)
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
        known = (one for one in waits.of(turn.tx, sender) if one.service == service.id)
        return Answer((say.waits_already(next(known, Wait(service.id, "")), service.title),))
    wait = Wait(service.id, office.name if office else "")
    return Answer((say.waits(wait, service.title, turn.settings.booking.offer_hours),))


def _accept(turn: Turn, offer: str) -> Answer:
    try:
        booked = waiting.accept(turn.tx, offer, turn.incoming.sender, turn.now, turn.new_id())
    except OfferEnded:
        return Answer((say.too_late(),))
    except AlreadyBooked as error:
        return Answer((booking_texts.already(error.booking, error.booking.slot),))
    answer = ticket.booked(turn, (booked,), moved=False)
    if consents.has(turn.tx, turn.incoming.sender, "reminders"):
        return answer
    return replace(answer, replies=(*answer.replies, say.remind_too()))


def _decline(turn: Turn, offer: str) -> Answer:
    try:
        service = waiting.decline(turn.tx, offer, turn.incoming.sender, turn.now)
    except OfferEnded:
        return Answer((say.too_late(),))
    return Answer((say.passed_on(service),))
