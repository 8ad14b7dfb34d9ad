"""`vneid-bot db copy`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from bot.cli.faults import explained
from bot.config import Settings
from bot.deployment import AlreadyRunning, lock
from bot.store.database import DatabaseUnfit, is_shared, open_database, shown
from bot.store.database.copying import copy

RUNNING = "dịch vụ đang chạy với {name}; tắt nó trước, để không tin nào bị bỏ lại"
KEY = (
    "Số điện thoại và token vẫn mã hóa bằng khóa cũ: đặt VNEID_DATA_KEY như trước; trước nay chưa đặt thì "
    "lấy nội dung tệp .key cạnh tệp SQLite."
)


@click.group("db")
def db() -> None:
    """Cơ sở dữ liệu."""


@db.command("copy")
@click.argument("source", metavar="TỪ")
@click.argument("target", metavar="ĐẾN")
@explained
def copy_(source: str, target: str) -> None:
    """Chép tất cả sang cơ sở dữ liệu khác (tệp SQLite, hoặc postgresql://…), rồi đối chiếu từng bảng.

    Nơi đến phải trống; có lỗi giữa chừng thì nó vẫn trống. Mật khẩu PostgreSQL đặt ở ~/.pgpass hoặc
    biến môi trường PGPASSWORD."""
    if not is_shared(source) and not Path(source).is_file():
        raise click.ClickException(f"không có tệp {source}")
    with (
        _alone(source) as here,
        _alone(target) as there,
        here.transaction() as left,
        there.transaction() as right,
    ):
        rows = copy(left, right, _tell)
    click.echo(f"Đã chép và đối chiếu {rows} dòng: {shown(source)} → {shown(target)}")
    click.echo(KEY)


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"  {table:20} {rows:>10} dòng, khớp")


@contextmanager
def _alone(name: str) -> Iterator[Any]:
    """The database *name*, which nobody serves from meanwhile."""
    try:
        held = lock(Settings(database=name))
    except AlreadyRunning as running:
        raise DatabaseUnfit(RUNNING.format(name=shown(name))) from running
    with held, closing(open_database(name)) as database:
        if database.used_by_others():
            raise DatabaseUnfit(RUNNING.format(name=shown(name)))
        yield database
