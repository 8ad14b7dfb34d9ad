"""Booking, last third: who comes, a phone number if they like, consent, confirmed.

The place is held in the database for the person who fills in; the conversation only remembers
which party that is. A hold that has ended says so, and the hours are a tap away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.config.booking import Service
from bot.messages import OWN, Answer, Conversation, Kind, Reply
from bot.store import bookings, consents, numbers, offices, quotas
from bot.store.bookings import AlreadyBooked, Booking, HoldEnded, SlotFull
from bot.store.slots import Free
from bot.vault import phone_number
from handlers import aside, ask, names, quota, ticket
from handlers import booking_texts as say
from handlers.turn import Turn, at_rest

WHO, FORM = "book:who", "book:form"
STEPS = frozenset({WHO, FORM})
NUMBER, OWNED = "phone", "own"  # in the conversation: sealed, and whether it is surely the sender's
GRACE = timedelta(
    minutes=60
)  # after a hold has ended, how long an answer to it is still understood
MOST = 5  # people one account may have live bookings for
NO_WORDS = frozenset({"huy", "huy bo", "thoi", "khong dat nua", "thoi khong dat"})
BACK_WORDS = frozenset({"quay lai", "tro lai", "lui lai"})
UNNAMED_WORDS = frozenset({
    "khong", "ko", "k", "khong can", "khong ghi", "khong ghi ten", "ko ghi ten", "bo qua", "khong can ghi ten",
    "khong can ten", "goi bang ma hen", "goi ma hen",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BUTTON:
            verb, _, rest = turn.data.partition(":")
            return _pressed(turn, verb, rest.split(":"))
        case Kind.TEXT if turn.conversation.step in STEPS:
            return _typed(turn)
        case Kind.CONTACT if turn.conversation.step == FORM:
            return _phone(turn, turn.text)
    return None


def _pressed(turn: Turn, verb: str, args: list[str]) -> Answer | None:
    match verb, args:
        case "code", [party]:
            return _with(turn, party, _form)
        case "who", [party]:
            return _with(turn, party, _who)
        case "ok", [party, "0" | "1" as remind_me]:
            return _with(turn, party, lambda t, held: _confirm(t, held, remind_me == "1"))
        case "cancel", _ if turn.conversation.step in STEPS:
            return give_up(turn)
    return None


def _typed(turn: Turn) -> Answer | None:
    if aside.says(turn, NO_WORDS):
        return give_up(turn)
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if not held:
        return _ended(turn)
    if turn.words.strip("/ ") in BACK_WORDS:
        return _back(turn, held)
    if phone_number(turn.text):
        return _phone(turn, turn.text)
    if turn.conversation.step == FORM or _no_name(turn):
        return None  # somebody else answers; then the same is asked again (see `prompt`)
    return _form(turn, held) if aside.says(turn, UNNAMED_WORDS) else _names(turn, held)


def _no_name(turn: Turn) -> bool:
    known = len(turn.text.split()) > 3 and ask.understands(turn)
    return known or aside.commands(turn) or aside.asks(turn)


# --- holding -------------------------------------------------------------------------------------


def begin(turn: Turn, service: Service, slot: Free, first: int) -> Answer:
    """Hold one place at *slot*; *first* is the member it is for: 1 for the person, 2 on for kin."""
    if refused := quota.refusal(turn, places=1):
        return Answer((refused,))
    try:
        held = _hold(turn, service.id, slot.id, _holders(turn, _base(turn), first, 1))
    except SlotFull:
        return Answer((say.gone(service, slot.office),))
    except AlreadyBooked as error:
        return Answer((say.already(error.booking, slot.id),))
    return _who(turn, held)


def _hold(turn: Turn, service: str, slot: str, holders: Sequence[str]) -> tuple[Booking, ...]:
    held = bookings.hold(
        turn.tx,
        slot=slot,
        service=service,
        person=turn.incoming.sender,
        holders=holders,
        now=turn.now,
        held_until=turn.now + timedelta(minutes=turn.settings.booking.hold_minutes),
        new_id=turn.new_id,
    )
    quotas.note_origin(turn.tx, held[0].party, turn.incoming.origin, turn.now)
    return held


def _base(turn: Turn) -> str:
    """Who books, as far as is known without a phone number."""
    return f"{turn.incoming.sender.channel}:{turn.incoming.sender.user}"


def _holders(turn: Turn, base: str, first: int, count: int) -> list[str]:
    """Who the places are for: the person, then family members that have no booking yet, then those
    that have one (the store refuses them by name). Fewer than *count* when a family has no more."""
    taken = {booking.holder for booking in bookings.live(turn.tx, turn.incoming.sender)}
    names = [base if n == 1 else f"{base}/{n}" for n in range(first, MOST + 1)]
    return sorted(names, key=lambda name: name in taken and name != base)[:count]


def _who(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    rules = turn.settings.booking
    return Answer((say.who(held, rules.hold_minutes, rules.most_members),), _at(turn, held, WHO))


def _at(turn: Turn, held: Sequence[Booking], step: str) -> Conversation:
    data = {"party": held[0].party, "service": held[0].service, "office": held[0].office}
    data |= {name: kept for name in (NUMBER, OWNED) if (kept := turn.conversation.data.get(name))}
    deadline = (held[0].held_until or turn.now) + GRACE
    return replace(turn.conversation, step=step, data=data, deadline=deadline)


# --- names ---------------------------------------------------------------------------------------


def _names(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    most = turn.settings.booking.most_members
    given = () if turn.masked.found else names.read(turn.text)
    if not 1 <= len(given) <= most:
        return Answer((say.bad_names(most),))
    if len(given) != len(held):
        first = 1 if held[0].holder == _base(turn) else 2
        wanted = _holders(turn, _base(turn), first, len(given))
        if len(wanted) < len(given):
            return Answer((say.bad_names(len(wanted)),))
        if refused := quota.refusal(turn, places=len(given)):
            return Answer((refused,))
        try:
            held = _hold(turn, held[0].service, str(held[0].slot), wanted)
        except (SlotFull, AlreadyBooked):
            service = turn.settings.booking.named(held[0].service)
            return Answer((say.not_enough(service, len(given), held),))
    for booking, name in zip(held, given, strict=False):
        bookings.set_name(turn.tx, booking.party, booking.member, name, turn.now)
    return _form(turn, bookings.held(turn.tx, turn.incoming.sender, turn.now))


# --- phone and consent ---------------------------------------------------------------------------


def _phone(turn: Turn, text: str) -> Answer | None:
    number = phone_number(text)
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if not held:
        return _ended(turn)
    if number is None:
        return None
    own = turn.incoming.kind is Kind.CONTACT and turn.data == OWN
    data = {**turn.conversation.data, NUMBER: turn.vault.seal(number), OWNED: own}
    known = replace(turn, conversation=replace(turn.conversation, data=data))
    return replace(_form(known, held), expected=True)


def _form(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    office = offices.get(turn.tx, held[0].office)
    if office is None:
        return _ended(turn)
    has_phone = bool(turn.conversation.data.get(NUMBER))
    keep = turn.settings.keep_days
    service = turn.settings.booking.named(held[0].service)
    reply = say.form(held, service, office, phone=has_phone, keep_days=keep)
    return Answer((reply,), _at(turn, held, FORM))


def _confirm(turn: Turn, held: tuple[Booking, ...], remind_me: bool) -> Answer:
    sealed = turn.conversation.data.get(NUMBER, "")
    base = turn.vault.mark(turn.vault.open(sealed)) if sealed else _base(turn)
    if sealed and (refused := quota.phone_refusal(turn, base, len(held))):
        return Answer((refused,))
    own = held[0].holder == _base(turn)
    holders = _holders(turn, base, 1 if own else 2, len(held))
    try:
        booked = bookings.confirm(
            turn.tx,
            held[0].party,
            turn.incoming.sender,
            turn.now,
            holders=holders,
            phone=sealed,
        )
    except HoldEnded:
        return _ended(turn)
    except AlreadyBooked as error:
        return Answer((say.already(error.booking, str(held[0].slot)),))
    if turn.conversation.data.get(OWNED):
        numbers.owned(turn.tx, turn.incoming.sender, base, turn.now)
    _consent(turn, remind_me)
    return ticket.booked(turn, booked, moved=False)


def _consent(turn: Turn, remind_me: bool) -> None:
    """What was agreed to, purpose by purpose; "không cần nhắc" takes an earlier yes back."""
    _agree(turn, "booking", given=True)
    if remind_me or consents.has(turn.tx, turn.incoming.sender, "reminders"):
        _agree(turn, "reminders", given=remind_me)


def _agree(turn: Turn, purpose: str, *, given: bool) -> None:
    write = consents.give if given else consents.take_back
    write(turn.tx, turn.new_id(), turn.incoming.sender, purpose, say.CONSENT_VERSION, turn.now)


# --- leaving -------------------------------------------------------------------------------------


def give_up(turn: Turn) -> Answer:
    party = turn.conversation.data.get("party", "")
    bookings.drop(turn.tx, party, turn.incoming.sender, turn.now)
    return Answer((say.given_up(),), Conversation(entry=turn.conversation.entry))


def _back(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    """One step back: from the form to the names, from the names to the hours."""
    if turn.conversation.step == FORM:
        return _who(turn, held)
    bookings.drop(turn.tx, held[0].party, turn.incoming.sender, turn.now)
    return at_rest(turn, say.given_back(held[0].service, held[0].office))


def _ended(turn: Turn) -> Answer:
    data = turn.conversation.data
    return at_rest(turn, say.hold_ended(data.get("service", ""), data.get("office", "")))


def _with(turn: Turn, party: str, act: Callable[[Turn, tuple[Booking, ...]], Answer]) -> Answer:
    """Do *act* with what is held as *party*; a hold that ended or another device's says so."""
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if not held or held[0].party != party:
        return _ended(turn)
    return act(turn, held)


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """What is being waited for, said again after a question in between was answered."""
    if turn.conversation.step not in STEPS:
        return ()
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if not held:
        return _ended(turn).replies
    return (_form(turn, held) if turn.conversation.step == FORM else _who(turn, held)).replies
