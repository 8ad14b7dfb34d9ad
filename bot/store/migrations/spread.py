"""Counting how answers spread."""

from __future__ import annotations

SPREAD = (
    """
    CREATE TABLE tallies (
        day TEXT NOT NULL,
        name TEXT NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (day, name)
    )
    """,
)
