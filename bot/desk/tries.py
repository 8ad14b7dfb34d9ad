"""Proving who one is: a password, and a code of the second factor, each try counted before it is
looked at, so that many at once get no more than one after the other would."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pyotp
from aiohttp import web

from bot import caller
from bot.desk import passwords
from bot.desk.context import desk_of, run
from bot.store import accounts
from bot.store.database import Transaction

WINDOW = timedelta(minutes=15)
MOST_OF_PAIR = 5  # wrong passwords of one account from one address, within the window
MOST_OF_ADDRESS = 30
MOST_OF_ACCOUNT = 20  # from addresses where its owner never signed in
STEP = 30  # seconds; of RFC 6238, section 4.1
TOO_MANY = "Thử quá nhiều lần. Bạn đợi 15 phút rồi thử lại, hoặc nhờ quản trị đặt lại mật khẩu."


async def begin(request: web.Request, name: str) -> str | None:
    """The id of a try for the account *name*, counted as failed until it succeeds; None when there
    were too many."""
    desk = desk_of(request)
    now, id_ = desk.clock(), desk.ids.new(desk.clock())
    address = desk.vault.mark(f"address {caller.address(request, desk.settings.listen)}")

    def count(tx: Transaction) -> bool:
        accounts.hold(tx, name)
        if _throttled(tx, name, address, now):
            return False
        accounts.tried(tx, id_, name, address, now, good=False)
        return True

    return id_ if await run(request, count) else None


def _throttled(tx: Transaction, name: str, address: str, now: datetime) -> bool:
    """Whether to refuse without looking. Somebody who guesses from elsewhere cannot lock an officer
    out of the address where they always sign in."""
    failed = accounts.failures(tx, name, address, now - WINDOW)
    if failed["pair"] >= MOST_OF_PAIR or failed["address"] >= MOST_OF_ADDRESS:
        return True
    return bool(failed["account"] >= MOST_OF_ACCOUNT and not failed["known"])


async def matches(password: str, hash_: str) -> bool:
    return await asyncio.to_thread(passwords.matches, password[: passwords.LONGEST], hash_)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that *code* belongs to, one early or late for clocks that are off; None when
    it is wrong. Raises `ValueError` for a *secret* that is no base32."""
    totp, code = pyotp.TOTP(secret), code.replace(" ", "")
    this = int(now.timestamp()) // STEP
    for step in (this, this - 1, this + 1):
        if totp.verify(code, for_time=step * STEP):
            return step
    return None
