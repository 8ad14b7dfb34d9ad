"""How many places somebody holds or has booked lately: what may be taken has an end for each account,
phone number and network address."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

NOTE = """
    INSERT INTO origins (party, origin, at) VALUES (:party, :origin, :at)
    ON CONFLICT (party) DO UPDATE SET origin = excluded.origin
"""


def note_origin(tx: Transaction, party: str, origin: str, now: datetime) -> None:
    """The places of *party* were taken from *origin*, a keyed hash; "" is not noted."""
    if origin:
        tx.rows(NOTE, party=party, origin=origin, at=stamp(now))


DROPPED = """
    SELECT count(DISTINCT party) AS n FROM bookings
    WHERE channel = :channel AND person = :person AND created_at > :since
      AND (state IN ('held', 'expired') OR state = 'cancelled' AND before = 'held')
"""
BOOKED = """
    SELECT count(*) AS n FROM bookings
    WHERE channel = :channel AND person = :person AND booked_at > :since AND version = 1
"""
WITH_NUMBER = """
    SELECT count(*) AS n FROM bookings
    WHERE phone_mark = :mark AND phone_mark <> '' AND vouched <> phone_mark
      AND state IN ('booked', 'arrived')
"""
MOVED = """
    SELECT count(*) AS n FROM bookings
    WHERE channel = :channel AND person = :person AND created_at > :since AND version > 1
      AND NOT EXISTS (SELECT 1 FROM bookings AS o
                      WHERE o.code = bookings.code AND o.version = bookings.version - 1
                        AND o.before = 'cancelled')
"""
HELD_FROM = """
    SELECT count(*) AS n FROM origins AS o JOIN bookings AS b ON b.party = o.party
    WHERE o.origin = :origin AND o.at > :since AND b.state = 'held'
      AND NOT (b.channel = :channel AND b.person = :person)
"""
BOOKED_FROM = """
    SELECT count(*) AS n FROM origins AS o JOIN bookings AS b ON b.party = o.party
    WHERE o.origin = :origin AND o.at > :since AND b.booked_at > :since AND b.version = 1
"""

TAKEN_FROM = """
    SELECT count(*) AS n FROM origins AS o JOIN bookings AS b ON b.party = o.party
    WHERE o.origin = :origin AND o.at > :since AND b.version = 1
      AND (b.state = 'held' OR b.booked_at IS NOT NULL)
      AND NOT (b.state = 'held' AND b.channel = :channel AND b.person = :person)
"""


def dropped(tx: Transaction, person: Address, since: datetime) -> int:
    """How often they have held places since then and did not book them."""
    values = {"channel": person.channel, "person": person.user}
    return int(tx.rows(DROPPED, since=stamp(since), **values)[0]["n"])


def booked(tx: Transaction, person: Address, since: datetime) -> int:
    """Places that they have booked since then, also those they have cancelled."""
    values = {"channel": person.channel, "person": person.user}
    return int(tx.rows(BOOKED, since=stamp(since), **values)[0]["n"])


def moved(tx: Transaction, person: Address, since: datetime) -> int:
    """How often they have moved a visit since then: each time a place stands empty for a while."""
    values = {"channel": person.channel, "person": person.user}
    return int(tx.rows(MOVED, since=stamp(since), **values)[0]["n"])


def with_number(tx: Transaction, mark: str) -> int:
    """Visits to come beside which the number of *mark* was typed, from any account; not those of
    accounts whose own number it is."""
    return int(tx.rows(WITH_NUMBER, mark=mark)[0]["n"])


def held_from(tx: Transaction, origin: str, since: datetime, but: Address) -> int:
    """Places that others than *but* hold now and took from *origin* since then."""
    if not origin:
        return 0
    values = {"origin": origin, "channel": but.channel, "person": but.user}
    return int(tx.rows(HELD_FROM, since=stamp(since), **values)[0]["n"])


def booked_from(tx: Transaction, origin: str, since: datetime) -> int:
    return int(tx.rows(BOOKED_FROM, since=stamp(since), origin=origin)[0]["n"]) if origin else 0


def taken_from(tx: Transaction, origin: str, since: datetime, but: Address) -> int:
    """Places that are held or were booked, and taken from *origin* since then, but for what *but*
    holds now and lets go when they take another."""
    if not origin:
        return 0
    values = {"origin": origin, "channel": but.channel, "person": but.user}
    return int(tx.rows(TAKEN_FROM, since=stamp(since), **values)[0]["n"])
