"""Figures for officers: counts only, and never of so few people that one could be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.clock import VIETNAM
from bot.store.database import Row, Transaction
from bot.store.values import stamp

FEWEST = 5  # people; smaller groups are not shown

OUTCOMES = """
    SELECT outcome, count(*) AS n FROM questions WHERE at >= :start AND at < :end GROUP BY outcome
"""
VOTES = """
    SELECT vote, count(*) AS n FROM questions
    WHERE at >= :start AND at < :end AND vote IS NOT NULL GROUP BY vote
"""
TOPICS = """
    SELECT entry, count(*) AS n, count(DISTINCT channel || ':' || person) AS people
    FROM questions WHERE at >= :start AND at < :end AND entry IS NOT NULL
    GROUP BY entry HAVING count(DISTINCT channel || ':' || person) >= :fewest
    ORDER BY count(*) DESC, entry LIMIT 30
"""
# Only what was booked by somebody: neither places that were held and let go, nor people who came without
# an appointment.
FUNNEL = """
    SELECT
        (SELECT COALESCE(SUM(n), 0) FROM poster_counts
            WHERE step = 'scan' AND day >= :first AND day <= :last) AS scanned,
        (SELECT count(DISTINCT channel || ':' || person) FROM incoming
            WHERE at >= :start AND at < :end) AS talked,
        (SELECT count(DISTINCT code) FROM bookings
            WHERE created_at >= :start AND created_at < :end
              AND slot IS NOT NULL AND state NOT IN ('held', 'expired')
              AND NOT (state = 'cancelled' AND before = 'held')) AS booked,
        (SELECT count(DISTINCT code) FROM bookings
            WHERE created_at >= :start AND created_at < :end
              AND slot IS NOT NULL AND state IN ('arrived', 'served')) AS came,
        (SELECT count(DISTINCT code) FROM bookings
            WHERE created_at >= :start AND created_at < :end
              AND slot IS NOT NULL AND activated_at IS NOT NULL) AS activated
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened between two moments; rows as the statements above name them."""

    outcomes: dict[str, int]
    votes: dict[str, int]
    topics: list[Row]
    funnel: Row


def between(tx: Transaction, start: datetime, end: datetime) -> Figures:
    """Figures of what lies from *start* to before *end*."""
    edges = {"start": stamp(start), "end": stamp(end)}
    days = {"first": _day(start), "last": _day(end)}
    return Figures(
        outcomes={row["outcome"]: row["n"] for row in tx.rows(OUTCOMES, **edges)},
        votes={row["vote"]: row["n"] for row in tx.rows(VOTES, **edges)},
        topics=tx.rows(TOPICS, fewest=FEWEST, **edges),
        funnel=tx.rows(FUNNEL, **edges, **days)[0],
    )


def _day(at: datetime) -> str:
    return at.astimezone(VIETNAM).date().isoformat()
