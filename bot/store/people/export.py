"""Everything that is held on one person, table by table, as they may see it.

A table of `erasure.PERSONAL` that is not here, or one whose rows hang on a person's, fails
tests/store/test_erasure.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Row, Transaction
from bot.store.values import stamp

MOST = 5000  # rows of one table: what one person can say in the days that are kept


@dataclass(frozen=True, slots=True)
class Section:
    """What one table holds; `phone` and `state` come as they are kept, sealed or as JSON."""

    table: str
    sql: str


# Columns by which a row hangs on a row of a person's, and leads to them for as long as that one does.
HANGING = frozenset({"code", "booking", "party", "waiting", "coaching", "subject"})
NOT_SHOWN = {
    "campaign_parts": "where a campaign that is being written stands says nothing about anybody",
    "erasures": "the code is a receipt's, which the person has",
    "officer_codes": "the code links an officer's account",
    "posters": "the code is a poster's",
}
# CROSS JOIN: SQLite begins with the rows of the person, not with the newest of everybody's.
SECTIONS = (
    Section(
        "people",
        """
        SELECT channel, first_seen, last_seen, read_at, reachable, state, poster, poster_at
        FROM people
        WHERE channel = :channel AND person = :person LIMIT :most
        """,
    ),
    Section(
        "bookings",
        """
        SELECT b.code, b.service, o.name AS office, b.starts_at, b.name, b.phone, b.state, b.answer,
               b.activated_at, b.created_at, b.booked_at, b.changed_at
        FROM bookings AS b JOIN offices AS o ON o.id = b.office
        WHERE b.channel = :channel AND b.person = :person
        ORDER BY b.created_at DESC, b.id DESC LIMIT :most
        """,
    ),
    Section(
        "waiting",
        """
        SELECT service, office, at, until, state FROM waiting
        WHERE channel = :channel AND person = :person ORDER BY at DESC, id DESC LIMIT :most
        """,
    ),
    Section(
        "booking_events",
        """
        SELECT e.at, e.code, e.what, CASE WHEN e.actor IN ('person', 'service') THEN e.actor
                                     ELSE 'officer' END AS actor
        FROM bookings AS b CROSS JOIN booking_events AS e
        WHERE b.channel = :channel AND b.person = :person AND e.booking = b.id AND e.code = b.code
        ORDER BY e.at DESC, e.id DESC LIMIT :most
        """,
    ),
    Section(
        "offers",
        """
        SELECT o.at, o.until, s.starts_at, f.name AS office, o.state
        FROM waiting AS w CROSS JOIN offers AS o
        JOIN slots AS s ON s.id = o.slot JOIN offices AS f ON f.id = s.office
        WHERE w.channel = :channel AND w.person = :person AND o.waiting = w.id
        ORDER BY o.at DESC, o.id DESC LIMIT :most
        """,
    ),
    # Which officer it was is not theirs to know: their office answers for its people.
    Section(
        "audit",
        """
        SELECT a.at, a.what, a.subject AS code FROM audit AS a
        WHERE a.subject IN (SELECT b.code FROM bookings AS b
                            WHERE b.channel = :channel AND b.person = :person)
           OR a.subject IN (SELECT h.id FROM handoffs AS h
                            WHERE h.channel = :channel AND h.person = :person)
        ORDER BY a.number DESC LIMIT :most
        """,
    ),
    Section(
        "poster_visits",
        """
        SELECT DISTINCT v.at, v.code, p.place
        FROM poster_visits AS v JOIN posters AS p ON p.code = v.poster
        JOIN bookings AS b ON b.code = v.code
        WHERE b.channel = :channel AND b.person = :person ORDER BY v.at DESC LIMIT :most
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
        "coach_events",
        """
        SELECT e.at, e.event, e.step FROM coach_events AS e JOIN coachings AS c ON c.id = e.coaching
        WHERE c.channel = :channel AND c.person = :person ORDER BY e.at DESC LIMIT :most
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
    # Of what they asked for only what came true: the rest would tell a stranger whether somebody's
    # code and number belong together. What others asked of them is shown whole.
    Section(
        "link_requests",
        """
        SELECT at, CASE WHEN channel <> :channel OR person <> :person THEN channel
                        WHEN state = 'used' THEN other_channel ELSE '' END AS other_channel,
               CASE WHEN channel = :channel AND person = :person THEN 0 ELSE 1 END AS by_another,
               CASE WHEN channel = :channel AND person = :person AND state <> 'used' THEN ''
                    ELSE state END AS state
        FROM link_requests
        WHERE channel = :channel AND person = :person
           OR other_channel = :channel AND other_person = :person
        ORDER BY at DESC, id DESC LIMIT :most
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
        WHERE b.channel = :channel AND b.person = :person
        UNION
        SELECT o.at, o.origin FROM origins AS o JOIN waiting AS w ON w.id = o.party
        WHERE w.channel = :channel AND w.person = :person
        ORDER BY at DESC LIMIT :most
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
