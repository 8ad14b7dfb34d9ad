"""Erasing a person at their own wish: ONE list of what is held on people, and how each goes.

A table that is about people and not in `PERSONAL` fails tests/store/test_erasure.py. "delete": the
rows go. "empty": the row stays for the figures, and nothing in it leads to the person any more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.messages import Address, Reply
from bot.store import key_value
from bot.store.booking import bookings, waiting_list, waiting_of_person
from bot.store.booking.bookings import State
from bot.store.database import Transaction
from bot.store.people import linked_accounts
from bot.store.values import stamp, unpack

SCRUB = "scrub now"  # the mark that says that traces on the disk must go (bot.jobs.scrub_disk)


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of a person's rows of one table. Statements get :channel, :person and :nobody (a
    value that stands for one person and tells no more)."""

    table: str
    how: Literal["delete", "empty"]
    statements: tuple[str, ...]


# In this order: what is found through a booking goes before the booking forgets whose it is.
PERSONAL = (
    Rule(
        "outbox",
        "delete",
        (
            """
            DELETE FROM outbox
            WHERE code IN (SELECT b.code FROM bookings AS b
                           WHERE b.channel = :channel AND b.person = :person)
            """,
            "DELETE FROM outbox WHERE channel = :channel AND person = :person",
        ),
    ),
    Rule(
        "calls",
        "delete",
        (
            """
            DELETE FROM calls
            WHERE code IN (SELECT b.code FROM bookings AS b
                           WHERE b.channel = :channel AND b.person = :person)
            """,
        ),
    ),
    Rule(
        "origins",
        "delete",
        (
            """
            DELETE FROM origins
            WHERE party IN (SELECT b.party FROM bookings AS b
                            WHERE b.channel = :channel AND b.person = :person)
            """,
            """
            DELETE FROM origins
            WHERE party IN (SELECT w.id FROM waiting AS w
                            WHERE w.channel = :channel AND w.person = :person)
            """,
        ),
    ),
    Rule(
        "bookings",
        "empty",
        (
            # `holder` must stay unique, so it becomes the row's own id.
            """
            UPDATE bookings SET name = '', phone = '', phone_mark = '', vouched = '', person = '',
                                holder = id
            WHERE channel = :channel AND person = :person
            """,
        ),
    ),
    Rule(
        "waiting",
        "empty",
        (
            """
            UPDATE waiting SET person = '', holder = id
            WHERE channel = :channel AND person = :person
            """,
        ),
    ),
    Rule(
        "incoming",
        "empty",
        (
            # An id that names the person goes whole. The others stay: a platform may send an update
            # again for a day, and it must not be taken for a new one.
            """
            DELETE FROM incoming
            WHERE channel = :channel AND person = :person AND id LIKE '%' || :person || '%'
            """,
            """
            UPDATE incoming SET person = :nobody, text = ''
            WHERE channel = :channel AND person = :person
            """,
        ),
    ),
    Rule(
        "questions",
        "empty",
        (
            """
            UPDATE questions SET person = :nobody, text = ''
            WHERE channel = :channel AND person = :person
            """,
        ),
    ),
    Rule(
        "handoffs",
        "delete",
        ("DELETE FROM handoffs WHERE channel = :channel AND person = :person",),
    ),
    Rule(
        "consents",
        "delete",
        ("DELETE FROM consents WHERE channel = :channel AND person = :person",),
    ),
    # Its events stay for the figures: their id leads nowhere without this row.
    Rule(
        "coachings",
        "delete",
        ("DELETE FROM coachings WHERE channel = :channel AND person = :person",),
    ),
    Rule(
        "interactions",
        "delete",
        ("DELETE FROM interactions WHERE channel = :channel AND person = :person",),
    ),
    Rule(
        "profiles",
        "delete",
        ("DELETE FROM profiles WHERE channel = :channel AND person = :person",),
    ),
    Rule(
        "proactive",
        "delete",
        ("DELETE FROM proactive WHERE channel = :channel AND person = :person",),
    ),
    Rule(
        "campaign_taps",
        "delete",
        ("DELETE FROM campaign_taps WHERE channel = :channel AND person = :person",),
    ),
    Rule(
        "link_requests",
        "delete",
        (
            "DELETE FROM link_requests WHERE channel = :channel AND person = :person",
            "DELETE FROM link_requests WHERE other_channel = :channel AND other_person = :person",
        ),
    ),
    Rule("links", "delete", ("DELETE FROM links WHERE channel = :channel AND person = :person",)),
    Rule(
        "numbers",
        "delete",
        ("DELETE FROM numbers WHERE channel = :channel AND person = :person",),
    ),
    # While a campaign is being written its place in the order is needed; its end takes it away.
    Rule(
        "campaign_parts",
        "empty",
        (
            """
            UPDATE campaign_parts SET after_person = ''
            WHERE channel = :channel AND after_person = :person AND done = 1
            """,
        ),
    ),
    Rule(
        "officer_chats",
        "delete",
        ("DELETE FROM officer_chats WHERE channel = :channel AND person = :person",),
    ),
    Rule("people", "delete", ("DELETE FROM people WHERE channel = :channel AND person = :person",)),
)

# Columns by which a table is known to be about people.
TELLING = frozenset({
    "person", "other_person", "after_person", "holder", "phone", "phone_mark", "vouched", "name", "text", "reply",
    "address", "origin", "email", "recipient", "contact",
})  # fmt: skip
# Tables that have such a column and hold nothing of anybody who writes to us, with the reason.
IMPERSONAL = {
    "alerts": "written by the service itself, without personal data",
    "campaigns": "names of campaigns, written by officers",
    "leases": "names of kinds of work",
    "marks": "names of values",
    "migrations": "names of migrations",
    "offices": "names and addresses of offices",
    "returned": "places given back; the network is a keyed hash, gone as soon as the place is free",
    "sign_ins": "officers' tries to sign in; the address is a keyed hash",
    "switches": "names of switches",
    "tallies": "names of what is counted",
}


def erase(
    tx: Transaction, person: Address, now: datetime, release_at: datetime, nobody: str
) -> None:
    """Erase *person*: what they have booked is cancelled and their places are given back, then every
    rule of `PERSONAL` is applied."""
    with tx.atomic():
        linked_accounts.leave(
            tx, person
        )  # first, as who books takes its lock before that of an hour
        _give_back(tx, person, now, release_at)
        _forget_uploads(tx, person)
        values = {"channel": person.channel, "person": person.user, "nobody": nobody}
        for rule in PERSONAL:
            for sql in rule.statements:
                names = {name: values[name] for name in values if f":{name}" in sql}
                tx.rows(sql, **names)
        key_value.put(tx, SCRUB, stamp(now))


def _give_back(tx: Transaction, person: Address, now: datetime, release_at: datetime) -> None:
    """Nobody waits for them any more, and they wait for nothing."""
    for party in {booking.party for booking in bookings.held(tx, person, now)}:
        bookings.drop(tx, party, person, now)
    for booking in bookings.live(tx, person):
        if booking.state is State.BOOKED:
            bookings.cancel(tx, booking.code, now, release_at, "person")
    for service in {wait.service for wait in waiting_of_person.of(tx, person)}:
        waiting_list.leave(tx, person, service)


SENT_TO = "SELECT reply FROM outbox WHERE channel = :channel AND person = :person"
FORGET_UPLOAD = "DELETE FROM uploads WHERE digest = :digest"


def _forget_uploads(tx: Transaction, person: Address) -> None:
    """What a platform calls the pictures that were sent to them."""
    for row in tx.rows(SENT_TO, channel=person.channel, person=person.user):
        for file in Reply.from_json(unpack(row["reply"])).attachments:
            if not file.sealed:
                tx.rows(FORGET_UPLOAD, digest=hashlib.sha256(file.data).hexdigest())


EVERYBODY = """
    SELECT channel, person FROM people
    UNION SELECT channel, person FROM outbox
    UNION SELECT channel, person FROM bookings
    UNION SELECT channel, person FROM waiting
    UNION SELECT channel, person FROM incoming
    UNION SELECT channel, person FROM questions
    UNION SELECT channel, person FROM handoffs
    UNION SELECT channel, person FROM consents
    UNION SELECT channel, person FROM coachings
    UNION SELECT channel, person FROM interactions
    UNION SELECT channel, person FROM profiles
    UNION SELECT channel, person FROM proactive
    UNION SELECT channel, person FROM campaign_taps
    UNION SELECT channel, person FROM link_requests
    UNION SELECT other_channel, other_person FROM link_requests
    UNION SELECT channel, person FROM links
    UNION SELECT channel, person FROM numbers
    UNION SELECT channel, after_person FROM campaign_parts
    UNION SELECT channel, person FROM officer_chats
"""


def everybody(tx: Transaction) -> list[Address]:
    """All accounts that anything is held on; also values that stand for nobody any more."""
    rows = tx.rows(EVERYBODY)
    return [Address(row["channel"], row["person"]) for row in rows if row["person"]]
