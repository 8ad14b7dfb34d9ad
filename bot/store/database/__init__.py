"""Transactions on SQLite or PostgreSQL. Elsewhere in the project this package alone knows which."""

from __future__ import annotations

from bot.store.database.interface import (
    AGAIN_AFTER,
    UNAVAILABLE,
    BrokenRule,
    BulkTransaction,
    Database,
    DatabaseClosed,
    DatabaseFault,
    DatabaseUnfit,
    Row,
    Transaction,
    Undone,
)
from bot.store.database.opening import is_shared, open_database, shown, usable
from bot.store.database.schema import migrate
from bot.store.database.sqlite import SqliteDatabase, SqliteTransaction

__all__ = [
    "AGAIN_AFTER",
    "UNAVAILABLE",
    "BrokenRule",
    "BulkTransaction",
    "Database",
    "DatabaseClosed",
    "DatabaseFault",
    "DatabaseUnfit",
    "Row",
    "SqliteDatabase",
    "SqliteTransaction",
    "Transaction",
    "Undone",
    "is_shared",
    "migrate",
    "open_database",
    "shown",
    "usable",
]
