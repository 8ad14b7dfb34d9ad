"""Everything that is held on one person, table by table, as they may see it.

A table of `erasure.PERSONAL` that is not here fails tests/store/test_erasure.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.messages import Address
from bot.store.database import Row, Transaction
from bot.store.values import stamp

MOST = 5000  # rows of one table: what one person can say in the days that are kept


@dataclass(frozen=True, slots=True)
class Section:
    """What one table holds; `phone` and `state` come as they are kept, sealed or as JSON."""

    table: str
    sql: str


# Where a campaign that is being written stands says nothing about anybody.
NOT_SHOWN = frozenset({"campaign_parts"})
SECTIONS = (
    Section(
        "people",
        """
        SELECT channel, first_seen, last_seen, reachable, state, poster, poster_at FROM people
        WHERE channel = :channel AND person = :person LIMIT :most
        """,
    ),
    Section(
        "bookings",
        """
        SELECT b.code, b.service, o.name AS office, b.starts_at, b.name, b.phone, b.state, b.answer,
               b.activated_at, b.created_at, b.changed_at
        FROM bookings AS b JOIN offices AS o ON o.id = b.office
        WHERE b.channel = :channel AND b.person = :person
        ORDER BY b.created_at DESC, b.id DESC LIMIT :most
        """,
    ),
    Section(
        "waiting",
        """
        SELECT service, office, name, phone, at, until, state FROM waiting
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "consents",
        """
        SELECT purpose, given, version, at FROM consents
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "coachings",
        """
        SELECT at, step, state FROM coachings
        WHERE channel = :channel AND person = :person LIMIT :most
        """,
    ),
    Section(
        "profiles",
        """
        SELECT audience, ward, status, news, changed_at FROM profiles
        WHERE channel = :channel AND person = :person LIMIT :most
        """,
    ),
    Section(
        "proactive",
        """
        SELECT p.at, c.name FROM proactive AS p JOIN campaigns AS c ON c.id = p.campaign
        WHERE p.channel = :channel AND p.person = :person ORDER BY p.at DESC LIMIT :most
        """,
    ),
    Section(
        "campaign_taps",
        """
        SELECT t.at, c.name FROM campaign_taps AS t JOIN campaigns AS c ON c.id = t.campaign
        WHERE t.channel = :channel AND t.person = :person ORDER BY t.at DESC LIMIT :most
        """,
    ),
    Section(
        "handoffs",
        """
        SELECT at, text, state, closed_at, answered FROM handoffs
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "questions",
        """
        SELECT at, text, outcome, entry, vote, reason FROM questions
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "incoming",
        """
        SELECT at, kind, text FROM incoming
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "outbox",
        """
        SELECT created_at, due_at, state, reply FROM outbox
        WHERE channel = :channel AND person = :person ORDER BY id DESC LIMIT :most
        """,
    ),
    Section(
        "calls",
        """
        SELECT DISTINCT c.at, c.code, c.reason, c.done_at FROM calls AS c
        JOIN bookings AS b ON b.code = c.code
        WHERE b.channel = :channel AND b.person = :person ORDER BY c.at DESC LIMIT :most
        """,
    ),
    Section(
        "links",
        """
        SELECT other.channel, other.at FROM links AS mine JOIN links AS other
          ON other.owner = mine.owner AND (other.channel <> mine.channel
                                           OR other.person <> mine.person)
        WHERE mine.channel = :channel AND mine.person = :person ORDER BY other.at LIMIT :most
        """,
    ),
    Section(
        "link_requests",
        """
        SELECT at, other_channel, state FROM link_requests
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "numbers",
        """
        SELECT at, mark FROM numbers
        WHERE channel = :channel AND person = :person ORDER BY at DESC, mark LIMIT :most
        """,
    ),
    Section(
        "interactions",
        """
        SELECT at FROM interactions WHERE channel = :channel AND person = :person LIMIT :most
        """,
    ),
    Section(
        "officer_chats",
        """
        SELECT account FROM officer_chats
        WHERE channel = :channel AND person = :person LIMIT :most
        """,
    ),
    Section(
        "origins",
        """
        SELECT DISTINCT o.at, o.origin FROM origins AS o
        JOIN bookings AS b ON b.party = o.party
        WHERE b.channel = :channel AND b.person = :person ORDER BY o.at DESC LIMIT :most
        """,
    ),
)


def collect(tx: Transaction, person: Address) -> dict[str, list[Row]]:
    """The rows of each table that hold something of *person*, newest first."""
    values = {"channel": person.channel, "person": person.user, "most": MOST}
    found = {section.table: tx.rows(section.sql, **values) for section in SECTIONS}
    return {table: rows for table, rows in found.items() if rows}


SHOWN = """
    SELECT count(*) AS n FROM outbox
    WHERE channel = :channel AND person = :person AND created_at > :since
      AND reply LIKE '%"' || :file || '"%'
"""


def times_shown(tx: Transaction, person: Address, file: str, since: datetime) -> int:
    """How often *person* got a *file* of this name since *since*."""
    values = {"channel": person.channel, "person": person.user, "since": stamp(since)}
    return int(tx.rows(SHOWN, file=file, **values)[0]["n"])
