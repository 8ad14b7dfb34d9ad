"""The way to a working account, step by step."""

from __future__ import annotations

COACH = (
    """
    CREATE TABLE coachings (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE,
        step TEXT NOT NULL,
        booking TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'ended')),
        at TEXT NOT NULL,
        PRIMARY KEY (channel, person)
    )
    """,
    "CREATE INDEX coachings_by_time ON coachings (at)",
    # What happened on each way, once each. No reference to `coachings`: the counts outlive it.
    """
    CREATE TABLE coach_events (
        coaching TEXT NOT NULL,
        event TEXT NOT NULL CHECK (event IN ('begun', 'done', 'stuck')),
        step TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (coaching, event, step)
    )
    """,
    "CREATE INDEX coach_events_by_time ON coach_events (at)",
)
