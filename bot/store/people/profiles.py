"""What people told about themselves so as to get only the news that concern them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp

NONE, ENROLLED, ACTIVE = "none", "enrolled", "active"  # how far somebody has got with VNeID


@dataclass(frozen=True, slots=True)
class Profile:
    """`ward` is its official code; "" is not told. `news`: they agreed to be written to."""

    audience: str
    ward: str
    status: str
    news: bool
    changed_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Profile:
        return cls(
            audience=row["audience"],
            ward=row["ward"],
            status=row["status"],
            news=bool(row["news"]),
            changed_at=moment(row["changed_at"]),
        )


GET = "SELECT * FROM profiles WHERE channel = :channel AND person = :person"


def get(tx: Transaction, person: Address) -> Profile | None:
    rows = tx.rows(GET, channel=person.channel, person=person.user)
    return Profile.from_row(rows[0]) if rows else None


AGREED = """
    INSERT INTO profiles (channel, person, news, changed_at)
    VALUES (:channel, :person, :news, :now)
    ON CONFLICT (channel, person)
    DO UPDATE SET news = excluded.news, changed_at = excluded.changed_at
"""


def mirror(tx: Transaction, person: Address, now: datetime, *, news: bool) -> None:
    """Keep in step with the consent; called by `consents` alone."""
    values = {"channel": person.channel, "person": person.user, "now": stamp(now)}
    tx.rows(AGREED, news=int(news), **values)


AUDIENCE = """
    UPDATE profiles SET audience = :value, changed_at = :now
    WHERE channel = :channel AND person = :person AND news = 1 RETURNING person
"""
WARD = """
    UPDATE profiles SET ward = :value, changed_at = :now
    WHERE channel = :channel AND person = :person AND news = 1 RETURNING person
"""
STATUS = """
    UPDATE profiles SET status = :value, changed_at = :now
    WHERE channel = :channel AND person = :person AND news = 1 RETURNING person
"""


def set_audience(tx: Transaction, person: Address, value: str, now: datetime) -> bool:
    """False when the person has not agreed that it is kept."""
    return _set(tx, AUDIENCE, person, value, now)


def set_ward(tx: Transaction, person: Address, value: str, now: datetime) -> bool:
    return _set(tx, WARD, person, value, now)


def set_status(tx: Transaction, person: Address, value: str, now: datetime) -> bool:
    return _set(tx, STATUS, person, value, now)


def _set(tx: Transaction, sql: str, person: Address, value: str, now: datetime) -> bool:
    values = {"channel": person.channel, "person": person.user, "now": stamp(now)}
    return bool(tx.rows(sql, value=value, **values))


# What the service sees only leads forward: a card that is made does not undo an activated account.
SERVED = """
    UPDATE profiles SET status = 'enrolled', changed_at = :now
    WHERE channel = :channel AND person = :person AND news = 1 AND status IN ('', 'none')
"""
ACTIVATED = """
    UPDATE profiles SET status = 'active', changed_at = :now
    WHERE channel = :channel AND person = :person AND news = 1 AND status <> 'active'
"""


def served(tx: Transaction, person: Address, now: datetime) -> None:
    """*person* was served just now: enrolled, and not activated yet as far as we know."""
    tx.rows(SERVED, channel=person.channel, person=person.user, now=stamp(now))


def activated(tx: Transaction, person: Address, now: datetime) -> None:
    tx.rows(ACTIVATED, channel=person.channel, person=person.user, now=stamp(now))


ERASE = "DELETE FROM profiles WHERE channel = :channel AND person = :person RETURNING person"


def erase(tx: Transaction, person: Address) -> bool:
    """Forget all that *person* told; False when there was nothing."""
    return bool(tx.rows(ERASE, channel=person.channel, person=person.user))


# Who wants no news any more may come back for a while without telling everything again.
FORGET = "DELETE FROM profiles WHERE news = 0 AND changed_at < :before"


def forget_before(tx: Transaction, before: datetime) -> None:
    tx.rows(FORGET, before=stamp(before))
