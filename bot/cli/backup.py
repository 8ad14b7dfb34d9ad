"""`vneid-bot backup` and `vneid-bot restore`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.crypto import Vault, beside
from bot.ops.backup import BadBackup, archive, erased
from bot.ops.backup.archive import Manifest
from bot.ops.backup.folder import listed, rotate
from bot.ops.backup.restore import Erase, drill, restore
from bot.ops.deployment import fits, fitting_vault, found_vault, open_database, utc_now
from bot.store import snapshot
from bot.store.people import erasure_log

NO_KEY = (
    "chưa có khóa: đặt biến môi trường VNEID_BACKUP_KEY (openssl rand -hex 32) và cất một bản của khóa "
    "ở nơi khác; mất khóa thì không bản sao lưu nào mở được"
)
POSTGRES = (
    "Cơ sở dữ liệu là PostgreSQL: sao lưu bằng công cụ của PostgreSQL (pg_dump, pg_basebackup, "
    "pgBackRest). Từng bước, đã thử: docs/backup.md, mục PostgreSQL."
)
AFTER = """\
Đã phục hồi vào {to}.
Việc cần làm tiếp:
  1. Dịch vụ phải đang TẮT. Trỏ `database` trong config.yaml vào tệp này (hoặc dời tệp vào chỗ cũ).
  2. Đặt lại khóa dữ liệu: VNEID_DATA_KEY, hoặc tệp {key}. Khóa KHÔNG nằm trong bản
     sao lưu; sai khóa thì dịch vụ không chạy.
  3. Chạy `vneid-bot serve`: tin đang gửi dở được gửi lại (có thể trùng), tin đã hết hạn thì bỏ.
  4. Nếu dùng Zalo OA: `vneid-bot zalo login` một lần."""
NOT_SEEN = "CHÚ Ý: ở đây chưa có khóa dữ liệu (VNEID_DATA_KEY hoặc tệp .key), nên chưa soát được khóa có đúng không."
OTHER_KEY = (
    "Khóa dữ liệu đang đặt (VNEID_DATA_KEY, hoặc tệp .key cạnh cơ sở dữ liệu) không phải khóa của bản sao lưu này. "
    "Đặt lại đúng khóa: sai khóa thì không đọc được số điện thoại và token Zalo."
)
ERASED = "Đã xóa lại {count} tài khoản xin xóa dữ liệu sau lúc sao lưu."
NO_LIST = (
    "CHÚ Ý: không thấy danh sách người đã xin xóa dữ liệu (erased.list) cạnh bản sao lưu, nên ai xin xóa "
    "sau {at} thì đã trở lại và phải xóa lại."
)


def told(command: Callable[..., Any]) -> Callable[..., Any]:
    """A backup that cannot be made or used is told in one line, with exit code 1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except BadBackup as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise click.ClickException(f"{error.strerror or error}{where}") from error

    return run


def _key(settings: Settings) -> str:
    if not settings.backup.key:
        raise BadBackup(NO_KEY)
    return settings.backup.key


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Thư mục khác trong cấu hình")
@config_option
@explained
@told
def backup(folder: Path | None, config_file: Path) -> None:
    """Sao lưu ngay: chép trong lúc dịch vụ vẫn chạy, kiểm tra, mã hóa, xóa bản quá cũ."""
    settings = config.load(config_file)
    if settings.shared:
        raise BadBackup(POSTGRES)
    place = folder or (Path(settings.backup.folder) if settings.backup.folder else None)
    if place is None:
        raise BadBackup(
            "chưa biết cất vào đâu: đặt backup.folder trong config.yaml, hoặc dùng --to"
        )
    if not Path(settings.database).is_file():
        raise BadBackup(f"chưa có cơ sở dữ liệu {settings.database}")
    file, manifest = archive.make(Path(settings.database), place, _key(settings), utc_now())
    gone = rotate(place, settings.backup.keep)
    size = file.stat().st_size
    click.echo(f"{file}\n{sum(manifest.counts.values())} dòng, {_mb(manifest.bytes)} → {_mb(size)}")
    click.echo(f"Đã đọc lại và kiểm tra. Xóa {len(gone)} bản cũ.")
    _keep_list(settings, place)


def _keep_list(settings: Settings, place: Path) -> None:
    """Of who was erased since the oldest backup there: the service does it in its own folder only."""
    since = listed(place)[0].at
    with closing(open_database(settings)) as database, database.transaction() as tx:
        found, vault = erasure_log.recorded(tx, since), fitting_vault(settings, tx)
    erased.keep(place, vault, found, since)


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("to", type=click.Path(path_type=Path), required=False)
@click.option("--check", is_flag=True, help="Chỉ diễn tập: phục hồi vào chỗ tạm và soát")
@config_option
@explained
@told
def restore_command(file: Path, to: Path | None, check: bool, config_file: Path) -> None:
    """Phục hồi bản sao lưu FILE vào tệp TO (chưa có), hoặc diễn tập với --check."""
    settings = config.load(config_file)
    key, erase = _key(settings), _eraser(settings, file.parent)
    if check == (to is not None):
        raise click.UsageError("Ghi TO để phục hồi, hoặc --check để diễn tập.")
    if to is None:
        _drill(file, key, erase)
        return
    manifest, count = restore(file, key, to, erase)
    click.echo(AFTER.format(to=to, key=beside(to)))
    click.echo(_erased(count, manifest))


def _eraser(settings: Settings, beside: Path) -> Erase:
    """What a restore does about who was erased after the backup *beside* a list of them."""
    folders = {beside.resolve(), Path(settings.backup.folder or beside).resolve()}

    def erase(restored: Path, manifest: Manifest) -> int | None:
        vault = found_vault(settings)
        _see_that_it_fits(vault, restored)
        found = erased.after(folders, manifest.moment, vault)
        if not found or vault is None:
            return None if found is None else 0
        return erased.erase_again(restored, found, vault, utc_now())

    return erase


def _see_that_it_fits(vault: Vault | None, restored: Path) -> None:
    if vault is None:
        click.echo(NOT_SEEN)
        return
    with snapshot.reading(restored) as tx:
        if not fits(vault, tx):
            raise BadBackup(OTHER_KEY)


def _erased(count: int | None, manifest: Manifest) -> str:
    at = f"{manifest.moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    return NO_LIST.format(at=at) if count is None else ERASED.format(count=count)


def _drill(file: Path, key: str, erase: Erase) -> None:
    found = drill(file, key, utc_now(), erase)
    at = found.manifest.moment.astimezone(VIETNAM)
    rows = sum(found.manifest.counts.values())
    click.echo(f"Bản sao lưu lúc {at:%H:%M %d/%m/%Y}: {rows} dòng, {_mb(found.manifest.bytes)}")
    click.echo(
        f"RPO: mất dữ liệu của {_span(found.lost)} gần nhất nếu phải dùng bản này ngay bây giờ"
    )
    click.echo(
        f"RTO: {found.took.total_seconds():.1f} giây để phục hồi và soát (chưa kể khởi động)"
    )
    if found.faults:
        raise BadBackup("Bản sao lưu có lỗi:\n" + "\n".join(f"  - {one}" for one in found.faults))
    click.echo("Đạt: toàn vẹn, đủ dòng, đúng mọi quy tắc.")
    click.echo(_erased(found.erased, found.manifest))


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} giờ {minutes % 60} phút"
