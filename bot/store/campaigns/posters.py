"""Posters: registered, retired, and looked up by their code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class Poster:
    """A poster that hangs, or hung, at `place`."""

    code: str
    kind: str
    place: str
    batch: str
    made_at: datetime
    retired_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Poster:
        return cls(
            code=row["code"],
            kind=row["kind"],
            place=row["place"],
            batch=row["batch"],
            made_at=moment(row["made_at"]),
            retired_at=moment(row["retired_at"]) if row["retired_at"] else None,
        )


ADD = """
    INSERT INTO posters (code, kind, place, batch, made_at, made_by)
    VALUES (:code, :kind, :place, :batch, :now, :by) ON CONFLICT DO NOTHING RETURNING *
"""
HANGING = "SELECT * FROM posters WHERE kind = :kind AND place = :place AND retired_at IS NULL"


def add(
    tx: Transaction, code: str, kind: str, place: str, now: datetime, by: str, batch: str = ""
) -> Poster | None:
    """Register a poster; None when the code is taken, or one of this kind hangs there already."""
    rows = tx.rows(ADD, code=code, kind=kind, place=place, batch=batch, now=stamp(now), by=by)
    return Poster.from_row(rows[0]) if rows else None


def hanging(tx: Transaction, kind: str, place: str) -> Poster | None:
    rows = tx.rows(HANGING, kind=kind, place=place)
    return Poster.from_row(rows[0]) if rows else None


GET = "SELECT * FROM posters WHERE code = :code"


def get(tx: Transaction, code: str) -> Poster | None:
    rows = tx.rows(GET, code=code)
    return Poster.from_row(rows[0]) if rows else None


OF_BATCH = "SELECT * FROM posters WHERE batch = :batch AND batch <> '' ORDER BY place, kind"


def of_batch(tx: Transaction, batch: str) -> list[Poster]:
    return [Poster.from_row(row) for row in tx.rows(OF_BATCH, batch=batch)]


RETIRE = """
    UPDATE posters SET retired_at = :now, retired_by = :by
    WHERE code = :code AND retired_at IS NULL RETURNING code
"""


def retire(tx: Transaction, code: str, now: datetime, by: str) -> bool:
    """The poster is taken down; False when it was already, or there is none."""
    return bool(tx.rows(RETIRE, code=code, now=stamp(now), by=by))


RESTORE = """
    UPDATE posters SET retired_at = NULL, retired_by = ''
    WHERE code = :code AND retired_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM posters AS other WHERE other.kind = posters.kind
                      AND other.place = posters.place AND other.retired_at IS NULL)
    RETURNING code
"""


def restore(tx: Transaction, code: str) -> bool:
    """It hangs after all; False when it does, or another one has come to its place."""
    return bool(tx.rows(RESTORE, code=code))


# --- what they brought ---------------------------------------------------------------------------

NEWEST = """
    SELECT p.*, COALESCE(c.scans, 0) AS scans, COALESCE(c.asked, 0) AS asked,
           COALESCE(v.booked, 0) AS booked, COALESCE(v.arrived, 0) AS arrived,
           COALESCE(v.activated, 0) AS activated
    FROM posters AS p LEFT JOIN (
        SELECT poster, SUM(CASE WHEN step = 'scan' THEN n ELSE 0 END) AS scans,
               SUM(CASE WHEN step = 'asked' THEN n ELSE 0 END) AS asked
        FROM poster_counts GROUP BY poster
    ) AS c ON c.poster = p.code LEFT JOIN (
        SELECT v.poster, COUNT(*) AS booked,
               SUM(CASE WHEN b.state IN ('arrived', 'served') THEN 1 ELSE 0 END) AS arrived,
               SUM(CASE WHEN b.activated_at IS NOT NULL THEN 1 ELSE 0 END) AS activated
        FROM poster_visits AS v JOIN bookings AS b ON b.code = v.code
        WHERE b.state NOT IN ('held', 'expired', 'moved') GROUP BY v.poster
    ) AS v ON v.poster = p.code
    ORDER BY p.retired_at IS NOT NULL, p.made_at DESC, p.place, p.code LIMIT :most
"""
ONE = """
    SELECT p.*,
        (SELECT SUM(n) FROM poster_counts WHERE poster = p.code AND step = 'scan') AS scans,
        (SELECT SUM(n) FROM poster_counts WHERE poster = p.code AND step = 'asked') AS asked,
        v.booked, v.arrived, v.activated
    FROM posters AS p CROSS JOIN (
        SELECT COUNT(*) AS booked,
               SUM(CASE WHEN b.state IN ('arrived', 'served') THEN 1 ELSE 0 END) AS arrived,
               SUM(CASE WHEN b.activated_at IS NOT NULL THEN 1 ELSE 0 END) AS activated
        FROM poster_visits AS v JOIN bookings AS b ON b.code = v.code
        WHERE v.poster = :code AND b.state NOT IN ('held', 'expired', 'moved')
    ) AS v
    WHERE p.code = :code
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A poster with what it brought, from the first scan to accounts that work."""

    poster: Poster
    scans: int
    asked: int
    booked: int
    arrived: int
    activated: int

    @classmethod
    def from_row(cls, row: Row) -> Counted:
        steps = ("scans", "asked", "booked", "arrived", "activated")
        return cls(Poster.from_row(row), *(int(row[step] or 0) for step in steps))


def newest(tx: Transaction, most: int = 1000) -> list[Counted]:
    """Those that hang first, the newest before the others."""
    return [Counted.from_row(row) for row in tx.rows(NEWEST, most=most)]


def counted(tx: Transaction, code: str) -> Counted | None:
    rows = tx.rows(ONE, code=code)
    return Counted.from_row(rows[0]) if rows else None
