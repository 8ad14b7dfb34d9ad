"""`vneid-bot progress …`: official figures by ward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import click

from bot.booking import ward_figures
from bot.booking import wards as places
from bot.booking.ward_figures import Change, Figures, Reading
from bot.cli.accounts import BY_COMMAND
from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.documents.file import Faults
from bot.ops.deployment import open_database, utc_now
from bot.store.booking import ward_figures as store
from bot.store.database import Transaction
from bot.store.staff import audit
from bot.store.values import Ids


@click.group(name="progress")
def progress_group() -> None:
    """Số liệu chính thức theo phường: chỉ tiêu, đã thu, đã kích hoạt."""


@progress_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Ghi thật; không có thì chỉ xem trước")
@config_option
@explained
def import_(file: Path, yes: bool, config_file: Path) -> None:
    """Nạp số liệu theo phường từ tệp Excel hoặc CSV. Có lỗi ở dòng nào thì không ghi gì."""
    wards = places.load()
    reading = ward_figures.read(file.name, file.read_bytes(), wards)
    with closing(open_database(config.load(config_file))) as database, database.transaction() as tx:
        changes = _sound(file.name, reading, store.figures(tx))
        names = {ward.code: ward.name for ward in wards}
        click.echo("\n".join((*reading.passed, *_told(changes, names))))
        count = _keep(tx, changes) if yes else 0
    if yes:
        click.echo(f"Đã ghi: {count} phường thay đổi.")
    else:
        click.echo("Đây là bản xem trước, chưa ghi gì. Thêm --yes để ghi.")


def _sound(name: str, reading: Reading, known: Mapping[str, Figures]) -> list[Change]:
    """What the table changes; raises `Faults`."""
    changes = ward_figures.changes(known, reading.given)
    faults = (*reading.faults, *ward_figures.impossible(name, changes))
    if faults:
        raise Faults(faults)
    return changes


def _told(changes: Iterable[Change], names: Mapping[str, str]) -> Iterator[str]:
    for change in changes:
        if not change.same:
            parts = f" (cộng từ: {'; '.join(change.given.names)})" if change.given.names else ""
            before = _numbers(change.before) if change.before else "mới"
            yield f"  {names[change.ward]}: {before} → {_numbers(change.after)}{parts}"


def _numbers(figures: Figures) -> str:
    return f"{figures.target}/{figures.collected}/{figures.activated}"


def _keep(tx: Transaction, changes: Iterable[Change]) -> int:
    now = utc_now()
    count = store.put(tx, changes, id=Ids().new(now), account=BY_COMMAND, now=now)
    audit.write(tx, now, BY_COMMAND, "nhập số liệu phường", detail=f"{count} phường thay đổi")
    return count


@progress_group.command("undo")
@config_option
@explained
def undo(config_file: Path) -> None:
    """Hoàn tác lần nhập gần nhất."""
    with closing(open_database(config.load(config_file))) as database, database.transaction() as tx:
        last = store.last(tx)
        count = store.undo(tx, last.id, utc_now()) if last else None
        if last is None or count is None:
            raise click.ClickException("không có lần nhập nào để hoàn tác")
        audit.write(
            tx, utc_now(), BY_COMMAND, "hoàn tác số liệu phường", last.id, f"{count} phường"
        )
    click.echo(f"Đã hoàn tác: {count} phường trở lại số trước đó.")
