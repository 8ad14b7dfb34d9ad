""" "Liên kết": see here what was booked in another app.

Three answers: the booking's code, the phone number given with it, and the one-time code that was
sent to where it was booked. Whether code and number belong together is told there only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.actions import LinkAccount, UnlinkAccount
from bot.core.crypto import phone_number
from bot.core.messages import Address, Answer, Kind, Reply
from bot.store.booking.bookings import code_of
from bot.store.outbox import outbox
from bot.store.people import linked_accounts
from handlers.texts import linked_accounts as say
from handlers.turn import Turn, at_rest

CODE, PHONE, SECRET = "link:code", "link:phone", "link:secret"
STEPS = frozenset({CODE, PHONE, SECRET})
WAIT = timedelta(minutes=30)  # for each answer
GOOD_FOR = timedelta(minutes=10)  # a one-time code
WORDS = frozenset({
    "lien ket", "lienket", "lien ket tai khoan", "ket noi tai khoan", "lien ket lich hen",
})  # fmt: skip
LEAVE_WORDS = frozenset({"bo lien ket", "huy lien ket", "go lien ket", "thoi lien ket"})
SIX = re.compile(r"[A-Z0-9]{6}")


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BUTTON if turn.action == LinkAccount():
            return _begin(turn)
        case Kind.BUTTON if turn.action == UnlinkAccount():
            return _leave(turn)
        case Kind.CONTACT if turn.conversation.step == PHONE:
            return _phone(turn)
        case Kind.TEXT:
            return _typed(turn)
    return None


def _typed(turn: Turn) -> Answer | None:
    words = turn.words.strip("/ ")
    if words in WORDS:
        return _begin(turn)
    if words in LEAVE_WORDS:
        return _leave(turn)
    match turn.conversation.step:
        case "link:code":
            return _code(turn)
        case "link:phone":
            return _phone(turn)
        case "link:secret":
            return _secret(turn)
    return None


def _begin(turn: Turn) -> Answer:
    return _ask(turn, CODE, say.which_booking())


def _code(turn: Turn) -> Answer | None:
    code = _six(turn.text)
    return _ask(turn, PHONE, say.which_phone(), booking=code) if code else None


def _phone(turn: Turn) -> Answer | None:
    number = phone_number(turn.text)
    if number is None:
        return None
    secret = code_of(turn.new_id())
    linked_accounts.request(
        turn.tx,
        id=turn.new_id(),
        letter=turn.new_id(),
        asker=turn.incoming.sender,
        code=turn.conversation.data.get("booking", ""),
        phone_mark=turn.vault.mark(number),
        secret=turn.vault.mark(secret),
        reply=say.one_time_code(secret),
        now=turn.now,
        until=turn.now + GOOD_FOR,
    )
    return replace(_ask(turn, SECRET, say.code_sent()), expected=True)


def _secret(turn: Turn) -> Answer | None:
    secret = _six(turn.text)
    if secret is None:
        return None
    sender = turn.incoming.sender
    other = linked_accounts.confirm(
        turn.tx, sender, turn.vault.mark(secret), turn.now, turn.new_id()
    )
    if other is None:
        return Answer((say.wrong_code(),))
    _tell(turn, other, say.linked_elsewhere())
    return at_rest(turn, say.linked())


def _leave(turn: Turn) -> Answer:
    left = linked_accounts.leave(turn.tx, turn.incoming.sender)
    return Answer((say.left() if left else say.not_linked(),))


def _ask(turn: Turn, step: str, reply: Reply, **data: Any) -> Answer:
    waiting = replace(turn.conversation, step=step, data=data, deadline=turn.now + WAIT)
    return Answer((reply,), waiting)


def _six(text: str) -> str | None:
    """A code of six as people type it: any case, spaces and dashes in it."""
    found = re.sub(r"[\s.\-]", "", text).upper()
    return found if SIX.fullmatch(found) else None


def _tell(turn: Turn, to: Address, reply: Reply) -> None:
    id_ = turn.new_id()
    outbox.put(
        turn.tx,
        id=id_,
        key=f"link:{id_}",
        to=to,
        reply=reply,
        content="link",
        now=turn.now,
        useful_until=turn.now + GOOD_FOR,
    )


def prompt(turn: Turn) -> tuple[Reply, ...]:
    """What is being waited for, said again after something else was answered."""
    match turn.conversation.step:
        case "link:code":
            return (say.which_booking(),)
        case "link:phone":
            return (say.which_phone(),)
        case "link:secret":
            return (say.code_sent(),)
    return ()
