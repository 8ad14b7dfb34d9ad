"""`vneid-bot card`: the picture of an answer as a file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.faults import explained
from bot.cli.officer import config_option
from bot.core import config
from bot.core.clock import VIETNAM
from bot.faq import entries
from bot.ops.deployment import utc_now
from bot.outreach import card_page, cards


@click.command()
@click.argument("entry")
@click.option("--out", type=click.Path(path_type=Path), help="Tệp PNG (mặc định: ENTRY.png)")
@config_option
@explained
def card(entry: str, out: Path | None, config_file: Path) -> None:
    """Vẽ ảnh câu trả lời của mục ENTRY, để gửi Zalo hay nhóm."""
    settings = config.load(config_file)
    found = entries.load(Path(settings.faq)).entries.get(entry)
    if found is None:
        raise click.ClickException(f"không có mục {entry!r}; xem tên mục bằng: vneid-bot faq try")
    file = out or Path(f"{entry}.png")
    today = utc_now().astimezone(VIETNAM).date()
    file.write_bytes(card_page.draw(cards.of(found, settings, today)))
    click.echo(f"{found.title}: {file}")
