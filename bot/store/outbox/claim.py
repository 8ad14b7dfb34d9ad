"""Taking a row to send: the most urgent that is due, if what it says still stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.booking.reminders import BEFORE_VISIT
from bot.store.campaigns import fitness
from bot.store.campaigns.campaigns import KIND as CAMPAIGN
from bot.store.database import Transaction
from bot.store.outbox import calls, outbox, still_valid
from bot.store.outbox.outbox import Letter
from bot.store.values import stamp

LATE, CHANGED = "no longer useful", "booking changed"
Calm = Callable[[datetime], datetime]  # the moment itself, or the end of its quiet hours


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was due and may not go out (now): it was closed, or put off."""

    id: str


# One person's messages keep their order: a row waits for older ones that are on their way, or were
# due at once when the clock was later than it is now.
# Asked once for each priority, so that the index finds the row without reading those that wait.
# A row that another worker is about to take is passed over; it still holds back the same person's
# newer ones, due or sending, so that no two workers can change their order.
# OFFSET keeps PostgreSQL from making a join of it: then thousands of rows that have just come, and that
# its statistics do not know of yet, would be read for each one that is taken.
CLAIM = """
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, owner = :owner,
                      lease_until = :lease_until
    WHERE id = (
        SELECT o.id FROM outbox AS o
        WHERE o.channel = :channel AND o.state = 'due' AND o.priority = :priority
          AND o.due_at <= :now
          AND NOT EXISTS (
              SELECT 1 FROM outbox AS older
              WHERE older.channel = o.channel AND older.person = o.person AND older.id < o.id
                AND older.state IN ('due', 'sending') AND older.priority <= o.priority
                AND (older.state = 'sending' OR older.attempts > 0 OR older.due_at <= :now
                     OR older.due_at = older.created_at)
              LIMIT 1 OFFSET 0)
        ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
"""


def claim(
    tx: Transaction, channel: str, owner: str, now: datetime, lease_until: datetime
) -> Letter | None:
    """Take the most urgent row that is due; it is *owner*'s alone until the lease ends."""
    taken = take(tx, channel, owner, now, lease_until)
    while isinstance(taken, Skipped):
        taken = take(tx, channel, owner, now, lease_until)
    return taken


def take(
    tx: Transaction,
    channel: str,
    owner: str,
    now: datetime,
    lease_until: datetime,
    calm: Calm = lambda now: now,
    priorities: Sequence[int] = outbox.PRIORITIES,
) -> Letter | Skipped | None:
    """Look at one row only, so that thousands of late ones do not keep the writer from answering.

    In quiet hours, by *calm*, a row that nobody asked for is put off until they end. Only rows of
    *priorities* are taken, in this order.
    """
    times = {"now": stamp(now), "lease_until": stamp(lease_until)}
    for priority in priorities:
        rows = tx.rows(CLAIM, channel=channel, owner=owner, priority=priority, **times)
        if rows:
            letter = Letter.from_row(rows[0])
            if not _fit(tx, letter, owner, now, calm):
                return Skipped(letter.id)
            return replace(letter, companions=_companions(tx, letter, now))
    return None


# The same reminder for others whom this person booked for: same office, service and hour. Each of
# these bookings is asked anew here, as that of the row itself is.
COMPANIONS = """
    SELECT o.* FROM outbox AS o
    JOIN bookings AS mine ON mine.code = :code AND mine.version = :version
    JOIN bookings AS b ON b.code = o.code AND b.version = o.version
    WHERE o.channel = :channel AND o.person = :person AND o.kind = :kind AND o.id > :id
      AND o.state = 'due' AND o.attempts = 0 AND o.due_at <= :now AND o.useful_until >= :now
      AND mine.channel = o.channel AND mine.person = o.person
      AND b.channel = o.channel AND b.person = o.person AND b.state = 'booked'
      AND b.office = mine.office AND b.service = mine.service AND b.starts_at = mine.starts_at
    ORDER BY o.id LIMIT 4
"""


def _companions(tx: Transaction, letter: Letter, now: datetime) -> tuple[Letter, ...]:
    """What can be said in the same message as *letter*; a reply without parts cannot be joined."""
    about = letter.about
    if about is None or about.kind not in BEFORE_VISIT or letter.reply.facts is None:
        return ()
    whose = {"channel": letter.address.channel, "person": letter.address.user}
    values = {"code": about.code, "version": about.version, "kind": about.kind}
    rows = tx.rows(COMPANIONS, id=letter.id, now=stamp(now), **whose, **values)
    return tuple(found for row in rows if (found := Letter.from_row(row)).reply.facts)


PUT_OFF = """
    UPDATE outbox SET state = 'due', due_at = :due_at, attempts = attempts - 1
    WHERE id = :id AND owner = :owner AND state = 'sending'
"""


def _fit(tx: Transaction, letter: Letter, owner: str, now: datetime, calm: Calm) -> bool:
    """Whether *letter* may go out now; if not, what becomes of it is recorded."""
    if letter.about and letter.about.kind == CAMPAIGN:
        return _fit_to_spread(tx, letter, owner, now, calm)
    if letter.about and not still_valid.stands(tx, letter.about):
        outbox.close(tx, letter.id, owner, "missed", CHANGED)
        return False
    if letter.late(now):
        outbox.close(tx, letter.id, owner, "missed", LATE)
        if letter.about and still_valid.unannounced(tx, letter.about, now):
            calls.add(tx, letter.about, LATE, now)
        return False
    calm_at = calm(now)
    if letter.about and calm_at > now:
        _put_off(tx, letter, owner, calm_at)
        return False
    return True


def _fit_to_spread(tx: Transaction, letter: Letter, owner: str, now: datetime, calm: Calm) -> bool:
    """The same of a campaign's row."""
    campaign = letter.about.code if letter.about else ""
    match fitness.of_campaign(tx, letter.id, campaign, letter.address, now, calm):
        case fitness.Later(at):
            _put_off(tx, letter, owner, at)
        case fitness.Never(reason):
            outbox.close(tx, letter.id, owner, "missed", reason)
        case None:
            return True
    return False


def _put_off(tx: Transaction, letter: Letter, owner: str, at: datetime) -> None:
    tx.rows(PUT_OFF, id=letter.id, owner=owner, due_at=stamp(at))
