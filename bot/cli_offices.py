"""`vneid-bot offices …`: the places where people are served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot import config, offices, opening, places
from bot.app import open_database, utc_now
from bot.calendar import VIETNAM
from bot.cli_faults import explained
from bot.cli_officer import config_option
from bot.config import Settings
from bot.offices import OfficeRow
from bot.store import offices as office_store
from bot.store import slots
from bot.store.database import Transaction


class Preview(Exception):
    """Nothing is to be kept: the transaction is undone."""


@click.group(name="offices")
def offices_group() -> None:
    """Nơi làm: xem, nạp danh sách và giờ làm."""


@offices_group.command("list")
@config_option
@explained
def list_(config_file: Path) -> None:
    """Các nơi đang mở, giờ làm và số chỗ còn trống."""
    settings = config.load(config_file)
    with closing(open_database(settings)) as database, database.transaction() as tx:
        lines = list(_listed(tx, settings, utc_now()))
    none = "Chưa có nơi nào. Nạp danh sách: vneid-bot offices import TỆP"
    click.echo("\n".join(lines) or none)


def _listed(tx: Transaction, settings: Settings, now: datetime) -> Iterator[str]:
    until = now + timedelta(days=settings.booking.horizon_days)
    for office in office_store.all_open(tx):
        free = sum(left for _, left in slots.days(tx, office.id, now, until))
        yield f"{office.id:20} {office.name} – {office.address}"
        yield f"{'':20} {office.hours.weekly or 'theo ngày riêng'}; còn {free} chỗ"


@offices_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Ghi thật; không có thì chỉ xem trước")
@config_option
@explained
def import_(file: Path, yes: bool, config_file: Path) -> None:
    """Nạp danh sách nơi làm từ tệp YAML hoặc CSV. Lịch đã đặt không bị đụng đến."""
    settings = config.load(config_file)
    services = tuple(service.id for service in settings.booking.services)
    rows = offices.read(file, places.load(), services)
    with (
        closing(open_database(settings)) as database,
        suppress(Preview),
        database.transaction() as tx,
    ):
        for line in apply(tx, rows, settings, utc_now()):
            click.echo(line)
        if not yes:
            raise Preview
    click.echo("Đã ghi." if yes else "Đây là bản xem trước, chưa ghi gì. Thêm --yes để ghi.")


def apply(
    tx: Transaction, rows: Sequence[OfficeRow], settings: Settings, now: datetime
) -> Iterator[str]:
    """Write *rows* and their places; yields what changes, and which bookings are affected."""
    today = now.astimezone(VIETNAM).date()
    last = today + timedelta(days=settings.booking.horizon_days)
    before = set(slots.affected(tx, now))
    for row in rows:
        known = office_store.get(tx, row.id)
        office_store.put(tx, row, now)
        office = office_store.get(tx, row.id)
        if office is not None and office != known:
            opening.fill(tx, office, today, last)
        change = "thêm" if known is None else "giữ nguyên" if office == known else "sửa"
        yield f"  {change:10}  {row.id}  {row.name}"
    affected = [code for code in slots.affected(tx, now) if code not in before]
    yield f"{len(rows)} nơi. Lịch đã đặt bị ảnh hưởng: {len(affected)}"
    yield from (f"  mã hẹn {code}" for code in affected)
