"""Indexes with which a look reads what it is after, and not all that there ever was."""

from __future__ import annotations

INDEXES = (
    # With the state before the id it says more than the index by person does, so SQLite takes it.
    "DROP INDEX outbox_waiting",
    "CREATE INDEX outbox_waiting ON outbox (channel, person, state, id) "
    "WHERE state IN ('due', 'sending')",
    # What is being sent is counted by channel every few seconds.
    "CREATE INDEX outbox_sending ON outbox (channel) WHERE state = 'sending'",
    # The keeper asks for these every few seconds.
    "DROP INDEX returned_open",
    "CREATE INDEX returned_back ON returned (release_at) WHERE state = 'back'",
    # What is held on one person, to be shown or erased.
    "CREATE INDEX questions_by_person ON questions (channel, person, at)",
    "CREATE INDEX handoffs_by_person ON handoffs (channel, person, at)",
    "CREATE INDEX waiting_by_person ON waiting (channel, person, at)",
    "CREATE INDEX campaign_taps_by_person ON campaign_taps (channel, person, at)",
    "CREATE INDEX calls_by_code ON calls (code, at)",
)
