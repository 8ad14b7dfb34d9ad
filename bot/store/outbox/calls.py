"""Whom officers call, because no message reached them."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.outbox.still_valid import About
from bot.store.values import stamp

ADD = """
    INSERT INTO calls (id, at, code, kind, reason) VALUES (:id, :now, :code, :kind, :reason)
    ON CONFLICT DO NOTHING RETURNING id
"""


def add(tx: Transaction, about: About, reason: str, now: datetime) -> bool:
    """Put a booking on the list; False when it was put there for this before, done or not."""
    id_ = f"{about.code}:{about.version}:{about.kind}"
    values = {"code": about.code, "kind": about.kind, "reason": reason}
    return bool(tx.rows(ADD, id=id_, now=stamp(now), **values))


UNREAD = "page not opened"  # the reason of who was reminded on a page only
SINCE = "SELECT id FROM calls WHERE code = :code AND id LIKE :version AND reason = :reason"


def add_unread(tx: Transaction, about: About, now: datetime) -> None:
    """Nobody has opened the page that a reminder is on. One line for a visit, whichever reminder."""
    version = f"{about.code}:{about.version}:%"
    if not tx.rows(SINCE, code=about.code, version=version, reason=UNREAD):
        add(tx, about, UNREAD, now)


# What has settled itself meanwhile (cancelled, come, activated, page opened) is not shown.
OPEN = """
    SELECT c.code, c.kind, c.reason, c.at, b.name, b.phone, b.starts_at, b.service,
           CASE WHEN b.vouched <> '' AND b.vouched = b.phone_mark THEN 1 ELSE 0 END AS sure,
           b.office AS office_id, o.name AS office
    FROM calls AS c
    JOIN bookings AS b ON b.code = c.code
     AND b.version = (SELECT MAX(v.version) FROM bookings AS v WHERE v.code = c.code)
    JOIN offices AS o ON o.id = b.office
    WHERE c.done_at IS NULL
      AND (b.state = 'booked' AND b.starts_at > :now
           OR b.state = 'served' AND b.activated_at IS NULL AND c.kind LIKE 'activate%')
      AND NOT (c.reason = 'page not opened'
               AND EXISTS (SELECT 1 FROM people AS p
                           WHERE p.channel = b.channel AND p.person = b.person
                             AND (p.last_seen > c.at OR p.read_at > c.at)))
    ORDER BY b.starts_at, c.code, c.at
"""


def waiting(tx: Transaction, now: datetime) -> list[Row]:
    """Who is to be called, the nearest visit first; `phone` is sealed, `sure` when it is surely the booker's own."""
    return tx.rows(OPEN, now=stamp(now))


DONE = "UPDATE calls SET done_at = :now WHERE code = :code AND done_at IS NULL RETURNING id"


def done(tx: Transaction, code: str, now: datetime) -> bool:
    """Take a booking off the list; False when it was not on it."""
    return bool(tx.rows(DONE, code=code, now=stamp(now)))
