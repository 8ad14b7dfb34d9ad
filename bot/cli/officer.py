"""What officers can do from a terminal: see who waits for an answer, answer, read alerts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bot.core import config
from bot.core.clock import local
from bot.ops.deployment import open_database, utc_now
from bot.store.database import Row, Transaction
from bot.store.people import erasure_log
from bot.store.staff import inbox
from bot.store.values import Ids, moment
from handlers.questions.handoff import reply_to

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default="config.yaml",
    help="Tệp cấu hình (mặc định: config.yaml)",
)


@click.group()
def officer() -> None:
    """Việc của cán bộ: xem người đang chờ, trả lời, xem cảnh báo."""


@officer.command()
@config_option
def waiting(config_file: Path) -> None:
    """Ai đang chờ cán bộ trả lời, và họ hỏi gì."""
    with _transaction(config_file) as tx:
        rows = inbox.waiting(tx)
    click.echo("\n".join(map(_line, rows)) if rows else "Không có ai đang chờ.")


@officer.command()
@click.argument("number")
@click.argument("text", nargs=-1, required=True)
@config_option
def answer(number: str, text: tuple[str, ...], config_file: Path) -> None:
    """Trả lời người có mã NUMBER (xem lệnh waiting); họ nhận ngay trong khung chat của họ."""
    now = utc_now()
    with _transaction(config_file) as tx:
        done = reply_to(tx, number, " ".join(text), now, Ids().new(now))
    if not done:
        raise click.ClickException(f"Không có ai đang chờ với mã {number}; xem lại lệnh waiting.")
    click.echo("Đã gửi. Người hỏi nhận được trong vài giây.")


@officer.command()
@config_option
def alerts(config_file: Path) -> None:
    """Những việc dịch vụ không tự làm được: tin không gửi được, FAQ có lỗi…"""
    with _transaction(config_file) as tx:
        rows = inbox.alerts(tx)
    click.echo("\n".join(map(_line, rows)) if rows else "Không có cảnh báo nào.")


@officer.command()
@click.argument("code")
@config_option
def erased(code: str, config_file: Path) -> None:
    """Biên nhận xóa dữ liệu CODE (XÓA-…) có thật không, xóa lúc nào."""
    number = code.strip().upper().removeprefix("XÓA-").removeprefix("XOA-")
    with _transaction(config_file) as tx:
        at = erasure_log.find(tx, number)
    if at is None:
        raise click.ClickException(f"Không có lần xóa nào mang biên nhận {code}.")
    click.echo(f"Đã xóa lúc {local(moment(at)):%H:%M, %d/%m/%Y}; không còn gì để tra thêm.")


@contextmanager
def _transaction(config_file: Path) -> Iterator[Transaction]:
    database = open_database(config.load(config_file))
    try:
        with database.transaction() as tx:
            yield tx
    finally:
        database.close()


def _line(row: Row) -> str:
    at = local(moment(row["at"]))
    what = row.get("channel") or row["kind"]
    return f"{row['id']}  {at:%d/%m %H:%M}  {what}\n    {row['text']}"
