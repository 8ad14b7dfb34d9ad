"""Accounts of the desk, their sessions, and tries to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import moment, pack, stamp, unpack


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `offices` empty: all. `totp` is sealed. `devices`: how often all of
    their devices were forgotten."""

    id: str
    role: str
    offices: tuple[str, ...]
    password: str
    must_change: bool
    totp: str
    disabled: bool
    devices: int = 0

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
            devices=row["devices"],
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `failed`: tries since the sign-in before this one, the last `failed_at`."""

    id: str
    account: Account
    csrf: str
    created_at: datetime
    seen_at: datetime
    failed: int = 0
    failed_at: datetime | None = None


ADD = """
    INSERT INTO accounts (id, role, offices, password, must_change, created_at)
    VALUES (:id, :role, :offices, :password, 1, :now) ON CONFLICT DO NOTHING RETURNING id
"""


def add(
    tx: Transaction,
    id: str,
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


def get(tx: Transaction, id: str) -> Account | None:
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
    id: str,
    password: str,
    *,
    must_change: bool,
) -> bool:
    """Change the hash, end every session of the account, and forget its devices."""
    leave_everywhere(tx, id)
    return bool(tx.rows(CHANGE, id=id, password=password, must_change=int(must_change)))


TOTP = """
    UPDATE accounts SET totp = :totp, totp_step = :step
    WHERE id = :id AND (totp = '' OR :totp = '') RETURNING id
"""


def set_totp(tx: Transaction, id: str, sealed: str, step: int = 0) -> bool:
    """Turn the second factor on with a code of *step*, or off with ""; False when one is on already,
    which has to be turned off first."""
    return bool(tx.rows(TOTP, id=id, totp=sealed, step=step))


USE_CODE = """
    UPDATE accounts SET totp_step = :step WHERE id = :id AND totp_step < :step RETURNING id
"""


def use_code(tx: Transaction, id: str, step: int) -> bool:
    """Whether the code of *step* (30 seconds each, since 1970) was not used before; now it is, and
    so are all earlier ones."""
    return bool(tx.rows(USE_CODE, id=id, step=step))


DISABLE = "UPDATE accounts SET disabled = :disabled WHERE id = :id RETURNING id"


def set_disabled(tx: Transaction, id: str, *, disabled: bool) -> bool:
    """Shut an account out, or let it in again; its sessions end at once, and its devices are
    forgotten."""
    leave_everywhere(tx, id)
    return bool(tx.rows(DISABLE, id=id, disabled=int(disabled)))


# --- sessions ------------------------------------------------------------------------------------

OPEN = """
    INSERT INTO desk_sessions (id, account, csrf, created_at, seen_at, failed, failed_at)
    SELECT :id, id, :csrf, :now, :now, failed, failed_at FROM accounts WHERE id = :account
"""
START_ANEW = "UPDATE accounts SET failed = 0, failed_at = NULL WHERE id = :account"


def open_session(
    tx: Transaction,
    id: str,
    account: str,
    csrf: str,
    now: datetime,
) -> None:
    """A signed-in browser, which is told of the tries that failed since the last time."""
    tx.rows(OPEN, id=id, account=account, csrf=csrf, now=stamp(now))
    tx.rows(START_ANEW, account=account)


FIND = """
    SELECT a.*, s.id AS session, s.csrf, s.created_at AS since, s.seen_at, s.failed AS tries,
           s.failed_at AS tried_at
    FROM desk_sessions AS s JOIN accounts AS a ON a.id = s.account
    WHERE s.id = :id AND a.disabled = 0 AND s.created_at > :oldest AND s.seen_at > :idle
"""


def find_session(
    tx: Transaction,
    id: str,
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
        failed=row["tries"],
        failed_at=moment(row["tried_at"]) if row["tried_at"] else None,
    )


SEEN = "UPDATE desk_sessions SET seen_at = :now WHERE id = :id"


def seen(tx: Transaction, id: str, now: datetime) -> None:
    tx.rows(SEEN, id=id, now=stamp(now))


END = "DELETE FROM desk_sessions WHERE id = :id"
END_ALL = "DELETE FROM desk_sessions WHERE account = :account"


def end_session(tx: Transaction, id: str) -> None:
    tx.rows(END, id=id)


FORGET_DEVICES = "UPDATE accounts SET devices = devices + 1 WHERE id = :account"


def leave_everywhere(tx: Transaction, account: str) -> None:
    """End every session of *account*, and forget the devices where they have signed in."""
    tx.rows(END_ALL, account=account)
    tx.rows(FORGET_DEVICES, account=account)


# --- tries ---------------------------------------------------------------------------------------

# `account`: of who has none, a keyed hash of what was typed, which may be a password. `address`: a keyed
# hash of the network, of the device that is known, or of the session.

TRIED = """
    INSERT INTO sign_ins (id, account, address, at, good)
    VALUES (:id, :account, :address, :at, :good)
"""


def tried(
    tx: Transaction,
    id: str,
    account: str,
    address: str,
    now: datetime,
    *,
    good: bool,
) -> None:
    tx.rows(TRIED, id=id, account=account, address=address, at=stamp(now), good=int(good))


SUCCEEDED = "UPDATE sign_ins SET good = 1 WHERE id = :id"


def succeeded(tx: Transaction, id: str) -> None:
    tx.rows(SUCCEEDED, id=id)


UNDONE = "DELETE FROM sign_ins WHERE id = :id"


def not_looked_at(tx: Transaction, id: str) -> None:
    """A try that nobody had time for counts for nothing."""
    tx.rows(UNDONE, id=id)


FAIL = "UPDATE accounts SET failed = failed + 1, failed_at = :now WHERE id = :id"


def failed(tx: Transaction, id: str, now: datetime) -> None:
    """Somebody failed to sign in, which the officer is told at the next sign-in."""
    tx.rows(FAIL, id=id, now=stamp(now))


HOLD = "UPDATE accounts SET disabled = disabled WHERE id = :id"


def hold(tx: Transaction, id: str) -> None:
    """Nobody else counts tries of this account until the transaction ends."""
    tx.rows(HOLD, id=id)


@dataclass(frozen=True, slots=True)
class Failed:
    """Tries that failed lately, and when the last one did."""

    count: int
    last: datetime | None


FAILED = """
    SELECT 'pair' AS what, count(*) AS n, max(at) AS last FROM sign_ins
    WHERE account = :account AND address = :address AND at > :since AND good = 0
    UNION ALL
    SELECT 'account', count(*), max(at) FROM sign_ins
    WHERE account = :account AND at > :since AND good = 0
    UNION ALL
    SELECT 'address', count(*), max(at) FROM sign_ins
    WHERE address = :address AND at > :since AND good = 0
"""


def failures(tx: Transaction, account: str, address: str, since: datetime) -> dict[str, Failed]:
    """What failed since *since*: of this account from this address (`pair`), of the `account`, from
    the `address`."""
    rows = tx.rows(FAILED, account=account, address=address, since=stamp(since))
    return {
        row["what"]: Failed(row["n"], moment(row["last"]) if row["last"] else None) for row in rows
    }


KNOWN = (
    "SELECT 1 FROM sign_ins WHERE account = :account AND address = :address AND good = 1 LIMIT 1"
)


def was_here(tx: Transaction, account: str, address: str) -> bool:
    """Whether *account* has ever signed in from *address*."""
    return bool(tx.rows(KNOWN, account=account, address=address))


FORGET = (
    "DELETE FROM sign_ins WHERE at < :before",
    "DELETE FROM desk_sessions WHERE seen_at < :before",
)


def forget_before(tx: Transaction, before: datetime) -> None:
    for sql in FORGET:
        tx.rows(sql, before=stamp(before))
