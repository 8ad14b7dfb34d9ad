"""Signing in and out."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta

import pyotp
from aiohttp import web

from bot import caller
from bot.desk import passwords
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.desk.guard import COOKIE, safe_path, token_id
from bot.store import accounts, audit
from bot.store.accounts import Account
from bot.store.database import Transaction

WINDOW = timedelta(minutes=15)
MOST_OF_PAIR = 5  # wrong passwords of one account from one address, within the window
MOST_OF_ADDRESS = 30
MOST_OF_ACCOUNT = 20  # from addresses where its owner never signed in
WRONG = "Tên đăng nhập, mật khẩu hoặc mã không đúng."
TOO_MANY = "Thử quá nhiều lần. Bạn đợi 15 phút rồi thử lại, hoặc nhờ quản trị đặt lại mật khẩu."
OUR_FIELDS = frozenset({"account", "password", "code", "next", "csrf"})


async def ask(request: web.Request) -> web.Response:
    return _form(request, safe_path(request.query.get("next", "")))


def _form(
    request: web.Request,
    back: str,
    *,
    account: str = "",
    fault: str = "",
    kept: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> web.Response:
    values = {"next": back, "account": account, "fault": fault, "kept": kept or []}
    return page(request, "sign_in.html", {**values, "expired": False}, status)


async def sign_in(request: web.Request) -> web.StreamResponse:
    form = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    name = form.get("account", "").strip().lower()[:64]
    kept = [(k, v) for k, v in form.items() if k not in OUR_FIELDS]
    back = safe_path(form.get("next", ""))
    fault, account = await _check(request, name, form.get("password", ""), form.get("code", ""))
    if account is None:
        return _form(request, back, account=name, fault=fault, kept=kept, status=401)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    await run(request, lambda tx: _open(tx, request, account, token, csrf))
    values = {"action": back, "kept": kept, "csrf": csrf}
    response = page(request, "again.html", values) if kept else redirect(back)
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _open(tx: Transaction, request: web.Request, account: Account, token: str, csrf: str) -> None:
    """A session of a new id; the one before it in this browser ends."""
    now = desk_of(request).clock()
    if before := request.cookies.get(COOKIE):
        accounts.end_session(tx, token_id(before))
    accounts.open_session(tx, token_id(token), account.id, csrf, now)
    audit.write(tx, now, account.id, "đăng nhập")


async def _check(
    request: web.Request, name: str, password: str, code: str
) -> tuple[str, Account | None]:
    """The account, or what to tell."""
    desk = desk_of(request)
    now = desk.clock()
    address = desk.vault.mark(f"address {caller.address(request, desk.settings.listen)}")
    if await run(request, lambda tx: _throttled(tx, name, address, now)):
        return TOO_MANY, None
    account = await run(request, lambda tx: accounts.get(tx, name))
    hash_ = account.password if account else passwords.nobodys()
    right = await asyncio.to_thread(passwords.matches, password[: passwords.LONGEST], hash_)
    good = right and account is not None and not account.disabled
    good = good and _second_factor(desk.vault.open(account.totp) if account else "", code, now)
    id_ = desk.ids.new(now)
    await run(request, lambda tx: accounts.tried(tx, id_, name, address, now, good=good))
    return ("", account) if good else (WRONG, None)


def _throttled(tx: Transaction, name: str, address: str, now: datetime) -> bool:
    """Whether to refuse without looking. Somebody who guesses from elsewhere cannot lock an officer
    out of the address where they always sign in."""
    failed = accounts.failures(tx, name, address, now - WINDOW)
    if failed["pair"] >= MOST_OF_PAIR or failed["address"] >= MOST_OF_ADDRESS:
        return True
    return bool(failed["account"] >= MOST_OF_ACCOUNT and not failed["known"])


def _second_factor(secret: str, code: str, now: datetime) -> bool:
    """RFC 6238, one step early or late for clocks that are off."""
    return not secret or pyotp.TOTP(secret).verify(
        code.replace(" ", ""), for_time=now, valid_window=1
    )


async def sign_out(request: web.Request) -> web.StreamResponse:
    session = officer(request)

    def end(tx: Transaction) -> None:
        accounts.end_session(tx, session.id)
        note(tx, request, "đăng xuất")

    await run(request, end)
    response = redirect("/desk/sign-in")
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response
