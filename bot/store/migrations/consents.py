"""Which word of a person counts is a matter of order, not of clocks: a clock may be set back."""

from __future__ import annotations

CONSENTS = (
    # The first, second, … time that a person agreed to a purpose or took it back.
    "ALTER TABLE consents ADD COLUMN nth INTEGER NOT NULL DEFAULT 1",
    """
    UPDATE consents SET nth = (
        SELECT COUNT(*) FROM consents AS c
        WHERE c.channel = consents.channel AND c.person = consents.person
          AND c.purpose = consents.purpose AND (c.at, c.id) <= (consents.at, consents.id))
    """,
    "DROP INDEX consents_by_person",
    "CREATE INDEX consents_by_person ON consents (channel, person, purpose, nth, id)",
    # The last word of each person on each purpose.
    """
    CREATE VIEW last_words AS
    SELECT c.channel, c.person, c.purpose, c.given FROM consents AS c
    WHERE NOT EXISTS (
        SELECT 1 FROM consents AS later
        WHERE later.channel = c.channel AND later.person = c.person AND later.purpose = c.purpose
          AND (later.nth, later.id) > (c.nth, c.id))
    """,
)
