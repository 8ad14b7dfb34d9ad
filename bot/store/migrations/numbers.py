"""Phone numbers: which account one is known to be of, and beside which visits one was given."""

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

# A number that somebody typed proves nothing, so it is no holder any more: that is the account again.
# `phone_mark` is the keyed hash of the number given with a visit; `vouched` that of the number which the
# platform named as the account's own, whether it was given or not.
TYPED = (
    "ALTER TABLE bookings ADD COLUMN phone_mark TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE bookings ADD COLUMN vouched TEXT NOT NULL DEFAULT ''",
    # A mark is 32 letters, "/2" to "/5" after it; an account has a colon.
    """
    UPDATE bookings SET phone_mark = substr(holder, 1, 32)
    WHERE phone <> '' AND holder NOT LIKE '%:%'
    """,
    """
    UPDATE bookings SET vouched = phone_mark
    WHERE phone_mark <> '' AND EXISTS (
        SELECT 1 FROM numbers AS n WHERE n.channel = bookings.channel AND n.person = bookings.person
                                     AND n.mark = bookings.phone_mark)
    """,
    # Zalo's forms of reminders that wait went to whatever number was typed.
    """
    UPDATE outbox SET reply = replace(reply, (
        SELECT b.phone FROM bookings AS b
        WHERE b.code = outbox.code AND b.version = outbox.version), '')
    WHERE state IN ('due', 'sending') AND EXISTS (
        SELECT 1 FROM bookings AS b
        WHERE b.code = outbox.code AND b.version = outbox.version
          AND b.phone <> '' AND b.vouched <> b.phone_mark)
    """,
    "ALTER TABLE bookings ADD COLUMN account TEXT NOT NULL DEFAULT ''",
    """
    UPDATE bookings SET account = channel || ':' || person || substr(holder, 33)
    WHERE phone_mark <> ''
    """,
    """
    UPDATE bookings SET holder = account
    WHERE phone_mark <> '' AND (state NOT IN ('held', 'booked', 'arrived') OR NOT EXISTS (
        SELECT 1 FROM bookings AS o
        WHERE o.channel = bookings.channel AND o.person = bookings.person
          AND o.service = bookings.service AND o.state IN ('held', 'booked', 'arrived')
          AND (o.phone_mark = '' AND o.holder = bookings.account
               OR o.account = bookings.account AND o.id < bookings.id)))
    """,
    # Who has booked under two numbers has both visits still, the second as a relative's.
    """
    UPDATE bookings SET holder = account || '/' || id WHERE phone_mark <> '' AND holder <> account
    """,
    "ALTER TABLE bookings DROP COLUMN account",
    "DROP INDEX bookings_by_holder",
    "CREATE INDEX bookings_by_number ON bookings (phone_mark) WHERE phone_mark <> ''",
    # Two accounts of one number that their platforms vouch for are one person.
    """
    CREATE UNIQUE INDEX one_live_vouched ON bookings (vouched, service)
    WHERE vouched <> '' AND holder NOT LIKE '%/%' AND state IN ('booked', 'arrived')
    """,
)
