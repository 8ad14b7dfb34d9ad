"""Booking, first half: service -> place -> day -> time. Every button carries all it needs, so
nothing is remembered but which service a typed place is meant for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.config.booking import Service
from bot.messages import Answer, Kind, Reply
from bot.places import nearest, offices_near
from bot.store import bookings, offices, slots, switches
from bot.store.offices import Office
from bot.vietnam import VIETNAM
from handlers import aside, ask, booking_form
from handlers import booking_texts as say
from handlers.turn import Turn

STEP = "book:place"
WAIT_FOR_PLACE = timedelta(minutes=30)
FEW = 6  # offices that fit under a message as buttons
DAYS_SHOWN = 7
NEAREST = 4
MOST_WARDS = 12  # wards of one name or old district that are offered as buttons
WORDS = frozenset({
    "dat lich", "dat lich hen", "dat hen", "hen lich", "book lich", "toi muon dat lich",
    "cho toi dat lich", "muon dat lich", "dat lich lam the", "datlich", "lay so", "dat cho",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BUTTON:
            verb, _, rest = turn.data.partition(":")
            act = VERBS.get(verb)
            return act(turn, rest.split(":")) if act else None
        case Kind.TEXT:
            if turn.words.strip("/ ") in WORDS:
                return _choose_service(turn, [""])
            return _typed_place(turn) if turn.conversation.step == STEP else None
        case Kind.LOCATION:
            return _shared_place(turn)
    return None


def window(turn: Turn) -> tuple[datetime, datetime]:
    """From when and until when one can book now."""
    rules = turn.settings.booking
    return (
        turn.now + timedelta(hours=rules.lead_hours),
        turn.now + timedelta(days=rules.horizon_days),
    )


# --- service -------------------------------------------------------------------------------------


def _choose_service(turn: Turn, args: list[str]) -> Answer | None:
    """`book` shows the services, `book:<service>` asks where."""
    if args != [""]:
        return _choose_place(turn, args)
    if closed := switches.value(turn.tx, switches.BOOKING_CLOSED, turn.now):
        return _say(turn, say.closed(closed))
    found = turn.settings.booking.services
    return _say(turn, say.services(found) if found else say.no_service())


def _choose_place(turn: Turn, args: list[str]) -> Answer | None:
    service = turn.settings.booking.service(args[0])
    if service is None:
        return None
    if service.instead:
        entry = turn.entry(service.instead)
        return ask.show(turn, entry) if entry else None
    found = offices.all_open(turn.tx, service.id)
    if not found:
        return _say(turn, say.no_service())
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
    wards = turn.wards.find(turn.text)
    if len(wards) > MOST_WARDS:
        return Answer((say.too_many_wards(),))
    if len(wards) > 1:
        return Answer((say.which_ward(wards),))
    if wards:
        return _in_ward(turn, service, wards[0].code)
    # Not a place: somebody else's answer, then the same question again (see `prompt`).
    if aside.meant(turn):
        return None
    return Answer((say.unknown_place(service),))


def _chosen_ward(turn: Turn, args: list[str]) -> Answer | None:
    service = _asked(turn)
    if service is None:
        return _choose_service(turn, [""])
    return _in_ward(turn, service, args[0])


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


def _at_office(turn: Turn, args: list[str]) -> Answer | None:
    office = offices.get(turn.tx, args[0])
    if office is None:
        return None
    found = [s for s in turn.settings.booking.services if s.id in office.services]
    return _say(turn, say.at_office(office, found))


def _soonest(turn: Turn, args: list[str]) -> Answer | None:
    service = turn.settings.booking.service(args[0])
    if service is None:
        return None
    bookings.expire(turn.tx, turn.now)
    all_open = {office.id: office for office in offices.all_open(turn.tx, service.id)}
    found = slots.earliest(turn.tx, all_open, *window(turn))
    if not found:
        return _say(turn, say.full(service, None))
    return _say(turn, say.soonest(service, [(slot, all_open[slot.office]) for slot in found]))


# --- day and time --------------------------------------------------------------------------------


def _choose_day(turn: Turn, args: list[str]) -> Answer | None:
    """`place:<service>:<office>[:<yymmdd>][p]`: days with free places, from that day on."""
    service, office = _service_and_office(turn, args)
    if service is None or office is None:
        return None
    if not _offered(service, office):
        return _say(turn, say.not_here(service))
    start, priority = _day_and_pool(args[2] if len(args) > 2 else "")
    found = free_days(turn, office.id, start, "priority" if priority else "all")
    shown, rest = found[:DAYS_SHOWN], found[DAYS_SHOWN:]
    special = not priority and bool(free_days(turn, office.id, start, "priority"))
    if not shown and not special:
        return _say(turn, say.full(service, office))
    reply = say.days(
        service,
        office,
        shown,
        more=rest[0][0] if rest else None,
        priority=priority,
        offer_priority=special,
    )
    return _say(turn, reply)


def free_days(turn: Turn, office: str, start: date | None, pool: str) -> Sequence[tuple[date, int]]:
    bookings.expire(turn.tx, turn.now)
    after, until = window(turn)
    if start:
        after = max(after, datetime(start.year, start.month, start.day, tzinfo=VIETNAM))
    return slots.days(turn.tx, office, after, until, pool=pool)


def _choose_time(turn: Turn, args: list[str]) -> Answer | None:
    """`day:<service>:<office>:<yymmdd>[p]`: the hours of that day with free places."""
    service, office = _service_and_office(turn, args)
    day, priority = _day_and_pool(args[2] if len(args) > 2 else "")
    if service is None or office is None or day is None:
        return None
    if not _offered(service, office):
        return _say(turn, say.not_here(service))
    found = free_times(turn, office.id, day, "priority" if priority else "all")
    if not found:
        return _say(turn, say.gone(service, office.id))
    return _say(turn, say.times(service, office, day, found))


def free_times(turn: Turn, office: str, day: date, pool: str) -> Sequence[slots.Free]:
    bookings.expire(turn.tx, turn.now)
    start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    after, until = window(turn)
    return slots.times(
        turn.tx, office, max(start, after), min(start + timedelta(days=1), until), pool=pool
    )


def _hold(turn: Turn, args: list[str]) -> Answer | None:
    return _take(turn, args, first=1)


def _hold_for_kin(turn: Turn, args: list[str]) -> Answer | None:
    """For somebody else: the person's own booking of this service stays."""
    return _take(turn, args, first=2)


def _take(turn: Turn, args: list[str], *, first: int) -> Answer | None:
    """`time:<service>:<slot>`: the place is theirs while they fill in."""
    service = turn.settings.booking.service(args[0])
    slot = slots.get(turn.tx, args[1]) if len(args) == 2 else None
    if service is None or slot is None:
        return None
    if closed := switches.value(turn.tx, switches.BOOKING_CLOSED, turn.now):
        return _say(turn, say.closed(closed))
    if not _offered(service, offices.get(turn.tx, slot.office)):
        return _say(turn, say.not_here(service))
    after, until = window(turn)
    if not after <= slot.starts_at <= until:
        return _say(turn, say.gone(service, slot.office))
    return booking_form.begin(turn, service, slot, first)


def _service_and_office(turn: Turn, args: list[str]) -> tuple[Service | None, Office | None]:
    office = offices.get(turn.tx, args[1]) if len(args) > 1 else None
    return turn.settings.booking.service(args[0]), office


def _offered(service: Service, office: Office | None) -> bool:
    """Whether one can still book it there: a button may be older than the list of offices."""
    return office is not None and office.open and service.id in office.services


def _day_and_pool(text: str) -> tuple[date | None, bool]:
    """`261127`, `p` or both, as the buttons hold them; (None, False) for anything else."""
    return day_of(text.removesuffix("p")), text.endswith("p")


def day_of(text: str) -> date | None:
    """A day written %y%m%d in a button; None when it is none."""
    try:
        return datetime.strptime(text, "%y%m%d").replace(tzinfo=VIETNAM).date()
    except ValueError:
        return None


# --- going on after an interruption ----------------------------------------------------------------


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """What is being waited for, said again after a question in between was answered."""
    service = _asked(turn)
    if turn.conversation.step != STEP or service is None:
        return ()
    found = offices.all_open(turn.tx, service.id)
    return (say.ask_place(service, found if len(found) <= FEW else ()),)


def _say(turn: Turn, reply: Reply) -> Answer:
    """A reply whose buttons carry all that follows: nothing typed is waited for."""
    return Answer((reply,), turn.conversation.idle)


Act = Callable[[Turn, list[str]], Answer | None]
VERBS: dict[str, Act] = {
    "book": _choose_service,
    "ward": _chosen_ward,
    "at": _at_office,
    "soon": _soonest,
    "place": _choose_day,
    "day": _choose_time,
    "time": _hold,
    "kin": _hold_for_kin,
}
