"""Accounts of officers, the audit log, changes of the FAQ, switches and targets."""

from __future__ import annotations

DESK = (
    # Officers and volunteers who sign in to the desk. `offices` [] means all of them; `password` is
    # an argon2id hash; `totp` is sealed, "" without a second factor.
    """
    CREATE TABLE accounts (
        id TEXT PRIMARY KEY,
        role TEXT NOT NULL,
        offices TEXT NOT NULL,
        password TEXT NOT NULL,
        must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
        totp TEXT NOT NULL DEFAULT '',
        disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
        created_at TEXT NOT NULL
    )
    """,
    # `id` is a hash of the cookie: who reads the table cannot sign in with it.
    """
    CREATE TABLE desk_sessions (
        id TEXT PRIMARY KEY,
        account TEXT NOT NULL REFERENCES accounts (id),
        csrf TEXT NOT NULL,
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX desk_sessions_by_account ON desk_sessions (account)",
    # Tries to sign in; `address` is a keyed hash.
    """
    CREATE TABLE sign_ins (
        id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        address TEXT NOT NULL,
        at TEXT NOT NULL,
        good INTEGER NOT NULL CHECK (good IN (0, 1))
    )
    """,
    "CREATE INDEX sign_ins_by_account ON sign_ins (account, at)",
    "CREATE INDEX sign_ins_by_address ON sign_ins (address, at)",
    # Who saw, changed or took out what. Each row's hash covers the one before it.
    """
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        account TEXT NOT NULL,
        what TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL
    )
    """,
    "CREATE INDEX audit_by_time ON audit (at)",
    # Who ended a person's wait for an officer, when, and whether with an answer.
    "ALTER TABLE handoffs ADD COLUMN closed_at TEXT",
    "ALTER TABLE handoffs ADD COLUMN closed_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE handoffs ADD COLUMN answered INTEGER NOT NULL DEFAULT 0",
    # Changes of the FAQ made at the desk, with the entry's lines in its file before and after.
    """
    CREATE TABLE faq_changes (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        account TEXT NOT NULL,
        entry TEXT NOT NULL,
        file TEXT NOT NULL,
        what TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('made', 'undone', 'refused'))
    )
    """,
    "CREATE INDEX faq_changes_by_entry ON faq_changes (entry, at) WHERE state = 'made'",
    # What officers turn on and off for all: booking closed, a notice; `until` ends it by itself.
    """
    CREATE TABLE switches (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        until TEXT
    )
    """,
    # Officers' own numbers of files and accounts, as they hand them in.
    """
    CREATE TABLE targets (
        label TEXT PRIMARY KEY,
        target INTEGER NOT NULL CHECK (target >= 0),
        collected INTEGER NOT NULL CHECK (collected >= 0),
        activated INTEGER NOT NULL CHECK (activated >= 0),
        changed_at TEXT NOT NULL
    )
    """,
    # Chat accounts of officers, linked by a code that the desk shows once; `code` is its hash.
    """
    CREATE TABLE officer_codes (
        code TEXT PRIMARY KEY,
        account TEXT NOT NULL REFERENCES accounts (id),
        until TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE officer_chats (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        account TEXT NOT NULL REFERENCES accounts (id),
        PRIMARY KEY (channel, person)
    )
    """,
    # When a place was given for sure: people of one hour are numbered in this order.
    "ALTER TABLE bookings ADD COLUMN booked_at TEXT",
)

# What was done about one person's visits, for them to see.
SUBJECTS = ("CREATE INDEX audit_by_subject ON audit (subject)",)

CODES = (
    # The step of time (RFC 6238) of the last code that was used: a code is good for once.
    "ALTER TABLE accounts ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0",
)

DEVICES = (
    # How often all devices of an account were forgotten: the marks that browsers keep are bound to it.
    "ALTER TABLE accounts ADD COLUMN devices INTEGER NOT NULL DEFAULT 0",
    # Failed tries since the last sign-in, and the newest; a session keeps what it began with.
    "ALTER TABLE accounts ADD COLUMN failed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE accounts ADD COLUMN failed_at TEXT",
    "ALTER TABLE desk_sessions ADD COLUMN failed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE desk_sessions ADD COLUMN failed_at TEXT",
)
