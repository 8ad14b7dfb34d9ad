"""The few words in which the engines differ, put in place once for each statement.

Statements are written once: names of values as SQLite has them (`:name`), locking clauses as
PostgreSQL has them. SQLite has one writer at a time, so there a locking clause says nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

STATEMENTS = 2048  # kept translated

LOCKING = re.compile(r"\bFOR (?:NO KEY )?UPDATE(?: SKIP LOCKED)?")
# Texts, quoted names, comments and casts stand first, so that nothing inside them is a name.
PIECES = re.compile(
    r"""'(?:[^']|'')*' | "[^"]*" | --[^\n]* | :: | :([a-z_][a-z_0-9]*) | %""", re.VERBOSE
)


@lru_cache(STATEMENTS)
def for_sqlite(sql: str) -> str:
    """Without locking clauses."""
    return LOCKING.sub("", sql)


@lru_cache(STATEMENTS)
def for_postgres(sql: str) -> str:
    """With `%(name)s` in place of `:name`, as psycopg has it, where a percent sign is doubled."""
    return PIECES.sub(_piece, sql)


def _piece(match: re.Match[str]) -> str:
    return f"%({match[1]})s" if match[1] else match[0].replace("%", "%%")
