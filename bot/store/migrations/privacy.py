"""What was erased at people's own wish, and where places on the web were taken from."""

from __future__ import annotations

PRIVACY = (
    # One row for each erasure: `code` stands on the person's receipt, `mark` is a keyed hash of the
    # account. Neither leads back to anybody without the key.
    """
    CREATE TABLE erasures (
        id TEXT PRIMARY KEY,
        code TEXT NOT NULL UNIQUE,
        at TEXT NOT NULL,
        mark TEXT NOT NULL
    )
    """,
    "CREATE INDEX erasures_by_mark ON erasures (mark, at)",
    # From which network address (a keyed hash) the places of a party were taken.
    """
    CREATE TABLE origins (
        party TEXT PRIMARY KEY,
        origin TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    "CREATE INDEX origins_by_origin ON origins (origin, at)",
)
