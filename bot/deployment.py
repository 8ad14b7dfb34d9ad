"""What a deployment has on its machine: the database, its keys, its folder, its clock."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Settings
from bot.matching.matcher import Thresholds
from bot.store import database as databases
from bot.store.database import Database
from bot.vault import Vault, key_for

Clock = Callable[[], datetime]


class AlreadyRunning(Exception):
    """Another process serves from this database."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def thresholds(settings: Settings) -> Thresholds:
    return Thresholds(**settings.matching.model_dump())


def open_database(settings: Settings) -> Database:
    """Raises `DatabaseUnfit`."""
    return databases.open_database(settings.database)


def open_vault(settings: Settings) -> Vault:
    """The vault of the deployment's own key; makes the key when there is none yet. Raises
    `DatabaseUnfit`."""
    with databases.usable(settings.database):
        return Vault(key_for(Path(settings.database), settings.data_key))


def found_vault(settings: Settings) -> Vault | None:
    """The same, but no key is made: None when there is none."""
    has_key = settings.data_key or Path(settings.database).with_suffix(".key").is_file()
    return open_vault(settings) if has_key else None


def kept(settings: Settings) -> Path:
    """The folder of what can be made anew: beside the database, if that is a file."""
    beside = (
        Path(settings.faq).parent / "data" if settings.shared else Path(settings.database).parent
    )
    return beside / "kept"


def lock(settings: Settings) -> AbstractContextManager[object]:
    """Hold the database for this process: only one may serve from one SQLite file, any number from
    a PostgreSQL.

    Raises `AlreadyRunning`, `DatabaseUnfit`. The lock ends with the returned file, or with the process.
    """
    if settings.shared:
        return nullcontext()
    path = Path(settings.database + ".lock")
    with databases.usable(settings.database):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise AlreadyRunning(settings.database) from error
    return file
