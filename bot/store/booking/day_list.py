"""The list of a day at one office: who is expected, who has come, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bot.store.booking.bookings import State
from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp

WALK_IN = "walk_in"  # a filter beside the states
FILTERS = ("booked", "arrived", "served", "no_show", "cancelled", WALK_IN)


@dataclass(frozen=True, slots=True)
class Span:
    """An office between two moments; `end` is after the last."""

    office: str
    start: datetime
    end: datetime

    @property
    def values(self) -> dict[str, str]:
        return {"office": self.office, "start": stamp(self.start), "end": stamp(self.end)}


@dataclass(frozen=True, slots=True)
class Visit:
    """One line. `number` counts from 1 within the hour, or among those without an appointment; it
    never changes, whoever cancels or books later. `phone` is sealed."""

    number: int
    code: str
    version: int
    starts_at: datetime
    name: str
    service: str
    phone: str
    state: State
    coming: bool
    walk_in: bool

    @classmethod
    def from_row(cls, row: Row) -> Visit:
        return cls(
            number=row["number"],
            code=row["code"],
            version=row["version"],
            starts_at=moment(row["starts_at"]),
            name=row["name"],
            service=row["service"],
            phone=row["phone"],
            state=State(row["state"]),
            coming=row["answer"] == "coming",
            walk_in=bool(row["walk_in"]),
        )


# Numbered before anybody is left out, so that who moves away keeps the others' numbers; a hold that
# was never confirmed has no number. Rows older than the column count by when they were written.
LIST = """
    WITH numbered AS (
        SELECT id, state, starts_at, CASE WHEN slot IS NULL THEN 1 ELSE 0 END AS walk_in,
               ROW_NUMBER() OVER (
                   PARTITION BY CASE WHEN slot IS NULL THEN '' ELSE starts_at END
                   ORDER BY COALESCE(booked_at, created_at), member, id) AS number
        FROM bookings
        WHERE office = :office AND starts_at >= :start AND starts_at < :end
          AND state NOT IN ('held', 'expired') AND NOT (state = 'cancelled' AND before = 'held')
    ), shown AS (
        SELECT id, number, walk_in FROM numbered
        WHERE state <> 'moved'
          AND (:filter = '' OR state = :filter OR (:filter = 'walk_in' AND walk_in = 1))
        ORDER BY walk_in, starts_at, number LIMIT :count OFFSET :skip
    )
    SELECT shown.number, shown.walk_in, b.code, b.version, b.starts_at, b.name, b.service, b.phone,
           b.state, b.answer
    FROM shown JOIN bookings AS b ON b.id = shown.id
    ORDER BY shown.walk_in, b.starts_at, shown.number
"""
ALL = 1_000_000


def listed(
    tx: Transaction, span: Span, *, only: str = "", skip: int = 0, count: int = ALL
) -> list[Visit]:
    """The lines of *span*, those with an appointment first; *only*: one of FILTERS, "" for all."""
    values = {**span.values, "filter": only, "skip": skip, "count": count}
    return [Visit.from_row(row) for row in tx.rows(LIST, **values)]


# Only what is looked at; whole lines are read of those who are found.
SEEK = """
    SELECT id, code, name, phone_mark, state, starts_at, CASE WHEN slot IS NULL THEN 1 ELSE 0 END AS walk_in,
           ROW_NUMBER() OVER (
               PARTITION BY CASE WHEN slot IS NULL THEN '' ELSE starts_at END
               ORDER BY COALESCE(booked_at, created_at), member, id) AS number
    FROM bookings
    WHERE office = :office AND starts_at >= :start AND starts_at < :end
      AND state NOT IN ('held', 'expired') AND NOT (state = 'cancelled' AND before = 'held')
    ORDER BY walk_in, starts_at, number
"""
LINE = "SELECT * FROM bookings WHERE id = :id"


def found(
    tx: Transaction,
    span: Span,
    wanted: Callable[[Row], bool],
    *,
    only: str = "",
    count: int = ALL,
) -> list[Visit]:
    """The first *count* lines whose `code`, `name` and `phone_mark` are *wanted*."""
    rows = (row for row in tx.rows(SEEK, **span.values) if _passes(row, only) and wanted(row))
    return [
        Visit.from_row({**row, **tx.rows(LINE, id=row["id"])[0]}) for row in islice(rows, count)
    ]


def _passes(row: Row, only: str) -> bool:
    """As the filter of LIST has it."""
    return row["state"] != "moved" and (
        only in ("", row["state"]) or (only == WALK_IN and bool(row["walk_in"]))
    )


PAPER = """
    SELECT starts_at, state, CASE WHEN slot IS NULL THEN 1 ELSE 0 END AS walk_in, code, name, service,
           ROW_NUMBER() OVER (
               PARTITION BY CASE WHEN slot IS NULL THEN '' ELSE starts_at END
               ORDER BY COALESCE(booked_at, created_at), member, id) AS number
    FROM bookings
    WHERE office = :office AND starts_at >= :start AND starts_at < :end
      AND state NOT IN ('held', 'expired') AND NOT (state = 'cancelled' AND before = 'held')
    ORDER BY walk_in, starts_at, number
"""


def for_paper(tx: Transaction, span: Span) -> list[Row]:
    """Who is or was expected, in the order of `listed`, with as much as stands on paper."""
    rows = tx.rows(PAPER, **span.values)
    return [row for row in rows if row["state"] not in ("moved", "cancelled")]


# With those that lie ahead anywhere, and those of this day on that are over.
SAME_NUMBER = """
    SELECT b.code, COUNT(*) AS n
    FROM bookings AS b JOIN bookings AS o ON o.phone_mark = b.phone_mark AND o.phone_mark <> ''
    WHERE b.office = :office AND b.starts_at >= :start AND b.starts_at < :end
      AND b.phone_mark <> '' AND b.state NOT IN ('held', 'expired', 'moved')
      AND NOT (o.channel = b.channel AND o.person = b.person)
      AND (o.state IN ('booked', 'arrived')
           OR o.state IN ('served', 'no_show') AND o.starts_at >= :start)
    GROUP BY b.code
"""


def same_number(tx: Transaction, span: Span) -> dict[str, int]:
    """By code, how many visits of other accounts, at whatever office, have the same phone number. A
    number that somebody typed proves nothing, so both are booked: officers see it and ask."""
    return {row["code"]: row["n"] for row in tx.rows(SAME_NUMBER, **span.values)}


@dataclass(frozen=True, slots=True)
class Totals:
    """How many lines each of FILTERS has, and "all"; and the day's signature."""

    lines: Mapping[str, int]
    signature: str


TOTALS = """
    SELECT state, CASE WHEN slot IS NULL THEN 1 ELSE 0 END AS walk_in,
           CASE WHEN state IN ('held', 'expired', 'moved')
                  OR (state = 'cancelled' AND before = 'held') THEN 0 ELSE 1 END AS listed,
           count(*) AS n, max(changed_at) AS last
    FROM bookings
    WHERE office = :office AND starts_at >= :start AND starts_at < :end
    GROUP BY 1, 2, 3
"""


def totals(tx: Transaction, span: Span) -> Totals:
    rows = tx.rows(TOTALS, **span.values)
    lines = dict.fromkeys(("all", *FILTERS), 0)
    for row in rows:
        if row["listed"]:
            lines["all"] += row["n"]
            lines[row["state"]] += row["n"]
            lines[WALK_IN] += row["n"] * row["walk_in"]
    last = max((row["last"] for row in rows), default=None)
    return Totals(lines, _signature(sum(row["n"] for row in rows), last))


SIGNATURE = """
    SELECT count(*) AS n, max(changed_at) AS last FROM bookings
    WHERE office = :office AND starts_at >= :start AND starts_at < :end
"""


def signature(tx: Transaction, span: Span) -> str:
    """Another text whenever a line has changed, in whatever process."""
    row = tx.rows(SIGNATURE, **span.values)[0]
    return _signature(row["n"], row["last"])


def _signature(count: int, last: str | None) -> str:
    return f"{count} {last or ''}"
