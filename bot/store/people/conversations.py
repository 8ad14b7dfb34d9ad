"""People, what they wrote (once each), and where their conversation stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.messages import Address, Conversation, Incoming
from bot.store.database import Row, Transaction
from bot.store.values import moment, pack, stamp, unpack

RECORD_INCOMING = """
    INSERT INTO incoming (channel, id, person, at, kind, text)
    VALUES (:channel, :id, :person, :at, :kind, :text)
    ON CONFLICT DO NOTHING RETURNING id
"""


def first_time(tx: Transaction, incoming: Incoming, masked: str, now: datetime) -> bool:
    """Write the update down; False when it was handled before.

    The time kept is ours: what is shown in order and forgotten after a while must not hang on a
    platform's clock.
    """
    return bool(
        tx.rows(
            RECORD_INCOMING,
            channel=incoming.sender.channel,
            id=incoming.id,
            person=incoming.sender.user,
            at=stamp(now),
            kind=incoming.kind.value,
            text=masked,
        )
    )


TAKE = """
    INSERT INTO people (channel, person, state, first_seen, last_seen)
    VALUES (:channel, :person, '{}', :now, :now)
    ON CONFLICT (channel, person) DO UPDATE SET last_seen = excluded.last_seen, reachable = 1
    RETURNING state
"""


def take(tx: Transaction, person: Address, now: datetime) -> Conversation:
    """The person's conversation, locked until the transaction ends; new people get an empty one.

    Who writes can be written to again.
    """
    rows = tx.rows(TAKE, channel=person.channel, person=person.user, now=stamp(now))
    return Conversation.from_json(unpack(rows[0]["state"]))


FIRST_SEEN = "SELECT first_seen FROM people WHERE channel = :channel AND person = :person"


def first_seen(tx: Transaction, person: Address) -> datetime:
    """Since when *person*, whose conversation was taken, is known; an erasure begins it anew."""
    rows = tx.rows(FIRST_SEEN, channel=person.channel, person=person.user)
    return moment(rows[0]["first_seen"])


READ = "UPDATE people SET read_at = :now WHERE channel = :channel AND person = :person"


def read(tx: Transaction, person: Address, now: datetime) -> None:
    """A page of *person* is open and shows all that was said so far."""
    tx.rows(READ, channel=person.channel, person=person.user, now=stamp(now))


SAVE = "UPDATE people SET state = :state WHERE channel = :channel AND person = :person"


def save(tx: Transaction, person: Address, conversation: Conversation) -> None:
    state = pack(conversation.to_json())
    tx.rows(SAVE, channel=person.channel, person=person.user, state=state)


HOLD = """
    UPDATE people SET reachable = reachable WHERE channel = :channel AND person = :person
    RETURNING state
"""


def offer(tx: Transaction, person: Address, choices: tuple[str, ...]) -> None:
    """What a number typed next refers to, after a message with numbered *choices* has arrived."""
    for row in tx.rows(HOLD, channel=person.channel, person=person.user):  # nobody, or one
        conversation = Conversation.from_json(unpack(row["state"]))
        save(tx, person, replace(conversation, choices=choices))


KNOWN = "SELECT 1 AS known FROM people WHERE channel = :channel AND person = :person"


def known(tx: Transaction, person: Address) -> bool:
    return bool(tx.rows(KNOWN, channel=person.channel, person=person.user))


REACHABLE = "UPDATE people SET reachable = :flag WHERE channel = :channel AND person = :person"


def set_reachable(tx: Transaction, person: Address, reachable: bool) -> None:
    """Remember whether the platform still lets us write to this person."""
    tx.rows(REACHABLE, channel=person.channel, person=person.user, flag=int(reachable))


GONE = """
    SELECT 1 AS gone FROM people
    WHERE channel = :channel AND person = :person AND reachable = 0
"""


def reachable(tx: Transaction, person: Address) -> bool:
    """False for who has blocked us."""
    return not tx.rows(GONE, channel=person.channel, person=person.user)


# The newest :count lines of both directions; an incoming line stands before its replies.
HISTORY = """
    SELECT * FROM (
        SELECT at, 0 AS side, id, kind, text AS body FROM incoming
        WHERE channel = :channel AND person = :person
        UNION ALL
        SELECT created_at AS at, 1 AS side, id, '' AS kind, reply AS body FROM outbox
        WHERE channel = :channel AND person = :person AND state = 'sent'
    ) AS lines ORDER BY at DESC, side DESC, id DESC LIMIT :count
"""


def history(tx: Transaction, person: Address, count: int = 100) -> list[Row]:
    """The last *count* lines of the talk, oldest first; `side` is 0 for the person, 1 for us."""
    rows = tx.rows(HISTORY, channel=person.channel, person=person.user, count=count)
    return rows[::-1]


FORGET = (
    "DELETE FROM incoming WHERE at < :before",
    "DELETE FROM outbox WHERE created_at < :before AND state IN ('sent', 'missed', 'failed')",
    # Never sent, as its channel is off: of no use to anybody any more.
    "DELETE FROM outbox WHERE state = 'due' AND useful_until < :before",
    # Who agreed to be written to is known for as long as that stands.
    """
    DELETE FROM people WHERE last_seen < :before AND NOT EXISTS (
        SELECT 1 FROM profiles AS p
        WHERE p.channel = people.channel AND p.person = people.person AND p.news = 1)
    """,
)


def forget_before(tx: Transaction, before: datetime) -> None:
    """Delete what was said before *before*, and people not seen since."""
    for sql in FORGET:
        tx.rows(sql, before=stamp(before))
