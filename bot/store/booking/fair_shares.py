"""What accounts that nothing vouches for may take of an office's places (see `numbers.vouched`).

Anybody opens as many of them as they like, so what one of them may do says nothing of what one person
takes. All of them together have a part of each day's places. Of the soonest days, which a hoarder would
empty first, each network address has a few places of its own, and what addresses take beyond those they
share among all. A place counts from being held until it is free for everybody again.

Bookings are counted where they stand, with the office locked: there is no counter that could go wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.clock import local
from bot.store.booking.slot_seats import Seat, SlotFull
from bot.store.database import Transaction
from bot.store.values import stamp

NEAR = 8  # days that an address shares with others: a week, and the day on which somebody tries
PAST = 1  # day: who had yesterday's places does not get as many of the soonest for it at once
SOON = 2  # days: what is still free today and tomorrow is for everybody


@dataclass(frozen=True, slots=True)
class Asker:
    """An account that nothing vouches for, at the network address *origin* ("": not known), with
    `limits.unvouched_share`, `limits.near_per_address` and `limits.near_share`."""

    origin: str
    now: datetime
    of_day: int  # percent
    near_each: int  # places
    near_common: int  # percent


class NoShare(SlotFull):
    """The places that are left are not for accounts that nothing vouches for."""


@dataclass(frozen=True, slots=True)
class Share:
    """What an asker may still take at an office: of each day, and of all days before *until*."""

    days: Mapping[date, int]
    near: int
    until: date

    def left(self, day: date) -> int:
        most = self.days.get(day, 0)
        return max(0, min(most, self.near) if day < self.until else most)


PLACES = """
    SELECT day, SUM(COALESCE(lowered_to, capacity)) AS places FROM slots
    WHERE office = :office AND pool = :pool AND open = 1 AND day >= :today
    GROUP BY day
"""
TAKEN = """
    SELECT s.day, COALESCE(o.origin, '') AS origin, COUNT(*) AS places
    FROM slots AS s JOIN bookings AS b ON b.slot = s.id LEFT JOIN origins AS o ON o.party = b.party
    WHERE s.office = :office AND s.pool = :pool AND s.day >= :since
      AND (b.state IN ('booked', 'arrived', 'served', 'no_show') OR b.state = 'held' AND b.held_until > :now)
      AND b.channel = 'web'
      AND NOT EXISTS (SELECT 1 FROM links AS mine JOIN links AS other ON other.owner = mine.owner
                      WHERE mine.channel = b.channel AND mine.person = b.person
                        AND other.channel <> 'web')
    GROUP BY s.day, COALESCE(o.origin, '')
    UNION ALL
    SELECT s.day, r.origin, COUNT(*) AS places FROM returned AS r JOIN slots AS s ON s.id = r.slot
    WHERE r.state IN ('back', 'offered') AND r.origin <> ''
      AND s.office = :office AND s.pool = :pool AND s.day >= :since
    GROUP BY s.day, r.origin
"""


def of(tx: Transaction, asker: Asker, office: str, pool: str = "all") -> Share:
    """What *asker* may still take of the places of *pool* at *office*."""
    today = local(asker.now).date()
    here = {"office": office, "pool": pool}
    found = tx.rows(PLACES, today=today.isoformat(), **here)
    places = {date.fromisoformat(row["day"]): int(row["places"]) for row in found}
    until = today + timedelta(days=NEAR)
    taken: Counter[date] = Counter()
    near: Counter[str] = Counter()
    since = (today - timedelta(days=PAST)).isoformat()
    for row in tx.rows(TAKEN, since=since, now=stamp(asker.now), **here):
        day = date.fromisoformat(row["day"])
        taken[day] += row["places"]
        if day < until:
            near[row["origin"]] += row["places"]
    open_to_all = today + timedelta(days=SOON)
    days = {
        day: total if day < open_to_all else -(-total * asker.of_day // 100) - taken[day]
        for day, total in places.items()
    }
    soonest = sum(total for day, total in places.items() if day < until)
    return Share(days, _near(asker, near, soonest), until)


def _near(asker: Asker, taken: Mapping[str, int], places: int) -> int:
    """What an address may still take of the soonest days: what is left of its own places, and of
    those that all addresses have in common."""
    if not asker.origin:
        return places
    common = max(1, places * asker.near_common // 100)
    beyond = (n - asker.near_each for origin, n in taken.items() if origin)
    used = sum(more for more in beyond if more > 0)
    own = asker.near_each - taken.get(asker.origin, 0)
    return max(0, own) + max(0, common - used)


LOCK = """
    SELECT id FROM offices WHERE id = (SELECT office FROM slots WHERE id = :slot)
    FOR NO KEY UPDATE
"""


def lock(tx: Transaction, slot: str) -> None:
    """Nobody else is counted at the office of *slot* until the transaction ends. To be done before
    any place is touched: who changes the hours of an office takes the same lock first."""
    tx.rows(LOCK, slot=slot)


POOL = "SELECT pool FROM slots WHERE id = :slot"


def admit(tx: Transaction, asker: Asker, places: Sequence[Seat]) -> None:
    """Check that *asker* may have *places*, which are taken and nobody's booking yet; raises
    `NoShare`."""
    (row,) = tx.rows(POOL, slot=places[0].slot)
    share = of(tx, asker, places[0].office, row["pool"])
    wanted = Counter(local(place.starts_at).date() for place in places)
    if any(share.left(day) < count for day, count in wanted.items()):
        raise NoShare
