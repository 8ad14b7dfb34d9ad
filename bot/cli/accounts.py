"""`vneid-bot officer add | reset | disable | list` and `vneid-bot audit verify`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from bot.cli.faults import explained
from bot.cli.officer import config_option, officer
from bot.core import config
from bot.desk import passwords
from bot.desk.roles import TITLES, Role
from bot.ops.deployment import open_database, utc_now
from bot.store.booking import offices
from bot.store.database import Transaction
from bot.store.staff import accounts, audit, chat_accounts

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
BY_COMMAND = "lệnh trên máy chủ"


@contextmanager
def _transaction(config_file: Path) -> Iterator[Transaction]:
    database = open_database(config.load(config_file))
    with closing(database), database.transaction() as tx:
        yield tx


@officer.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--office", "bound", multiple=True, help="Chỉ cho nơi này; không ghi là mọi nơi")
@config_option
@explained
def add(name: str, role: str, bound: tuple[str, ...], config_file: Path) -> None:
    """Thêm người làm việc ở bàn cán bộ; in ra mật khẩu dùng một lần."""
    if not NAME.fullmatch(name):
        raise click.ClickException("tên gồm 2-32 chữ thường không dấu, số, dấu . _ -")
    password = passwords.one_time()
    hash_ = passwords.hashed(password)
    with _transaction(config_file) as tx:
        if unknown := [one for one in bound if offices.get(tx, one) is None]:
            told = f"không có nơi nào có id {', '.join(unknown)}; xem: vneid-bot offices list"
            raise click.ClickException(told)
        if not accounts.add(tx, name, role, bound, hash_, utc_now()):
            raise click.ClickException(f"đã có người tên {name}")
        audit.write(tx, utc_now(), BY_COMMAND, "thêm tài khoản", name, role)
    click.echo(f"{name}, {TITLES[Role(role)]}, {', '.join(bound) or 'mọi nơi'}")
    click.echo(f"Mật khẩu dùng một lần: {password}")
    click.echo("Đưa tận tay; lần đầu đăng nhập ở /desk sẽ phải đổi.")


@officer.command("reset")
@click.argument("name")
@config_option
@explained
def reset(name: str, config_file: Path) -> None:
    """Quên mật khẩu hoặc mất điện thoại: in ra mật khẩu dùng một lần mới, tắt mã hai lớp, mọi phiên
    đang mở bị thoát."""
    password = passwords.one_time()
    hash_ = passwords.hashed(password)
    with _transaction(config_file) as tx:
        if not accounts.set_password(tx, name, hash_, must_change=True):
            raise click.ClickException(f"không có ai tên {name}")
        accounts.set_totp(tx, name, "")
        chat_accounts.unlink(tx, name)
        audit.write(tx, utc_now(), BY_COMMAND, "đặt lại mật khẩu", name)
    click.echo(f"Mật khẩu dùng một lần: {password}")
    click.echo("Mã hai lớp đã tắt: đăng nhập không cần mã 6 số, vào rồi bật lại ở trang tài khoản.")


@officer.command("disable")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Mở lại")
@config_option
@explained
def disable(name: str, undo: bool, config_file: Path) -> None:
    """Khóa một tài khoản ngay lập tức; --undo để mở lại."""
    with _transaction(config_file) as tx:
        if not accounts.set_disabled(tx, name, disabled=not undo):
            raise click.ClickException(f"không có ai tên {name}")
        chat_accounts.unlink(tx, name)
        audit.write(tx, utc_now(), BY_COMMAND, "mở tài khoản" if undo else "khóa tài khoản", name)
    click.echo(f"Đã {'mở lại' if undo else 'khóa'} {name}.")


@officer.command("list")
@config_option
@explained
def list_(config_file: Path) -> None:
    """Ai có tài khoản ở bàn cán bộ."""
    with _transaction(config_file) as tx:
        found = accounts.everyone(tx)
    for one in found:
        state = " (đã khóa)" if one.disabled else " (chưa đổi mật khẩu)" if one.must_change else ""
        where = ", ".join(one.offices) or "mọi nơi"
        click.echo(f"{one.id:20} {TITLES[Role(one.role)]}; {where}{state}")
    if not found:
        click.echo("Chưa có ai. Thêm: vneid-bot officer add TÊN --role admin")


@click.group(name="audit")
def audit_group() -> None:
    """Nhật ký việc làm của cán bộ."""


@audit_group.command()
@config_option
@explained
def verify(config_file: Path) -> None:
    """Soát chuỗi nhật ký: dòng nào bị sửa hay bị mất thì báo."""
    with _transaction(config_file) as tx:
        found = list(audit.faults(tx))
        count = len(audit.newest(tx, count=1 << 30))
    if found:
        click.echo("\n".join(found), err=True)
        raise SystemExit(1)
    click.echo(f"Nhật ký nguyên vẹn: {count} dòng.")
