"""Officers' own chat accounts, linked with a code that the desk shows once."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.staff.accounts import Account
from bot.store.values import stamp

OFFER = "INSERT INTO officer_codes (code, account, until) VALUES (:code, :account, :until)"
FORGET = "DELETE FROM officer_codes WHERE account = :account OR until <= :now"


def offer(tx: Transaction, account: str, code: str, now: datetime, until: datetime) -> None:
    """Let whoever sends *code* (a hash) until then be *account*; older codes of it are void."""
    tx.rows(FORGET, account=account, now=stamp(now))
    tx.rows(OFFER, code=code, account=account, until=stamp(until))


TAKE = "DELETE FROM officer_codes WHERE code = :code AND until > :now RETURNING account"
LINK = """
    INSERT INTO officer_chats (channel, person, account) VALUES (:channel, :person, :account)
    ON CONFLICT (channel, person) DO UPDATE SET account = excluded.account
"""


def link(tx: Transaction, person: Address, code: str, now: datetime) -> str | None:
    """Link *person* to the account of *code*, once; None when the code is wrong or too old."""
    rows = tx.rows(TAKE, code=code, now=stamp(now))
    if not rows:
        return None
    account = str(rows[0]["account"])
    tx.rows(LINK, channel=person.channel, person=person.user, account=account)
    return account


OF = """
    SELECT a.* FROM officer_chats AS c JOIN accounts AS a ON a.id = c.account
    WHERE c.channel = :channel AND c.person = :person AND a.disabled = 0 AND a.must_change = 0
"""
UNLINK = "DELETE FROM officer_chats WHERE account = :account RETURNING person"


def account_of(tx: Transaction, person: Address) -> Account | None:
    """The officer who chats as *person*; None for everybody else."""
    rows = tx.rows(OF, channel=person.channel, person=person.user)
    return Account.from_row(rows[0]) if rows else None


def unlink(tx: Transaction, account: str) -> bool:
    return bool(tx.rows(UNLINK, account=account))
