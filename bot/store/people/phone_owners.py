"""What vouches for an account. Phone numbers that a platform vouches for are known by their mark, to
write to the number's own account where the one that booked is not reached. What somebody types proves
nothing and is not here."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

OWNED = """
    INSERT INTO numbers (channel, mark, person, at) VALUES (:channel, :mark, :person, :now)
    ON CONFLICT (channel, mark) DO UPDATE SET person = excluded.person, at = excluded.at
"""


def owned(tx: Transaction, person: Address, mark: str, now: datetime) -> None:
    """The number of *mark* is *person*'s, and nobody else's on this channel any more."""
    tx.rows(OWNED, channel=person.channel, person=person.user, mark=mark, now=stamp(now))


OPEN_TO_ANYBODY = "web"  # the one channel on which an account costs nothing: a page that is opened
LINKED = """
    SELECT 1 FROM links AS mine JOIN links AS other ON other.owner = mine.owner
    WHERE mine.channel = :channel AND mine.person = :person AND other.channel <> 'web' LIMIT 1
"""


def vouched(tx: Transaction, person: Address) -> bool:
    """Whether something says that this account is not one of many that one person has opened:
    Telegram and Zalo tie each account to a telephone number; a web account is vouched for by one
    of those that it is linked with (`shares.TAKEN` says the same of all bookings of an office)."""
    if person.channel != OPEN_TO_ANYBODY:
        return True
    return bool(tx.rows(LINKED, channel=person.channel, person=person.user))


OF = """
    SELECT mark FROM numbers WHERE channel = :channel AND person = :person
    ORDER BY at DESC, mark LIMIT 1 FOR UPDATE
"""


def mark_of(tx: Transaction, person: Address) -> str:
    """The mark of *person*'s own number, the newest if there were several; "" when none is known. Who
    makes it theirs meanwhile waits until this transaction ends."""
    rows = tx.rows(OF, channel=person.channel, person=person.user)
    return str(rows[0]["mark"]) if rows else ""


FORGET = """
    DELETE FROM numbers WHERE at < :before AND NOT EXISTS (
        SELECT 1 FROM people
        WHERE people.channel = numbers.channel AND people.person = numbers.person)
"""


def forget_before(tx: Transaction, before: datetime) -> None:
    """Delete those of people who are forgotten."""
    tx.rows(FORGET, before=stamp(before))
