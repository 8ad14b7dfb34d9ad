"""When people last did something, for channels that may write to them only for a while after."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import moment, stamp

NOTE = """
    INSERT INTO interactions (channel, person, at) VALUES (:channel, :person, :at)
    ON CONFLICT (channel, person) DO UPDATE SET at = excluded.at
    WHERE excluded.at > interactions.at
"""


def note(tx: Transaction, person: Address, at: datetime) -> None:
    """*person* did something at *at*; news that come late change nothing."""
    tx.rows(NOTE, channel=person.channel, person=person.user, at=stamp(at))


LAST = "SELECT at FROM interactions WHERE channel = :channel AND person = :person"


def last(tx: Transaction, person: Address) -> datetime | None:
    """When *person* last did something; None when that is not known."""
    rows = tx.rows(LAST, channel=person.channel, person=person.user)
    return moment(rows[0]["at"]) if rows else None


FORGET = "DELETE FROM interactions WHERE at < :before"


def forget_before(tx: Transaction, before: datetime) -> None:
    tx.rows(FORGET, before=stamp(before))
