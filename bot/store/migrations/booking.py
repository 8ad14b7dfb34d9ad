"""Offices, slots, bookings and their legal moves, waiting list, consents."""

from __future__ import annotations

from collections.abc import Iterable

# Which state may follow which; a booking's row names both, so a foreign key refuses the rest.
FIRST_MOVES = (
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
LATER_MOVES = (("cancelled", "moved"),)  # the giver takes it back: the next version is booked
LEGAL_MOVES = FIRST_MOVES + LATER_MOVES


def legalise(moves: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"INSERT INTO legal_moves (before, after) VALUES ('{before}', '{after}')"  # noqa: S608 - of the tuples above
        for before, after in moves
    ]


BOOKING = (
    # A place where people are served; `hours` holds the calendar's rules as JSON.
    """
    CREATE TABLE offices (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        ward TEXT NOT NULL,
        latitude DOUBLE PRECISION,
        longitude DOUBLE PRECISION,
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
    *legalise(FIRST_MOVES),
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
# Who waits is asked for neither: nothing was ever written there.
WAITING = (
    "ALTER TABLE waiting DROP COLUMN name",
    "ALTER TABLE waiting DROP COLUMN phone",
)
LATE_PRESSES = (
    *legalise(LATER_MOVES),
    # When the page of who has no other way to be told was last open: a reminder on it may be unread.
    "ALTER TABLE people ADD COLUMN read_at TEXT",
    """
    CREATE INDEX outbox_unread ON outbox (channel, sent_at)
    WHERE receipt = 'mailbox' AND kind IN ('evening', 'hours')
    """,
)
