"""Visits and places by office and week. The weeks' bounds come as moments, so that both engines cut
them alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import stamp

WEEKS = 12  # that one statement cuts

# The week in which a visit begins, from 0 on: Vietnam's Monday is a moment of UTC's Sunday.
VISITS = """
    SELECT b.office, b.state, CASE WHEN b.slot IS NULL THEN 1 ELSE 0 END AS walk_in,
           CASE WHEN b.starts_at < :end0 THEN 0 WHEN b.starts_at < :end1 THEN 1
                WHEN b.starts_at < :end2 THEN 2 WHEN b.starts_at < :end3 THEN 3
                WHEN b.starts_at < :end4 THEN 4 WHEN b.starts_at < :end5 THEN 5
                WHEN b.starts_at < :end6 THEN 6 WHEN b.starts_at < :end7 THEN 7
                WHEN b.starts_at < :end8 THEN 8 WHEN b.starts_at < :end9 THEN 9
                WHEN b.starts_at < :end10 THEN 10 ELSE 11 END AS week,
           count(*) AS n
    FROM offices AS o JOIN bookings AS b ON b.office = o.id
    WHERE b.starts_at >= :start AND b.starts_at < :end11
      AND b.state NOT IN ('held', 'expired', 'moved')
      AND NOT (b.state = 'cancelled' AND b.before = 'held')
    GROUP BY 1, 2, 3, 4
"""
PLACES = """
    SELECT s.office,
           CASE WHEN s.starts_at < :end0 THEN 0 WHEN s.starts_at < :end1 THEN 1
                WHEN s.starts_at < :end2 THEN 2 WHEN s.starts_at < :end3 THEN 3
                WHEN s.starts_at < :end4 THEN 4 WHEN s.starts_at < :end5 THEN 5
                WHEN s.starts_at < :end6 THEN 6 WHEN s.starts_at < :end7 THEN 7
                WHEN s.starts_at < :end8 THEN 8 WHEN s.starts_at < :end9 THEN 9
                WHEN s.starts_at < :end10 THEN 10 ELSE 11 END AS week,
           SUM(s.capacity) AS places
    FROM offices AS o JOIN slots AS s ON s.office = o.id
    WHERE s.starts_at >= :start AND s.starts_at < :end11 AND s.open = 1
    GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Visits:
    """People of one office and week, each in one of these; and the places that there were."""

    expected: int = 0
    came: int = 0
    missed: int = 0
    cancelled: int = 0
    walk_ins: int = 0
    places: int = 0


Key = tuple[str, int]  # an office, and the week's place among those asked for


def visits(tx: Transaction, starts: Sequence[datetime]) -> Mapping[Key, Visits]:
    """What there was in the `WEEKS` weeks that begin at the first of *starts*, each at its own; the last
    of them is where the last week ends. Offices and weeks with nothing are left out."""
    bounds = {f"end{n}": stamp(end) for n, end in enumerate(starts[1:])}
    counted: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in tx.rows(VISITS, start=stamp(starts[0]), **bounds):
        counted[row["office"], row["week"]][_part(row)] += row["n"]
    for row in tx.rows(PLACES, start=stamp(starts[0]), **bounds):
        counted[row["office"], row["week"]]["places"] += row["places"]
    return {key: Visits(**parts) for key, parts in counted.items()}


def _part(row: Row) -> str:
    """Which part of `Visits` a row counts to."""
    if row["walk_in"]:
        return "walk_ins"
    return {"booked": "expected", "no_show": "missed", "cancelled": "cancelled"}.get(
        row["state"], "came"
    )
