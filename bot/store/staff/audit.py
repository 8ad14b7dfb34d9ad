"""The audit log: who saw, changed or took out what. Rows are chained by hashes, so that a changed
or missing one shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from bot.store import leases
from bot.store.database import Row, Transaction
from bot.store.values import pack, stamp

START = "0" * 64
LAST = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
WRITE = """
    INSERT INTO audit (number, at, account, what, subject, detail, hash)
    VALUES (:number, :at, :account, :what, :subject, :detail, :hash)
"""


def write(
    tx: Transaction, now: datetime, account: str, what: str, subject: str = "", detail: str = ""
) -> None:
    """*account* did *what* to *subject* (a code, an office, an account); *detail* holds no personal
    data."""
    leases.one_at_a_time(tx, "audit")  # each row hangs on the one before
    last = tx.rows(LAST)
    number = last[0]["number"] + 1 if last else 1
    row = {
        "number": number,
        "at": stamp(now),
        "account": account,
        "what": what,
        "subject": subject,
        "detail": detail,
    }
    tx.rows(WRITE, **row, hash=_hash(last[0]["hash"] if last else START, row))


def _hash(previous: str, row: Row) -> str:
    names = ("number", "at", "account", "what", "subject", "detail")
    text = pack([previous, *(row[name] for name in names)])
    return hashlib.sha256(text.encode()).hexdigest()


ALL = "SELECT * FROM audit ORDER BY number"


def faults(tx: Transaction) -> Iterator[str]:
    """What is wrong with the log, row by row, in Vietnamese; nothing when it is whole."""
    previous, expected = START, 1
    for row in tx.rows(ALL):
        if row["number"] != expected:
            yield f"thiếu dòng {expected} đến {row['number'] - 1}"
        elif row["hash"] != _hash(previous, row):
            yield f"dòng {row['number']} đã bị sửa, hoặc dòng trước nó đã bị thay"
        previous, expected = row["hash"], row["number"] + 1


NEWEST = """
    SELECT * FROM audit
    WHERE (:account = '' OR account = :account) AND (:what = '' OR what = :what)
      AND number < :before
    ORDER BY number DESC LIMIT :count
"""


def newest(
    tx: Transaction, *, account: str = "", what: str = "", before: int = 1 << 60, count: int = 100
) -> list[Row]:
    """The last *count* rows before the number *before*, newest first; "" stands for any."""
    return tx.rows(NEWEST, account=account, what=what, before=before, count=count)
