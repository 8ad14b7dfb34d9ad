"""Small named values that outlive the process, such as a polling offset."""

from __future__ import annotations

from bot.store.database import Transaction

SET = """
    INSERT INTO marks (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


def put(tx: Transaction, name: str, value: str) -> None:
    tx.rows(SET, name=name, value=value)


GET = "SELECT value FROM marks WHERE name = :name"


def get(tx: Transaction, name: str) -> str | None:
    rows = tx.rows(GET, name=name)
    return rows[0]["value"] if rows else None


ONCE = "INSERT INTO marks (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"


def once(tx: Transaction, name: str, value: str) -> str:
    """The value of *name*; *value* becomes it when there is none yet."""
    tx.rows(ONCE, name=name, value=value)
    return get(tx, name) or value


DROP = "DELETE FROM marks WHERE name = :name AND value = :value"


def drop(tx: Transaction, name: str, value: str) -> None:
    """Forget *name* if it still has this value."""
    tx.rows(DROP, name=name, value=value)
