"""How many places somebody holds or has booked lately: what may be taken has an end for each account,
phone number and network address."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Address
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
BOOKED_FOR = """
    SELECT count(*) AS n FROM bookings
    WHERE holder IN (:holder1, :holder2, :holder3, :holder4, :holder5)
      AND booked_at > :since AND version = 1
"""
MOVED = """
    SELECT count(*) AS n FROM bookings
    WHERE channel = :channel AND person = :person AND created_at > :since AND version > 1
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


def booked_for(tx: Transaction, holder: str, since: datetime) -> int:
    """The same of a *holder* (the mark of a phone number) and their family, from any account."""
    members = {f"holder{n}": f"{holder}/{n}" for n in range(2, 6)}
    return int(tx.rows(BOOKED_FOR, since=stamp(since), holder1=holder, **members)[0]["n"])


def held_from(tx: Transaction, origin: str, since: datetime, but: Address) -> int:
    """Places that others than *but* hold now and took from *origin* since then."""
    if not origin:
        return 0
    values = {"origin": origin, "channel": but.channel, "person": but.user}
    return int(tx.rows(HELD_FROM, since=stamp(since), **values)[0]["n"])


def booked_from(tx: Transaction, origin: str, since: datetime) -> int:
    return int(tx.rows(BOOKED_FROM, since=stamp(since), origin=origin)[0]["n"]) if origin else 0
