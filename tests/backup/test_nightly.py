"""The service makes a backup each night by itself, and tells when it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.config import Settings
from bot.core.config.backup import Backup
from bot.ops.backup.folder import listed
from bot.ops.backup.nightly import Nightly, due
from bot.store.alerts import Alarm
from bot.store.database import Database
from bot.store.staff import inbox
from tests.backup.conftest import KEY
from tests.support.people import Clock


def settings(database: Database, folder: Path) -> Settings:
    backup = {"folder": str(folder), "key": KEY, "keep": {"daily": 2, "weekly": 0}}
    return Settings.model_validate({"database": database.path, "backup": backup})


@pytest.fixture
def nightly(source: Database, tmp_path: Path, clock: Clock) -> Nightly:
    made = settings(source, tmp_path / "kept")
    return Nightly(made, clock, Alarm(source, clock, "backup"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("newest", "now", "expected"),
    [
        (None, "2026-11-24T10:00+07:00", True),
        ("2026-11-24T01:30:05+07:00", "2026-11-24T10:00+07:00", False),
        ("2026-11-24T01:30:05+07:00", "2026-11-25T01:29+07:00", False),
        ("2026-11-24T01:30:05+07:00", "2026-11-25T01:30+07:00", True),
        ("2026-11-23T01:30:05+07:00", "2026-11-24T00:10+07:00", False),
        ("2026-11-22T23:00:00+07:00", "2026-11-24T00:10+07:00", True),
    ],
)
def test_one_is_due_at_the_hour_and_after_a_night_that_was_missed(
    newest: str | None, now: str, expected: bool
) -> None:
    assert due(at(newest) if newest else None, at(now), "01:30") is expected


async def test_the_first_is_made_at_once_then_one_each_night_and_old_ones_go(
    nightly: Nightly, tmp_path: Path, clock: Clock
) -> None:
    times = []
    for _ in range(4):
        await nightly.look()
        await nightly.look()  # nothing is due any more
        times.append(clock.now)
        assert nightly.age() == timedelta()
        clock.move(days=1)
    assert [one.at for one in listed(tmp_path / "kept")] == times[-2:]


async def test_one_that_fails_is_told_once_tried_again_later_and_counted(
    nightly: Nightly, source: Database, tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "kept").write_text("no folder")
    for _ in range(3):
        await nightly.look()
    assert nightly.failures == 1
    clock.move(minutes=31)
    await nightly.look()
    assert nightly.failures == 2
    (alert,) = await source.run(inbox.alerts)
    assert "Không sao lưu được" in alert["text"]
    assert str(tmp_path) not in alert["text"]
    (tmp_path / "kept").unlink()
    clock.move(minutes=31)
    await nightly.look()
    assert nightly.age() == timedelta()


async def test_an_old_backup_and_none_at_all_are_warned_of(
    nightly: Nightly, source: Database, clock: Clock
) -> None:
    assert nightly.warnings() == {}
    await nightly.look()
    clock.move(hours=27)
    assert nightly.warnings() == {"backup": "none for 27 h"}
    off = Nightly(Settings(), clock, Alarm(source, clock, "backup"))
    assert "off" in off.warnings()["backup"]
    for folder, warned in (("", True), ("kept", False)):  # who was erased is listed there
        shared = Settings(database="postgresql:///made-up", backup=Backup(folder=folder))
        told = Nightly(shared, clock, Alarm(source, clock, "backup")).warnings()
        assert ("who was erased" in told.get("backup", "")) is warned
    assert off.age() is None
    await off.run()  # ends by itself
