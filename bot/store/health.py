"""What tells whether the service does its work: counts and ages, nobody's data.

Each is read from a small index, so that it can be asked for every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store import key_value
from bot.store.database import Transaction
from bot.store.values import moment, stamp

PULSE = "pulse"  # the mark that is written at each look: the proof that the database commits


@dataclass(frozen=True, slots=True)
class Vitals:
    """`rows` of the outbox by (channel, state), `retrying` those of them that were tried in vain,
    `oldest_due` seconds by (channel, priority), `booked` events of bookings since a moment."""

    rows: Mapping[tuple[str, str], int]
    retrying: Mapping[str, int]
    oldest_due: Mapping[tuple[str, int], float]
    booked: Mapping[str, int]
    waiting: Mapping[str, int]
    alerts: int
    handoffs: int
    calls: int


ROWS = """
    SELECT channel, 'due' AS state, COUNT(*) AS n FROM outbox WHERE state = 'due' GROUP BY channel
    UNION ALL
    SELECT channel, 'sending' AS state, COUNT(*) AS n FROM outbox
    WHERE state = 'sending' GROUP BY channel
    UNION ALL
    SELECT channel, state, COUNT(*) AS n FROM outbox
    WHERE state IN ('failed', 'missed') GROUP BY channel, state
"""
RETRYING = """
    SELECT channel, COUNT(*) AS n FROM outbox
    WHERE state = 'due' AND attempts > 0 GROUP BY channel
"""
# A row whose sender died counts as well once its lease has ended.
OLDEST_DUE = """
    SELECT channel, priority, MIN(due_at) AS at FROM outbox
    WHERE state = 'due' AND due_at <= :now GROUP BY channel, priority
    UNION ALL
    SELECT channel, priority, MIN(due_at) AS at FROM outbox
    WHERE state = 'sending' AND lease_until <= :now GROUP BY channel, priority
"""
BOOKED = "SELECT what, COUNT(*) AS n FROM booking_events WHERE at >= :since GROUP BY what"
WAITING = """
    SELECT state, COUNT(*) AS n FROM waiting
    WHERE state IN ('waiting', 'offered') GROUP BY state
"""
OPEN = """
    SELECT (SELECT COUNT(*) FROM alerts WHERE seen_at IS NULL) AS alerts,
           (SELECT COUNT(*) FROM handoffs WHERE state = 'open') AS handoffs,
           (SELECT COUNT(*) FROM calls WHERE done_at IS NULL) AS calls
"""


def read(tx: Transaction, now: datetime, since: datetime) -> Vitals:
    """Look, and leave a mark: returns only where the database still takes something."""
    key_value.put(tx, PULSE, stamp(now))
    return Vitals(
        rows={(row["channel"], row["state"]): row["n"] for row in tx.rows(ROWS)},
        retrying={row["channel"]: row["n"] for row in tx.rows(RETRYING)},
        oldest_due=_ages(tx, now),
        booked={row["what"]: row["n"] for row in tx.rows(BOOKED, since=stamp(since))},
        waiting={row["state"]: row["n"] for row in tx.rows(WAITING)},
        **tx.rows(OPEN)[0],
    )


def _ages(tx: Transaction, now: datetime) -> dict[tuple[str, int], float]:
    ages: dict[tuple[str, int], float] = {}
    for row in tx.rows(OLDEST_DUE, now=stamp(now)):
        key = row["channel"], row["priority"]
        ages[key] = max(ages.get(key, 0.0), (now - moment(row["at"])).total_seconds())
    return ages
