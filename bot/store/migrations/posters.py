"""Posters, what they brought, and through which one somebody came."""

from __future__ import annotations

POSTERS = (
    # A poster that hangs somewhere; `kind` is an id of the FAQ folder's loi-chao.yaml, `batch` names
    # those that were made in one go.
    """
    CREATE TABLE posters (
        code TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        place TEXT NOT NULL,
        batch TEXT NOT NULL DEFAULT '',
        made_at TEXT NOT NULL,
        made_by TEXT NOT NULL,
        retired_at TEXT,
        retired_by TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE UNIQUE INDEX one_poster ON posters (kind, place) WHERE retired_at IS NULL",
    "CREATE INDEX posters_by_batch ON posters (batch) WHERE batch <> ''",
    # How often, never who: `day` is Vietnam's.
    """
    CREATE TABLE poster_counts (
        poster TEXT NOT NULL REFERENCES posters (code),
        day TEXT NOT NULL,
        step TEXT NOT NULL CHECK (step IN ('scan', 'asked')),
        n INTEGER NOT NULL CHECK (n > 0),
        PRIMARY KEY (poster, day, step)
    )
    """,
    "CREATE INDEX poster_counts_by_day ON poster_counts (day)",
    # Which bookings a poster brought. The row names no person: what became of the booking is looked
    # up by its code, which outlives name, number and account.
    """
    CREATE TABLE poster_visits (
        code TEXT PRIMARY KEY,
        poster TEXT NOT NULL REFERENCES posters (code),
        at TEXT NOT NULL
    )
    """,
    "CREATE INDEX poster_visits_by_poster ON poster_visits (poster)",
    # The poster through which somebody's talk was opened last; goes with the person's row.
    "ALTER TABLE people ADD COLUMN poster TEXT",
    "ALTER TABLE people ADD COLUMN poster_at TEXT",
    "ALTER TABLE people ADD COLUMN poster_asked INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX people_by_poster ON people (poster_at) WHERE poster IS NOT NULL",
)
