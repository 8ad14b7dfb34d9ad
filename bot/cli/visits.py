"""`vneid-bot officer day | mark | calls | called`: the visits of a day, and whom to call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from bot.cli.officer import config_option
from bot.core import config
from bot.core.clock import VIETNAM
from bot.core.crypto import Vault
from bot.desk import call_words
from bot.ops.deployment import fitting_vault, open_database, utc_now
from bot.store.booking import bookings, offices
from bot.store.booking.bookings import Booking, State
from bot.store.database import Row, Transaction
from bot.store.outbox import calls
from bot.store.values import Ids, moment
from handlers.booking import attendance
from handlers.booking.attendance import NotMarked, TooEarly
from handlers.texts import dates

STATES = {
    State.BOOKED: "đã đặt",
    State.ARRIVED: "đã đến",
    State.SERVED: "làm xong",
    State.NO_SHOW: "không đến",
}
MARKS = {"arrived": State.ARRIVED, "served": State.SERVED, "no-show": State.NO_SHOW}


@click.command()
@click.argument("office")
@click.argument("day", required=False, type=click.DateTime(["%d/%m/%Y", "%Y-%m-%d"]))
@config_option
def day_command(office: str, day: datetime | None, config_file: Path) -> None:
    """Lịch hẹn một ngày ở nơi có id OFFICE; không ghi ngày (27/11/2026) thì là hôm nay."""
    on = day.date() if day else utc_now().astimezone(VIETNAM).date()
    settings = config.load(config_file)
    with closing(open_database(settings)) as database, database.transaction() as tx:
        place = offices.get(tx, office)
        if place is None:
            known = ", ".join(one.id for one in offices.all_open(tx)) or "chưa có nơi nào"
            raise click.ClickException(f"Không có nơi nào có id {office}; đang có: {known}")
        found = visits_of(tx, office, on)
    coming = sum(booking.answer == "coming" for booking in found)
    click.echo(f"{place.name}, {dates.day_name(on)}: {len(found)} lịch, {coming} báo sẽ đến")
    for booking in found:
        click.echo(_visit_line(booking))


def visits_of(tx: Transaction, office: str, day: date) -> list[Booking]:
    """Who is expected on *day* on Vietnam's calendar, or was; not who cancelled."""
    start = datetime.combine(day, datetime.min.time(), VIETNAM)
    found = bookings.of_day(tx, office, start, start + timedelta(days=1))
    return [booking for booking in found if booking.state in STATES]


def _visit_line(booking: Booking) -> str:
    at = booking.starts_at.astimezone(VIETNAM)
    answer = "báo sẽ đến" if booking.answer == "coming" else ""
    name = booking.name or "(gọi bằng mã)"
    line = f"{at:%H:%M}  {booking.code}  {name:24}  {STATES[booking.state]:10}  {answer}"
    return line.rstrip()


@click.command()
@click.argument("code")
@click.argument("what", type=click.Choice(list(MARKS)))
@config_option
def mark_command(code: str, what: str, config_file: Path) -> None:
    """Ghi người có mã CODE đã đến (arrived), làm xong (served) hay không đến (no-show)."""
    settings = config.load(config_file)
    now, ids, code = utc_now(), Ids(), code.upper()
    with closing(open_database(settings)) as database, database.transaction() as tx:
        try:
            booking = attendance.mark(
                tx, settings, code, MARKS[what], now, "officer", lambda: ids.new(now)
            )
        except NotMarked as error:
            raise click.ClickException(_not_marked(code, error.state)) from error
        except TooEarly as error:
            what = "giờ" if error.on_the_day else "ngày"
            raise click.ClickException(f"Chưa đến {what} hẹn của mã {code}.") from error
    click.echo(f"Đã ghi mã {code}: {STATES[booking.state]}.")


def _not_marked(code: str, state: State | None) -> str:
    if state is None:
        return f"Không có mã hẹn {code}; xem lại lệnh day."
    return f"Không ghi được: mã {code} đang là “{STATES.get(state, 'không còn hiệu lực')}”."


@click.command()
@config_option
def calls_command(config_file: Path) -> None:
    """Những người cần gọi điện, vì tin nhắn không đến được họ."""
    settings = config.load(config_file)
    with closing(open_database(settings)) as database, database.transaction() as tx:
        found, vault = calls.waiting(tx, utc_now()), fitting_vault(settings, tx)
    lines = list(_call_lines(found, vault))
    click.echo("\n".join(lines) if lines else "Không có ai cần gọi.")


def _call_lines(found: list[Row], vault: Vault) -> Iterator[str]:
    for row in found:
        when = dates.moment(moment(row["starts_at"]))
        name = row["name"] or "(không ghi tên)"
        yield f"{row['code']}  {call_words.phone(row['phone'], vault)}  {name}  {when}  {row['office']}"
        yield f"    {call_words.kind(row['kind'])}; {call_words.reason(row['reason'])}"


@click.command()
@click.argument("code")
@config_option
def called_command(code: str, config_file: Path) -> None:
    """Đã gọi cho người có mã CODE: bỏ khỏi danh sách."""
    settings = config.load(config_file)
    with closing(open_database(settings)) as database, database.transaction() as tx:
        done = calls.done(tx, code.upper(), utc_now())
    if not done:
        raise click.ClickException(f"Mã {code} không có trong danh sách cần gọi.")
    click.echo("Đã ghi là đã gọi.")


COMMANDS = {
    "day": day_command,
    "mark": mark_command,
    "calls": calls_command,
    "called": called_command,
}
