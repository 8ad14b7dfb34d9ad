"""People, what comes in, what goes out, questions and what officers are told."""

from __future__ import annotations

FOUNDATION = (
    # One row per person and channel; the conversation's state with its deadline is in `state`.
    """
    CREATE TABLE people (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        state TEXT NOT NULL,
        reachable INTEGER NOT NULL DEFAULT 1 CHECK (reachable IN (0, 1)),
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        PRIMARY KEY (channel, person)
    )
    """,
    # What came in, seen once each. `text` is masked before it gets here.
    """
    CREATE TABLE incoming (
        channel TEXT NOT NULL,
        id TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (channel, id)
    )
    """,
    "CREATE INDEX incoming_by_person ON incoming (channel, person, at)",
    # Everything that goes out. `id` grows with time; `key` makes a second writing impossible.
    """
    CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        reply TEXT NOT NULL,
        content TEXT NOT NULL,
        priority INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        due_at TEXT NOT NULL,
        useful_until TEXT,
        state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'sent', 'missed', 'failed')),
        attempts INTEGER NOT NULL DEFAULT 0,
        uncertain INTEGER NOT NULL DEFAULT 0,
        owner TEXT,
        lease_until TEXT,
        sent_at TEXT,
        receipt TEXT,
        error TEXT
    )
    """,
    "CREATE INDEX outbox_due ON outbox (channel, priority, due_at, id) WHERE state = 'due'",
    "CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 'sending'",
    "CREATE INDEX outbox_waiting ON outbox (channel, person, id) WHERE state IN ('due', 'sending')",
    "CREATE INDEX outbox_by_person ON outbox (channel, person, id)",
    # Questions as they were understood, masked: what volunteers learn from.
    """
    CREATE TABLE questions (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        text TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('answer', 'ask_back', 'admit')),
        entry TEXT,
        confidence DOUBLE PRECISION NOT NULL,
        content TEXT NOT NULL,
        vote TEXT CHECK (vote IN ('up', 'down')),
        reason TEXT
    )
    """,
    "CREATE INDEX questions_by_time ON questions (at)",
    # People who asked for an officer.
    """
    CREATE TABLE handoffs (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed'))
    )
    """,
    "CREATE UNIQUE INDEX one_open_handoff ON handoffs (channel, person) WHERE state = 'open'",
    # Lines for the officer: what the service could not do by itself.
    """
    CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        seen_at TEXT
    )
    """,
    # Small facts of a channel that must survive a restart, such as a polling offset.
    """
    CREATE TABLE marks (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    )
    """,
)
