"""Through which poster somebody came: kept in their own row for a while, counted without them.

The last poster whose link or code was used counts. After `REMEMBERED` it counts no more, and it is
deleted with the person's row, or when what is older than `keep_days` is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import VIETNAM
from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

REMEMBERED = timedelta(days=30)

COME = """
    UPDATE people SET poster = :poster, poster_at = :now,
        poster_asked = CASE WHEN poster = :poster THEN poster_asked ELSE 0 END
    WHERE channel = :channel AND person = :person
      AND (poster IS NULL OR poster <> :poster OR poster_at < :today)
    RETURNING poster
"""
COUNT = """
    INSERT INTO poster_counts (poster, day, step, n) VALUES (:poster, :day, :step, 1)
    ON CONFLICT (poster, day, step) DO UPDATE SET n = poster_counts.n + 1
"""


def scanned(tx: Transaction, person: Address, poster: str, now: datetime) -> None:
    """*person* opened the talk through *poster*. The same account counts once a day."""
    midnight = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"poster": poster, "now": stamp(now), "today": stamp(midnight)}
    if tx.rows(COME, channel=person.channel, person=person.user, **values):
        _count(tx, poster, "scan", now)


ASKED = """
    UPDATE people SET poster_asked = 1
    WHERE channel = :channel AND person = :person AND poster IS NOT NULL AND poster_asked = 0
      AND poster_at > :since
    RETURNING poster
"""


def asked(tx: Transaction, person: Address, now: datetime) -> None:
    """*person* has asked something; counts once for the poster they came through."""
    since = stamp(now - REMEMBERED)
    for row in tx.rows(ASKED, channel=person.channel, person=person.user, since=since):
        _count(tx, row["poster"], "asked", now)


def _count(tx: Transaction, poster: str, step: str, now: datetime) -> None:
    day = now.astimezone(VIETNAM).date().isoformat()
    tx.rows(COUNT, poster=poster, day=day, step=step)


BOOKED = """
    INSERT INTO poster_visits (code, poster, at)
    SELECT :code, p.poster, :now FROM people AS p
    WHERE p.channel = :channel AND p.person = :person AND p.poster IS NOT NULL
      AND p.poster_at > :since
    ON CONFLICT (code) DO NOTHING
"""


def booked(tx: Transaction, person: Address, code: str, now: datetime) -> None:
    """*person* has booked *code*; a booking that is moved stays where it was counted first."""
    tx.rows(
        BOOKED,
        code=code,
        now=stamp(now),
        channel=person.channel,
        person=person.user,
        since=stamp(now - REMEMBERED),
    )


FORGET = """
    UPDATE people SET poster = NULL, poster_at = NULL, poster_asked = 0
    WHERE poster IS NOT NULL AND poster_at < :before
"""


def forget_before(tx: Transaction, before: datetime) -> None:
    tx.rows(FORGET, before=stamp(before))
