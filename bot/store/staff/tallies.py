"""How often something happened on a day, and nothing of who did it."""

from __future__ import annotations

from datetime import date

from bot.store.database import Transaction

ADD = """
    INSERT INTO tallies (day, name, n) VALUES (:day, :name, 1)
    ON CONFLICT (day, name) DO UPDATE SET n = tallies.n + 1
"""
INLINE = "inline"  # an answer was offered to somebody who wrote in a chat of their own
CARD = "card"  # an answer was asked for as a picture


def add(tx: Transaction, name: str, day: date) -> None:
    tx.rows(ADD, day=day.isoformat(), name=name)


SUMS = """
    SELECT name, SUM(n) AS n FROM tallies WHERE day >= :first AND day <= :last
    GROUP BY name ORDER BY name
"""


def sums(tx: Transaction, first: date, last: date) -> dict[str, int]:
    """How often each thing happened from *first* to *last*, both included."""
    rows = tx.rows(SUMS, first=first.isoformat(), last=last.isoformat())
    return {row["name"]: row["n"] for row in rows}
