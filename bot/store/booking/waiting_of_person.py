"""What somebody waits for on the waiting list, and what became of a place offered to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import moment


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


@dataclass(frozen=True, slots=True)
class Answered:
    """An offer as it stands: `state` is open, accepted, declined or expired; `office` is the id of
    where its person waited, "" for anywhere."""

    state: str
    service: str
    office: str
    slot: str
    starts_at: datetime
    until: datetime


OFFER = """
    SELECT o.state, o.slot, o.until, w.service, w.office, s.starts_at
    FROM offers AS o JOIN waiting AS w ON w.id = o.waiting JOIN slots AS s ON s.id = o.slot
    WHERE o.id = :id AND w.channel = :channel AND w.person = :person
"""


def answered(tx: Transaction, id: str, person: Address) -> Answered | None:
    """The offer *id*, if it was made to *person*."""
    for row in tx.rows(OFFER, id=id, channel=person.channel, person=person.user):
        return Answered(
            row["state"],
            row["service"],
            row["office"],
            row["slot"],
            moment(row["starts_at"]),
            moment(row["until"]),
        )
    return None
