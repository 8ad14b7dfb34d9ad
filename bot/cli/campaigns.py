"""`vneid-bot campaign list | dry-run | pause | resume | stop`: what may be needed in a hurry. Writing,
launching and approving need two people's names, so they are the desk's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click

from bot.booking import wards
from bot.cli.accounts import BY_COMMAND
from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.clock import local
from bot.core.config import Settings
from bot.ops.deployment import open_database, utc_now
from bot.outreach import batches, rates
from bot.outreach import dry_run as counting
from bot.outreach.dry_run import Told
from bot.store.campaigns import campaigns
from bot.store.campaigns.campaigns import Campaign
from bot.store.database import Database, Transaction
from bot.store.staff import audit

STATES = {
    "draft": "nháp", "waiting": "chờ duyệt", "running": "đang chạy", "paused": "tạm dừng",
    "stopped": "đã dừng", "done": "đã xong",
}  # fmt: skip


@click.group()
def campaign() -> None:
    """Đợt tin tuyên truyền: xem, chạy thử, tạm dừng, chạy tiếp, dừng hẳn."""


@campaign.command("list")
@config_option
@explained
def list_(config_file: Path) -> None:
    """Các đợt tin, mới nhất trước."""
    with _open(config_file) as (_, database), database.transaction() as tx:
        lines = [_line(tx, one) for one in campaigns.newest(tx)]
    click.echo("\n".join(lines) or "Chưa có đợt tin nào; soạn ở /desk/campaigns.")


def _line(tx: Transaction, one: Campaign) -> str:
    states = batches.counts(tx, one.id)
    span = f"{local(one.plan.starts_at):%d/%m %H:%M} đến {local(one.plan.ends_at):%d/%m %H:%M}"
    done = f"đã gửi {states.get('sent', 0)}, chờ {states.get('due', 0) + states.get('sending', 0)}"
    return f"{one.id}  {STATES[one.state]:9}  {span}  {done}\n    {one.plan.name}"


@campaign.command("dry-run")
@click.argument("id_", metavar="ID")
@config_option
@explained
def dry_run(id_: str, config_file: Path) -> None:
    """Đếm xem đợt tin ID đến được bao nhiêu người, tốn bao nhiêu, bao giờ xong. Không gửi gì."""
    with _open(config_file) as (settings, database):
        with database.transaction() as tx:
            found = _find(tx, id_)
        told = _count(settings, database, found, utc_now())
    for channel, one in told.counts.items():
        left = one.opted_out + one.unreachable + one.enough + one.silent + one.twice
        click.echo(f"{channel:9} {one.people} người (bằng mẫu tin: {one.by_form}), bỏ qua {left}")
    end = f"{local(told.done_at):%H:%M %d/%m/%Y}" if told.done_at else "không kịp trong hạn"
    click.echo(f"Tổng {told.people} người; mẫu tin Zalo {told.cost} đồng; xong: {end}")
    click.echo(counting.LATE)


def _count(settings: Settings, database: Database, found: Campaign, now: datetime) -> Told:
    speeds = rates.of(settings)
    counted = counting.begin(found.plan, settings, wards.load(), speeds)
    while not counted.done:
        with database.transaction() as tx:
            counted = counting.step(tx, counted, now)
    return counting.told(counted, found.plan, settings, speeds, now)


@campaign.command()
@click.argument("id_", metavar="ID")
@config_option
@explained
def pause(id_: str, config_file: Path) -> None:
    """Tạm dừng đợt tin ID: không tin nào đi ra nữa cho đến khi chạy tiếp."""
    _move(config_file, id_, campaigns.pause, "tạm dừng đợt tin", "Đã tạm dừng.")


@campaign.command()
@click.argument("id_", metavar="ID")
@config_option
@explained
def resume(id_: str, config_file: Path) -> None:
    """Chạy tiếp đợt tin ID từ chỗ đã tạm dừng."""
    _move(config_file, id_, campaigns.resume, "chạy tiếp đợt tin", "Đã chạy tiếp.")


@campaign.command()
@click.argument("id_", metavar="ID")
@config_option
@explained
def stop(id_: str, config_file: Path) -> None:
    """Dừng hẳn đợt tin ID; không chạy lại được."""
    _move(config_file, id_, _stop, "dừng hẳn đợt tin", "Đã dừng hẳn.")


def _stop(tx: Transaction, id_: str, now: datetime) -> bool:
    return batches.stop(tx, id_, now)


def _move(
    config_file: Path,
    id_: str,
    act: Callable[[Transaction, str, datetime], bool],
    what: str,
    said: str,
) -> None:
    with _open(config_file) as (_, database), database.transaction() as tx:
        found = _find(tx, id_)
        if not act(tx, id_, utc_now()):
            raise click.ClickException(f"đợt tin này đang ở trạng thái: {STATES[found.state]}")
        audit.write(tx, utc_now(), BY_COMMAND, what, id_)
    click.echo(said)


def _find(tx: Transaction, id_: str) -> Campaign:
    found = campaigns.get(tx, id_)
    if found is None:
        raise click.ClickException(f"không có đợt tin {id_}; xem: vneid-bot campaign list")
    return found


@contextmanager
def _open(config_file: Path) -> Iterator[tuple[Settings, Database]]:
    settings = config.load(config_file)
    with closing(open_database(settings)) as database:
        yield settings, database
