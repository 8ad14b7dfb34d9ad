"""Booking, second third: the day and the hour, also of a visit that is moved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.config.booking import Service
from bot.messages import Answer
from bot.store import bookings, offices, slots, switches
from bot.store.offices import Office
from bot.vietnam import VIETNAM
from handlers import booking_form
from handlers import booking_texts as say
from handlers.turn import Turn, at_rest

DAYS_SHOWN = 7


def window(turn: Turn) -> tuple[datetime, datetime]:
    """From when and until when one can book now."""
    rules = turn.settings.booking
    return (
        turn.now + timedelta(hours=rules.lead_hours),
        turn.now + timedelta(days=rules.horizon_days),
    )


def choose_day(turn: Turn, args: list[str]) -> Answer | None:
    """`place:<service>:<office>[:<yymmdd>][p]`: days with free places, from that day on."""
    service, office = _service_and_office(turn, args)
    if service is None or office is None:
        return None
    if not _offered(service, office):
        return at_rest(turn, say.not_here(service))
    start, priority = _day_and_pool(args[2] if len(args) > 2 else "")
    found = free_days(turn, office.id, start, "priority" if priority else "all")
    shown, rest = found[:DAYS_SHOWN], found[DAYS_SHOWN:]
    special = not priority and bool(free_days(turn, office.id, start, "priority"))
    if not shown and not special:
        return at_rest(turn, say.full(service, office))
    reply = say.days(
        service,
        office,
        shown,
        more=rest[0][0] if rest else None,
        priority=priority,
        offer_priority=special,
    )
    return at_rest(turn, reply)


def free_days(turn: Turn, office: str, start: date | None, pool: str) -> Sequence[tuple[date, int]]:
    bookings.expire(turn.tx, turn.now)
    after, until = window(turn)
    if start:
        after = max(after, datetime(start.year, start.month, start.day, tzinfo=VIETNAM))
    return slots.days(turn.tx, office, after, until, pool=pool)


def choose_time(turn: Turn, args: list[str]) -> Answer | None:
    """`day:<service>:<office>:<yymmdd>[p]`: the hours of that day with free places."""
    service, office = _service_and_office(turn, args)
    day, priority = _day_and_pool(args[2] if len(args) > 2 else "")
    if service is None or office is None or day is None:
        return None
    if not _offered(service, office):
        return at_rest(turn, say.not_here(service))
    found = free_times(turn, office.id, day, "priority" if priority else "all")
    if not found:
        return at_rest(turn, say.gone(service, office.id))
    return at_rest(turn, say.times(service, office, day, found))


def free_times(turn: Turn, office: str, day: date, pool: str) -> Sequence[slots.Free]:
    bookings.expire(turn.tx, turn.now)
    start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    after, until = window(turn)
    return slots.times(
        turn.tx, office, max(start, after), min(start + timedelta(days=1), until), pool=pool
    )


def hold(turn: Turn, args: list[str]) -> Answer | None:
    return _take(turn, args, first=1)


def hold_for_kin(turn: Turn, args: list[str]) -> Answer | None:
    """For somebody else: the person's own booking of this service stays."""
    return _take(turn, args, first=2)


def _take(turn: Turn, args: list[str], *, first: int) -> Answer | None:
    """`time:<service>:<slot>`: the place is theirs while they fill in."""
    service = turn.settings.booking.service(args[0])
    slot = slots.get(turn.tx, args[1]) if len(args) == 2 else None
    if service is None or slot is None:
        return None
    if closed := switches.value(turn.tx, switches.BOOKING_CLOSED, turn.now):
        return at_rest(turn, say.closed(closed))
    if not _offered(service, offices.get(turn.tx, slot.office)):
        return at_rest(turn, say.not_here(service))
    after, until = window(turn)
    if not after <= slot.starts_at <= until:
        return at_rest(turn, say.gone(service, slot.office))
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
