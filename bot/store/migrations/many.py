"""What several processes on one database need."""

from __future__ import annotations

MANY = (
    # Work that one process at a time does; whoever holds the row may do it until `until`.
    """
    CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        until TEXT NOT NULL
    )
    """,
)
