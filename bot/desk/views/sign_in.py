"""Signing in and out."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web

from bot.core.crypto import BadKey
from bot.desk import login_attempts
from bot.desk.access import COOKIE, safe_path, token_id
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.desk.passwords import Busy
from bot.store.database import Transaction
from bot.store.staff import accounts, audit
from bot.store.staff.accounts import Account

log = structlog.get_logger()

WRONG = "Tên đăng nhập, mật khẩu hoặc mã không đúng."
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
    later: int = 0,
) -> web.Response:
    """*later*: seconds after which it may be tried again."""
    values = {"next": back, "account": account, "fault": fault, "kept": kept or []}
    response = page(request, "sign_in.html", {**values, "expired": False}, status)
    if later:
        response.headers["Retry-After"] = str(later)
    return response


async def sign_in(request: web.Request) -> web.StreamResponse:
    form = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    name = form.get("account", "").strip().lower()[:64]
    kept = [(k, v) for k, v in form.items() if k not in OUR_FIELDS]
    back = safe_path(form.get("next", ""))
    fault, status, later = WRONG, 401, 0
    try:
        account = await _check(request, name, form.get("password", ""), form.get("code", ""))
    except (login_attempts.TooMany, Busy) as error:
        account, (fault, status, later) = None, login_attempts.told(error)
    if account is None:
        return _form(
            request, back, account=name, fault=fault, kept=kept, status=status, later=later
        )
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    await run(request, lambda tx: _open(tx, request, account, token, csrf))
    values = {"action": back, "kept": kept, "csrf": csrf}
    response = page(request, "again.html", values) if kept else redirect(back)
    login_attempts.remember(request, response, account)
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _open(tx: Transaction, request: web.Request, account: Account, token: str, csrf: str) -> None:
    """A session of a new id; the one before it in this browser ends."""
    now = desk_of(request).clock()
    if before := request.cookies.get(COOKIE):
        accounts.end_session(tx, token_id(before))
    accounts.open_session(tx, token_id(token), account.id, csrf, now)
    audit.write(tx, now, account.id, "đăng nhập")


async def _check(request: web.Request, name: str, password: str, code: str) -> Account | None:
    """The account that they have proved to be theirs. Raises `TooMany` or `Busy`."""
    this = await login_attempts.begin(request, name)
    account, why = this.account, "mật khẩu sai"
    good = await login_attempts.right_password(request, this, password)
    if good and account:
        good, why = await _second_factor(request, account, code), "mật khẩu đúng, mã 6 số sai"
    if not good:
        await run(request, lambda tx: login_attempts.failed(tx, request, this, why))
        return None
    await run(request, lambda tx: accounts.succeeded(tx, this.id))
    return account


async def _second_factor(request: web.Request, account: Account, code: str) -> bool:
    try:
        return await login_attempts.right_code(request, account, code)
    except BadKey:
        log.error("second factor sealed with another data key: officer reset", account=account.id)
        return False


async def sign_out(request: web.Request) -> web.StreamResponse:
    session = officer(request)

    def end(tx: Transaction) -> None:
        accounts.end_session(tx, session.id)
        note(tx, request, "đăng xuất")

    await run(request, end)
    response = redirect("/desk/sign-in")
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response
