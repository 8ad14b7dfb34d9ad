"""`vneid-bot zalo`: the consent that gives an Official Account its first tokens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

import click
from aiohttp import ClientSession

from bot.channels.zalo_oa import oauth, tokens
from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.config import Settings
from bot.core.config.channels import ZaloOa
from bot.delivery.errors import SendError
from bot.ops.deployment import fitting_vault, open_database, utc_now
from bot.store.tokens import Pair

INSTRUCTIONS = """\
1. Đăng nhập Zalo bằng tài khoản quản trị OA, mở địa chỉ này trong trình duyệt:

   {address}

   (Trang báo sai Callback URL thì vào developers.zalo.me > ứng dụng > Official Account, đặt
   Callback URL là {redirect})
2. Bấm "Cho phép". Trình duyệt chuyển đến một địa chỉ có `code=…`; trang có hiện lỗi cũng không sao.
3. Chép cả địa chỉ đó dán vào đây trong vòng 10 phút.
"""

Obtain: TypeAlias = Callable[[ClientSession], Awaitable[oauth.Granted]]


@click.group()
def zalo() -> None:
    """Việc của Zalo Official Account."""


@zalo.command()
@config_option
@click.option("--redirect", default="", help="Callback URL đã đăng ký (mặc định: public_url)")
@click.option(
    "--verifier", default="", help="code_verifier, nếu trang quản lý Zalo đã lưu sẵn một cặp"
)
@click.option("--tokens", "paste", is_flag=True, help="Dán sẵn token lấy từ API Explorer")
@explained
def login(config_file: Path, redirect: str, verifier: str, paste: bool) -> None:
    """Đăng nhập OA: lấy token lần đầu, hoặc lấy lại khi cảnh báo báo mất token."""
    settings = config.load(config_file)
    if not settings.zalo_oa.app_secret:
        raise click.ClickException(
            "Chưa bật Zalo OA: điền zalo_oa.app_id trong config.yaml và đặt ZALO_APP_SECRET."
        )
    obtain = _paste(settings.zalo_oa) if paste else _consent(settings, redirect, verifier)
    try:
        pair = asyncio.run(_obtain(settings, obtain))
    except oauth.ConsentNeeded as error:
        raise click.ClickException(f"Zalo không nhận: {error}. Chạy lại từ đầu.") from error
    except SendError as error:
        raise click.ClickException(f"Không hỏi được Zalo: {error}. Thử lại sau.") from error
    click.echo(
        f"Xong: đã lưu token (lần thứ {pair.generation}), dịch vụ tự gia hạn từ nay. "
        "Dịch vụ đang chạy dùng token mới ngay, không cần chạy lại."
    )


def _consent(settings: Settings, redirect: str, given: str) -> Obtain:
    """Walk an administrator through the consent in a browser."""
    redirect = redirect or settings.public_url or click.prompt("Callback URL của ứng dụng")
    verifier, state = given or oauth.new_verifier(), secrets.token_urlsafe(8)
    address = oauth.consent_address(settings.zalo_oa, redirect, verifier, state)
    click.echo(INSTRUCTIONS.format(address=address, redirect=redirect))
    code = _code(click.prompt("Địa chỉ hoặc mã"), state)
    return lambda session: oauth.redeem(session, settings.zalo_oa, code, verifier)


def _code(pasted: str, state: str) -> str:
    """The code in the pasted address, or the pasted code itself."""
    pasted = pasted.strip()
    query = parse_qs(urlsplit(pasted).query)
    if "code" not in query:
        if "://" in pasted:
            raise click.ClickException("Trong địa chỉ không có `code=`. Bạn đã bấm Cho phép chưa?")
        return pasted
    if query.get("state", [state])[0] != state:
        raise click.ClickException("Địa chỉ này của lần đăng nhập khác. Chạy lại từ đầu.")
    return query["code"][0]


def _paste(settings: ZaloOa) -> Obtain:
    """Tokens that somebody has got elsewhere: exchanged at once, which shows that they are good."""
    refresh = click.prompt("refresh_token", hide_input=True).strip()
    return lambda session: oauth.renew(session, settings, refresh)


async def _obtain(settings: Settings, obtain: Obtain) -> Pair:
    """Get a new pair and commit it at once."""
    database = open_database(settings)
    try:
        with database.transaction() as tx:
            vault = fitting_vault(settings, tx)
        async with ClientSession() as session:
            granted = await obtain(session)
        return await tokens.keep(database, vault, settings.zalo_oa, granted, utc_now())
    finally:
        database.close()
