"""Booking, second third: the day and the hour, also of a visit that is moved."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.booking.sentence import Wanted
from bot.core import actions
from bot.core.actions import Days, Hold, HoldForKin, Hours, MoveToHour, On
from bot.core.clock import VIETNAM, local
from bot.core.config.booking import Service
from bot.core.messages import Answer, Conversation
from bot.store.booking import bookings, offices, slots
from bot.store.booking.offices import Office
from bot.store.staff import switches
from handlers.booking import form, limits, outcome
from handlers.texts import booking as say
from handlers.turn import Turn, at_rest

DAYS_SHOWN = 7
# An hour typed where hours are offered; a slot's id ends with its own.
TYPED = re.compile(r"(?:luc )?(\d{1,2})(?: ?(?:h|g|gio) ?(\d{2}|ruoi)?| (\d{2}))?(?: sang| chieu)?")
WANTED = "wanted"  # in the conversation: when they said that they want to come
PRIORITY = "priority"  # in the conversation: they said that they are elderly or disabled
CHOOSE_WITHIN = timedelta(minutes=30)  # … and then choose a day and an hour
SOONEST_SHOWN, SOONEST_ASKED = 5, 12  # offices


def window(turn: Turn) -> tuple[datetime, datetime]:
    """From when and until when one can book now."""
    rules = turn.settings.booking
    return (
        turn.now + timedelta(hours=rules.lead_hours),
        turn.now + timedelta(days=rules.horizon_days),
    )


def pressed(turn: Turn, asked: Days | Hours | Hold | HoldForKin) -> Answer | None:
    match asked:
        case Days():
            return _choose_day(turn, asked)
        case Hours():
            return _choose_time(turn, asked)
    return _hold(turn, asked)


def _choose_day(turn: Turn, asked: Days) -> Answer | None:
    service, office = _service_and_office(turn, asked)
    if service is None or office is None:
        return None
    if not _offered(service, office):
        return at_rest(turn, say.not_here(service))
    remembered = _remembered(turn) if asked.on == On() else None
    if remembered and (hours := _hours(turn, service, office, remembered)):
        return hours
    start, priority = asked.on.day, asked.on.priority
    found, kept = _free_days(turn, office.id, start, "priority" if priority else "all")
    shown, rest = found[:DAYS_SHOWN], found[DAYS_SHOWN:]
    special = not priority and bool(free_days(turn, office.id, start, "priority"))
    if not shown and not special:
        ways = form.ways(turn)
        full = say.web_full(service, office, ways) if kept else say.full(service, office)
        return at_rest(turn, full)
    reply = say.days(
        service,
        office,
        shown,
        more=rest[0][0] if rest else None,
        priority=priority,
        offer_priority=special,
        elsewhere=form.ways(turn) if kept else None,
    )
    return Answer((reply,), _said_so(turn)) if priority else at_rest(turn, reply)


def typed(words: str, choices: Sequence[str]) -> str:
    """The button among *choices*, which offer hours, whose hour the plain *words* are: "9h30", "8 gio", "8";
    "" for none."""
    found = TYPED.fullmatch(words)
    if not found:
        return ""
    minute = 30 if found[2] == "ruoi" else int(found[2] or found[3] or 0)
    ends = f"{int(found[1]):02}{minute:02}"
    for choice in choices:
        action = actions.parse(choice)
        if isinstance(action, Hold | MoveToHour) and action.slot.removesuffix("p").endswith(ends):
            return choice
    return ""


def wished(turn: Turn, service: Service, office: Office, when: Wanted) -> Answer | None:
    """The hours of the wanted day, or the days when that has none or none is said."""
    return _hours(turn, service, office, when) or _choose_day(turn, Days(service.id, office.id))


def _hours(turn: Turn, service: Service, office: Office, when: Wanted) -> Answer | None:
    """The free hours of the wanted day, of its wanted part where that has any."""
    if when.day is None or not _offered(service, office):
        return None
    found = free_times(turn, office.id, when.day, "all")
    fit = [free for free in found if when.fits(local(free.starts_at).time())]
    if not found:
        return None
    return at_rest(turn, say.times(service, office, when.day, fit or found))


def kept(when: Wanted) -> str:
    """What is remembered of *when* until the place is chosen: `yymmdd`, and s or c for its part of the day."""
    part = {True: "s", False: "c", None: ""}[when.morning]
    return f"{when.day:%y%m%d}{part}" if when.day else ""


def _remembered(turn: Turn) -> Wanted | None:
    told = turn.conversation.data.get(WANTED, "")
    if not told:
        return None
    day = datetime.strptime(told[:6], "%y%m%d").replace(tzinfo=VIETNAM).date()
    return Wanted(day, {"s": True, "c": False}.get(told[6:]))


def _said_so(turn: Turn) -> Conversation:
    """Nothing typed is waited for; what they said is known until they go on, or for half an hour."""
    data, until = {PRIORITY: True}, turn.now + CHOOSE_WITHIN
    return replace(turn.conversation.idle, data=data, deadline=until)


def free_days(turn: Turn, office: str, start: date | None, pool: str) -> Sequence[tuple[date, int]]:
    """Days on which the sender can have a place, and how many."""
    return _free_days(turn, office, start, pool)[0]


def _free_days(
    turn: Turn, office: str, start: date | None, pool: str
) -> tuple[Sequence[tuple[date, int]], bool]:
    """The same, and whether there are more, for accounts that something vouches for."""
    bookings.expire(turn.tx, turn.now)
    after, until = window(turn)
    if start:
        after = max(after, datetime(start.year, start.month, start.day, tzinfo=VIETNAM))
    found = slots.days(turn.tx, office, after, until, pool=pool)
    share = limits.share(turn, office, pool)
    if share is None:
        return found, False
    mine = [(day, min(free, share.left(day))) for day, free in found if share.left(day)]
    return mine, len(mine) < len(found)


def _choose_time(turn: Turn, asked: Hours) -> Answer | None:
    service, office = _service_and_office(turn, asked)
    day, priority = asked.on.day, asked.on.priority
    if service is None or office is None or day is None:
        return None
    if not _offered(service, office):
        return at_rest(turn, say.not_here(service))
    found = free_times(turn, office.id, day, "priority" if priority else "all")
    if not found:
        return at_rest(turn, say.gone(service, office.id))
    reply = say.times(service, office, day, found)
    kept = priority and turn.conversation.data.get(PRIORITY)
    return Answer((reply,), _said_so(turn)) if kept else at_rest(turn, reply)


def free_times(turn: Turn, office: str, day: date, pool: str) -> Sequence[slots.Free]:
    bookings.expire(turn.tx, turn.now)
    start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    after, until = window(turn)
    share = limits.share(turn, office, pool)
    if share is not None and not share.left(day):
        return []
    return slots.times(
        turn.tx, office, max(start, after), min(start + timedelta(days=1), until), pool=pool
    )


def soonest(turn: Turn, places: Collection[str]) -> list[slots.Free]:
    """The first hours at *places* that the sender can have, the soonest first."""
    if limits.asker(turn) is None:
        return slots.earliest(turn.tx, places, *window(turn), limit=SOONEST_SHOWN)
    firsts = slots.earliest(turn.tx, places, *window(turn), limit=SOONEST_ASKED)
    mine = (_first_of(turn, free) for free in firsts)
    found = sorted(filter(None, mine), key=lambda free: (free.starts_at, free.office))
    return found[:SOONEST_SHOWN]


def _first_of(turn: Turn, free: slots.Free) -> slots.Free | None:
    """The first hour from *free* on, at that office, that is within the sender's share."""
    share = limits.share(turn, free.office)
    until = window(turn)[1]
    for one in slots.times(turn.tx, free.office, free.starts_at, until) if share else ():
        if share and share.left(local(one.starts_at).date()):
            return one
    return None


def _hold(turn: Turn, asked: Hold | HoldForKin) -> Answer | None:
    """The place is theirs while they fill in; one for kin leaves the person's own visit as it is."""
    first = 1 if isinstance(asked, Hold) else 2
    service = turn.settings.booking.service(asked.service)
    slot = slots.get(turn.tx, asked.slot)
    if service is None or slot is None:
        return None
    if closed := switches.value(turn.tx, switches.BOOKING_CLOSED, turn.now):
        return at_rest(turn, say.closed(closed))
    if not _offered(service, offices.get(turn.tx, slot.office)):
        return at_rest(turn, say.not_here(service))
    after, until = window(turn)
    if not after <= slot.starts_at <= until:
        became = outcome.at_slot(turn, service.id, slot.id) if first == 1 else None
        return became or at_rest(turn, say.gone(service, slot.office))
    if slot.priority and not turn.conversation.data.get(PRIORITY):
        return at_rest(turn, say.kept_for_the_elderly(service, slot.office))
    return form.begin(turn, service, slot, first)


def _service_and_office(turn: Turn, asked: Days | Hours) -> tuple[Service | None, Office | None]:
    return turn.settings.booking.service(asked.service), offices.get(turn.tx, asked.office)


def _offered(service: Service, office: Office | None) -> bool:
    """Whether one can still book it there: a button may be older than the list of offices."""
    return office is not None and office.open and service.id in office.services
