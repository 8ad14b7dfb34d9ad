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
    SELECT b.state, CASE WHEN b.slot IS NULL THEN 1 ELSE 0 END AS walk_in,
           CASE WHEN b.starts_at < :end0 THEN 0 WHEN b.starts_at < :end1 THEN 1
                WHEN b.starts_at < :end2 THEN 2 WHEN b.starts_at < :end3 THEN 3
                WHEN b.starts_at < :end4 THEN 4 WHEN b.starts_at < :end5 THEN 5
                WHEN b.starts_at < :end6 THEN 6 WHEN b.starts_at < :end7 THEN 7
                WHEN b.starts_at < :end8 THEN 8 WHEN b.starts_at < :end9 THEN 9
                WHEN b.starts_at < :end10 THEN 10 ELSE 11 END AS week,
           count(*) AS n
    FROM bookings AS b
    WHERE b.office = :office AND b.starts_at >= :since AND b.starts_at < :until
      AND b.state NOT IN ('held', 'expired', 'moved')
      AND NOT (b.state = 'cancelled' AND b.before = 'held')
    GROUP BY 1, 2, 3
"""
PLACES = """
    SELECT CASE WHEN s.starts_at < :end0 THEN 0 WHEN s.starts_at < :end1 THEN 1
                WHEN s.starts_at < :end2 THEN 2 WHEN s.starts_at < :end3 THEN 3
                WHEN s.starts_at < :end4 THEN 4 WHEN s.starts_at < :end5 THEN 5
                WHEN s.starts_at < :end6 THEN 6 WHEN s.starts_at < :end7 THEN 7
                WHEN s.starts_at < :end8 THEN 8 WHEN s.starts_at < :end9 THEN 9
                WHEN s.starts_at < :end10 THEN 10 ELSE 11 END AS week,
           SUM(s.capacity) AS places
    FROM slots AS s
    WHERE s.office = :office AND s.starts_at >= :since AND s.starts_at < :until AND s.open = 1
    GROUP BY 1
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


def visits(
    tx: Transaction, office: str, starts: Sequence[datetime], first: int, last: int
) -> Mapping[int, Visits]:
    """What there was at *office* in the weeks from number *first* to *last* of the `WEEKS` that begin at
    *starts*, whose last moment is where the last week ends. Weeks with nothing are left out."""
    edges = {f"end{n}": stamp(end) for n, end in enumerate(starts[1:-1])}
    edges |= {"since": stamp(starts[first]), "until": stamp(starts[last + 1])}
    counted: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in tx.rows(VISITS, office=office, **edges):
        counted[row["week"]][_part(row)] += row["n"]
    for row in tx.rows(PLACES, office=office, **edges):
        counted[row["week"]]["places"] += row["places"]
    return {week: Visits(**parts) for week, parts in counted.items()}


def _part(row: Row) -> str:
    """Which part of `Visits` a row counts to."""
    if row["walk_in"]:
        return "walk_ins"
    return {"booked": "expected", "no_show": "missed", "cancelled": "cancelled"}.get(
        row["state"], "came"
    )
