"""`vneid-bot db`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.ops.backup import BadBackup, erased
from bot.ops.deployment import AlreadyRunning, lock, open_vault, take_key, utc_now
from bot.store import check as invariants
from bot.store.database import DatabaseUnfit, is_shared, open_database, shown
from bot.store.database.copying import copy

RUNNING = "dịch vụ đang chạy với {name}; tắt nó trước, để không tin nào bị bỏ lại"
OTHER = "{name}: ghi một tệp SQLite, hoặc postgresql://người_dùng@máy/tên"
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
    if "://" not in source and not Path(source).is_file():
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


@db.command("erase-again")
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(path_type=Path, file_okay=False))
@click.option("--since", required=True, type=click.DateTime(), help="Lúc sao lưu, giờ Việt Nam")
@config_option
@explained
def erase_again(folder: Path, since: datetime, config_file: Path) -> None:
    """Sau khi phục hồi PostgreSQL bằng công cụ của nó: xóa lại những người xin xóa dữ liệu sau lúc sao lưu,
    theo tệp erased.list trong THƯ_MỤC. Dịch vụ phải đang tắt."""
    settings = config.load(config_file)
    vault = open_vault(settings)
    try:
        found = erased.after([folder], since.replace(tzinfo=VIETNAM), vault)
    except BadBackup as error:
        raise click.ClickException(str(error)) from error
    if found is None:
        raise click.ClickException(f"không có tệp {folder / erased.NAME}")
    with _alone(settings.database) as database:
        count = erased.erase_in(database, found, vault, utc_now())
    click.echo(f"Danh sách có {len(found)} lần xóa từ lúc đó; đã xóa lại {count} tài khoản.")


@db.command("check")
@config_option
@explained
def check(config_file: Path) -> None:
    """Soát những điều phải đúng trong cơ sở dữ liệu: không giờ nào quá chỗ, nhật ký liền mạch… Dùng sau khi
    phục hồi PostgreSQL, trước khi chạy dịch vụ."""
    settings = config.load(config_file)
    with closing(open_database(settings.database)) as database, database.transaction() as tx:
        faults = list(invariants.faults(tx))
    if faults:
        raise click.ClickException("\n".join(["có điều không đúng:", *faults]))
    click.echo("Đạt: đúng mọi quy tắc.")


@db.command("new-key")
@config_option
@explained
def new_key(config_file: Path) -> None:
    """Khóa dữ liệu cũ đã mất hẳn: từ nay dùng khóa đang đặt. Dịch vụ phải đang tắt.

    Số điện thoại và token Zalo đã ghi bằng khóa cũ không đọc được nữa; áp phích đã in phải làm lại."""
    settings = config.load(config_file)
    with _alone(settings.database) as database, database.transaction() as tx:
        take_key(settings, tx)
    click.echo("Từ nay dùng khóa đang đặt. Dùng Zalo OA thì chạy `vneid-bot zalo login` một lần.")


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"  {table:20} {rows:>10} dòng, khớp")


@contextmanager
def _alone(name: str) -> Iterator[Any]:
    """The database *name*, which nobody serves from meanwhile."""
    if "://" in name and not is_shared(name):
        raise DatabaseUnfit(OTHER.format(name=shown(name)))
    try:
        held = lock(Settings(database=name))
    except AlreadyRunning as running:
        raise DatabaseUnfit(RUNNING.format(name=shown(name))) from running
    with held, closing(open_database(name)) as database:
        if database.used_by_others():
            raise DatabaseUnfit(RUNNING.format(name=shown(name)))
        yield database
