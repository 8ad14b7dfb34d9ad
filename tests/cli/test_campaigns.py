"""`vneid-bot campaign`: what is needed in a hurry."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import main
from bot.core.messages import Address
from bot.store.database import SqliteDatabase
from tests.support.service import write_config
from tests.support.subscribers import launch, plan, subscribe

Command = Callable[..., str]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """`command("pause", "c1")`: what it prints, with a campaign `c1` to one person under way."""
    config = write_config(tmp_path)
    now = datetime.now(UTC)
    with closing(SqliteDatabase(tmp_path / "vneid.db")) as database, database.transaction() as tx:
        subscribe(tx, Address("web", "an"), now)
        launch(tx, "c1", plan(now), now)

    def run(*words: str) -> str:
        return CliRunner().invoke(main, ["campaign", *words, "--config", str(config)]).output

    return run


def test_a_campaign_is_listed_counted_paused_resumed_and_stopped(
    command: Command, tmp_path: Path
) -> None:
    assert "đang chạy" in command("list")
    told = command("dry-run", "c1")
    assert "Tổng 1 người; mẫu tin Zalo 0 đồng" in told
    assert "ai vào nhóm khi đợt đã bắt đầu thì có thể không nhận" in told
    assert command("pause", "c1") == "Đã tạm dừng.\n"
    assert "đang ở trạng thái: tạm dừng" in command("pause", "c1")
    assert command("resume", "c1") == "Đã chạy tiếp.\n"
    assert command("stop", "c1") == "Đã dừng hẳn.\n"
    assert "đã dừng" in command("list")
    with closing(SqliteDatabase(tmp_path / "vneid.db")) as database, database.transaction() as tx:
        found = tx.rows("SELECT account, what FROM audit ORDER BY number")
    assert [row["what"] for row in found] == [
        "tạm dừng đợt tin", "chạy tiếp đợt tin", "dừng hẳn đợt tin",
    ]  # fmt: skip


def test_an_unknown_campaign_says_where_to_look(command: Command) -> None:
    assert "không có đợt tin x; xem: vneid-bot campaign list" in command("stop", "x")
