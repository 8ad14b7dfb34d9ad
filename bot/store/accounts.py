"""Accounts of the desk, their sessions, and tries to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import moment, pack, stamp, unpack


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `offices` empty: all. `totp` is sealed."""

    id: str
    role: str
    offices: tuple[str, ...]
    password: str
    must_change: bool
    totp: str
    disabled: bool

    @classmethod
    def from_row(cls, row: Row) -> Account:
        return cls(
            id=row["id"],
            role=row["role"],
            offices=tuple(unpack(row["offices"])),
            password=row["password"],
            must_change=bool(row["must_change"]),
            totp=row["totp"],
            disabled=bool(row["disabled"]),
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: str
    account: Account
    csrf: str
    created_at: datetime
    seen_at: datetime


ADD = """
    INSERT INTO accounts (id, role, offices, password, must_change, created_at)
    VALUES (:id, :role, :offices, :password, 1, :now) ON CONFLICT DO NOTHING RETURNING id
"""


def add(
    tx: Transaction,
    id: str,  # noqa: A002 - the column's name
    role: str,
    offices: Sequence[str],
    password: str,
    now: datetime,
) -> bool:
    """A new account whose *password* (a hash) must be changed first; False when the id is taken."""
    values = {"id": id, "role": role, "offices": pack(offices), "password": password}
    return bool(tx.rows(ADD, now=stamp(now), **values))


GET = "SELECT * FROM accounts WHERE id = :id"
ALL = "SELECT * FROM accounts ORDER BY id"


def get(tx: Transaction, id: str) -> Account | None:  # noqa: A002
    rows = tx.rows(GET, id=id)
    return Account.from_row(rows[0]) if rows else None


def everyone(tx: Transaction) -> list[Account]:
    return [Account.from_row(row) for row in tx.rows(ALL)]


CHANGE = """
    UPDATE accounts SET password = :password, must_change = :must_change
    WHERE id = :id RETURNING id
"""


def set_password(
    tx: Transaction,
    id: str,  # noqa: A002
    password: str,
    *,
    must_change: bool,
) -> bool:
    """Change the hash, and end every session of the account."""
    end_sessions(tx, id)
    return bool(tx.rows(CHANGE, id=id, password=password, must_change=int(must_change)))


TOTP = "UPDATE accounts SET totp = :totp, totp_step = :step WHERE id = :id"


def set_totp(tx: Transaction, id: str, sealed: str, step: int = 0) -> None:  # noqa: A002
    """Turn the second factor on with a code of *step*, or off with ""."""
    tx.rows(TOTP, id=id, totp=sealed, step=step)


USE_CODE = """
    UPDATE accounts SET totp_step = :step WHERE id = :id AND totp_step < :step RETURNING id
"""


def use_code(tx: Transaction, id: str, step: int) -> bool:  # noqa: A002
    """Whether the code of *step* (30 seconds each, since 1970) was not used before; now it is, and
    so are all earlier ones."""
    return bool(tx.rows(USE_CODE, id=id, step=step))


DISABLE = "UPDATE accounts SET disabled = :disabled WHERE id = :id RETURNING id"


def set_disabled(tx: Transaction, id: str, *, disabled: bool) -> bool:  # noqa: A002
    """Shut an account out, or let it in again; its sessions end at once."""
    end_sessions(tx, id)
    return bool(tx.rows(DISABLE, id=id, disabled=int(disabled)))


# --- sessions ------------------------------------------------------------------------------------

OPEN = """
    INSERT INTO desk_sessions (id, account, csrf, created_at, seen_at)
    VALUES (:id, :account, :csrf, :now, :now)
"""


def open_session(
    tx: Transaction,
    id: str,  # noqa: A002
    account: str,
    csrf: str,
    now: datetime,
) -> None:
    tx.rows(OPEN, id=id, account=account, csrf=csrf, now=stamp(now))


FIND = """
    SELECT a.*, s.id AS session, s.csrf, s.created_at AS since, s.seen_at
    FROM desk_sessions AS s JOIN accounts AS a ON a.id = s.account
    WHERE s.id = :id AND a.disabled = 0 AND s.created_at > :oldest AND s.seen_at > :idle
"""


def find_session(
    tx: Transaction,
    id: str,  # noqa: A002
    oldest: datetime,
    idle: datetime,
) -> Session | None:
    """The session, if it began after *oldest* and was used after *idle*."""
    rows = tx.rows(FIND, id=id, oldest=stamp(oldest), idle=stamp(idle))
    if not rows:
        return None
    row = rows[0]
    return Session(
        id=row["session"],
        account=Account.from_row(row),
        csrf=row["csrf"],
        created_at=moment(row["since"]),
        seen_at=moment(row["seen_at"]),
    )


SEEN = "UPDATE desk_sessions SET seen_at = :now WHERE id = :id"


def seen(tx: Transaction, id: str, now: datetime) -> None:  # noqa: A002
    tx.rows(SEEN, id=id, now=stamp(now))


END = "DELETE FROM desk_sessions WHERE id = :id"
END_ALL = "DELETE FROM desk_sessions WHERE account = :account"


def end_session(tx: Transaction, id: str) -> None:  # noqa: A002
    tx.rows(END, id=id)


def end_sessions(tx: Transaction, account: str) -> None:
    tx.rows(END_ALL, account=account)


# --- tries ---------------------------------------------------------------------------------------

TRIED = """
    INSERT INTO sign_ins (id, account, address, at, good)
    VALUES (:id, :account, :address, :at, :good)
"""


def tried(
    tx: Transaction,
    id: str,  # noqa: A002
    account: str,
    address: str,
    now: datetime,
    *,
    good: bool,
) -> None:
    tx.rows(TRIED, id=id, account=account, address=address, at=stamp(now), good=int(good))


SUCCEEDED = "UPDATE sign_ins SET good = 1 WHERE id = :id"


def succeeded(tx: Transaction, id: str) -> None:  # noqa: A002
    tx.rows(SUCCEEDED, id=id)


HOLD = "UPDATE accounts SET disabled = disabled WHERE id = :id"


def hold(tx: Transaction, id: str) -> None:  # noqa: A002
    """Nobody else counts tries of this account until the transaction ends."""
    tx.rows(HOLD, id=id)


FAILED = """
    SELECT
        (SELECT count(*) FROM sign_ins WHERE account = :account AND address = :address
            AND at > :since AND good = 0) AS pair,
        (SELECT count(*) FROM sign_ins WHERE account = :account AND at > :since AND good = 0)
            AS account,
        (SELECT count(*) FROM sign_ins WHERE address = :address AND at > :since AND good = 0)
            AS address,
        (SELECT count(*) FROM sign_ins WHERE account = :account AND address = :address
            AND good = 1) AS known
"""


def failures(tx: Transaction, account: str, address: str, since: datetime) -> Row:
    """Failed tries since *since*: of this account from this address (`pair`), of the `account`, of
    the `address`; and whether they ever signed in from there (`known`)."""
    return tx.rows(FAILED, account=account, address=address, since=stamp(since))[0]


FORGET = (
    "DELETE FROM sign_ins WHERE at < :before",
    "DELETE FROM desk_sessions WHERE seen_at < :before",
)


def forget_before(tx: Transaction, before: datetime) -> None:
    for sql in FORGET:
        tx.rows(sql, before=stamp(before))
