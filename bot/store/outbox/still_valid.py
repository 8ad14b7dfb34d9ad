"""Whether a message about a booking still stands, whom else to tell, and who may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.booking.reminders import ACTIVATE, BEFORE_VISIT, COACH, OFFER
from bot.core.messages import Address
from bot.store.booking.slots import BACK, CHANGED, TAKEN_BACK
from bot.store.database import Row, Transaction
from bot.store.values import stamp


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
# Whose hour has left the calendar is not told to come at it.
REMINDED = """
    SELECT b.code FROM bookings AS b
    WHERE b.code = :code AND b.version = :version AND b.state = 'booked'
      AND NOT EXISTS (SELECT 1 FROM slots AS s WHERE s.id = b.slot AND s.open = 0)
      AND EXISTS (SELECT 1 FROM last_words AS l
                  WHERE l.channel = b.channel AND l.person = b.person
                    AND l.purpose = 'reminders' AND l.given = 1)
"""
SEATED = """
    SELECT b.code FROM bookings AS b JOIN slots AS s ON s.id = b.slot
    WHERE b.code = :code AND b.version = :version AND b.state = 'booked' AND s.open = :open
"""
SERVED = """
    SELECT b.code FROM bookings AS b
    WHERE b.code = :code AND b.version = :version AND b.state = 'served'
      AND b.activated_at IS NULL
      AND EXISTS (SELECT 1 FROM last_words AS l
                  WHERE l.channel = b.channel AND l.person = b.person
                    AND l.purpose = 'reminders' AND l.given = 1)
"""
COACHED = """
    SELECT w.id FROM coachings AS w
    WHERE w.id = :code AND w.state = 'open'
      AND EXISTS (SELECT 1 FROM last_words AS l
                  WHERE l.channel = w.channel AND l.person = w.person
                    AND l.purpose = 'reminders' AND l.given = 1)
"""
OFFERED = "SELECT id FROM offers WHERE id = :code AND state = 'open'"


def stands(tx: Transaction, about: About) -> bool:
    """Whether what a row was written for is still so: the booking stands as it did, the person
    wants to be reminded, its hour is (not) in the calendar, the account is not activated yet, the
    offer is open."""
    if about.kind == OFFER:
        return bool(tx.rows(OFFERED, code=about.code))
    if about.kind.startswith(COACH):
        return bool(tx.rows(COACHED, code=about.code))
    if about.kind == TAKEN_BACK:
        return False
    if about.kind in (CHANGED, BACK):
        values = {"code": about.code, "version": about.version}
        return bool(tx.rows(SEATED, open=int(about.kind == BACK), **values))
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


VOUCHED = "SELECT vouched FROM bookings WHERE code = :code AND version = :version"
# Accounts whose own number it is, newest first, to which this was not sent yet.
OWNERS = """
    SELECT n.channel, n.person FROM numbers AS n
    JOIN people AS p ON p.channel = n.channel AND p.person = n.person AND p.reachable = 1
    WHERE n.mark = :mark
      AND NOT EXISTS (
          SELECT 1 FROM outbox AS o
          WHERE o.code = :code AND o.version = :version AND o.kind = :kind
            AND o.channel = n.channel AND o.person = n.person)
    ORDER BY n.at DESC, n.channel, n.person
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


@dataclass(frozen=True, slots=True)
class Other:
    """Where else somebody can be written to. `same_person`: they linked the account themselves;
    else their platform vouches for the same phone number as that of who booked."""

    address: Address
    same_person: bool


def others(tx: Transaction, about: About) -> list[Other]:
    """Who else can be told about this booking, and was not yet: the accounts that its person has
    linked, then those whose own number is the booker's own too, for whichever member of the family.
    A number that somebody typed may be anybody's: it leads to nobody."""
    values = {"code": about.code, "version": about.version}
    rows = tx.rows(VOUCHED, **values)
    if not rows:
        return []
    linked = _found(tx.rows(LINKED, kind=about.kind, **values))
    owners = _found(tx.rows(OWNERS, kind=about.kind, mark=rows[0]["vouched"], **values))
    more = [address for address in owners if address not in linked]
    return [Other(one, True) for one in linked] + [Other(one, False) for one in more]


def _found(rows: list[Row]) -> list[Address]:
    return [Address(row["channel"], row["person"]) for row in rows]


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
