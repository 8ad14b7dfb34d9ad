"""Whether a message about a booking still stands, whom else to tell, and who may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.messages import Address
from bot.reminders import ACTIVATE, BEFORE_VISIT, COACH, OFFER
from bot.store.database import Row, Transaction
from bot.store.values import stamp

MOST_MEMBERS = 5  # people that one phone or account may book for


@dataclass(frozen=True, slots=True)
class About:
    """What a row of the outbox is about: a booking as it was at `version`, or the offer or the way
    to a working account whose id is `code`; and `kind`, why it was written."""

    code: str
    version: int | None
    kind: str

    @classmethod
    def from_row(cls, row: Row) -> About:
        return cls(row["code"], row["version"], row["kind"] or "")


BOOKED = """
    SELECT code FROM bookings WHERE code = :code AND version = :version AND state = 'booked'
"""
# The newest row of a person's consents says whether they want to be reminded.
REMINDED = """
    SELECT b.code FROM bookings AS b
    WHERE b.code = :code AND b.version = :version AND b.state = 'booked'
      AND (SELECT c.given FROM consents AS c
           WHERE c.channel = b.channel AND c.person = b.person AND c.purpose = 'reminders'
           ORDER BY c.at DESC, c.id DESC LIMIT 1) = 1
"""
SERVED = """
    SELECT b.code FROM bookings AS b
    WHERE b.code = :code AND b.version = :version AND b.state = 'served'
      AND b.activated_at IS NULL
      AND (SELECT c.given FROM consents AS c
           WHERE c.channel = b.channel AND c.person = b.person AND c.purpose = 'reminders'
           ORDER BY c.at DESC, c.id DESC LIMIT 1) = 1
"""
COACHED = """
    SELECT w.id FROM coachings AS w
    WHERE w.id = :code AND w.state = 'open'
      AND (SELECT c.given FROM consents AS c
           WHERE c.channel = w.channel AND c.person = w.person AND c.purpose = 'reminders'
           ORDER BY c.at DESC, c.id DESC LIMIT 1) = 1
"""
OFFERED = "SELECT id FROM offers WHERE id = :code AND state = 'open'"


def stands(tx: Transaction, about: About) -> bool:
    """Whether what a row was written for is still so: the booking stands as it did, the person
    wants to be reminded, the account is not activated yet, the offer is open."""
    if about.kind == OFFER:
        return bool(tx.rows(OFFERED, code=about.code))
    if about.kind.startswith(COACH):
        return bool(tx.rows(COACHED, code=about.code))
    sql = BOOKED
    if about.kind in BEFORE_VISIT:
        sql = REMINDED
    elif about.kind.startswith(ACTIVATE):
        sql = SERVED
    return bool(tx.rows(sql, code=about.code, version=about.version))


UNANNOUNCED = """
    SELECT b.code FROM bookings AS b
    WHERE b.code = :code AND b.version = :version AND b.state = 'booked' AND b.starts_at > :now
      AND NOT EXISTS (
          SELECT 1 FROM outbox AS o
          WHERE o.code = b.code AND o.version = b.version AND o.kind IN ('evening', 'hours')
            AND (o.state = 'sent' OR o.state IN ('due', 'sending') AND o.useful_until >= :now))
"""


def unannounced(tx: Transaction, about: About, now: datetime) -> bool:
    """Whether a reminder that was missed leaves a visit ahead that no other one has announced or
    will announce."""
    if about.kind not in BEFORE_VISIT:
        return False
    return bool(tx.rows(UNANNOUNCED, code=about.code, version=about.version, now=stamp(now)))


HOLDER = "SELECT holder FROM bookings WHERE code = :code AND version = :version"
# Accounts with bookings of the same phone, newest first, to which this was not sent yet.
OTHERS = """
    SELECT b.channel, b.person, MAX(b.created_at) AS at FROM bookings AS b
    JOIN people AS p ON p.channel = b.channel AND p.person = b.person AND p.reachable = 1
    WHERE b.holder IN (:holder1, :holder2, :holder3, :holder4, :holder5)
      AND NOT EXISTS (
          SELECT 1 FROM outbox AS o
          WHERE o.code = :code AND o.version = :version AND o.kind = :kind
            AND o.channel = b.channel AND o.person = b.person)
    GROUP BY b.channel, b.person ORDER BY at DESC, b.channel, b.person
"""


LINKED = """
    SELECT other.channel, other.person FROM bookings AS b
    JOIN links AS mine ON mine.channel = b.channel AND mine.person = b.person
    JOIN links AS other ON other.owner = mine.owner
    JOIN people AS p ON p.channel = other.channel AND p.person = other.person AND p.reachable = 1
    WHERE b.code = :code AND b.version = :version
      AND NOT EXISTS (
          SELECT 1 FROM outbox AS o
          WHERE o.code = :code AND o.version = :version AND o.kind = :kind
            AND o.channel = other.channel AND o.person = other.person)
    ORDER BY p.last_seen DESC, other.channel, other.person
"""


def other_addresses(tx: Transaction, about: About) -> list[Address]:
    """Where else the person of this booking can be written to, and was not about this yet: the
    accounts they have linked, then those that booked with the same phone number, for whichever
    member of the family."""
    values = {"code": about.code, "version": about.version}
    rows = tx.rows(HOLDER, **values)
    if not rows:
        return []
    base = rows[0]["holder"].partition("/")[0]
    members = {f"holder{n}": f"{base}/{n}" for n in range(2, MOST_MEMBERS + 1)}
    found = tx.rows(LINKED, kind=about.kind, **values)
    found += tx.rows(OTHERS, kind=about.kind, holder1=base, **members, **values)
    return list(dict.fromkeys(Address(row["channel"], row["person"]) for row in found))


WRITTEN_TO = """
    SELECT id FROM outbox
    WHERE code = :code AND channel = :channel AND person = :person AND kind <> 'offer' LIMIT 1
"""


def written_to(tx: Transaction, code: str, person: Address) -> bool:
    """Whether *person* got a message about this booking, whoever booked it: they may answer it."""
    return bool(tx.rows(WRITTEN_TO, code=code, channel=person.channel, person=person.user))


END_QUESTIONS = """
    UPDATE outbox SET state = 'missed', error = 'answered'
    WHERE code = :code AND kind LIKE 'activate%' AND state = 'due'
"""


def end_questions(tx: Transaction, code: str) -> None:
    """Ask no more whether it is activated."""
    tx.rows(END_QUESTIONS, code=code)
