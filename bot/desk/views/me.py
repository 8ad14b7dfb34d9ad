"""One's own account: password and second factor."""

from __future__ import annotations

import asyncio
import base64
import re
from datetime import timedelta
from secrets import token_hex

import pyotp
from aiohttp import web

from bot import qr
from bot.desk import passwords, tries
from bot.desk.context import desk_of, note, officer, page, redirect, run
from bot.desk.guard import COOKIE
from bot.desk.roles import TITLES, Role
from bot.store import accounts, officer_chats
from bot.store.database import Transaction
from handlers.staff import code_hash

CODE_HOLDS = timedelta(minutes=10)
SECRET = re.compile(r"[A-Z2-7]{32}")  # as `pyotp.random_base32` makes them
WRONG_CODE = (
    "Mã không đúng. Đã quét rồi thì không cần quét lại: gõ mã 6 số đang hiện trong ứng dụng. Vẫn sai thì "
    "bật giờ tự động trên điện thoại."
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
    uri = pyotp.TOTP(secret).provisioning_uri(
        name=account.id, issuer_name=desk_of(request).settings.name
    )
    picture = base64.b64encode(qr.png(uri)).decode() if secret else ""
    values = {
        "account": account,
        "title": TITLES[Role(account.role)],
        "secret": secret,
        "scanned": scanned,
        "picture": picture,
        "fault": fault,
        "chat_code": chat_code,
    }
    return page(request, "me.html", values, status)


async def link_chat(request: web.Request) -> web.Response:
    """A code that links the officer's own chat, sent there within ten minutes."""
    desk, account = desk_of(request), officer(request).account
    now, code = desk.clock(), token_hex(4).upper()

    def offer(tx: Transaction) -> None:
        officer_chats.offer(tx, account.id, code_hash(code), now, now + CODE_HOLDS)
        note(tx, request, "xin mã liên kết chat")

    await run(request, offer)
    return await show(request, chat_code=code)


async def unlink_chat(request: web.Request) -> web.Response:
    account = officer(request).account

    def unlink(tx: Transaction) -> None:
        if officer_chats.unlink(tx, account.id):
            note(tx, request, "gỡ liên kết chat")

    await run(request, unlink)
    return redirect("/desk/me?said=unlinked")


async def change_password(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    account = officer(request).account
    fault = await _fault(request, old, "Mật khẩu đang dùng không đúng.")
    fault = fault or passwords.weakness(new, account.id)
    if not fault and new != again:
        fault = "Hai lần gõ mật khẩu mới không giống nhau."
    if not fault and new == old:
        fault = "Mật khẩu mới phải khác mật khẩu cũ."
    if fault:
        return await show(request, fault, 422)
    hash_ = await asyncio.to_thread(passwords.hashed, new)

    def change(tx: Transaction) -> None:
        accounts.set_password(tx, account.id, hash_, must_change=False)
        note(tx, request, "đổi mật khẩu")

    await run(request, change)
    response = redirect("/desk/sign-in?said=changed")
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


async def turn_on_totp(request: web.Request) -> web.StreamResponse:
    """Kept only once the officer's device has shown a right code."""
    form = await request.post()
    secret, code = str(form.get("secret", "")), str(form.get("code", ""))
    desk, account = desk_of(request), officer(request).account
    if not SECRET.fullmatch(secret):
        return await show(request, "Quét mã QR mới dưới đây rồi gõ mã 6 số đang hiện.", 422)
    step = tries.step_of(secret, code, desk.clock())
    if step is None:  # a slip of the finger is no reason to scan again
        return await show(request, WRONG_CODE, 422, scanned=secret)

    def keep(tx: Transaction) -> None:
        accounts.set_totp(tx, account.id, desk.vault.seal(secret), step)
        note(tx, request, "bật mã hai lớp")

    await run(request, keep)
    return redirect("/desk/me?said=totp")


async def turn_off_totp(request: web.Request) -> web.StreamResponse:
    account = officer(request).account
    password = str((await request.post()).get("password", ""))
    if fault := await _fault(request, password, "Mật khẩu không đúng."):
        return await show(request, fault, 422)

    def clear(tx: Transaction) -> None:
        accounts.set_totp(tx, account.id, "")
        note(tx, request, "tắt mã hai lớp")

    await run(request, clear)
    return redirect("/desk/me?said=no-totp")


async def _fault(request: web.Request, password: str, wrong: str) -> str:
    """What to tell when *password* is not the officer's, "" when it is. A session that was left open
    is no way to guess it."""
    account = officer(request).account
    id_ = await tries.begin(request, account.id)
    if id_ is None:
        return tries.TOO_MANY
    if not await tries.matches(password, account.password):
        return wrong
    await run(request, lambda tx: accounts.succeeded(tx, id_))
    return ""
