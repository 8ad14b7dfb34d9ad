"""One's own account: password and second factor."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from functools import partial
from secrets import token_hex

import pyotp
from aiohttp import web

from bot.core import qr
from bot.core.crypto import BadKey
from bot.desk import login_attempts, passwords
from bot.desk.access import COOKIE
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.desk.passwords import Busy
from bot.desk.roles import TITLES, Role
from bot.store.booking import offices
from bot.store.database import Transaction
from bot.store.staff import accounts, chat_accounts
from handlers.officers import code_hash

CODE_HOLDS = timedelta(minutes=10)
SECRET = re.compile(r"[A-Z2-7]{32}")  # as `pyotp.random_base32` makes them
WRONG_CODE = (
    "Mã không đúng. Đã quét rồi thì không cần quét lại: gõ mã 6 số đang hiện trong ứng dụng. Vẫn sai thì "
    "bật giờ tự động trên điện thoại."
)
ON_ALREADY = (
    "Mã hai lớp đang bật. Muốn đổi sang máy khác: tắt trước (cần mật khẩu và mã 6 số), rồi bật lại."
)


async def show(
    request: web.Request,
    fault: str = "",
    status: int = 200,
    *,
    chat_code: str = "",
    scanned: str = "",
) -> web.Response:
    """The account; without a second factor, a secret to turn one on with: the one that was *scanned*
    already, or a new one. *chat_code* is shown this once."""
    account = officer(request).account
    secret = "" if account.totp else scanned or pyotp.random_base32()
    values = {
        "account": account,
        "title": TITLES[Role(account.role)],
        "secret": secret,
        "scanned": scanned,
        "picture": _picture(request, secret) if secret else "",
        "fault": fault,
        "chat_code": chat_code,
    }
    return page(request, "me.html", values, status)


def _picture(request: web.Request, secret: str) -> str:
    """The QR code to scan, as base64."""
    totp, issuer = pyotp.TOTP(secret), desk_of(request).settings.name
    uri = totp.provisioning_uri(name=officer(request).account.id, issuer_name=issuer)
    return base64.b64encode(qr.png(uri)).decode()


async def link_chat(request: web.Request) -> web.Response:
    """A code that links the officer's own chat, sent there within ten minutes."""
    desk, account = desk_of(request), officer(request).account
    now, code = desk.clock(), token_hex(4).upper()

    def offer(tx: Transaction) -> None:
        chat_accounts.offer(tx, account.id, code_hash(code), now, now + CODE_HOLDS)
        note(tx, request, "xin mã liên kết chat")

    await run(request, offer)
    return await show(request, chat_code=code)


async def unlink_chat(request: web.Request) -> web.Response:
    account = officer(request).account

    def unlink(tx: Transaction) -> None:
        if chat_accounts.unlink(tx, account.id):
            note(tx, request, "gỡ liên kết chat")

    await run(request, unlink)
    return redirect("/desk/me?said=unlinked")


async def change_password(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    account, hashing = officer(request).account, desk_of(request).hashing
    try:
        fault = await login_attempts.confirm(request, old) and "Mật khẩu đang dùng không đúng."
        fault = fault or await _new_fault(request, old, new, again)
        hash_ = "" if fault else await hashing.run(passwords.hashed, new, known=True)
    except (login_attempts.TooMany, Busy) as error:
        return await _later(request, error)
    if fault:
        return await show(request, fault, 422)

    def change(tx: Transaction) -> None:
        accounts.set_password(tx, account.id, hash_, must_change=False)
        note(tx, request, "đổi mật khẩu")

    await run(request, change)
    return _forgets(redirect("/desk/sign-in?said=changed"))


async def _new_fault(request: web.Request, old: str, new: str, again: str) -> str:
    """What is wrong with a new password, and what to do; "" when nothing is."""
    account, desk = officer(request).account, desk_of(request)
    named = await run(request, lambda tx: [offices.get(tx, one) for one in account.offices])
    known = [desk.settings.name, *(office.name for office in named if office)]
    if new != again:
        return "Hai lần gõ mật khẩu mới không giống nhau."
    if new == old:
        return "Mật khẩu mới phải khác mật khẩu cũ."
    weakness = partial(passwords.weakness, known=known)
    return await desk.hashing.run(weakness, new, account.id, known=True)


async def _later(request: web.Request, error: login_attempts.TooMany | Busy) -> web.Response:
    said, status, seconds = login_attempts.told(error)
    response = await show(request, said, status)
    response.headers["Retry-After"] = str(seconds)
    return response


def _forgets(response: web.Response) -> web.Response:
    """*response*, after which the browser has no session any more."""
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


async def leave_everywhere(request: web.Request) -> web.StreamResponse:
    """End every session of the officer's, forget their devices, and unlink their chat."""
    account = officer(request).account

    def leave(tx: Transaction) -> None:
        accounts.leave_everywhere(tx, account.id)
        chat_accounts.unlink(tx, account.id)
        note(tx, request, "đăng xuất mọi máy")

    await run(request, leave)
    values = {"next": "/desk/", "account": account.id, "fault": "", "kept": [], "expired": False}
    gone = {"said": "everywhere", "session": None}
    return _forgets(page(request, "sign_in.html", {**values, **gone}))


async def turn_on_totp(request: web.Request) -> web.StreamResponse:
    """Kept only once the officer's device has shown a right code."""
    form = await request.post()
    secret, code = str(form.get("secret", "")), str(form.get("code", ""))
    desk, account = desk_of(request), officer(request).account
    if account.totp:
        return await show(request, ON_ALREADY, 409)
    if not SECRET.fullmatch(secret):
        return await show(request, "Quét mã QR mới dưới đây rồi gõ mã 6 số đang hiện.", 422)
    step = login_attempts.step_of(secret, code, desk.clock())
    if step is None:  # a slip of the finger is no reason to scan again
        return await show(request, WRONG_CODE, 422, scanned=secret)

    def keep(tx: Transaction) -> bool:
        if new := accounts.set_totp(tx, account.id, desk.vault.seal(secret), step):
            note(tx, request, "bật mã hai lớp")
        return new

    if not await run(request, keep):
        return await show(request, ON_ALREADY, 409)
    return redirect("/desk/me?said=totp")


async def turn_off_totp(request: web.Request) -> web.StreamResponse:
    """Only for who knows the password and has the device that it is on; else an administrator resets
    the account."""
    account, form = officer(request).account, await request.post()
    password, code = str(form.get("password", "")), str(form.get("code", ""))
    try:
        fault = await login_attempts.confirm(request, password, code)
    except BadKey:
        fault = "Mã hai lớp này không đọc được nữa: nhờ quản trị đặt lại tài khoản."
    except (login_attempts.TooMany, Busy) as error:
        return await _later(request, error)
    if fault:
        return await show(request, fault, 422)

    def clear(tx: Transaction) -> None:
        accounts.set_totp(tx, account.id, "")
        note(tx, request, "tắt mã hai lớp")

    await run(request, clear)
    return redirect("/desk/me?said=no-totp")
