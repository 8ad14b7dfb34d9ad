"""What becomes of a message about a booking that could not be delivered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from bot.reminders import COACH, OFFER
from bot.store import calls, outbox, reminders
from bot.store.database import Transaction
from bot.store.outbox import Letter


def pass_on(
    tx: Transaction,
    letter: Letter,
    reason: str,
    channels: Collection[str],
    now: datetime,
    new_id: Callable[[], str],
) -> str | None:
    """Send the same words to the person's next account on one of *channels*, and return that
    channel; when there is none, put the booking on the officers' call list.

    An offer that does not arrive just ends and goes to the next who waits; nobody is called about
    how far they got with activating.
    """
    about = letter.about
    if about is None or about.kind == OFFER or about.kind.startswith(COACH):
        return None
    if not reminders.stands(tx, about):
        return None
    for address in () if letter.late(now) else reminders.other_addresses(tx, about):
        if address.channel in channels and outbox.copy(tx, letter.id, new_id(), address, now):
            return address.channel
    calls.add(tx, about, reason, now)
    return None
