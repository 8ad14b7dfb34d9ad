"""What was said of an hour that left the calendar, once that hour is in it again."""

from __future__ import annotations

from bot.store.booking.slots import BACK, CHANGED, TAKEN_BACK
from bot.store.database import Transaction

# Another closing later is to be told anew: the key is freed, and nothing counts as said of it.
SAID = """
    UPDATE outbox SET key = key || ':' || id, kind = :taken_back,
                      error = CASE WHEN state = 'due' THEN 'hours taken back' ELSE error END,
                      state = CASE WHEN state = 'due' THEN 'missed' ELSE state END
    WHERE code = :code AND version = :version AND kind = :changed
    RETURNING state, uncertain
"""
CALLED = "DELETE FROM calls WHERE id IN (:changed, :back) RETURNING done_at"


def forget(tx: Transaction, code: str, version: int) -> bool:
    """Take back what was not said yet; whether the person has, or may have, heard of it."""
    values = {"code": code, "version": version}
    said = tx.rows(SAID, changed=CHANGED, taken_back=TAKEN_BACK, **values)
    ids = {"changed": f"{code}:{version}:{CHANGED}", "back": f"{code}:{version}:{BACK}"}
    called = tx.rows(CALLED, **ids)
    heard = any(row["state"] in ("sent", "sending") or row["uncertain"] for row in said)
    return heard or any(row["done_at"] for row in called)
