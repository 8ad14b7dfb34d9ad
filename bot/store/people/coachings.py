"""Where each person stands on the way to a working account, and how far people get: counted by
talk, under an id that says nothing of who it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp

FEWEST = 5  # people; smaller groups are not shown
BEGUN, DONE, STUCK = "begun", "done", "stuck"


@dataclass(frozen=True, slots=True)
class Coaching:
    """One person's way: the step they are at, and the booking ("" for none) that led to it."""

    id: str
    step: str
    booking: str
    at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Coaching:
        return cls(row["id"], row["step"], row["booking"], moment(row["at"]))


# An open way goes on; one that ended, or was left lying since :stale, begins anew.
VISIT = """
    INSERT INTO coachings (channel, person, id, step, booking, state, at)
    VALUES (:channel, :person, :id, :step, :booking, 'open', :now)
    ON CONFLICT (channel, person) DO UPDATE SET
        id = CASE WHEN coachings.state = 'open' AND coachings.at >= :stale
                  THEN coachings.id ELSE excluded.id END,
        booking = CASE WHEN coachings.state = 'open' AND coachings.at >= :stale
                            AND excluded.booking = ''
                       THEN coachings.booking ELSE excluded.booking END,
        step = excluded.step, state = 'open', at = excluded.at
    RETURNING *
"""


def visit(
    tx: Transaction,
    person: Address,
    step: str,
    now: datetime,
    *,
    stale: datetime,
    new_id: str,
    booking: str = "",
) -> Coaching:
    """*person* is at *step* now."""
    who = {"channel": person.channel, "person": person.user}
    values = {"id": new_id, "step": step, "booking": booking}
    rows = tx.rows(VISIT, now=stamp(now), stale=stamp(stale), **who, **values)
    return Coaching.from_row(rows[0])


OPEN = """
    SELECT * FROM coachings
    WHERE channel = :channel AND person = :person AND state = 'open' AND at >= :stale
"""


def current(tx: Transaction, person: Address, stale: datetime) -> Coaching | None:
    """Where *person* left off, if not before *stale*."""
    rows = tx.rows(OPEN, channel=person.channel, person=person.user, stale=stamp(stale))
    return Coaching.from_row(rows[0]) if rows else None


END = """
    UPDATE coachings SET state = 'ended', at = :now
    WHERE channel = :channel AND person = :person AND state = 'open' RETURNING *
"""
END_REMINDERS = """
    UPDATE outbox SET state = 'missed', error = 'answered'
    WHERE code = :id AND kind LIKE 'coach%' AND state = 'due'
"""


def end(tx: Transaction, person: Address, now: datetime) -> Coaching | None:
    """The way is over, and nothing more is asked about it; None when there was none."""
    for row in tx.rows(END, channel=person.channel, person=person.user, now=stamp(now)):
        tx.rows(END_REMINDERS, id=row["id"])
        return Coaching.from_row(row)
    return None


PUT_OFF = """
    UPDATE outbox SET due_at = :due_at, useful_until = :useful_until
    WHERE key = :key AND state = 'due' RETURNING id
"""


def put_off(tx: Transaction, key: str, due_at: datetime, useful_until: datetime) -> bool:
    """Ask later than was planned; False when nothing of this *key* waits to go out."""
    times = {"due_at": stamp(due_at), "useful_until": stamp(useful_until)}
    return bool(tx.rows(PUT_OFF, key=key, **times))


ASKED_ANYWAY = """
    SELECT id FROM outbox
    WHERE channel = :channel AND person = :person AND state = 'due' AND kind LIKE 'activate%'
    LIMIT 1
"""


def asked_anyway(tx: Transaction, person: Address) -> bool:
    """Whether a question after a visit will ask *person* about the same."""
    return bool(tx.rows(ASKED_ANYWAY, channel=person.channel, person=person.user))


# --- counting ------------------------------------------------------------------------------------

NOTE = """
    INSERT INTO coach_events (coaching, event, step, at) VALUES (:coaching, :event, :step, :now)
    ON CONFLICT DO NOTHING
"""


def note(tx: Transaction, coaching: str, event: str, now: datetime, step: str = "") -> None:
    """Once for each way: it was begun or done, or somebody got stuck at *step*."""
    tx.rows(NOTE, coaching=coaching, event=event, step=step, now=stamp(now))


COUNTS = """
    SELECT event, step, count(*) AS people FROM coach_events
    WHERE at >= :start AND at < :end
    GROUP BY event, step HAVING count(*) >= :fewest ORDER BY count(*) DESC, event, step
"""


def counts(tx: Transaction, start: datetime, end: datetime) -> list[Row]:
    """How many people began, were done, and got stuck at each step; no group under `FEWEST`."""
    return tx.rows(COUNTS, start=stamp(start), end=stamp(end), fewest=FEWEST)


FORGET = "DELETE FROM coachings WHERE at < :before"


def forget_before(tx: Transaction, before: datetime) -> None:
    """The counts stay: nothing in them leads to a person once the way itself is gone."""
    tx.rows(FORGET, before=stamp(before))
