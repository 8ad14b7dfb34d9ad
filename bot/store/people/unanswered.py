"""Questions that were not answered well, masked, for volunteers to learn from."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.faq.gaps import Unanswered
from bot.store.database import Transaction
from bot.store.values import stamp

SINCE = """
    SELECT channel, person, text, outcome, entry, vote
    FROM questions
    WHERE at >= :since AND text <> '' AND (outcome IN ('admit', 'ask_back') OR vote = 'down')
      AND (vote IS NULL OR vote = 'down')
    ORDER BY at, id
"""


def since(tx: Transaction, moment: datetime) -> list[Unanswered]:
    """All of them from *moment* on, oldest first."""
    return [
        Unanswered(
            Address(row["channel"], row["person"]),
            row["text"],
            row["outcome"],
            row["entry"],
            row["vote"] == "down",
        )
        for row in tx.rows(SINCE, since=stamp(moment))
    ]
