"""What the Zalo channels and linked accounts need."""

from __future__ import annotations

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
