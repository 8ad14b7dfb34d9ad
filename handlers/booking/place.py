"""Booking, first third: the service and the place. Every button carries all it needs, so nothing is
remembered but which service a typed place is meant for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.booking.wards import nearest, offices_near
from bot.core.actions import (
    Book,
    ChooseOffice,
    ChooseWard,
    Days,
    Hold,
    HoldForKin,
    Hours,
    Soonest,
)
from bot.core.config.booking import Service
from bot.core.messages import Answer, Conversation, Kind, Reply
from bot.store.booking import bookings, offices, slots
from bot.store.staff import switches
from handlers import interruptions
from handlers.booking import form, hour, spoken
from handlers.questions import ask
from handlers.texts import booking as say
from handlers.turn import Turn, at_rest

STEP = "book:place"
WAIT_FOR_PLACE = timedelta(minutes=30)
FEW = 6  # offices that fit under a message as buttons
NEAREST = 4
MOST_WARDS = 12  # wards of one name or old district that are offered as buttons
WORDS = frozenset({
    "dat lich", "dat lich hen", "dat hen", "hen lich", "book lich", "toi muon dat lich",
    "cho toi dat lich", "muon dat lich", "dat lich lam the", "datlich", "lay so", "dat cho",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BUTTON:
            return _pressed(turn)
        case Kind.TEXT:
            if turn.words.strip("/ ") in WORDS:
                return _choose_service(turn)
            return _typed_place(turn) if turn.conversation.step == STEP else None
        case Kind.LOCATION:
            return _shared_place(turn)
    return None


def _pressed(turn: Turn) -> Answer | None:
    match turn.action:
        case Book(service):
            found = _choose_place(turn, service) if service else _choose_service(turn)
        case ChooseWard(ward):
            found = _chosen_ward(turn, ward)
        case ChooseOffice(office):
            found = _at_office(turn, office)
        case Soonest(service):
            found = _soonest(turn, service)
        case Days() | Hours() | Hold() | HoldForKin() as asked:
            found = hour.pressed(turn, asked)
        case _:
            return None
    return found or at_rest(turn, say.no_longer())


# --- service -------------------------------------------------------------------------------------


def _choose_service(turn: Turn) -> Answer | None:
    if closed := switches.value(turn.tx, switches.BOOKING_CLOSED, turn.now):
        return at_rest(turn, say.closed(closed))
    if turn.words and (service := spoken.service(turn)):
        return _said_where(turn, service)
    found = turn.settings.booking.services
    return at_rest(turn, say.services(found) if found else say.no_service())


def _said_where(turn: Turn, service: Service) -> Answer | None:
    """As far as a sentence leads: to the hours of a day, to the offices of a ward, or to asking where."""
    if service.instead:
        return _choose_place(turn, service.id)
    wards = turn.reading.places()
    all_open = offices.all_open(turn.tx, service.id)
    if len(wards) == 1 and all_open:
        found = offices_near(wards[0], all_open, NEAREST)
        first = found[0][0]
        if first.ward == wards[0].code or len(all_open) == 1:
            return hour.wished(turn, service, first, spoken.wanted(turn))
        return Answer((say.near(service, found, wards[0].name),), _waiting(turn, service))
    if len(all_open) == 1:
        return hour.wished(turn, service, all_open[0], spoken.wanted(turn))
    waiting = _waiting(turn, service)
    if len(wards) > MOST_WARDS:
        return Answer((say.too_many_wards(),), waiting)
    if wards:
        return Answer((say.which_ward(wards),), waiting)
    asked = _choose_place(turn, service.id)
    return replace(asked, conversation=waiting) if asked and all_open else asked


def _waiting(turn: Turn, service: Service) -> Conversation:
    """A place is asked for; when the sentence said to come is remembered until it is known."""
    return replace(
        turn.conversation,
        step=STEP,
        data={"service": service.id, hour.WANTED: hour.kept(spoken.wanted(turn))},
        deadline=turn.now + WAIT_FOR_PLACE,
    )


def _choose_place(turn: Turn, service_id: str) -> Answer | None:
    service = turn.settings.booking.service(service_id)
    if service is None:
        return None
    if service.instead:
        entry = turn.entry(service.instead)
        return ask.show(turn, entry) if entry else None
    found = offices.all_open(turn.tx, service.id)
    if not found:
        return at_rest(turn, say.no_service())
    shown = found if len(found) <= FEW else []
    waiting = replace(
        turn.conversation,
        step=STEP,
        data={"service": service.id},
        deadline=turn.now + WAIT_FOR_PLACE,
    )
    return Answer((say.ask_place(service, shown),), waiting)


def _asked(turn: Turn) -> Service | None:
    """The service that a place is being typed for."""
    return turn.settings.booking.service(turn.conversation.data.get("service", ""))


# --- place ---------------------------------------------------------------------------------------


def _typed_place(turn: Turn) -> Answer | None:
    service = _asked(turn)
    if service is None:
        return None
    wards = turn.reading.places()
    if len(wards) > MOST_WARDS:
        return Answer((say.too_many_wards(),))
    if len(wards) > 1:
        return Answer((say.which_ward(wards),))
    if wards:
        return _in_ward(turn, service, wards[0].code)
    # Not a place: somebody else's answer, then the same question again (see `prompt`).
    if interruptions.meant(turn):
        return None
    return Answer((say.unknown_place(service),))


def _chosen_ward(turn: Turn, code: str) -> Answer | None:
    service = _asked(turn)
    return _in_ward(turn, service, code) if service else _choose_service(turn)


def _in_ward(turn: Turn, service: Service, code: str) -> Answer | None:
    ward = turn.wards.get(code)
    if ward is None:
        return None
    found = offices_near(ward, offices.all_open(turn.tx, service.id), NEAREST)
    return Answer((say.near(service, found, ward.name),))


def _shared_place(turn: Turn) -> Answer | None:
    """A location: for the service being booked, or just to see what is near."""
    place = _coordinates(turn.data)
    service = _asked(turn)
    waiting = turn.conversation.step == STEP and service is not None
    all_open = offices.all_open(turn.tx, service.id if service and waiting else None)
    if place is None or not all_open:
        return None
    found = nearest(all_open, *place, limit=NEAREST)
    if service and waiting:
        return Answer((say.near(service, found, "bạn"),))
    return Answer((say.around(found),))


def _coordinates(data: str) -> tuple[float, float] | None:
    try:
        latitude, longitude = map(float, data.split(","))
    except ValueError:
        return None
    return latitude, longitude


def _at_office(turn: Turn, id_: str) -> Answer | None:
    office = offices.get(turn.tx, id_)
    if office is None:
        return None
    found = [s for s in turn.settings.booking.services if s.id in office.services]
    return at_rest(turn, say.at_office(office, found))


def _soonest(turn: Turn, service_id: str) -> Answer | None:
    service = turn.settings.booking.service(service_id)
    if service is None:
        return None
    bookings.expire(turn.tx, turn.now)
    all_open = {office.id: office for office in offices.all_open(turn.tx, service.id)}
    found = hour.soonest(turn, all_open)
    if not found:
        kept = slots.earliest(turn.tx, all_open, *hour.window(turn), limit=1)
        ways = form.ways(turn)
        return at_rest(turn, say.web_full(service, None, ways) if kept else say.full(service, None))
    return at_rest(turn, say.soonest(service, [(slot, all_open[slot.office]) for slot in found]))


# --- going on after an interruption ----------------------------------------------------------------


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """What is being waited for, said again after a question in between was answered."""
    service = _asked(turn)
    if turn.conversation.step != STEP or service is None:
        return ()
    found = offices.all_open(turn.tx, service.id)
    return (say.ask_place(service, found if len(found) <= FEW else ()),)
