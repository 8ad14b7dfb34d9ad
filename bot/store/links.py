"""Accounts of one person on several channels.

Somebody who knows a booking's code and phone number, and reads the one-time code that is sent to the
account that booked, is taken to be the same person. Nothing here tells whether code and number
belong together: only the account that booked hears of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.messages import Address
from bot.store.database import Row, Transaction
from bot.store.values import stamp

MOST_TRIES = 5  # at one one-time code
MOST_ASKED = 5  # requests of one account in a day
MOST_TOLD = 3  # one-time codes to one account in a day
DAY = timedelta(days=1)

OWNER_OF = """
    SELECT channel, person FROM bookings
    WHERE code = :code AND (holder = :holder OR holder LIKE :holder || '/%')
      AND state IN ('booked', 'arrived')
    ORDER BY version DESC LIMIT 1
"""
ASK = """
    INSERT INTO link_requests (id, channel, person, other_channel, other_person, secret, at, until,
                               state)
    SELECT :id, :channel, :person, :other_channel, :other_person, :secret, :at, :until, :state
    WHERE (SELECT COUNT(*) FROM link_requests
           WHERE channel = :channel AND person = :person AND at > :day) < :most_asked
      AND (SELECT COUNT(*) FROM link_requests
           WHERE other_channel = :other_channel AND other_person = :other_person
             AND secret <> '' AND at > :day) < :most_told
    RETURNING id
"""
END_OLDER = """
    UPDATE link_requests SET state = 'ended'
    WHERE channel = :channel AND person = :person AND state = 'open' AND id <> :id
"""


def request(
    tx: Transaction,
    *,
    id: str,  # noqa: A002 - the column's name
    asker: Address,
    code: str,
    holder: str,
    secret: str,
    now: datetime,
    until: datetime,
) -> Address | None:
    """*asker* wants to be linked with the account that booked *code* for *holder* (the mark of a phone
    number). Returns that account, to send the one-time code to whose mark is *secret*; None when
    there is none, or somebody has asked too often."""
    rows = tx.rows(OWNER_OF, code=code, holder=holder)
    other = Address(rows[0]["channel"], rows[0]["person"]) if rows else None
    good = other is not None and other != asker and other not in addresses(tx, asker)
    told = other if other is not None and good else Address("", "")
    written = tx.rows(
        ASK,
        id=id,
        channel=asker.channel,
        person=asker.user,
        other_channel=told.channel,
        other_person=told.user,
        secret=secret if good else "",
        at=stamp(now),
        until=stamp(until),
        state="open" if good else "ended",
        day=stamp(now - DAY),
        most_asked=MOST_ASKED,
        most_told=MOST_TOLD,
    )
    if not written or not good:
        return None
    tx.rows(END_OLDER, id=id, channel=asker.channel, person=asker.user)
    return other


TRY = """
    UPDATE link_requests SET tries = tries + 1
    WHERE channel = :channel AND person = :person AND state = 'open' AND until > :now
      AND tries < :most
    RETURNING *
"""
USE = "UPDATE link_requests SET state = 'used' WHERE id = :id AND state = 'open' RETURNING id"


def confirm(
    tx: Transaction, asker: Address, secret: str, now: datetime, new_owner: str
) -> Address | None:
    """Link *asker* with the account whose one-time code has the mark *secret*; returns that account,
    None when the code is wrong, too old, used, or was guessed at too often."""
    values = {"channel": asker.channel, "person": asker.user, "now": stamp(now)}
    for row in tx.rows(TRY, most=MOST_TRIES, **values):
        if row["secret"] == secret and tx.rows(USE, id=row["id"]):
            other = Address(row["other_channel"], row["other_person"])
            _join(tx, asker, other, now, new_owner)
            return other
    return None


OWNER = "SELECT owner FROM links WHERE channel = :channel AND person = :person"
LINK = """
    INSERT INTO links (channel, person, owner, at) VALUES (:channel, :person, :owner, :at)
    ON CONFLICT (channel, person) DO NOTHING
"""
MERGE = "UPDATE links SET owner = :owner WHERE owner = :old"


def _join(tx: Transaction, one: Address, other: Address, now: datetime, new_owner: str) -> None:
    owners = [row["owner"] for address in (other, one) for row in _owner(tx, address)]
    owner = owners[0] if owners else new_owner
    for address in (one, other):
        tx.rows(LINK, channel=address.channel, person=address.user, owner=owner, at=stamp(now))
    for old in owners[1:]:
        tx.rows(MERGE, owner=owner, old=old)


def _owner(tx: Transaction, address: Address) -> list[Row]:
    return tx.rows(OWNER, channel=address.channel, person=address.user)


LINKED = """
    SELECT other.channel, other.person FROM links AS mine
    JOIN links AS other ON other.owner = mine.owner
    WHERE mine.channel = :channel AND mine.person = :person
    ORDER BY other.at, other.channel, other.person
"""


def addresses(tx: Transaction, person: Address) -> tuple[Address, ...]:
    """All accounts of *person*: this one first, then those linked with it."""
    rows = tx.rows(LINKED, channel=person.channel, person=person.user)
    found = (Address(row["channel"], row["person"]) for row in rows)
    return (person, *(address for address in found if address != person))


LEAVE = "DELETE FROM links WHERE channel = :channel AND person = :person RETURNING owner"
ALONE = """
    DELETE FROM links
    WHERE owner = :owner AND (SELECT COUNT(*) FROM links WHERE owner = :owner) = 1
"""


def leave(tx: Transaction, person: Address) -> bool:
    """*person* is linked with nobody any more; False when they were not."""
    rows = tx.rows(LEAVE, channel=person.channel, person=person.user)
    for row in rows:
        tx.rows(ALONE, owner=row["owner"])
    return bool(rows)


FORGET = (
    "DELETE FROM link_requests WHERE at < :before",
    """
    DELETE FROM links WHERE at < :before AND NOT EXISTS (
        SELECT 1 FROM people
        WHERE people.channel = links.channel AND people.person = links.person)
    """,
)


def forget_before(tx: Transaction, before: datetime) -> None:
    """Delete old requests, and links of people who are forgotten."""
    for sql in FORGET:
        tx.rows(sql, before=stamp(before))
