"""Indexes for what is watched all the time."""

from __future__ import annotations

WATCH = (
    "CREATE INDEX outbox_ended ON outbox (channel, state) WHERE state IN ('failed', 'missed')",
    "CREATE INDEX outbox_again ON outbox (channel) WHERE state = 'due' AND attempts > 0",
    "CREATE INDEX booking_events_by_time ON booking_events (at, what)",
    "CREATE INDEX alerts_open ON alerts (at) WHERE seen_at IS NULL",
)
