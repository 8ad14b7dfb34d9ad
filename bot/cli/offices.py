"""`vneid-bot offices …`: the places where people are served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot.booking import offices, wards
from bot.booking.offices import OfficeRow
from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.config import Settings
from bot.jobs import change_hours
from bot.ops.deployment import open_database, utc_now
from bot.store.booking import offices as office_store
from bot.store.booking import slots
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from bot.store.database import Transaction
from bot.store.values import Ids
from handlers.texts import dates

FIELDS = {
    "name": "tên",
    "address": "địa chỉ",
    "ward": "phường xã",
    "latitude": "vị trí",
    "longitude": "vị trí",
    "services": "việc",
    "hours": "giờ làm",
}


class Preview(Exception):
    """Nothing is to be kept: the transaction is undone."""


@click.group(name="offices")
def offices_group() -> None:
    """Nơi làm: xem, nạp danh sách và giờ làm."""


@offices_group.command("list")
@config_option
@explained
def list_(config_file: Path) -> None:
    """Các nơi làm, giờ làm và số chỗ còn trống."""
    settings = config.load(config_file)
    with closing(open_database(settings)) as database, database.transaction() as tx:
        lines = list(_listed(tx, settings, utc_now()))
    none = "Chưa có nơi nào. Nạp danh sách: vneid-bot offices import TỆP"
    click.echo("\n".join(lines) or none)


def _listed(tx: Transaction, settings: Settings, now: datetime) -> Iterator[str]:
    until = now + timedelta(days=settings.booking.horizon_days)
    for office in office_store.all_known(tx):
        free = sum(left for _, left in slots.days(tx, office.id, now, until))
        yield f"{office.id:20} {office.name} – {office.address}"
        left = f"còn {free} chỗ" if office.open else "đã thôi nhận hẹn"
        yield f"{'':20} {office.hours.weekly or 'theo ngày riêng'}; {left}"


@offices_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Ghi thật; không có thì chỉ xem trước")
@config_option
@explained
def import_(file: Path, yes: bool, config_file: Path) -> None:
    """Nạp danh sách nơi làm từ tệp YAML hoặc CSV. Lịch đã đặt không bị đụng đến."""
    settings = config.load(config_file)
    services = tuple(service.id for service in settings.booking.services)
    rows = offices.read(file, wards.load(), services)
    with closing(open_database(settings)) as database:
        for row in rows:  # one short transaction for each: the service goes on meanwhile
            with suppress(Preview), database.transaction() as tx:
                for line in change(tx, row, settings, utc_now()):
                    click.echo(line)
                if not yes:
                    raise Preview
        with database.transaction() as tx:
            for line in _left_out(tx, {row.id for row in rows}):
                click.echo(line)
    click.echo("Đã ghi." if yes else "Đây là bản xem trước, chưa ghi gì. Thêm --yes để ghi.")


def change(tx: Transaction, row: OfficeRow, settings: Settings, now: datetime) -> Iterator[str]:
    """Write *row* and its places; yields what changes, and whose bookings are affected."""
    known = office_store.get(tx, row.id)
    office_store.put(tx, row, now)
    office = office_store.get(tx, row.id)
    if office is None or office == known:
        yield f"  giữ nguyên  {row.id}  {row.name}"
        return
    ids = Ids()
    turned = change_hours.refill(
        tx, office, settings.booking.horizon_days, now, lambda: ids.new(now)
    )
    yield f"  {_changed(known, office):10}  {row.id}  {row.name}"
    if turned.gone:
        yield f"    {len(turned.gone)} lịch đã đặt bị ảnh hưởng, bot sẽ mời đổi lịch:"
        yield from map(_visit, turned.gone)
    if turned.back:
        yield f"    {len(turned.back)} lịch đã đặt được làm lại đúng giờ, ai đã được báo thì bot báo lại:"
        yield from map(_visit, turned.back)


def _changed(known: Office | None, office: Office) -> str:
    """What is new about *office*, in an officer's words."""
    if known is None:
        return "thêm"
    if known.open != office.open:
        return "nhận hẹn lại" if office.open else "thôi nhận hẹn"
    names = (name for field, name in FIELDS.items() if _differs(field, known, office))
    return f"sửa {', '.join(dict.fromkeys(names))}"


def _differs(field: str, known: Office, office: Office) -> bool:
    return bool(getattr(known, field) != getattr(office, field))


def _visit(booking: Booking) -> str:
    return f"    mã hẹn {booking.code}  {dates.moment(booking.starts_at)}"


def _left_out(tx: Transaction, given: set[str]) -> Iterator[str]:
    """Offices that the file says nothing of stay as they are."""
    for office in office_store.all_open(tx):
        if office.id not in given:
            yield f"  ngoài tệp   {office.id}  {office.name} – giữ nguyên"
