"""The `vneid-bot` command."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path

import click

from bot.cli import faq_commands, visits
from bot.cli.accounts import audit_group
from bot.cli.backup import backup, restore_command
from bot.cli.campaigns import campaign
from bot.cli.card import card
from bot.cli.db import db
from bot.cli.faq import faq
from bot.cli.faults import Explaining, explained
from bot.cli.officer import officer
from bot.cli.offices import offices_group
from bot.cli.posters import poster, posters_group
from bot.cli.progress import progress_group
from bot.cli.zalo import zalo
from bot.core import config
from bot.ops import logs

DEFAULT_CONFIG = Path(__file__).parents[2] / "config.yaml"


def _load(config_file: Path | None, faq: Path | None) -> config.Settings:
    """Settings of *config_file*, of ./config.yaml, or of the checkout's, in this order."""
    here = Path("config.yaml")
    file = config_file or (here if here.exists() else DEFAULT_CONFIG)
    settings = config.load(file)
    return settings.model_copy(update={"faq": str(faq.resolve())}) if faq else settings


config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Tệp cấu hình (mặc định: config.yaml)",
)
faq_option = click.option(
    "--faq",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Thư mục FAQ khác",
)


@click.group(cls=Explaining)
@click.version_option(package_name="vneid-bot")
def main() -> None:
    """Trợ lý VNeID: trả lời người dân về VNeID, căn cước và Đề án 06."""


@main.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Cổng khác trong config.yaml")
@explained
def serve(config_file: Path | None, port: int | None) -> None:
    """Chạy dịch vụ: web, và mọi kênh đã có token."""
    from bot import server

    logs.start()
    settings = _load(config_file, None)
    logs.start(settings.log, config.secrets_of(settings))
    logs.take_in_libraries(settings.log, config.secrets_of(settings))
    if port is not None:
        listen = settings.listen.model_copy(update={"port": port})
        settings = settings.model_copy(update={"listen": listen})
    sys.exit(server.run(settings))


@main.command()
@click.argument("question", nargs=-1, required=True)
@config_option
@faq_option
@explained
def ask(question: tuple[str, ...], config_file: Path | None, faq: Path | None) -> None:
    """Hỏi một câu, in câu trả lời rồi thoát. Không lưu gì."""
    from bot import server

    logs.start(level=logging.ERROR)
    settings = _load(config_file, faq)
    with server.terminal(settings, remember=False) as terminal:
        click.echo(asyncio.run(terminal.say(" ".join(question))))


@main.command()
@config_option
@faq_option
@click.option("--start", "payload", default="", help="Mở như bấm đường dẫn sâu có mã này")
@explained
def chat(config_file: Path | None, faq: Path | None, payload: str) -> None:
    """Trò chuyện ở đây; gõ số để bấm nút, Ctrl-D để thôi."""
    from bot import server

    logs.start(level=logging.ERROR)
    settings = _load(config_file, faq)
    with server.terminal(settings, remember=True) as terminal:
        click.echo(asyncio.run(terminal.open(payload)))
        with contextlib.suppress(click.Abort, EOFError):
            while True:
                text = click.prompt("\nBạn", prompt_suffix=": ", default="", show_default=False)
                click.echo("\n" + asyncio.run(terminal.say(text)))
    click.echo("\nTạm biệt!")


for command in faq_commands.COMMANDS:
    faq.add_command(command)
for name, command in visits.COMMANDS.items():
    officer.add_command(command, name)
main.add_command(faq)
main.add_command(officer)
main.add_command(audit_group)
main.add_command(backup)
main.add_command(restore_command)
main.add_command(card)
main.add_command(campaign)
main.add_command(offices_group)
main.add_command(progress_group)
main.add_command(poster)
main.add_command(posters_group)
main.add_command(db)
main.add_command(zalo)
