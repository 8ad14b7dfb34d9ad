"""What the rest of the service knows of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
Row: TypeAlias = dict[str, Any]


class Transaction(Protocol):
    """SQL inside one transaction. Statements name their values `:name`; what both engines must
    read alike is in docs/database.md."""

    def rows(self, sql: str, **values: Any) -> list[Row]:
        """Run one statement; the rows it returns (of a SELECT or RETURNING), else none. Raises
        `BrokenRule` when the schema refuses it, `DatabaseFault` when the database fails."""
        ...

    def atomic(self) -> Any:
        """A context in which an error undoes only what was done inside."""
        ...


class BulkTransaction(Transaction, Protocol):
    """A transaction for moving whole tables."""

    def read(self, sql: str) -> Iterator[list[Row]]:
        """The rows of a SELECT, some thousands at a time."""
        ...

    def write(self, sql: str, rows: Iterable[Row]) -> None:
        """Run *sql* once for each of *rows*."""
        ...


class Database(Protocol):
    """Where everything is kept. `shared`: other processes may be serving from it too."""

    @property
    def shared(self) -> bool: ...

    async def run(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work* in one transaction; returns after the commit is on the disk.

        When another transaction was in its way, *work* is undone and run again from its
        beginning, so it changes nothing but through its transaction."""
        ...

    def transaction(self) -> Any:
        """One transaction of the calling thread, as a context manager: for tools and tests."""
        ...

    def used_by_others(self) -> bool:
        """Whether another process is connected to it as we are."""
        ...

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the files, as far as the engine can; nothing is written
        meanwhile. Blocks."""
        ...

    def close(self) -> None: ...


class DatabaseClosed(Exception):
    """The database was closed while work was waiting."""


class DatabaseFault(Exception):
    """The database cannot do it now: it is locked, full, gone. Nothing of the transaction stands."""


class Undone(Exception):
    """Raised by work that wants nothing of it to stand, because it will be done again: no fault."""


# Why nothing could be written or read: no fault of the work, which may be tried again soon.
UNAVAILABLE = (DatabaseFault, DatabaseClosed)
AGAIN_AFTER = 5  # seconds, after which it is worth while


class BrokenRule(Exception):
    """The schema refuses it: a key that is taken, a reference to nothing, a failed check."""


class DatabaseUnfit(Exception):
    """The database cannot be used; the text says why and what to do, in Vietnamese."""
