""" "Lịch của tôi": see, move, cancel and take back what one has booked; say that one will come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from bot.core.actions import (
    CancelNow,
    CancelVisit,
    ChangeMyVisit,
    Coming,
    MoveToDay,
    MoveToHour,
    MoveVisit,
    MyVisits,
    TakeBack,
)
from bot.core.messages import Address, Answer, Kind
from bot.store.booking import bookings, offices, slot_seats, slots
from bot.store.booking.bookings import (
    AlreadyBooked,
    BookedElsewhere,
    Booking,
    NotBooked,
    SlotFull,
    State,
)
from bot.store.people import consents, linked_accounts
from handlers.booking import limits, outcome, ticket, waiting_list
from handlers.booking import reminders as remind
from handlers.booking.hour import DAYS_SHOWN, free_days, free_times, window
from handlers.texts import booking as say
from handlers.texts import reminders as reminder_texts
from handlers.texts import visits
from handlers.turn import Turn, at_rest

WORDS = frozenset({
    "lich cua toi", "lich hen cua toi", "xem lich", "xem lich hen", "lichcuatoi", "lich hen",
    "ma hen", "huy lich", "huy hen", "doi lich", "doi lich hen", "huy lich hen",
    "bo hen", "bo lich", "toi muon huy lich", "toi muon huy lich hen", "cho toi huy lich", "cho toi huy hen",
    "toi muon doi lich", "cho toi doi lich", "cho toi doi gio hen", "doi gio hen", "lich hen cua toi may gio",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.TEXT:
        return _mine(turn) if turn.words.strip("/ ") in WORDS else None
    return _pressed(turn) if turn.incoming.kind is Kind.BUTTON else None


def _pressed(turn: Turn) -> Answer | None:
    match turn.action:
        case MyVisits():
            return _mine(turn)
        case ChangeMyVisit(wish):
            return _only(turn, _sure if wish == "cancel" else _move_day) or _mine(turn)
        case Coming((code,)):
            return _coming(turn, code)
        case Coming(codes):
            return _all_coming(turn, codes)
        case CancelVisit(code):
            return _own(turn, code, _sure)
        case CancelNow(code, version):
            return _own(turn, code, lambda t, b: _cancel(t, b, version))
        case TakeBack(code):
            return _own(turn, code, outcome_of, gone=_take_back)
    return _pressed_to_move(turn)


def _pressed_to_move(turn: Turn) -> Answer | None:
    match turn.action:
        case MoveVisit(code):
            return _own(turn, code, _move_day)
        case MoveToDay(code, day):
            return _own(turn, code, lambda t, b: _move_time(t, b, day))
        case MoveToHour(code, slot, version):
            return _own(turn, code, lambda t, b: _move(t, b, slot, version))
    return None


def _only(turn: Turn, act: Callable[[Turn, Booking], Answer]) -> Answer | None:
    """*act* on the sender's visit to come, where there is only one; else they have to choose."""
    coming = outcome.live_of(turn)
    return act(turn, coming[0]) if len(coming) == 1 else None


def _sure(turn: Turn, booking: Booking) -> Answer:
    return at_rest(turn, visits.sure_to_cancel(booking))


def _mine(turn: Turn) -> Answer:
    replies = [
        visits.visit(booking, office, turn.settings.booking.named(booking.service))
        for booking in outcome.live_of(turn)
        if (office := offices.get(turn.tx, booking.office))
    ]
    return Answer((*replies, *waiting_list.in_line(turn)) or (visits.no_visits(),))


Act = Callable[[Turn, Booking], Answer]


def outcome_of(turn: Turn, booking: Booking) -> Answer:
    return outcome.of(turn, (booking,))


def _own(turn: Turn, code: str, act: Act, gone: Act = outcome_of) -> Answer:
    """Do *act* with the sender's own booking, made here or on a linked account, or *gone* when it is
    not booked any more; another's code tells nothing about it."""
    booking = bookings.by_code(turn.tx, code)
    accounts = linked_accounts.addresses(turn.tx, turn.incoming.sender)
    if booking is None or booking.address not in accounts:
        return Answer((visits.not_yours(),))
    return act(turn, booking) if booking.state is State.BOOKED else gone(turn, booking)


def _stale(booking: Booking, version: int | None) -> bool:
    """Whether a button was made for another version of *booking*: it was moved or taken back since.
    Buttons from before they carried a version tell nothing."""
    return version is not None and version != booking.version


def _cancel(turn: Turn, booking: Booking, version: int | None) -> Answer:
    if _stale(booking, version):
        return _sure(turn, booking)
    gone = bookings.cancel(turn.tx, booking.code, turn.now, _release_at(turn), "person")
    if gone is None:
        return outcome_of(turn, booking)
    _withdraw(turn, gone.address)
    office = offices.get(turn.tx, gone.office)
    service = turn.settings.booking.named(gone.service)
    files = ticket.files(turn, (gone,), office, service, cancelled=True) if office else ()
    return Answer((visits.cancelled(gone, files),))


def _take_back(turn: Turn, booking: Booking) -> Answer:
    """The place of a visit that was cancelled, for whoever gave it back: at once, if it is nobody
    else's. What they had agreed to stands again, as the button was offered."""
    try:
        again = bookings.take_back(
            turn.tx, booking.code, turn.now, "person", turn.new_id, limits.asker(turn)
        )
    except NotBooked:
        return outcome_of(turn, booking)
    except SlotFull:
        return at_rest(turn, visits.too_late_to_take_back(booking))
    except AlreadyBooked as error:
        own = error.booking.address in linked_accounts.addresses(turn.tx, turn.incoming.sender)
        return outcome_of(turn, error.booking if own else booking)
    except BookedElsewhere:
        return at_rest(turn, say.booked_elsewhere())
    if not consents.has(turn.tx, again.address, "booking"):
        version = say.CONSENT_VERSION
        consents.give(turn.tx, turn.new_id(), again.address, "booking", version, turn.now)
    return ticket.booked(turn, (again,), visits.TAKEN_BACK)


def _withdraw(turn: Turn, booker: Address) -> None:
    """Who has nothing booked any more has taken back the consent to keep it, as its text says, also
    when they cancel from another account of theirs."""
    if not bookings.live(turn.tx, booker) and consents.has(turn.tx, booker, "booking"):
        version = say.CONSENT_VERSION
        consents.take_back(turn.tx, turn.new_id(), booker, "booking", version, turn.now)


def _release_at(turn: Turn) -> datetime:
    return turn.now + timedelta(minutes=turn.settings.booking.release_minutes)


def _move_day(turn: Turn, booking: Booking) -> Answer:
    office = offices.get(turn.tx, booking.office)
    days: Counter[date] = Counter()
    for pool in _pools(turn, booking):
        days.update(dict(free_days(turn, booking.office, None, pool)))
    found = sorted(days.items())[:DAYS_SHOWN]
    if office is None or not found:
        return at_rest(turn, visits.move_full(booking))
    return at_rest(turn, visits.move_days(booking, office, found))


def _move_time(turn: Turn, booking: Booking, day: date) -> Answer:
    hours: dict[datetime, slots.Free] = {}
    for pool in _pools(turn, booking):
        for free in free_times(turn, booking.office, day, pool):
            if free.id != booking.slot:
                hours.setdefault(free.starts_at, free)
    if not hours:
        none_left = visits.move_gone(booking, "Ngày đó không còn giờ nào khác.")
        return at_rest(turn, none_left)
    return at_rest(turn, visits.move_times(booking, day, [hours[at] for at in sorted(hours)]))


def _pools(turn: Turn, booking: Booking) -> tuple[str, ...]:
    """Where a visit may be moved to: who was given a place kept for the elderly and the disabled is
    offered those first."""
    kept = slot_seats.is_priority(turn.tx, booking.slot)
    return (slots.PRIORITY, slots.ALL) if kept else (slots.ALL,)


def _move(turn: Turn, booking: Booking, slot_id: str, version: int | None) -> Answer:
    if slot_id == booking.slot or _stale(booking, version):
        return outcome_of(turn, booking)
    slot = slots.get(turn.tx, slot_id)
    after, until = window(turn)
    here = slot is not None and slot.office == booking.office  # no other may do the same work
    if slot is None or not here or not after <= slot.starts_at <= until:
        return at_rest(turn, visits.move_gone(booking))
    if slot.priority and slots.PRIORITY not in _pools(turn, booking):
        return at_rest(turn, visits.move_kept(booking))
    if refused := limits.move_refusal(turn, booking.address):
        return at_rest(turn, refused)
    try:
        moved = bookings.move(
            turn.tx,
            booking.code,
            slot_id,
            turn.now,
            _release_at(turn),
            "person",
            turn.new_id,
            limits.asker(turn),
        )
    except SlotFull:
        return at_rest(turn, visits.move_gone(booking))
    except NotBooked:
        return outcome_of(turn, booking)
    return ticket.booked(turn, (moved,), visits.MOVED)


# --- they say that they come -----------------------------------------------------------------------


def _all_coming(turn: Turn, codes: Sequence[str]) -> Answer:
    """Those of the reminder who have not moved or cancelled since."""
    known = [booking for code in codes if (booking := remind.asked(turn, code))]
    said = (bookings.coming(turn.tx, booking.code, turn.now) for booking in known)
    found = [booking for booking in said if booking]
    if found:
        return Answer((reminder_texts.all_coming(found),))
    return outcome.for_told(turn, known[0]) if known else Answer((visits.not_live(codes[0]),))


def _coming(turn: Turn, code: str) -> Answer:
    known = remind.asked(turn, code)
    if known is None:
        return Answer((visits.not_yours(),))
    booking = bookings.coming(turn.tx, code, turn.now)
    if booking is None:
        return outcome.for_told(turn, known)
    own = booking.address in linked_accounts.addresses(turn.tx, turn.incoming.sender)
    return Answer((reminder_texts.coming(booking, own=own),))
