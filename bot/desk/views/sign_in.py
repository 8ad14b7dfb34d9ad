"""Signing in and out."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web

from bot.desk import passwords, tries
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.desk.guard import COOKIE, safe_path, token_id
from bot.store import accounts, audit
from bot.store.accounts import Account
from bot.store.database import Transaction
from bot.vault import BadKey

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
    id_ = await tries.begin(request, name)
    if id_ is None:
        return tries.TOO_MANY, None
    account = await run(request, lambda tx: accounts.get(tx, name))
    right = await tries.matches(password, account.password if account else passwords.nobodys())
    if not right or account is None or account.disabled:
        return WRONG, None
    good = await run(request, lambda tx: _second_factor(tx, request, account, code))
    if not good:
        return WRONG, None
    await run(request, lambda tx: accounts.succeeded(tx, id_))
    return "", account


def _second_factor(tx: Transaction, request: web.Request, account: Account, code: str) -> bool:
    """RFC 6238, section 5.2: a code is good for once."""
    desk = desk_of(request)
    try:
        secret = desk.vault.open(account.totp)
    except BadKey:
        log.error("second factor sealed with another data key: officer reset", account=account.id)
        return False
    if not secret:
        return True
    step = tries.step_of(secret, code, desk.clock())
    return step is not None and accounts.use_code(tx, account.id, step)


async def sign_out(request: web.Request) -> web.StreamResponse:
    session = officer(request)

    def end(tx: Transaction) -> None:
        accounts.end_session(tx, session.id)
        note(tx, request, "đăng xuất")

    await run(request, end)
    response = redirect("/desk/sign-in")
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response
