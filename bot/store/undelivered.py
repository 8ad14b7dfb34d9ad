"""What becomes of a message about a booking that could not be delivered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.messages import Reply
from bot.reminders import COACH, OFFER
from bot.store import calls, outbox, proactive, reminders
from bot.store.campaigns import KIND as CAMPAIGN
from bot.store.database import Transaction
from bot.store.outbox import Letter


def pass_on(
    tx: Transaction,
    letter: Letter,
    reason: str,
    channels: Collection[str],
    now: datetime,
    new_id: Callable[[], str],
    to_others: Callable[[Reply], Reply],
) -> str | None:
    """Send the same words to the person's next account on one of *channels*, and return that
    channel; when there is none, put the booking on the officers' call list. Who is only known by the
    phone number gets what *to_others* makes of it: it is not sure to be the same person.

    An offer that does not arrive just ends and goes to the next who waits; nobody is called about
    how far they got with activating; and news that does not arrive does not count as such.
    """
    about = letter.about
    if about is None or about.kind == OFFER or about.kind.startswith(COACH):
        return None
    if about.kind == CAMPAIGN:
        proactive.give_back(tx, letter.id)
        return None
    if not reminders.stands(tx, about):
        return None
    for other in () if letter.late(now) else reminders.others(tx, about):
        to = other.address
        reply = letter.reply if other.same_person else to_others(letter.reply)
        if to.channel in channels and outbox.copy(tx, letter.id, new_id(), to, reply, now):
            return to.channel
    calls.add(tx, about, reason, now)
    return None
