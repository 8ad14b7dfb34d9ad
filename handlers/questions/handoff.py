""" "Gặp cán bộ": pass a question on to an officer, and the officer's answer back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.actions import AskOfficer
from bot.core.messages import Address, Answer, Kind
from bot.store.database import Transaction
from bot.store.outbox import outbox
from bot.store.staff import inbox
from handlers.texts import handoff as say
from handlers.texts.common import only_here
from handlers.turn import Turn, at_rest

STEP = "officer"
WAIT_FOR_QUESTION = timedelta(minutes=30)
USEFUL_FOR = timedelta(days=3)  # an officer's answer
LONGEST = 2000  # characters: one message on every channel (Zalo's limit)
WORDS = frozenset({
    "gap can bo", "gap nguoi that", "noi chuyen voi can bo", "cho gap can bo", "gap cong an",
    "toi muon gap can bo", "canbo", "gap nhan vien", "noi chuyen voi nguoi that",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.BUTTON:
        return _prompt(turn) if turn.action == AskOfficer() else None
    if turn.incoming.kind is not Kind.TEXT:
        return None
    if turn.words.strip("/ ") in WORDS:
        return _prompt(turn)
    return _queue(turn) if turn.conversation.step == STEP else None


def _prompt(turn: Turn) -> Answer:
    deadline = turn.now + WAIT_FOR_QUESTION
    waiting = replace(turn.conversation, step=STEP, data={}, deadline=deadline)
    return Answer((say.officer_prompt(turn.settings.contact),), waiting)


def _queue(turn: Turn) -> Answer:
    sender = turn.incoming.sender
    line = turn.masked.text
    first = inbox.hand_over(turn.tx, turn.new_id(), sender, turn.now, line)
    if not first and not inbox.add_to_handoff(turn.tx, sender, line):
        return at_rest(turn, say.officer_has_enough())
    return at_rest(turn, only_here(say.officer_queued(again=not first), mailbox=turn.mailbox))


# --- the officer answers ---------------------------------------------------------------------------


def reply_to(
    tx: Transaction,
    handoff: str,
    text: str,
    now: datetime,
    new_id: str,
    by: str = "",
    read: int | None = None,
) -> Address | None:
    """Send *text* to the person who waits under the id *handoff*, in the channel where they asked,
    and end the wait in the name of the account *by*, who has *read* so many characters of theirs.

    Returns whom it goes to; None when nobody waits under that id (any more) or they have written
    more than was read: nothing is sent then.
    """
    row = inbox.close_handoff(tx, handoff, now, by, answered=True, read=read)
    if row is None:
        return None
    to = Address(row["channel"], row["person"])
    outbox.put(
        tx,
        id=new_id,
        key=f"officer:{handoff}",
        to=to,
        reply=say.officer_says(text),
        content="officer",
        now=now,
        useful_until=now + USEFUL_FOR,
    )
    return to
