"""Proving who one is: a password, and a code of the second factor, each try counted before it is
looked at, so that many at once get no more than one after the other would.

Whoever tries from a device where they have signed in before answers for that device alone: nobody else's
tries lock them out. Strangers are slowed down, the more the more of them fail, and there are only so many
of them in a while, so that what is kept of them is bounded too.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pyotp
from aiohttp import web

from bot.core import http_request
from bot.core.crypto import Vault
from bot.desk import passwords
from bot.desk.context import desk_of, note, officer, run
from bot.store import leases
from bot.store.database import Transaction
from bot.store.staff import accounts, audit
from bot.store.staff.accounts import Account, Failed

WINDOW = timedelta(minutes=15)  # in which failed tries count, and the longest wait after one
FIRST_WAIT = timedelta(seconds=30)  # twice as long after each that fails
FREE_OF_PAIR = 5  # of one account from one device, session or address, before anybody waits
FREE_OF_ADDRESS = 30  # of strangers
FREE_OF_ACCOUNT = 20  # of strangers from where its owner never signed in
STEP = 30  # seconds; of RFC 6238, section 4.1
NOBODY = "?"  # before the mark of a name that is no account; no account's name has it
STRANGER = "chưa đăng nhập"  # who did it, in the audit log

DEVICE = "__Host-desk-device"  # the cookie
DEVICE_LASTS = timedelta(days=180)  # without a sign-in
MOST_OFFICERS = 8  # who are remembered on one device


@dataclass(frozen=True, slots=True)
class Try:
    """A try that counts as failed until it succeeds. `account`: None for a name that is none; `known`:
    from a device, or in a session, of that account; `from_there`: how many failed from this address
    lately."""

    id: str
    account: Account | None
    known: bool
    from_there: int = 0


class TooMany(Exception):
    """It was not looked at; `seconds` until the next try may be."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.seconds = max(1, round(wait.total_seconds()))

    def __str__(self) -> str:
        minutes, seconds = -(-self.seconds // 60), self.seconds
        wait = f"{minutes} phút" if seconds > 90 else f"{seconds} giây"
        return f"Thử quá nhiều lần. Bạn đợi {wait} rồi thử lại, hoặc nhờ quản trị đặt lại mật khẩu."


BUSY = "Đang có nhiều người đăng nhập cùng lúc. Bạn đợi {} giây rồi gõ lại mật khẩu."


def told(error: TooMany | passwords.Busy) -> tuple[str, int, int]:
    """What to say, the status, and the seconds for Retry-After."""
    if isinstance(error, TooMany):
        return str(error), 429, error.seconds
    return BUSY.format(passwords.BUSY_FOR), 503, passwords.BUSY_FOR


async def begin(request: web.Request, name: str) -> Try:
    """A try to sign in as *name*; raises `TooMany`."""
    desk = desk_of(request)
    now, id_ = desk.clock(), desk.ids.new(desk.clock())
    address = desk.vault.mark(f"address {http_request.address(request, desk.settings.listen)}")

    def count(tx: Transaction) -> Try:
        account = accounts.get(tx, name)
        stored = name if account else NOBODY + desk.vault.mark(f"name {name}")
        device = account and device_of(request.cookies.get(DEVICE, ""), account, desk.vault, now)
        if not device:
            leases.one_at_a_time(tx, "strangers")
        accounts.hold(tx, stored)
        found = accounts.failures(tx, stored, device or address, now - WINDOW)
        was_here = bool(device) or accounts.was_here(tx, stored, address)
        wait = max(_waits(found, now, known=bool(device), was_here=was_here))
        if not wait and not device:
            wait = timedelta(seconds=desk.strangers.take("", now))
        if wait:
            raise TooMany(wait)
        accounts.tried(tx, id_, stored, device or address, now, good=False)
        return Try(id_, account, bool(device), found["address"].count + 1)

    return await run(request, count)


def _waits(
    failed: dict[str, Failed], now: datetime, *, known: bool, was_here: bool
) -> list[timedelta]:
    """How long each rule asks to wait."""
    waits = [_wait(failed["pair"], FREE_OF_PAIR, now)]
    if not known:
        waits.append(_wait(failed["address"], FREE_OF_ADDRESS, now))
    if not was_here:
        waits.append(_wait(failed["account"], FREE_OF_ACCOUNT, now))
    return waits


def _wait(failed: Failed, free: int, now: datetime) -> timedelta:
    """None up to *free*, then twice as long with each."""
    if failed.count < free or failed.last is None:
        return timedelta(0)
    doubled: int = 1 << min(failed.count - free, 10)
    length = min(FIRST_WAIT * doubled, WINDOW)
    return max(failed.last + length - now, timedelta(0))


async def confirm(request: web.Request, password: str, code: str | None = None) -> str:
    """What is wrong with the *password* that a signed-in officer gives once more, and with the *code*
    of their second factor where it is asked for; "" when nothing is. Counted for this session alone: one
    that was left open is no way to guess. Raises `TooMany` or `Busy`."""
    desk, session = desk_of(request), officer(request)
    account, now = session.account, desk.clock()
    where, id_ = desk.vault.mark(f"session {session.id}"), desk.ids.new(now)

    def count(tx: Transaction) -> None:
        accounts.hold(tx, account.id)
        failed = accounts.failures(tx, account.id, where, now - WINDOW)["pair"]
        if wait := _wait(failed, FREE_OF_PAIR, now):
            raise TooMany(wait)
        accounts.tried(tx, id_, account.id, where, now, good=False)

    await run(request, count)
    this = Try(id_, account, known=True)
    fault = "" if await right_password(request, this, password) else "Mật khẩu không đúng."
    if not fault and code is not None and not await right_code(request, account, code):
        fault = "Mã 6 số không đúng. Gõ mã đang hiện trong ứng dụng; mỗi mã dùng một lần."
    if fault:
        await run(request, lambda tx: note(tx, request, "xác nhận mật khẩu sai", account.id))
    else:
        await run(request, lambda tx: accounts.succeeded(tx, id_))
    return fault


async def right_password(request: web.Request, this: Try, password: str) -> bool:
    """Never for an account that does not exist or is disabled, and as slow. Raises `Busy`, and then the
    try does not count."""
    account = this.account
    hash_ = account.password if account else ""
    try:
        work = desk_of(request).hashing.run(passwords.matches, password, hash_, known=this.known)
        return await work and account is not None and not account.disabled
    except passwords.Busy:
        await run(request, lambda tx: accounts.not_looked_at(tx, this.id))
        raise


async def right_code(request: web.Request, account: Account, code: str) -> bool:
    """RFC 6238, section 5.2: a code is good for once. Raises `BadKey` when the second factor was sealed
    with another data key; any code is right when there is none."""
    desk = desk_of(request)
    if not (secret := desk.vault.open(account.totp)):
        return True
    step = step_of(secret, code, desk.clock())
    if step is None:
        return False
    return await run(request, lambda tx: accounts.use_code(tx, account.id, step))


def failed(tx: Transaction, request: web.Request, this: Try, why: str) -> None:
    """Write down that a sign-in failed: for the officer, and for who reads the audit log. Of names that
    are no account only how many there were, and once in a while: one may be a password."""
    desk = desk_of(request)
    now = desk.clock()
    if this.account:
        accounts.failed(tx, this.account.id, now)
        device = "máy đã quen" if this.known else "máy lạ"
        audit.write(tx, now, STRANGER, "đăng nhập sai", this.account.id, f"{why}; {device}")
    elif not desk.invented.take("", now):
        times = f"tên không có; {this.from_there} lần trong 15 phút từ mạng đó"
        audit.write(tx, now, STRANGER, "đăng nhập sai", "", times)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that *code* belongs to, one early or late for clocks that are off; None when
    it is wrong. Raises `ValueError` for a *secret* that is no base32."""
    totp, code = pyotp.TOTP(secret), code.replace(" ", "")
    this = int(now.timestamp()) // STEP
    for step in (this, this - 1, this + 1):
        if totp.verify(code, for_time=step * STEP):
            return step
    return None


# --- devices -------------------------------------------------------------------------------------
# A cookie holds a mark for each officer who has signed in there: when, a random number, and a keyed hash
# over both, the account and how often its devices were forgotten. Nothing of it is kept here, and it lets
# nobody in: it only tells whose tries are whose.


def device_of(cookie: str, account: Account, vault: Vault, now: datetime) -> str:
    """What counts tries of the device with *cookie*, where *account* has signed in; "" for others."""
    for mark in cookie.split(".")[:MOST_OFFICERS]:
        since, _, rest = mark.partition("-")
        number, _, _ = rest.partition("-")
        if len(mark) > 80 or not (since.isdecimal() and since.isascii()):
            continue
        if not hmac.compare_digest(mark.encode(), _mark(account, vault, int(since), number)):
            continue
        if now - datetime.fromtimestamp(int(since), UTC) < DEVICE_LASTS:
            return vault.mark(f"device {mark}")
    return ""


def _mark(account: Account, vault: Vault, since: int, number: str) -> bytes:
    seal = vault.mark(f"desk device {account.id} {account.devices} {since} {number}")
    return f"{since}-{number}-{seal}".encode()


def remember(request: web.Request, response: web.Response, account: Account) -> None:
    """Let this device be known from now on, beside the other officers of it."""
    desk = desk_of(request)
    now, cookie = desk.clock(), request.cookies.get(DEVICE, "")
    others = [one for one in cookie.split(".") if one and len(one) <= 80]
    kept = [one for one in others if not device_of(one, account, desk.vault, now)]
    new = _mark(account, desk.vault, int(now.timestamp()), token_hex(8)).decode()
    response.set_cookie(
        DEVICE,
        ".".join([new, *kept][:MOST_OFFICERS]),
        path="/",
        max_age=int(DEVICE_LASTS.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Strict",
    )
