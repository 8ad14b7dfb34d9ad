"""Accounts of one person on several channels.

Somebody who knows a booking's code and phone number, and reads the one-time code that is sent to the
account that booked, is taken to be the same person. Nothing here tells whether code and number
belong together: only the account that booked hears of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.messages import Address, Reply
from bot.store.database import Row, Transaction
from bot.store.values import pack, stamp

MOST_TRIES = 5  # at one one-time code
MOST_ASKED = 5  # requests of one account in a day
MOST_TOLD = 3  # one-time codes to one account in a day
DAY = timedelta(days=1)

OWNER_OF = """
    SELECT channel, person, phone_mark FROM bookings
    WHERE code = :code AND state IN ('booked', 'arrived')
    ORDER BY version DESC LIMIT 1
"""
# A request is written alike whether code and number belong together or not; without somebody to ask it
# has no secret, so no one-time code fits. `good`: there is somebody, who was not asked too often.
ASK = """
    WITH told AS (
        SELECT CASE WHEN :secret <> '' AND COUNT(*) < :most_told THEN 1 ELSE 0 END AS good
        FROM link_requests
        WHERE other_channel = :other_channel AND other_person = :other_person
          AND secret <> '' AND at > :day)
    INSERT INTO link_requests (id, channel, person, other_channel, other_person, secret, at, until,
                               state)
    SELECT :id, :channel, :person, CASE WHEN good = 1 THEN :other_channel ELSE '' END,
           CASE WHEN good = 1 THEN :other_person ELSE '' END,
           CASE WHEN good = 1 THEN :secret ELSE '' END, :at, :until, 'open'
    FROM told
    WHERE (SELECT COUNT(*) FROM link_requests
           WHERE channel = :channel AND person = :person AND at > :day) < :most_asked
    RETURNING id
"""
END_OLDER = """
    UPDATE link_requests SET state = 'ended'
    WHERE channel = :channel AND person = :person AND state = 'open' AND id <> :id
"""
TELL = """
    INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at,
                        useful_until, state)
    SELECT :letter, 'link:' || :id, other_channel, other_person, :reply, 'link', 0, :at, :at,
           :until, 'due'
    FROM link_requests WHERE id = :id AND secret <> ''
"""


def request(
    tx: Transaction,
    *,
    id: str,
    letter: str,
    asker: Address,
    code: str,
    phone_mark: str,
    secret: str,
    reply: Reply,
    now: datetime,
    until: datetime,
) -> None:
    """*asker* wants to be linked with the account that booked *code* and gave the number of *phone_mark*
    with it. That account gets *reply* (in the row *letter*) with the one-time code whose mark is *secret*,
    unless it has had enough of them today.

    Nobody is told whether there is such an account, and the same statements run when there is none."""
    accounts = addresses(tx, asker)
    rows = [row for row in tx.rows(OWNER_OF, code=code) if row["phone_mark"] == phone_mark]
    others = [Address(row["channel"], row["person"]) for row in rows]
    other = next((one for one in others if one not in accounts), Address("", ""))
    times = {"at": stamp(now), "until": stamp(until)}
    asked = tx.rows(
        ASK,
        id=id,
        channel=asker.channel,
        person=asker.user,
        other_channel=other.channel,
        other_person=other.user,
        secret=secret if other.user else "",
        day=stamp(now - DAY),
        most_asked=MOST_ASKED,
        most_told=MOST_TOLD,
        **times,
    )
    if asked:
        tx.rows(END_OLDER, id=id, channel=asker.channel, person=asker.user)
        tx.rows(TELL, id=id, letter=letter, reply=pack(reply.to_json()), **times)


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


LOCK = """
    SELECT person FROM links
    WHERE owner IN (SELECT owner FROM links WHERE channel = :channel AND person = :person)
    ORDER BY channel, person FOR UPDATE
"""


def lock(tx: Transaction, person: Address) -> None:
    """Until this transaction ends, the accounts linked with *person*'s wait their turn here."""
    tx.rows(LOCK, channel=person.channel, person=person.user)


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
