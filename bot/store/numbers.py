"""Phone numbers that a platform vouches for: known by their mark, to write to the number's own
account where the one that booked is not reached. What somebody types proves nothing and is not here."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

OWNED = """
    INSERT INTO numbers (channel, mark, person, at) VALUES (:channel, :mark, :person, :now)
    ON CONFLICT (channel, mark) DO UPDATE SET person = excluded.person, at = excluded.at
"""


def owned(tx: Transaction, person: Address, mark: str, now: datetime) -> None:
    """The number of *mark* is *person*'s, and nobody else's on this channel any more."""
    tx.rows(OWNED, channel=person.channel, person=person.user, mark=mark, now=stamp(now))


FORGET = """
    DELETE FROM numbers WHERE at < :before AND NOT EXISTS (
        SELECT 1 FROM people
        WHERE people.channel = numbers.channel AND people.person = numbers.person)
"""


def forget_before(tx: Transaction, before: datetime) -> None:
    """Delete those of people who are forgotten."""
    tx.rows(FORGET, before=stamp(before))
