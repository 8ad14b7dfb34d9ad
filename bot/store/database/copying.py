"""Moves everything from one database to another, and sees that all of it arrived."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.store.database.interface import BulkTransaction, DatabaseUnfit, Row, Transaction
from bot.store.migrations import MIGRATIONS
from bot.store.values import pack

MADE_OR_GONE = re.compile(r"\s*(CREATE|DROP) TABLE (\w+)")
SEEDED = frozenset({"legal_moves"})  # the schema itself fills these


def _tables() -> tuple[str, ...]:
    """In the order of the migrations: a table stands after those that it refers to."""
    statements = (statement for _, step in MIGRATIONS for statement in step)
    found = [match for statement in statements if (match := MADE_OR_GONE.match(statement))]
    gone = {table for what, table in (match.groups() for match in found) if what == "DROP"}
    return tuple(match[2] for match in found if match[2] not in gone)


TABLES = _tables()
Told = Callable[[str, int], None]


@dataclass
class Sum:
    """How many rows there are, and a sum over what is in them: the same in whichever order."""

    rows: int = 0
    digest: int = 0

    def add(self, rows: list[Row]) -> list[Row]:
        for row in rows:
            text = pack(sorted(row.items())).encode("utf-8", "surrogatepass")
            self.digest += int.from_bytes(hashlib.sha256(text).digest())
        self.digest %= 1 << 256
        self.rows += len(rows)
        return rows


def copy(
    source: BulkTransaction, target: BulkTransaction, told: Told = lambda table, rows: None
) -> int:
    """Copy every table, telling of each how many rows it has; returns how many rows there are in all.

    Raises `DatabaseUnfit`, and then the transaction of *target* must be undone: when it holds
    something already, or when not all arrived as it left."""
    _refuse_full(target)
    total = 0
    for table in TABLES:
        left, arrived = Sum(), Sum()
        for rows in source.read(_all(table)):
            left.add(rows)
            if table not in SEEDED:
                target.write(_insert(table, rows[0]), rows)
        for rows in target.read(_all(table)):
            arrived.add(rows)
        if left != arrived:
            raise DatabaseUnfit(
                f"bảng {table} chép không đủ: {left.rows} dòng đi, {arrived.rows} dòng đến, "
                "hoặc nội dung khác nhau; nơi đến không bị thay đổi gì"
            )
        told(table, left.rows)
        total += left.rows
    return total


def _refuse_full(target: Transaction) -> None:
    full = [table for table in TABLES if table not in SEEDED and _holds_something(target, table)]
    if full:
        raise DatabaseUnfit(
            f"nơi đến đã có dữ liệu (bảng {', '.join(full[:5])}); chỉ chép vào cơ sở dữ liệu trống"
        )


# The names of tables and columns come from our own schema.
def _holds_something(tx: Transaction, table: str) -> bool:
    return bool(tx.rows(f"SELECT 1 AS found FROM {table} LIMIT 1"))  # noqa: S608


def _all(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608


def _insert(table: str, row: Row) -> str:
    values = ", ".join(f":{name}" for name in row)
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"  # noqa: S608
