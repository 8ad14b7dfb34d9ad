"""The schema, as named steps in order; a step that has landed is never changed again.

Plain SQL that SQLite and PostgreSQL read alike: text ids made by us, UTC times as fixed-width ISO
text, JSON as text.
"""

from __future__ import annotations

CREATE_LOG = "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)"
RECORDED = "SELECT name FROM migrations"
RECORD = "INSERT INTO migrations (name) VALUES (:name)"

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
        confidence REAL NOT NULL,
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

# Which state may follow which; a booking's row names both, so a foreign key refuses the rest.
LEGAL_MOVES = (
    ("new", "held"),  # a place is kept while the person fills in
    ("new", "booked"),  # the other half of a move
    ("new", "arrived"),  # a walk-in
    ("held", "held"),
    ("held", "booked"),
    ("held", "expired"),
    ("held", "cancelled"),
    ("booked", "booked"),
    ("booked", "arrived"),
    ("booked", "no_show"),
    ("booked", "cancelled"),
    ("booked", "moved"),
    ("arrived", "arrived"),
    ("arrived", "served"),
    ("arrived", "booked"),  # an officer takes back a slip
    ("no_show", "booked"),
    ("no_show", "arrived"),  # came late after all
    ("served", "served"),
    ("served", "arrived"),
)

BOOKING = (
    # A place where people are served; `hours` holds the calendar's rules as JSON.
    """
    CREATE TABLE offices (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        ward TEXT NOT NULL,
        latitude REAL,
        longitude REAL,
        services TEXT NOT NULL,
        hours TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
        changed_at TEXT NOT NULL
    )
    """,
    # Places at one office and time; `day` is Vietnam's. The id says office and time, so that the
    # same calendar gives the same ids. `open` 0: no longer in the calendar; who is booked there stays booked.
    """
    CREATE TABLE slots (
        id TEXT PRIMARY KEY,
        office TEXT NOT NULL REFERENCES offices (id),
        day TEXT NOT NULL,
        starts_at TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        pool TEXT NOT NULL CHECK (pool IN ('all', 'priority')),
        capacity INTEGER NOT NULL,
        booked INTEGER NOT NULL DEFAULT 0 CHECK (booked BETWEEN 0 AND capacity),
        open INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1))
    )
    """,
    "CREATE UNIQUE INDEX one_slot ON slots (office, starts_at, pool)",
    """
    CREATE INDEX free_slots ON slots (office, pool, starts_at)
    WHERE open = 1 AND booked < capacity
    """,
    # Few, and looked for often: whoever is booked in one is offered a move.
    "CREATE INDEX shut_slots ON slots (starts_at) WHERE open = 0",
    """
    CREATE TABLE legal_moves (
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        PRIMARY KEY (before, after)
    )
    """,
    *(
        f"INSERT INTO legal_moves (before, after) VALUES ('{before}', '{after}')"  # noqa: S608
        for before, after in LEGAL_MOVES
    ),
    # One person's place. A move ends one row ('moved') and begins another with the same code and
    # the next version. `holder` is who it is for: a keyed hash of the phone, or the account.
    """
    CREATE TABLE bookings (
        id TEXT PRIMARY KEY,
        code TEXT NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        party TEXT NOT NULL,
        member INTEGER NOT NULL CHECK (member BETWEEN 1 AND 5),
        service TEXT NOT NULL,
        office TEXT NOT NULL REFERENCES offices (id),
        slot TEXT REFERENCES slots (id),
        starts_at TEXT NOT NULL,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        holder TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        phone TEXT NOT NULL DEFAULT '',
        before TEXT NOT NULL,
        state TEXT NOT NULL,
        held_until TEXT,
        answer TEXT CHECK (answer IN ('coming')),
        activated_at TEXT,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        FOREIGN KEY (before, state) REFERENCES legal_moves (before, after)
    )
    """,
    """
    CREATE UNIQUE INDEX one_live_booking ON bookings (holder, service)
    WHERE state IN ('held', 'booked', 'arrived')
    """,
    "CREATE UNIQUE INDEX one_version ON bookings (code, version)",
    "CREATE INDEX bookings_by_person ON bookings (channel, person, state)",
    "CREATE INDEX bookings_by_day ON bookings (office, starts_at)",
    "CREATE INDEX bookings_by_slot ON bookings (slot)",
    "CREATE INDEX bookings_by_party ON bookings (party)",
    "CREATE INDEX bookings_by_holder ON bookings (holder)",
    "CREATE INDEX bookings_held ON bookings (held_until) WHERE state = 'held'",
    """
    CREATE INDEX bookings_unfinished ON bookings (starts_at)
    WHERE state IN ('booked', 'arrived')
    """,
    # What happened to each booking, by whom: a person, an officer, or the service itself.
    """
    CREATE TABLE booking_events (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        booking TEXT NOT NULL,
        code TEXT NOT NULL,
        what TEXT NOT NULL,
        actor TEXT NOT NULL
    )
    """,
    "CREATE INDEX booking_events_by_code ON booking_events (code, at)",
    # A place given back: offered to those who wait, and free for all only after a while.
    """
    CREATE TABLE returned (
        id TEXT PRIMARY KEY,
        slot TEXT NOT NULL REFERENCES slots (id),
        at TEXT NOT NULL,
        release_at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('back', 'offered', 'taken', 'released'))
    )
    """,
    "CREATE INDEX returned_open ON returned (release_at) WHERE state IN ('back', 'offered')",
    # The waiting list: first come, first offered. `office` '' means anywhere.
    """
    CREATE TABLE waiting (
        id TEXT PRIMARY KEY,
        service TEXT NOT NULL,
        office TEXT NOT NULL,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        holder TEXT NOT NULL,
        name TEXT NOT NULL,
        phone TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        until TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'left', 'expired'))
    )
    """,
    """
    CREATE UNIQUE INDEX one_wait ON waiting (holder, service)
    WHERE state IN ('waiting', 'offered')
    """,
    "CREATE INDEX waiting_in_order ON waiting (service, at, id) WHERE state = 'waiting'",
    # Who was offered which place, when, and what came of it: the list's fairness can be audited.
    """
    CREATE TABLE offers (
        id TEXT PRIMARY KEY,
        waiting TEXT NOT NULL REFERENCES waiting (id),
        returned TEXT NOT NULL REFERENCES returned (id),
        slot TEXT NOT NULL REFERENCES slots (id),
        at TEXT NOT NULL,
        until TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'expired'))
    )
    """,
    "CREATE UNIQUE INDEX one_open_offer ON offers (returned) WHERE state = 'open'",
    "CREATE UNIQUE INDEX one_offer_each ON offers (waiting, returned)",
    "CREATE INDEX offers_open ON offers (until) WHERE state = 'open'",
    # Consent, one row for each time it was given or taken back; `version` names the text shown.
    """
    CREATE TABLE consents (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        purpose TEXT NOT NULL CHECK (purpose IN ('booking', 'reminders', 'news')),
        given INTEGER NOT NULL CHECK (given IN (0, 1)),
        version TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    "CREATE INDEX consents_by_person ON consents (channel, person, purpose, at)",
    # People whom no message reaches: officers call them.
    """
    CREATE TABLE calls (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        code TEXT NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        done_at TEXT
    )
    """,
    "CREATE UNIQUE INDEX one_call ON calls (code, kind) WHERE done_at IS NULL",
    # A row about a booking goes out only while that booking stands as it was.
    "ALTER TABLE outbox ADD COLUMN code TEXT",
    "ALTER TABLE outbox ADD COLUMN version INTEGER",
    "ALTER TABLE outbox ADD COLUMN kind TEXT",
    "CREATE INDEX outbox_by_code ON outbox (code) WHERE code IS NOT NULL",
)

ZALO = (
    # When each person last did something on a channel that lets us write for a while only.
    """
    CREATE TABLE interactions (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (channel, person)
    )
    """,
    # Tokens that change with each use, sealed. Who changes them holds the lease; `generation`
    # counts the changes. An account's name holds its app, so that another app begins anew.
    """
    CREATE TABLE tokens (
        account TEXT PRIMARY KEY,
        access TEXT NOT NULL,
        refresh TEXT NOT NULL,
        generation INTEGER NOT NULL,
        renew_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        owner TEXT,
        lease_until TEXT
    )
    """,
    # Pictures that a platform keeps for us for some days, by what is in them.
    """
    CREATE TABLE uploads (
        channel TEXT NOT NULL,
        digest TEXT NOT NULL,
        receipt TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (channel, digest)
    )
    """,
    # Accounts of one person on several channels: those with the same owner see the same bookings.
    """
    CREATE TABLE links (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        owner TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (channel, person)
    )
    """,
    "CREATE INDEX links_by_owner ON links (owner)",
    # Who asked to be linked with the account that booked. `secret` is a keyed hash of the code
    # that was sent there; '' when code and phone number did not belong together.
    """
    CREATE TABLE link_requests (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        other_channel TEXT NOT NULL,
        other_person TEXT NOT NULL,
        secret TEXT NOT NULL,
        at TEXT NOT NULL,
        until TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL CHECK (state IN ('open', 'used', 'ended'))
    )
    """,
    "CREATE INDEX link_requests_by_person ON link_requests (channel, person, at)",
    "CREATE INDEX link_requests_by_other ON link_requests (other_channel, other_person, at)",
    "CREATE INDEX link_requests_by_time ON link_requests (at)",
)

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

MIGRATIONS = (
    ("0001-foundation", FOUNDATION),
    ("0002-booking", BOOKING),
    ("0003-zalo", ZALO),
    ("0004-desk", DESK),
)
