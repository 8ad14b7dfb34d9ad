"""A deployment's past: rows of what is over, which no look of the service should have to read again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.database import Transaction
from bot.store.values import stamp

DAYS_AGO = timedelta(days=20)  # whatever is forgotten later is still there
OFFICE = """
    INSERT INTO offices (id, name, address, ward, services, hours, changed_at)
    VALUES ('past', 'Công an phường Mẫu', 'Số 1 đường Mẫu', '', '["the"]', '{}', :at)
"""
EACH = (
    "INSERT INTO people (channel, person, state, first_seen, last_seen) "
    "VALUES ('telegram', :id, '{}', :at, :at)",
    "INSERT INTO incoming (channel, id, person, at, kind, text) "
    "VALUES ('telegram', :id, :id, :at, 'text', 'câu hỏi')",
    "INSERT INTO questions (id, channel, person, at, text, outcome, entry, confidence, content) "
    "VALUES (:id, 'telegram', :id, :at, 'câu hỏi', 'answer', 'mat-the', 0.9, 'past')",
    "INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at, state, "
    "attempts, sent_at) VALUES (:id, 'reply:' || :id, 'telegram', :id, '{}', 'past', 0, :at, :at, 'sent', 1, :at)",
    "INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at, state, "
    "attempts, sent_at, code, version, kind) VALUES ('r' || :id, 'remind:' || :id, 'telegram', :id, '{}', "
    "'past', 1, :at, :at, 'sent', 1, :at, :id, 1, 'hours')",
    "INSERT INTO handoffs (id, channel, person, at, text, state, closed_at) "
    "VALUES (:id, 'telegram', :id, :at, 'câu hỏi', 'closed', :at)",
    "INSERT INTO alerts (id, at, kind, text, seen_at) VALUES (:id, :at, 'handler', 'dòng', :at)",
    "INSERT INTO slots (id, office, day, starts_at, ends_at, pool, capacity, booked, open) "
    "VALUES (:id, 'past', :day, :starts_at, :starts_at, 'all', 2, 1, :open)",
    "INSERT INTO bookings (id, code, version, party, member, service, office, slot, starts_at, channel, "
    "person, holder, before, state, created_at, changed_at) VALUES (:id, :id, 1, :id, 1, 'the', 'past', :id, "
    ":starts_at, 'telegram', :id, :id, 'arrived', 'served', :at, :at)",
    "INSERT INTO booking_events (id, at, booking, code, what, actor) "
    "VALUES (:id, :at, :id, :id, 'served', 'officer')",
    "INSERT INTO returned (id, slot, at, release_at, state) VALUES (:id, :id, :at, :at, 'released')",
    "INSERT INTO waiting (id, service, office, channel, person, holder, at, until, state) "
    "VALUES (:id, 'the', 'past', 'telegram', :id, :id, :at, :at, 'expired')",
    "INSERT INTO offers (id, waiting, returned, slot, at, until, state) "
    "VALUES (:id, :id, :id, :id, :at, :at, 'expired')",
    "INSERT INTO calls (id, at, code, kind, reason, done_at) "
    "VALUES (:id, :at, :id, 'hours', 'không nhận được', :at)",
)


def write(tx: Transaction, many: int, now: datetime) -> None:
    """*many* people who asked, waited, booked, came and were called, weeks before *now*."""
    tx.rows(OFFICE, at=stamp(now - DAYS_AGO))
    for number in range(many):
        at = now - DAYS_AGO + timedelta(seconds=number)
        values = {
            "id": f"past-{number:07}",
            "at": stamp(at),
            "day": f"{at:%Y-%m-%d}",
            "starts_at": stamp(at + timedelta(hours=1)),
            "open": number % 2,
        }
        for sql in EACH:
            tx.rows(sql, **{name: value for name, value in values.items() if f":{name}" in sql})
