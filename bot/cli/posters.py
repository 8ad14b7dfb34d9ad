"""`vneid-bot poster` makes one; `vneid-bot posters from-csv | list | retire`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from bot.cli.accounts import BY_COMMAND
from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.documents.file import Fault, Faults
from bot.faq import greetings
from bot.faq.greetings import Greetings
from bot.ops.deployment import fitting_vault, open_database, open_vault, utc_now
from bot.outreach import poster_files as files
from bot.outreach import poster_list, poster_texts, posters
from bot.outreach.poster_files import NoChannel, NoWords
from bot.outreach.poster_list import Wanted
from bot.outreach.posters import BadPlace
from bot.store.campaigns import posters as stored
from bot.store.campaigns.posters import Counted, Poster
from bot.store.database import Transaction
from bot.store.staff import audit
from bot.store.values import Ids

Command = Callable[..., Any]


def _paper(command: Command) -> Command:
    """`--size` and `--format`."""
    sizes, formats = list(files.SIZES), list(files.FORMATS)
    size = click.option("--size", type=click.Choice(sizes, case_sensitive=False), default="A3")
    kind = click.option("--format", "form", type=click.Choice(formats), default="pdf")
    return size(kind(command))


@click.command()
@click.option("--place", required=True, help='Nơi dán, ví dụ "Trạm xăng Mẫu, 12 đường Mẫu"')
@click.option("--kind", required=True, help="Loại nơi: xăng, quán, thang-máy, nhà-trọ, nhà-máy…")
@_paper
@click.option("--out", type=click.Path(path_type=Path), help="Tệp hay thư mục (mặc định: ở đây)")
@config_option
@explained
def poster(
    place: str, kind: str, size: str, form: str, out: Path | None, config_file: Path
) -> None:
    """Làm một áp phích có mã QR cho một nơi dán; làm lại thì mã vẫn như cũ."""
    settings = config.load(config_file)
    words = _words(settings)
    known = poster_list.kind_of(words, kind)
    if known is None:
        hint = poster_list.kinds_hint(words, kind)
        raise click.ClickException(f"không có loại nơi {kind!r}; {hint}")
    try:
        wanted = Wanted(0, known.id, poster_list.checked_place(place))
    except BadPlace as error:
        raise click.ClickException(str(error)) from error
    ((made, new),) = _put_up(settings, words, [wanted])
    ((name, data),) = _files(settings, words, [made], size, form)
    file = out / name if out and out.is_dir() else out or Path(name)
    file.write_bytes(data)
    state = "mã mới" if new else "đã có từ trước, giữ mã cũ"
    click.echo(f"{posters.shown(made.code)} ({state}): {file}")


@click.group(name="posters")
def posters_group() -> None:
    """Áp phích đã làm: danh sách, làm nhiều tờ, thôi dùng."""


@posters_group.command("from-csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_paper
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Thư mục, hay tệp .zip")
@click.option("--skip", is_flag=True, help="Bỏ qua dòng sai, làm các dòng đúng")
@config_option
@explained
def from_csv(file: Path, size: str, form: str, out: Path, skip: bool, config_file: Path) -> None:
    """Làm áp phích cho mọi dòng của tệp CSV (cột: Nơi dán, Loại nơi)."""
    settings = config.load(config_file)
    words = _words(settings)
    listed = poster_list.read(file.read_bytes(), file.name, words)
    if listed.faults and not skip:
        raise Faults(listed.faults)
    for fault in listed.faults:
        click.echo(f"Bỏ qua {fault}", err=True)
    made = _put_up(settings, words, listed.wanted)
    drawn = _files(settings, words, [one for one, _ in made], size, form)
    _write(out, drawn, len(made))
    new = sum(is_new for _, is_new in made)
    click.echo(f"{len(made)} áp phích ({new} mã mới) ở {out}")


@posters_group.command("list")
@click.option("--all", "everything", is_flag=True, help="Cả những tờ đã thôi dùng")
@config_option
@explained
def list_(everything: bool, config_file: Path) -> None:
    """Áp phích đang dán, và mỗi tờ đưa được bao nhiêu người đến."""
    settings = config.load(config_file)
    places = _words(settings).places
    with closing(open_database(settings)) as database, database.transaction() as tx:
        found = stored.newest(tx)
    shown = [one for one in found if everything or one.poster.retired_at is None]
    for one in shown:
        kind = places.get(one.poster.kind)
        click.echo("\n".join(_told(one, kind.name if kind else one.poster.kind)))
    if not shown:
        click.echo('Chưa có tờ nào. Làm một tờ: vneid-bot poster --place "…" --kind quán')


def _told(one: Counted, kind: str) -> Iterable[str]:
    state = "  (đã thôi dùng)" if one.poster.retired_at else ""
    yield f"{posters.shown(one.poster.code)}  {kind}: {one.poster.place}{state}"
    counts = (one.scans, one.asked, one.booked, one.arrived, one.activated)
    steps = zip(poster_texts.STEPS, counts, strict=True)
    yield "          " + ", ".join(f"{n.lower()} {poster_texts.people(c)}" for n, c in steps)


@posters_group.command("retire")
@click.argument("codes", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Dùng lại")
@config_option
@explained
def retire(codes: tuple[str, ...], undo: bool, config_file: Path) -> None:
    """Thôi dùng áp phích: ai quét được báo là tờ cũ, vẫn được trả lời."""
    settings, now = config.load(config_file), utc_now()
    wanted = [posters.typed(code) or posters.typed(f"PT-{code}") or code for code in codes]
    with closing(open_database(settings)) as database, database.transaction() as tx:
        for code in wanted:
            done = stored.restore(tx, code) if undo else stored.retire(tx, code, now, BY_COMMAND)
            if not done:
                state = "đang dán, hoặc nơi đó đã có tờ khác" if undo else "đã thôi dùng từ trước"
                why = f"{code}: {state}" if stored.get(tx, code) else f"không có mã {code}"
                raise click.ClickException(why)
            what = "dùng lại áp phích" if undo else "thôi dùng áp phích"
            audit.write(tx, now, BY_COMMAND, what, code)
    click.echo(f"{'Dùng lại' if undo else 'Thôi dùng'}: {', '.join(wanted)}")


# --- shared --------------------------------------------------------------------------------------


def _words(settings: Settings) -> Greetings:
    faults: list[Fault] = []
    found = greetings.load(Path(settings.faq), faults)
    if faults:
        raise Faults(faults)
    if not found.places:
        raise click.ClickException(poster_texts.why_not(NoWords()))
    return found


def _put_up(
    settings: Settings, words: Greetings, wanted: Sequence[Wanted]
) -> list[tuple[Poster, bool]]:
    """Register all of them or none; what cannot be drawn is not registered."""
    now, ids = utc_now(), Ids()

    def put_up(tx: Transaction, vault: Vault, one: Wanted) -> tuple[Poster, bool]:
        made, new = posters.put_up(tx, one.kind, one.place, now, BY_COMMAND, ids.new(now))
        files.sheet(made, settings, words, vault)
        if new:
            audit.write(tx, now, BY_COMMAND, "làm áp phích", made.code, made.place)
        return made, new

    try:
        with closing(open_database(settings)) as database, database.transaction() as tx:
            vault = fitting_vault(settings, tx)
            return [put_up(tx, vault, one) for one in wanted]
    except (NoChannel, NoWords) as error:
        raise click.ClickException(poster_texts.why_not(error)) from error


def _files(
    settings: Settings, words: Greetings, found: Sequence[Poster], size: str, form: str
) -> Iterable[tuple[str, bytes]]:
    return files.all_files(found, settings, words, open_vault(settings), size, form)


def _write(out: Path, drawn: Iterable[tuple[str, bytes]], count: int) -> None:
    with click.progressbar(drawn, length=count, label="Đang vẽ", file=sys.stderr) as shown:
        if out.suffix == ".zip":
            out.write_bytes(files.zipped(shown))
            return
        out.mkdir(parents=True, exist_ok=True)
        for name, data in shown:
            (out / name).write_bytes(data)
