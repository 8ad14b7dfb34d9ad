"""Activating VNeID together, one step at a time: finds where one is stuck, gives the FAQ's answer to
that, leads to people who help, and asks again later.

Every button says which step it belongs to, so that old ones go on working. Where somebody stands is
kept for two weeks; only for a while after a step do typed words belong to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.booking import reminders
from bot.core import actions
from bot.core.messages import Answer, Conversation, Kind, Priority, Reply
from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.outbox import outbox
from bot.store.people import coachings, consents
from bot.store.people.coachings import Coaching
from handlers.booking import after_visit
from handlers.booking import reminders as remind
from handlers.questions import ask
from handlers.texts import activation as say
from handlers.texts import booking as booking_texts
from handlers.texts.activation import STEPS, Step
from handlers.texts.common import only_here
from handlers.turn import Turn, at_rest

LINK = "kichhoat"  # the deep link that opens with it
SERVICE = "kich-hoat"  # what is booked when somebody has to help
STEP = "coach:"  # before the step's id, in the conversation
TALK = timedelta(minutes=30)  # for so long after a step, typed words belong to it
REMEMBERED = timedelta(days=14)
ASK_AFTER = (1, 3)  # days
WORDS = frozenset({
    "kich hoat", "kich hoat vneid", "kich hoat giup toi", "giup toi kich hoat", "huong dan kich hoat",
    "huong dan kich hoat vneid", "chi toi kich hoat", "kich hoat tung buoc", "kichhoat",
    "kich hoat tai khoan", "toi muon kich hoat", "toi muon kich hoat vneid", "cach kich hoat",
    "kich hoat giup con", "kich hoat giup em", "kich hoat dum toi",
})  # fmt: skip
YES = frozenset({
    "xong", "xong roi", "roi", "da xong", "ok", "oke", "duoc roi", "co roi", "lam xong roi", "tiep",
    "tiep tuc", "lam tiep", "buoc tiep", "da co", "vao duoc roi", "cai roi", "cai xong roi",
})  # fmt: skip
NO = frozenset({
    "chua", "chua duoc", "khong duoc", "ko duoc", "k duoc", "vuong", "bi loi", "loi", "chua co",
    "chua thay", "van chua duoc", "khong biet", "bi ket", "ket roi",
})  # fmt: skip
BACK = frozenset({"quay lai", "tro lai", "lui lai", "buoc truoc"})
STOP = frozenset({"huy", "huy bo", "thoi", "dung lai", "khong lam nua"})


def handle(turn: Turn) -> Answer | None:
    return _typed(turn) if turn.incoming.kind is Kind.TEXT else _pressed(turn)


def _pressed(turn: Turn) -> Answer | None:
    match turn.action:
        case actions.Activate():
            return begin(turn)
        case actions.IsActivated("how", code):
            return begin(turn, code)
        case actions.IsActivated("stuck", code):
            return _where(turn, _booking(turn, code))
        case actions.Activation(wish):
            return CHOICES[wish](turn)
        case actions.ActivationStep(wish, id_, entry) if step := _step(id_):
            return _why(turn, step, entry) if wish == "why" else AT_STEP[wish](turn, step)
    return None


def _typed(turn: Turn) -> Answer | None:
    words = turn.words.strip("/ ")
    if words in WORDS:
        return begin(turn)
    step = _step(turn.conversation.step.removeprefix(STEP))
    if step is None or not turn.conversation.step.startswith(STEP):
        return None
    if turn.masked.found:
        return Answer((say.never_here(), say.show(step)), _waiting(turn, step))
    for said, act in ((YES, _next), (NO, _stuck), (BACK, _back)):
        if words in said:
            return act(turn, step)
    return _stop(turn) if words in STOP else None


def _step(id_: str) -> Step | None:
    return next((one for one in STEPS if one.id == id_), None)


# --- beginning -----------------------------------------------------------------------------------


def begin(turn: Turn, code: str = "") -> Answer:
    """From the first step, or from where they left off; *code* is the booking that led here."""
    booking = _booking(turn, code)
    found = coachings.current(turn.tx, turn.incoming.sender, turn.now - REMEMBERED)
    left = _step(found.step) if found else None
    if left is None or left is STEPS[0]:
        return _go(turn, STEPS[0], before=(say.welcome(),), booking=booking)
    _visit(turn, left, booking)
    return at_rest(turn, say.left_off(left))


def _where(turn: Turn, booking: str = "") -> Answer:
    """Which step is it? Until that is said, they stand where they stood."""
    found = coachings.current(turn.tx, turn.incoming.sender, turn.now - REMEMBERED)
    _visit(turn, (_step(found.step) if found else None) or STEPS[0], booking)
    return Answer((say.which_step(),))


def _booking(turn: Turn, code: str) -> str:
    """*code*, if it is a booking that the sender may answer for."""
    return code if code and remind.asked(turn, code) else ""


def _visit(turn: Turn, step: Step, booking: str = "") -> Coaching:
    """They are at *step* now; later they are asked how it is, if they want that."""
    coaching = coachings.visit(
        turn.tx,
        turn.incoming.sender,
        step.id,
        turn.now,
        stale=turn.now - REMEMBERED,
        new_id=turn.new_id(),
        booking=booking,
    )
    coachings.note(turn.tx, coaching.id, coachings.BEGUN, turn.now)
    _ask_later(turn, coaching)
    return coaching


def _go(
    turn: Turn,
    step: Step,
    *,
    before: tuple[Reply, ...] = (),
    booking: str = "",
) -> Answer:
    _visit(turn, step, booking)
    return Answer((*before, say.show(step)), _waiting(turn, step))


def _waiting(turn: Turn, step: Step) -> Conversation:
    deadline = turn.now + TALK
    return replace(turn.conversation, step=STEP + step.id, data={}, deadline=deadline)


def put_aside(turn: Turn) -> Conversation | None:
    """The talk without the step they are at; None when they are at none."""
    return turn.conversation.idle if turn.conversation.step.startswith(STEP) else None


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """The step they are at, said again after a question in between was answered."""
    if not turn.conversation.step.startswith(STEP):
        return ()
    step = _step(turn.conversation.step.removeprefix(STEP))
    return (say.show(step),) if step else ()


# --- at a step -----------------------------------------------------------------------------------


def _next(turn: Turn, step: Step) -> Answer:
    follows = say.number_of(step)
    return _done(turn) if follows == len(STEPS) else _go(turn, STEPS[follows])


def _back(turn: Turn, step: Step) -> Answer:
    return _go(turn, STEPS[max(say.number_of(step) - 2, 0)])


def _stuck(turn: Turn, step: Step) -> Answer:
    """Counted, then narrowed down to the one answer that helps."""
    coaching = _visit(turn, step)
    coachings.note(turn.tx, coaching.id, coachings.STUCK, turn.now, step.id)
    troubles = [entry for id_ in step.troubles if (entry := turn.entry(id_))]
    if not troubles:
        return _help(turn, step)
    return Answer((say.what_is_wrong(step, troubles),), _waiting(turn, step))


def _why(turn: Turn, step: Step, trouble: str) -> Answer | None:
    entry = turn.entry(trouble) if trouble in step.troubles else None
    if entry is None:
        return None
    shown = ask.plainly(turn, entry)
    waiting = replace(_waiting(turn, step), entry=entry.id)
    return Answer((shown, say.did_it_help(step)), waiting)


def _help(turn: Turn, step: Step) -> Answer:
    service = turn.settings.booking.service(SERVICE)
    return Answer((say.help_of_people(step, turn.settings.contact, service),), _waiting(turn, step))


# --- leaving, and being asked again --------------------------------------------------------------


def _later(turn: Turn) -> Answer:
    reminded = _wants_reminders(turn)
    reply = say.see_you(reminded=reminded)
    return at_rest(turn, only_here(reply, mailbox=turn.mailbox and reminded))


def _wants_reminders(turn: Turn) -> bool:
    return consents.has(turn.tx, turn.incoming.sender, "reminders")


def _remind(turn: Turn) -> Answer:
    """They agree to be reminded."""
    sender = turn.incoming.sender
    if not _wants_reminders(turn):
        version = booking_texts.CONSENT_VERSION
        consents.give(turn.tx, turn.new_id(), sender, "reminders", version, turn.now)
    if found := coachings.current(turn.tx, sender, turn.now - REMEMBERED):
        _ask_later(turn, found)
    return Answer((only_here(say.will_ask(), mailbox=turn.mailbox),))


def _ask_later(turn: Turn, coaching: Coaching) -> None:
    """One question tomorrow evening, one two days later; both move on with every step taken. Where
    a visit's questions are to come anyway, only the first."""
    if not _wants_reminders(turn):
        return
    asked_anyway = coachings.asked_anyway(turn.tx, turn.incoming.sender)
    for days in ASK_AFTER[:1] if asked_anyway else ASK_AFTER:
        due = reminders.later(turn.now, days, turn.settings.booking.reminders)
        if due is None:
            continue
        key = f"coach:{coaching.id}:{days}"
        if coachings.put_off(turn.tx, key, due.due_at, due.useful_until):
            continue
        outbox.put(
            turn.tx,
            id=turn.new_id(),
            key=key,
            to=turn.incoming.sender,
            reply=say.how_is_it(),
            content=remind.CONTENT,
            now=turn.now,
            due_at=due.due_at,
            useful_until=due.useful_until,
            priority=Priority.REMINDER,
            code=coaching.id,
            kind=due.kind,
        )


def _stop(turn: Turn) -> Answer:
    coachings.end(turn.tx, turn.incoming.sender, turn.now)
    return at_rest(turn, say.stopped())


def _done(turn: Turn) -> Answer:
    """The account works. The booking that led here is asked about no more; which of several
    others it was, only the person knows."""
    coaching = coachings.end(turn.tx, turn.incoming.sender, turn.now)
    if coaching:
        coachings.note(turn.tx, coaching.id, coachings.DONE, turn.now)
        booking = remind.asked(turn, coaching.booking)
        if booking and booking.state is State.SERVED:
            after_visit.settle(turn, booking)
            return at_rest(turn, say.well_done(()))
    waiting = bookings.not_activated(turn.tx, turn.incoming.sender)
    return at_rest(turn, say.well_done(waiting))


CHOICES: dict[str, Callable[[Turn], Answer]] = {
    "where": _where,
    "later": _later,
    "remind": _remind,
    "quiet": lambda turn: Answer((say.will_not_ask(),)),
    "stop": _stop,
    "done": _done,
}
AT_STEP: dict[str, Callable[[Turn, Step], Answer]] = {
    "go": _go,
    "ok": _next,
    "stuck": _stuck,
    "help": _help,
}
