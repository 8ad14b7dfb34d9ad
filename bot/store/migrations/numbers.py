"""Which account a phone number is known to be of."""

from __future__ import annotations

NUMBERS = (
    # `mark` is the keyed hash of a number that the platform itself named as the account's own. A
    # number has one account on a channel: who shares it later is who has it now.
    """
    CREATE TABLE numbers (
        channel TEXT NOT NULL,
        mark TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (channel, mark)
    )
    """,
    "CREATE INDEX numbers_by_mark ON numbers (mark)",
    "CREATE INDEX numbers_by_person ON numbers (channel, person)",
)
