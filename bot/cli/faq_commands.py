"""Commands for the people who keep the FAQ: check, try, test, gaps, schema.

Exit codes: 0 all is well, 1 something is to be mended, 2 the command could not run.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bot.cli import faq_output as show
from bot.core import config, privacy
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.documents.file import Fault, Faults
from bot.core.likeness import closest
from bot.core.messages import Reply
from bot.faq import entries, explain, gaps, lint, regression, review, schema
from bot.faq.editing.add_line import Edit, EditRefused, add_item
from bot.faq.entries import Faq
from bot.faq.matching.matcher import Matcher, Result, Thresholds
from bot.store.people import unanswered
from handlers import preview
from handlers.questions import ask
from handlers.texts import common

CHECKOUT = Path(__file__).parents[2] / "config.yaml"
ACCEPTED = Path(regression.FOLDER) / "accepted.json"

Command = Callable[..., Any]


def _explained(command: Command) -> Command:
    """Faults that keep a command from running are printed one under the other."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Faults as faults:
            click.echo(f"Có {len(faults.faults)} lỗi cần sửa:\n{faults}", err=True)
            sys.exit(2)

    return run


def _options(command: Command) -> Command:
    """`--faq` and `--config` become one argument: the settings, with the folder in them."""

    @click.option(
        "--faq",
        "folder",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Thư mục FAQ khác (mặc định: theo config.yaml)",
    )
    @click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Tệp cấu hình (mặc định: config.yaml)",
    )
    @_explained
    @functools.wraps(command)
    def run(*args: Any, folder: Path | None, config_file: Path | None, **kwargs: Any) -> Any:
        return command(*args, settings=_settings(config_file, folder), **kwargs)

    return run


def _settings(config_file: Path | None, folder: Path | None) -> Settings:
    """Of the file given, ./config.yaml or the checkout's; with a folder given none is needed."""
    here = Path("config.yaml")
    file = config_file or (here if here.exists() else CHECKOUT)
    settings = config.load(file) if file.exists() or folder is None else Settings()
    return settings.model_copy(update={"faq": str(folder)}) if folder else settings


def _folder(settings: Settings) -> Path:
    """The FAQ folder as people write it from where they are."""
    return Path(os.path.relpath(settings.faq))


def _thresholds(settings: Settings) -> Thresholds:
    return Thresholds(**settings.matching.model_dump())


def _matcher(settings: Settings) -> Matcher:
    return Matcher.build(entries.load(_folder(settings)), _thresholds(settings))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _today(context: click.Context, option: click.Parameter, value: datetime | None) -> date:
    return value.date() if value else datetime.now(UTC).astimezone(VIETNAM).date()


today_option = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_today,
    help="Coi như hôm nay là ngày này (năm-tháng-ngày)",
)


@click.command()
@_options
@today_option
@click.option("--strict", is_flag=True, help="Điều nên xem cũng tính là lỗi")
@click.option("--quick", is_flag=True, help="Bỏ phần hỏi thử từng câu (lâu nhất)")
def check(settings: Settings, today: date, strict: bool, quick: bool) -> None:
    """Tìm mọi lỗi trong thư mục FAQ, mỗi lỗi một dòng tệp:dòng:cột và cách sửa."""
    folder = _folder(settings)
    found = lint.check(folder, preview.house(today, quick, _thresholds(settings)))
    _print(show.findings(found, folder, lint.count_entries(folder)))
    if any(finding.serious or strict for finding in found):
        sys.exit(1)


@click.command("try")
@click.argument("question", nargs=-1, required=True)
@_options
@today_option
@click.option("--top", type=click.IntRange(1, 8), default=5, help="Số mục hiện ra")
def try_(question: tuple[str, ...], settings: Settings, today: date, top: int) -> None:
    """Thử một câu hỏi: bot chọn mục nào, vì sao, và câu trả lời trông thế nào trên mỗi kênh."""
    matcher = _matcher(settings)
    asked = " ".join(question)
    result = matcher.match(asked)
    shown = [(matcher.faq.entries[m.entry], m.confidence) for m in result.matches[:top]]
    reasons = [(entry, confidence, explain.why(entry, asked)) for entry, confidence in shown]
    _print(show.ranking(result, reasons))
    reply = _reply(matcher.faq, result, settings, today)
    _print(show.looks(reply, preview.previews(reply)))


def _reply(faq: Faq, result: Result, settings: Settings, today: date) -> Reply:
    """What the person would get; voting needs a question's id, which is made up here."""
    best = [faq.entries[match.entry].on(today) for match in result.matches]
    if result.outcome == "answer" and not result.sure:
        choices = best[1 : settings.matching.choices]
        return common.likely(best[0], result.asks, choices, ask.action(best[0], settings))
    if result.outcome == "answer":
        related = [faq.entries[id_] for id_ in best[0].related if id_ in faq.entries]
        button = ask.action(best[0], settings)
        return common.first_answer(best[0], result.asks, related[:1], "thử", button)
    if result.outcome == "ask_back":
        return common.ask_back(best[: settings.matching.choices])
    if result.neighbour:
        return common.neighbour(faq.entries[result.neighbour].on(today))
    return common.admit(settings.contact)


@click.command()
@_options
@click.option("--accept", is_flag=True, help="Ghi lần chạy này làm mốc so sánh")
@click.option("--all", "everything", is_flag=True, help="Liệt kê mọi câu chưa đúng")
def test(settings: Settings, accept: bool, everything: bool) -> None:
    """Chạy các câu hỏi mẫu (questions/*.tsv): đúng bao nhiêu, và đổi gì so với lần đã chấp nhận."""
    matcher = _matcher(settings)
    rows, faults = regression.read(_folder(settings), matcher.faq.entries)
    if faults:
        raise Faults(faults)
    fared = regression.run(matcher, rows)
    _print(show.summary(fared))
    if everything:
        _print(show.fared_line(one) for one in fared if not one.fate.good)
    change = _compare(fared, _folder(settings) / ACCEPTED)
    if accept:
        _accept(fared, matcher.faq.version, _folder(settings) / ACCEPTED)
    elif change and change.broken:
        sys.exit(1)


def _compare(fared: list[regression.Fared], file: Path) -> regression.Change | None:
    if not file.exists():
        click.echo("\nChưa có mốc so sánh; chạy với --accept để ghi lần này làm mốc.")
        return None
    try:
        accepted = regression.from_json(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        hint = "xóa đi rồi chạy lại với --accept"
        raise Faults([Fault(str(file), 1, 1, "tệp mốc so sánh bị hỏng", hint)]) from error
    change = regression.compare(fared, accepted)
    _print(show.changes(change))
    return change


def _accept(fared: list[regression.Fared], version: str, file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    data = json.dumps(regression.to_json(fared, version), indent=0) + "\n"
    file.write_text(data, encoding="utf-8")
    click.echo(f"\nĐã ghi {file} (bản {version}).")


@click.command("gaps")
@_options
@click.option(
    "--since", "days", type=click.IntRange(1, 3650), default=30, help="Số ngày gần đây (30)"
)
@click.option(
    "--add", nargs=2, type=(int, str), metavar="N ID", help="Thêm câu của nhóm N vào mục ID"
)
def gaps_(settings: Settings, days: int, add: tuple[int, str] | None) -> None:
    """Điều người dân hỏi mà FAQ chưa trả lời tốt: đã che số, gom theo nhóm, từ 3 người hỏi."""
    matcher = _matcher(settings)
    if not _has_questions(settings):
        click.echo(show.no_questions(settings.database))
        return
    found = gaps.find(_unanswered(settings, days), matcher.match)
    if add is None:
        _print(show.gap_list(found, days))
        return
    edit = _addition(found, matcher.faq, _folder(settings), *add)
    edit.write()
    _print(show.added(edit, _folder(settings)))


def _has_questions(settings: Settings) -> bool:
    """False on a machine on which the service never ran."""
    return settings.shared or Path(settings.database).exists()


def _unanswered(settings: Settings, days: int) -> list[gaps.Unanswered]:
    from bot.ops.deployment import open_database

    database = open_database(settings)
    try:
        with database.transaction() as tx:
            return unanswered.since(tx, datetime.now(UTC) - timedelta(days=days))
    finally:
        database.close()


def _addition(found: gaps.Gaps, faq: Faq, folder: Path, number: int, id_: str) -> Edit:
    """The edit that keeps the group's clearest question; stops the command when there is none."""
    if not 1 <= number <= len(found.shown):
        raise click.ClickException(f"Không có nhóm số {number}; xem lại danh sách.")
    if id_ not in faq.entries:
        near = closest(id_, faq.entries)
        raise click.ClickException(
            f"Không có mục nào tên {id_!r}" + (f"; có phải {near!r}?" * bool(near))
        )
    text = found.shown[number - 1].clearest
    if text is None or gaps.masked(text) or privacy.mask(text).found:
        raise click.ClickException(
            "Câu của nhóm này có thông tin đã che, quá ngắn hoặc quá dài; hãy tự viết một câu cùng ý."
        )
    known = review.owner(faq, text)
    if known:
        raise click.ClickException(f"Câu này đã có ở mục {known}: “{text}”")
    try:
        return add_item(review.file_of(folder, id_), id_, "phrasings", text)
    except EditRefused as refused:
        raise click.ClickException(str(refused)) from refused


@click.command("schema")
@_options
def schema_(settings: Settings) -> None:
    """Ghi schema.json để trình soạn thảo nhắc khóa và báo lỗi khi gõ."""
    file = _folder(settings) / schema.NAME
    file.write_text(schema.text(), encoding="utf-8")
    click.echo(f"Đã ghi {file}.")


COMMANDS = (check, try_, test, gaps_, schema_)
