"""What becomes of a message about a booking that could not be delivered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from bot.booking.reminders import COACH, OFFER
from bot.core.messages import Reply
from bot.store.campaigns import frequency_cap
from bot.store.campaigns.campaigns import KIND as CAMPAIGN
from bot.store.database import Transaction
from bot.store.outbox import calls, outbox, still_valid
from bot.store.outbox.outbox import Letter
from bot.store.outbox.still_valid import About
from bot.store.values import stamp


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
        frequency_cap.give_back(tx, letter.id)
        return None
    if not still_valid.stands(tx, about):
        return None
    if to := _to_another(tx, letter, about, channels, now, new_id, to_others):
        return to
    calls.add(tx, about, reason, now)
    return None


def _to_another(
    tx: Transaction,
    letter: Letter,
    about: About,
    channels: Collection[str],
    now: datetime,
    new_id: Callable[[], str],
    to_others: Callable[[Reply], Reply],
) -> str | None:
    for other in () if letter.late(now) else still_valid.others(tx, about):
        to = other.address
        reply = letter.reply if other.same_person else to_others(letter.reply)
        if to.channel in channels and outbox.copy(tx, letter.id, new_id(), to, reply, now):
            return to.channel
    return None


# --- a page that nobody has opened -------------------------------------------------------------------

UNREAD_FOR = timedelta(minutes=30)  # after a reminder on a page was due
# Each is looked at once, some at a time.
SHOWN = """
    UPDATE outbox SET receipt = 'looked after'
    WHERE id IN (
        SELECT id FROM outbox
        WHERE channel = :channel AND receipt = 'mailbox' AND kind IN ('evening', 'hours')
          AND sent_at <= :before
        ORDER BY sent_at LIMIT 50 FOR UPDATE SKIP LOCKED)
    RETURNING *
"""
UNREAD = """
    SELECT b.phone FROM bookings AS b
    JOIN people AS p ON p.channel = :channel AND p.person = :person
    WHERE b.code = :code AND b.version = :version AND b.state = 'booked' AND b.starts_at > :now
      AND p.last_seen < :sent_at AND (p.read_at IS NULL OR p.read_at < :sent_at)
"""


def unread(
    tx: Transaction,
    channel: str,
    channels: Collection[str],
    now: datetime,
    new_id: Callable[[], str],
    to_others: Callable[[Reply], Reply],
) -> set[str]:
    """Reminders on a page that was not opened in time go to the person's next account on one of
    *channels*; else whoever left a number is put on the call list. Returns the channels that have
    something new to send."""
    written = set()
    for row in tx.rows(SHOWN, channel=channel, before=stamp(now - UNREAD_FOR)):
        letter = Letter.from_row(row)
        asked = {name: row[name] for name in ("channel", "person", "code", "version", "sent_at")}
        found = tx.rows(UNREAD, now=stamp(now), **asked)
        if letter.about is None or not found or not still_valid.stands(tx, letter.about):
            continue
        to = _to_another(tx, letter, letter.about, channels, now, new_id, to_others)
        if to:
            written.add(to)
        elif found[0]["phone"]:
            calls.add_unread(tx, letter.about, now)
    return written
