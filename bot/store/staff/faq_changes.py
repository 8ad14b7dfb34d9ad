"""Changes of FAQ entries made at the desk, each with the entry's lines before and after, so that
the last one can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class FaqChange:
    """`before` and `after` are the lines of the entry in `file`; `what` says which keys."""

    id: str
    at: datetime
    account: str
    entry: str
    file: str
    what: str
    before: str
    after: str


ADD = """
    INSERT INTO faq_changes (id, at, account, entry, file, what, before, after, state, nth)
    SELECT :id, :now, :account, :entry, :file, :what, :before, :after, 'made',
           COALESCE(MAX(nth), 0) + 1
    FROM faq_changes WHERE entry = :entry
"""


def add(tx: Transaction, change: FaqChange) -> None:
    """Write it down before the file is written: nothing is changed that is not in here."""
    tx.rows(
        ADD,
        id=change.id,
        now=stamp(change.at),
        account=change.account,
        entry=change.entry,
        file=change.file,
        what=change.what,
        before=change.before,
        after=change.after,
    )


LAST = """
    SELECT id, at, account, entry, file, what, before, after FROM faq_changes
    WHERE entry = :entry AND state = 'made' ORDER BY nth DESC, id DESC LIMIT 1
"""


def last(tx: Transaction, entry: str) -> FaqChange | None:
    """The last change of the entry that stands."""
    rows = tx.rows(LAST, entry=entry)
    return FaqChange(**{**rows[0], "at": moment(rows[0]["at"])}) if rows else None


END = "UPDATE faq_changes SET state = :state WHERE id = :id AND state = 'made' RETURNING id"


def end(tx: Transaction, id: str, state: str) -> bool:
    """It was 'undone', or 'refused' by the file; False when it no longer stood."""
    return bool(tx.rows(END, id=id, state=state))


AGAIN = "UPDATE faq_changes SET state = 'made' WHERE id = :id AND state = 'undone'"


def stand_again(tx: Transaction, id: str) -> None:
    """Undoing it failed: it stands."""
    tx.rows(AGAIN, id=id)
