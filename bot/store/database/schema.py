"""Brings the schema of a database up to date."""

from __future__ import annotations

from bot.store.database.interface import Transaction
from bot.store.migrations import CREATE_LOG, MIGRATIONS, RECORD, RECORDED


def migrate(tx: Transaction) -> None:
    """Each named step once, in order."""
    tx.rows(CREATE_LOG)
    done = {row["name"] for row in tx.rows(RECORDED)}
    for name, statements in MIGRATIONS:
        if name not in done:
            for statement in statements:
                tx.rows(statement)
            tx.rows(RECORD, name=name)
