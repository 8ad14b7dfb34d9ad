"""Opens the database that a deployment names: a file, or `postgresql://…`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from bot.store.database.interface import Database
from bot.store.database.sqlite import SqliteDatabase
from bot.store.database.unfit import unfit

SCHEMES = ("postgresql://", "postgres://")


def is_shared(name: str) -> bool:
    """Whether *name* is an address that several processes may serve from, and not a file."""
    return name.startswith(SCHEMES)


def open_database(name: str) -> Database:
    """Open and migrate it; raises `DatabaseUnfit`."""
    if not is_shared(name):
        with usable(name):
            return SqliteDatabase(name)
    from bot.store.database.postgres import PostgresDatabase  # only who uses it loads psycopg

    return PostgresDatabase(name)


@contextmanager
def usable(name: str) -> Iterator[None]:
    """Raises `DatabaseUnfit` for what goes wrong inside because of the state of the file *name*."""
    try:
        yield
    except Exception as error:
        if (told := unfit(name, error)) is None:
            raise
        raise told from error


def shown(name: str) -> str:
    """*name* as people may see it: without password."""
    if "://" not in name:
        return name
    parts = urlsplit(name)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"
