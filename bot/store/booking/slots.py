"""Places at offices and hours: filled from the calendar, and searched for free ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.booking.opening_hours import Slot
from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp

ALL, PRIORITY = "all", "priority"  # the pools, as the calendar names them


@dataclass(frozen=True, slots=True)
class Free:
    """An hour at an office; `left` places of it are free. `priority`: kept for the elderly and the
    disabled."""

    id: str
    office: str
    starts_at: datetime
    ends_at: datetime
    left: int
    priority: bool = False

    @classmethod
    def from_row(cls, row: Row) -> Free:
        return cls(
            id=row["id"],
            office=row["office"],
            starts_at=moment(row["starts_at"]),
            ends_at=moment(row["ends_at"]),
            left=row["free"],
            priority=row["pool"] == PRIORITY,
        )


GET = "SELECT *, capacity - booked AS free FROM slots WHERE id = :id"


def get(tx: Transaction, id: str) -> Free | None:
    rows = tx.rows(GET, id=id)
    return Free.from_row(rows[0]) if rows else None


DAYS = """
    SELECT day, SUM(capacity - booked) AS free FROM slots
    WHERE office = :office AND pool = :pool AND open = 1 AND booked < capacity
      AND starts_at >= :after AND starts_at < :until
    GROUP BY day ORDER BY day
"""


def days(
    tx: Transaction, office: str, after: datetime, until: datetime, *, pool: str = "all"
) -> list[tuple[date, int]]:
    """Days with free places between two moments, and how many there are."""
    rows = tx.rows(DAYS, office=office, pool=pool, after=stamp(after), until=stamp(until))
    return [(date.fromisoformat(row["day"]), row["free"]) for row in rows]


TIMES = """
    SELECT *, capacity - booked AS free FROM slots
    WHERE office = :office AND pool = :pool AND open = 1 AND booked < capacity
      AND starts_at >= :after AND starts_at < :until
    ORDER BY starts_at
"""


def times(
    tx: Transaction, office: str, after: datetime, until: datetime, *, pool: str = "all"
) -> list[Free]:
    """Hours with free places between two moments, in order."""
    rows = tx.rows(TIMES, office=office, pool=pool, after=stamp(after), until=stamp(until))
    return [Free.from_row(row) for row in rows]


FIRST_OF = """
    SELECT *, capacity - booked AS free FROM slots
    WHERE office = :office AND pool = :pool AND open = 1 AND booked < capacity
      AND starts_at >= :after AND starts_at < :until
    ORDER BY starts_at LIMIT 1
"""
# One look into the index of free places for each office, however full the city is.
FIRST_OF_EACH = """
    SELECT offices.id AS office, (
        SELECT MIN(starts_at) FROM slots
        WHERE office = offices.id AND pool = :pool AND open = 1 AND booked < capacity
          AND starts_at >= :after AND starts_at < :until
    ) AS at
    FROM offices
"""
FEW = 30  # offices: so many are asked one by one


def earliest(
    tx: Transaction,
    offices: Collection[str],
    after: datetime,
    until: datetime,
    *,
    limit: int = 5,
    pool: str = "all",
) -> list[Free]:
    """The first free hour of each of *offices*, the soonest first, at most *limit* of them."""
    edges = {"pool": pool, "after": stamp(after), "until": stamp(until)}
    if len(offices) > FEW:
        firsts = tx.rows(FIRST_OF_EACH, **edges)
        known = [(row["at"], row["office"]) for row in firsts if row["at"]]
        offices = [office for _, office in sorted(known) if office in offices][:limit]
    rows = [row for office in offices for row in tx.rows(FIRST_OF, office=office, **edges)]
    rows.sort(key=lambda row: (row["starts_at"], row["office"]))
    return [Free.from_row(row) for row in rows[:limit]]


# --- filling -------------------------------------------------------------------------------------

WRITE = """
    INSERT INTO slots (id, office, day, starts_at, ends_at, pool, capacity)
    VALUES (:id, :office, :day, :starts_at, :ends_at, :pool, :capacity)
    ON CONFLICT (id) DO UPDATE SET
        ends_at = excluded.ends_at,
        open = 1,
        capacity = CASE WHEN slots.booked > excluded.capacity THEN slots.booked
                        ELSE excluded.capacity END,
        lowered_to = CASE WHEN slots.booked > excluded.capacity THEN excluded.capacity END
"""
# Taken out of the calendar: nobody new gets in, and those who are in stay.
SHUT = "UPDATE slots SET open = 0 WHERE id = :id AND open = 1"
KNOWN = """
    SELECT id, ends_at, COALESCE(lowered_to, capacity) AS capacity, open FROM slots
    WHERE office = :office AND starts_at >= :first AND starts_at < :last
"""


def sync(
    tx: Transaction, office: str, wanted: Iterable[Slot], first: datetime, last: datetime
) -> int:
    """Make the slots of *office* that start from *first* on and before *last* those *wanted*;
    returns how many rows that took. What stands already is not written again.

    Bookings are never touched: a slot keeps room for all who are booked in it, until they cancel
    (see `seats.free`), and one that is wanted no more is only closed to new ones (see `affected`).
    """
    rows = tx.rows(KNOWN, office=office, first=stamp(first), last=stamp(last))
    known = {row["id"]: (row["ends_at"], row["capacity"], row["open"]) for row in rows}
    slots = {slot.id: slot for slot in wanted if first <= slot.starts_at < last}
    new = [s for s in slots.values() if known.get(s.id) != (stamp(s.ends_at), s.capacity, 1)]
    gone = [id_ for id_, (_, _, is_open) in known.items() if is_open and id_ not in slots]
    with tx.atomic():
        for id_ in gone:
            tx.rows(SHUT, id=id_)
        for slot in new:
            _write(tx, slot)
    return len(gone) + len(new)


def _write(tx: Transaction, slot: Slot) -> None:
    tx.rows(
        WRITE,
        id=slot.id,
        office=slot.office,
        day=slot.day.isoformat(),
        starts_at=stamp(slot.starts_at),
        ends_at=stamp(slot.ends_at),
        pool=slot.pool,
        capacity=slot.capacity,
    )


# The kinds of message, or call, about an hour that is no longer served, and that is so again.
CHANGED, BACK = "changed", "back"
TAKEN_BACK = "taken-back"  # of a message about an hour that is served after all
SHUT_OUT = """
    SELECT b.code FROM slots AS s JOIN bookings AS b ON b.slot = s.id
    WHERE s.open = 0 AND s.starts_at >= :now AND s.office = :office AND b.state = 'booked'
    ORDER BY b.starts_at, b.code
"""


def shut_out(tx: Transaction, office: str, now: datetime) -> Sequence[str]:
    """Codes of bookings to come at *office* in slots that are no longer in the calendar."""
    return [row["code"] for row in tx.rows(SHUT_OUT, office=office, now=stamp(now))]


# CROSS JOIN: SQLite begins with the few slots that are shut, not with all bookings there ever were.
AFFECTED = """
    SELECT b.code FROM slots AS s CROSS JOIN bookings AS b
    WHERE b.slot = s.id AND s.open = 0 AND s.starts_at >= :now AND b.state = 'booked'
      AND NOT EXISTS (SELECT 1 FROM calls AS c WHERE c.id = b.code || ':' || b.version || ':changed')
    ORDER BY b.starts_at, b.code
"""


def affected(tx: Transaction, now: datetime) -> Sequence[str]:
    """Codes of bookings to come in slots that are no longer in the calendar, but for those whose
    people officers call themselves."""
    return [row["code"] for row in tx.rows(AFFECTED, now=stamp(now))]
