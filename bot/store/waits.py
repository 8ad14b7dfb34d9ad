"""What somebody waits for on the waiting list."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages import Address
from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Wait:
    """`office` is its name, "" for anywhere."""

    service: str
    office: str


OF_PERSON = """
    SELECT w.service, o.name AS office FROM waiting AS w
    LEFT JOIN offices AS o ON o.id = w.office
    WHERE w.channel = :channel AND w.person = :person AND w.state IN ('waiting', 'offered')
    ORDER BY w.at, w.id
"""


def of(tx: Transaction, person: Address) -> list[Wait]:
    """First come first."""
    rows = tx.rows(OF_PERSON, channel=person.channel, person=person.user)
    return [Wait(row["service"], row["office"] or "") for row in rows]
