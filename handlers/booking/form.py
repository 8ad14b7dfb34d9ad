"""Booking, last third: who comes, a phone number if they like, consent, confirmed.

The place is held in the database for the person who fills in; the conversation only remembers
which party that is. A hold that has ended says so, and the hours are a tap away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core import actions
from bot.core.config.booking import Service
from bot.core.crypto import phone_number
from bot.core.messages import OWN, Answer, Conversation, Kind, Reply
from bot.core.privacy import Secret
from bot.store.booking import bookings, offices, slot_seats
from bot.store.booking import limits as quotas
from bot.store.booking.bookings import AlreadyBooked, BookedElsewhere, Booking, HoldEnded, SlotFull
from bot.store.booking.fair_shares import NoShare
from bot.store.booking.slots import Free
from bot.store.people import consents, phone_owners
from handlers import interruptions
from handlers.booking import limits as quota
from handlers.booking import names, outcome, ticket
from handlers.questions import ask
from handlers.texts import booking as say
from handlers.texts import visits
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
            return _pressed(turn)
        case Kind.TEXT if turn.conversation.step in STEPS:
            return _typed(turn)
        case Kind.CONTACT if turn.conversation.step == FORM:
            return _phone(turn, turn.text)
    return None


def _pressed(turn: Turn) -> Answer | None:
    match turn.action:
        case actions.NoName(party):
            return _with(turn, party, _form)
        case actions.EditNames(party):
            return _with(turn, party, _who)
        case actions.Confirm(party, remind):
            return _with(turn, party, lambda t, held: _confirm(t, held, remind))
        case actions.Cancel():
            return _leave(turn)
    return None


def _typed(turn: Turn) -> Answer | None:
    if interruptions.says(turn, NO_WORDS):
        return give_up(turn)
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if not held:
        return _ended(turn)
    if turn.words.strip("/ ") in BACK_WORDS:
        return _back(turn, held)
    if turn.conversation.step == WHO and names.PHONE.search(turn.text) and names.read(turn.text):
        return _names_and_phone(turn, held)
    if phone_number(turn.text):
        return _phone(turn, turn.text)
    if turn.conversation.step == FORM and names.PHONE_LIKE.fullmatch(turn.text.strip()):
        return Answer((say.bad_phone(turn.text), *_form(turn, held).replies))
    if turn.conversation.step == FORM or _no_name(turn):
        return None  # somebody else answers; then the same is asked again (see `prompt`)
    return _form(turn, held) if interruptions.says(turn, UNNAMED_WORDS) else _names(turn, held)


def _no_name(turn: Turn) -> bool:
    if names.surely(turn.text, turn.words.split()):
        return False
    known = len(turn.text.split()) > 3 and ask.understands(turn)
    return known or interruptions.commands(turn) or interruptions.asks(turn)


# --- holding -------------------------------------------------------------------------------------


def begin(turn: Turn, service: Service, slot: Free, first: int) -> Answer:
    """Hold one place at *slot*; *first* is the member it is for: 1 for the person, 2 on for kin."""
    now_held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if _is_it(turn, now_held, service, slot, first):
        return _again(turn, now_held)
    if refused := quota.refusal(turn, places=1):
        return _beside(turn, refused, now_held)
    try:
        holders = _holders(turn, first, 1)
        held = _hold(turn, service.id, slot.id, holders, priority=slot.priority)
    except NoShare:
        full = say.web_full(service, offices.get(turn.tx, slot.office), ways(turn))
        return _beside(turn, full, now_held)
    except SlotFull:
        became = outcome.at_slot(turn, service.id, slot.id) if first == 1 else None
        gone = became.replies[0] if became else say.gone(service, slot.office)
        return _beside(turn, gone, now_held)
    except AlreadyBooked as error:
        return _beside(turn, say.already(error.booking, slot.id), now_held)
    except BookedElsewhere:
        elsewhere = say.booked_elsewhere(say.for_kin(service.id, slot.id))
        return _beside(turn, elsewhere, now_held)
    return _who(turn, held)


def _is_it(turn: Turn, held: tuple[Booking, ...], service: Service, slot: Free, first: int) -> bool:
    """Whether *held* is just what was asked for: the hour was pressed twice."""
    if not held or (held[0].service, held[0].slot) != (service.id, slot.id):
        return False
    return (held[0].holder == _base(turn)) is (first == 1)


def _beside(turn: Turn, reply: Reply, held: tuple[Booking, ...]) -> Answer:
    """*reply*, and what is still *held*, if anything is."""
    if not held:
        return Answer((reply,))
    step = _again(turn, held)
    return replace(step, replies=(reply, *step.replies))


def ways(turn: Turn) -> say.Ways:
    """Where accounts are tied to telephone numbers, as far as this deployment is there."""
    settings = turn.settings
    zalo = settings.zalo_oa.app_secret or settings.zalo_bot.token
    name = settings.outreach.telegram_username
    return {
        **({"Telegram": f"https://t.me/{name}" if name else ""} if settings.telegram.token else {}),
        **({"Zalo": settings.outreach.zalo_url} if zalo else {}),
    }


def _hold(
    turn: Turn, service: str, slot: str, holders: Sequence[str], *, priority: bool
) -> tuple[Booking, ...]:
    quota.work(turn)
    held = bookings.hold(
        turn.tx,
        slot=slot,
        service=service,
        person=turn.incoming.sender,
        holders=holders,
        now=turn.now,
        held_until=turn.now + timedelta(minutes=turn.settings.booking.hold_minutes),
        new_id=turn.new_id,
        priority=priority,
        asker=quota.asker(turn),
        vouched=phone_owners.mark_of(turn.tx, turn.incoming.sender),
    )
    quotas.note_origin(turn.tx, held[0].party, turn.incoming.origin, turn.now)
    return held


def _base(turn: Turn) -> str:
    """Who a place is for that somebody books for themselves: their account, whatever number they type."""
    return f"{turn.incoming.sender.channel}:{turn.incoming.sender.user}"


def _holders(turn: Turn, first: int, count: int) -> list[str]:
    """Who the places are for: the person, then family members that have no booking yet, then those
    that have one (the store refuses them by name). Fewer than *count* when a family has no more."""
    base = _base(turn)
    taken = {booking.holder for booking in bookings.live(turn.tx, turn.incoming.sender)}
    names = [base if n == 1 else f"{base}/{n}" for n in range(first, MOST + 1)]
    return sorted(names, key=lambda name: name in taken and name != base)[:count]


def _who(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    rules = turn.settings.booking
    return Answer((say.who(held, turn.now, rules.most_members),), _at(turn, held, WHO))


def _at(turn: Turn, held: Sequence[Booking], step: str) -> Conversation:
    data = {"party": held[0].party, "service": held[0].service, "office": held[0].office}
    data |= {name: kept for name in (NUMBER, OWNED) if (kept := turn.conversation.data.get(name))}
    deadline = (held[0].held_until or turn.now) + GRACE
    return replace(turn.conversation, step=step, data=data, deadline=deadline)


# --- names ---------------------------------------------------------------------------------------


def _names_and_phone(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    """Both in one line: "bà Tư, cháu Tí" and their number."""
    told = _names(turn, held)
    number = phone_number(names.PHONE.search(turn.text)[0])  # type: ignore[index]
    if number is None or told.conversation is None or told.conversation.step != FORM:
        return told
    known = replace(turn, conversation=told.conversation)
    return _phone(known, number) or told


def _names(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    most = turn.settings.booking.most_members
    secret = turn.masked.found - {Secret.PHONE}
    given = () if secret else names.read(turn.text)
    if not 1 <= len(given) <= most:
        return Answer((say.bad_names(most),))
    if len(given) != len(held):
        first = 1 if held[0].holder == _base(turn) else 2
        wanted = _holders(turn, first, len(given))
        if len(wanted) < len(given):
            return Answer((say.bad_names(len(wanted)),))
        if refused := quota.refusal(turn, places=len(given)):
            return Answer((refused,))
        try:
            slot = str(held[0].slot)
            same = slot_seats.is_priority(turn.tx, slot)  # who holds such a place asked for it
            held = _hold(turn, held[0].service, slot, wanted, priority=same)
        except NoShare:
            return Answer((say.share_ended(held),))
        except (SlotFull, AlreadyBooked, BookedElsewhere):
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
        return at_rest(turn, say.no_longer())
    has_phone = bool(turn.conversation.data.get(NUMBER))
    keep = turn.settings.keep_days
    service = turn.settings.booking.named(held[0].service)
    reply = say.form(held, service, office, phone=has_phone, keep_days=keep, mailbox=turn.mailbox)
    return Answer((reply,), _at(turn, held, FORM))


def _confirm(turn: Turn, held: tuple[Booking, ...], remind_me: bool) -> Answer:
    sealed = turn.conversation.data.get(NUMBER, "")
    mark = turn.vault.mark(turn.vault.open(sealed)) if sealed else ""
    own = mark if turn.conversation.data.get(OWNED) else ""
    if mark and not own and quota.number_is_full(turn, mark, len(held)):
        return _without_number(turn, held)
    try:
        booked = _book(turn, held[0].party, sealed, mark, own)
    except HoldEnded:
        return _ended(turn)
    except AlreadyBooked as error:
        return Answer((say.already(error.booking, held[0].slot),))
    except BookedElsewhere:
        return Answer((say.booked_elsewhere(say.for_kin(held[0].service, held[0].slot)),))
    _consent(turn, remind_me)
    return ticket.booked(turn, booked)


def _book(turn: Turn, party: str, sealed: str, mark: str, own: str) -> tuple[Booking, ...]:
    """Book with the number of *mark*, if any; *own* is the same where it is surely the sender's, which is
    known from now on. Nothing is when it raises what `bookings.confirm` does."""
    tx, sender = turn.tx, turn.incoming.sender
    with tx.atomic():
        if own:
            phone_owners.owned(tx, sender, own, turn.now)
        vouched = own or phone_owners.mark_of(tx, sender)
        return bookings.confirm(
            tx, party, sender, turn.now, phone=sealed, phone_mark=mark, vouched=vouched
        )


def _without_number(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    """The number is not taken; the place stays held, and the same form books it without one."""
    form = _form(replace(turn, conversation=turn.conversation.idle), held)
    return replace(form, replies=(say.number_not_taken(), *form.replies))


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
    sender = turn.incoming.sender
    for party in {booking.party for booking in bookings.held(turn.tx, sender, turn.now)}:
        bookings.drop(turn.tx, party, sender, turn.now)
    return Answer((say.given_up(),), Conversation(entry=turn.conversation.entry))


def _back(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    """One step back: from the form to the names, from the names to the hours."""
    if turn.conversation.step == FORM:
        return _who(turn, held)
    bookings.drop(turn.tx, held[0].party, turn.incoming.sender, turn.now)
    return at_rest(turn, say.given_back(held[0].service, held[0].office))


def _leave(turn: Turn) -> Answer | None:
    """ "Thôi, không đặt nữa" ends what is being filled in; pressed later it cancels nothing, and says
    what is booked."""
    step = turn.conversation.step
    if step in STEPS or (not step and bookings.held(turn.tx, turn.incoming.sender, turn.now)):
        return give_up(turn)
    live = [] if step else outcome.live_of(turn)
    if not live:
        return None
    return Answer((visits.nothing_to_leave(outcome.told(turn, live[:1])),))


def _ended(turn: Turn) -> Answer:
    """What is filled in is not held any more."""
    return _late(turn, str(turn.conversation.data.get("party", "")))


def _late(turn: Turn, party: str) -> Answer:
    """What has become of *party*; and what is held now, if that is something else."""
    told = outcome.of_party(turn, party)
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    if not held:
        filling_in = turn.conversation.step in STEPS
        return at_rest(turn, told.replies[0]) if filling_in else told
    if not outcome.booked_as(turn, party):
        told = Answer((say.other_choice(),))
    step = _again(turn, held)
    return replace(step, replies=(*told.replies, *step.replies))


def _again(turn: Turn, held: tuple[Booking, ...]) -> Answer:
    """The step that filling in *held* is at, said once more."""
    return _form(turn, held) if turn.conversation.step == FORM else _who(turn, held)


def _with(turn: Turn, party: str, act: Callable[[Turn, tuple[Booking, ...]], Answer]) -> Answer:
    """Do *act* with what is held as *party*, or tell what has become of that."""
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    return act(turn, held) if held and held[0].party == party else _late(turn, party)


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """What is being waited for, said again after a question in between was answered."""
    if turn.conversation.step not in STEPS:
        return ()
    held = bookings.held(turn.tx, turn.incoming.sender, turn.now)
    return (_again(turn, held) if held else _ended(turn)).replies
