"""Official figures by ward as they were imported, and what people of each ward want."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.booking.ward_figures import Change, Figures
from bot.store.database import Row, Transaction
from bot.store.values import pack, stamp, unpack

ALL = "SELECT * FROM ward_figures ORDER BY ward"


def figures(tx: Transaction) -> dict[str, Figures]:
    """What is known, by the wards' codes."""
    return {row["ward"]: _figures(row) for row in tx.rows(ALL)}


def _figures(row: Row) -> Figures:
    return Figures(row["target"], row["collected"], row["activated"])


def total(tx: Transaction) -> Figures:
    """Of all wards together."""
    found = figures(tx).values()
    target, collected, activated = (
        sum(getattr(one, name) for one in found) for name in ("target", "collected", "activated")
    )
    return Figures(target, collected, activated)


PUT = """
    INSERT INTO ward_figures (ward, target, collected, activated, changed_at)
    VALUES (:ward, :target, :collected, :activated, :now)
    ON CONFLICT (ward) DO UPDATE SET target = excluded.target, collected = excluded.collected,
        activated = excluded.activated, changed_at = excluded.changed_at
"""
REMOVE = "DELETE FROM ward_figures WHERE ward = :ward"
RECORD = """
    INSERT INTO ward_imports (id, at, account, before, after, state, nth)
    SELECT :id, :now, :account, :before, :after, 'made', COALESCE(MAX(nth), 0) + 1
    FROM ward_imports
"""


def put(
    tx: Transaction,
    changes: Iterable[Change],
    *,
    id: str,
    account: str,
    now: datetime,
) -> int:
    """Write an import down whole, so that it can be undone; returns how many wards it changed."""
    made = [change for change in changes if change.before != change.after]
    for change in made:
        _put(tx, change.ward, change.after, now)
    if made:
        before = {one.ward: asdict(one.before) if one.before else None for one in made}
        after = {one.ward: asdict(one.after) for one in made}
        tx.rows(
            RECORD, id=id, now=stamp(now), account=account, before=pack(before), after=pack(after)
        )
    return len(made)


def _put(tx: Transaction, ward: str, figures: Figures, now: datetime) -> None:
    tx.rows(PUT, ward=ward, now=stamp(now), **asdict(figures))


@dataclass(frozen=True, slots=True)
class Import:
    """One import that stands."""

    id: str
    at: str
    account: str
    before: Mapping[str, Figures | None]
    after: Mapping[str, Figures | None]


LAST = "SELECT * FROM ward_imports WHERE state = 'made' ORDER BY nth DESC, id DESC LIMIT 1"


def last(tx: Transaction) -> Import | None:
    """The last import that was not undone, also when the clock was set back before it."""
    for row in tx.rows(LAST):
        sides = (unpack(row[side]) for side in ("before", "after"))
        before, after = ({w: Figures(**f) if f else None for w, f in s.items()} for s in sides)
        return Import(row["id"], row["at"], row["account"], before, after)
    return None


UNDO = "UPDATE ward_imports SET state = 'undone' WHERE id = :id AND state = 'made' RETURNING id"


def undo(tx: Transaction, id: str, now: datetime) -> int | None:
    """Take the newest import back; returns how many wards. None when *id* is not the newest that
    stands: somebody has imported or undone meanwhile."""
    newest = last(tx)
    if newest is None or newest.id != id or not tx.rows(UNDO, id=id):
        return None
    for ward, before in newest.before.items():
        if before is None:
            tx.rows(REMOVE, ward=ward)
        else:
            _put(tx, ward, before, now)
    return len(newest.before)


# --- what people want ----------------------------------------------------------------------------

# A person's ward is what they told, else that of the offices where they have booked.
ASKED = """
    SELECT asked.ward, count(*) AS n FROM (
        SELECT DISTINCT q.channel, q.person, COALESCE(NULLIF(p.ward, ''), o.ward) AS ward
        FROM questions AS q
        LEFT JOIN profiles AS p ON p.channel = q.channel AND p.person = q.person AND p.news = 1
        LEFT JOIN bookings AS b ON b.channel = q.channel AND b.person = q.person
        LEFT JOIN offices AS o ON o.id = b.office
        WHERE q.at >= :since
    ) AS asked
    WHERE asked.ward IS NOT NULL GROUP BY asked.ward
"""
# Who waits for a place anywhere counts for the ward that they told.
WAITING = """
    SELECT found.ward, count(*) AS n FROM (
        SELECT DISTINCT w.channel, w.person, COALESCE(o.ward, NULLIF(p.ward, '')) AS ward
        FROM waiting AS w
        LEFT JOIN offices AS o ON o.id = w.office
        LEFT JOIN profiles AS p ON p.channel = w.channel AND p.person = w.person AND p.news = 1
        WHERE w.state IN ('waiting', 'offered')
    ) AS found
    WHERE found.ward IS NOT NULL GROUP BY found.ward
"""
NEEDING = """
    SELECT ward, count(*) AS n FROM profiles
    WHERE ward <> '' AND news = 1 AND status IN ('none', 'enrolled') GROUP BY ward
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """People of one ward: who asked something lately, who wait for a place at its offices, who told
    that they are not enrolled or not activated."""

    asked: int = 0
    waiting: int = 0
    needing: int = 0


def demand(tx: Transaction, since: datetime) -> dict[str, Demand]:
    """By the wards' codes; questions from *since* on."""
    asked = {row["ward"]: row["n"] for row in tx.rows(ASKED, since=stamp(since))}
    waiting = {row["ward"]: row["n"] for row in tx.rows(WAITING)}
    needing = {row["ward"]: row["n"] for row in tx.rows(NEEDING)}
    return {
        ward: Demand(asked.get(ward, 0), waiting.get(ward, 0), needing.get(ward, 0))
        for ward in asked.keys() | waiting.keys() | needing.keys()
    }
