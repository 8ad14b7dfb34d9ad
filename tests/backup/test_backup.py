"""Backups made while the service writes, drilled, and restored."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.ops.backup import BadBackup, archive
from bot.ops.backup.folder import listed
from bot.ops.backup.restore import drill, restore
from bot.store import key_value, snapshot
from bot.store.database import Database, SqliteDatabase, Transaction
from tests.backup.conftest import KEY, NAME, write
from tests.support.people import Clock


def big(tx: Transaction, number: int) -> None:
    """A row of 4 MB, which is one step of the copy."""
    key_value.put(tx, f"big-{number}", "x" * 4_000_000)


@pytest.fixture
def made(source: Database, tmp_path: Path, clock: Clock) -> Path:
    return archive.make(Path(source.path), tmp_path / "backups", KEY, clock.now)[0]


async def test_a_backup_made_while_the_service_writes_is_one_state_of_it(
    source: Database, tmp_path: Path, clock: Clock
) -> None:
    """Each transaction writes two rows: a copy that tears one apart has an odd number. The file is
    big enough to be copied in several steps, with commits between them."""
    await source.run(lambda tx: [big(tx, number) for number in range(4)])

    def two(number: int) -> Callable[..., None]:
        def work(tx: object) -> None:
            write(tx, clock, f"row-{number}-a")
            write(tx, clock, f"row-{number}-b")

        return work

    backup = asyncio.create_task(
        asyncio.to_thread(archive.make, Path(source.path), tmp_path / "to", KEY, clock.now)
    )
    written = 0
    while not backup.done():
        written += 1
        await source.run(two(written))
    file, manifest = await backup
    assert written > 1
    assert manifest.counts["outbox"] % 2 == 1  # with the one of the beginning
    assert drill(file, KEY, clock.now).faults == ()


def test_a_backup_is_readable_by_its_owner_only_and_leaves_nothing_beside_it(
    made: Path, source: Database
) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in made.parent.iterdir()] == [made.name]
    beside = {file.name for file in Path(source.path).parent.iterdir()}
    assert not {name for name in beside if name.startswith(archive.TEMPORARY)}
    assert NAME.encode() not in made.read_bytes()


def test_what_a_crash_left_behind_goes_with_the_next_backup(
    made: Path, source: Database, clock: Clock
) -> None:
    beside = Path(source.path).parent / f"{archive.TEMPORARY}of-a-crash"
    beside.mkdir()
    (beside / archive.DATABASE).write_text(NAME)
    made.with_suffix(".part").write_text("half a backup")
    archive.make(Path(source.path), made.parent, KEY, clock.now)
    assert not beside.exists()
    assert [file.name for file in made.parent.iterdir()] == [made.name]


def test_the_drill_tells_what_would_be_lost_and_how_long_it_takes(made: Path, clock: Clock) -> None:
    found = drill(made, KEY, clock.now + timedelta(hours=3))
    assert found.faults == ()
    assert found.lost == timedelta(hours=3)
    assert found.took > timedelta()
    assert found.manifest.counts["bookings"] == found.manifest.counts["audit"] == 1


BROKEN = {
    "giờ hẹn có nhiều người hơn": "UPDATE slots SET capacity = 0 WHERE booked = 1",
    "nhiều lịch hẹn hơn": "UPDATE slots SET booked = 0",
    "lịch hẹn không có giờ": "UPDATE bookings SET slot = NULL",
    "không có hạn": "UPDATE bookings SET held_until = NULL",
    "không biết ai gửi": "UPDATE outbox SET state = 'sending', owner = NULL",
    "không có giờ gửi": "UPDATE outbox SET state = 'sent'",
    "trạng thái không thể có": "UPDATE bookings SET before = 'served'",
    "nhật ký": "UPDATE audit SET account = 'khac'",
}


@pytest.mark.parametrize("told", BROKEN)
def test_a_rule_that_does_not_hold_fails_the_drill(
    source: Database, tmp_path: Path, clock: Clock, told: str
) -> None:
    file = Path(source.path)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(BROKEN[told])
    if told == "trạng thái không thể có":  # SQLite sees it itself
        with pytest.raises(BadBackup, match="có lỗi nên không sao lưu được"):
            archive.make(file, tmp_path / "to", KEY, clock.now)
        return
    made, _ = archive.make(file, tmp_path / "to", KEY, clock.now)
    assert any(told in fault for fault in drill(made, KEY, clock.now).faults)


def test_two_live_bookings_of_one_person_fail_the_drill(
    source: Database, tmp_path: Path, clock: Clock
) -> None:
    with source.transaction() as tx:
        tx.rows("DROP INDEX one_live_booking")
        (row,) = tx.rows("SELECT * FROM bookings")
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        again = {**row, "id": "another", "code": "ZZZZZZ", "slot": None, "state": "arrived"}
        again |= {"before": "new"}
        tx.rows(f"INSERT INTO bookings ({names}) VALUES ({values})", **again)  # noqa: S608 - the schema's names
    made, _ = archive.make(Path(source.path), tmp_path / "to", KEY, clock.now)
    (fault,) = drill(made, KEY, clock.now).faults
    assert "hai lịch hẹn" in fault


def test_what_was_restored_is_what_was_there_and_the_service_opens_it(
    made: Path, tmp_path: Path, clock: Clock
) -> None:
    to = tmp_path / "back" / "vneid.db"
    restore(made, KEY, to)
    assert snapshot.counts(to) == drill(made, KEY, clock.now).manifest.counts
    opened = SqliteDatabase(to)
    with opened.transaction() as tx:
        assert tx.rows("SELECT name FROM bookings") == [{"name": NAME}]
    opened.close()
    assert to.stat().st_mode & 0o777 == 0o600


def test_nothing_is_ever_restored_over_something(made: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("important")
    with pytest.raises(BadBackup, match="không ghi đè"):
        restore(made, KEY, there)
    assert there.read_text() == "important"
    (tmp_path / "new.db-wal").touch()
    with pytest.raises(BadBackup, match=r"new\.db-wal"):
        restore(made, KEY, tmp_path / "new.db")


def test_a_damaged_backup_leaves_no_database_behind(made: Path, tmp_path: Path) -> None:
    content = bytearray(made.read_bytes())
    content[-20] ^= 1
    made.write_bytes(content)
    with pytest.raises(BadBackup, match="hỏng"):
        restore(made, KEY, tmp_path / "new.db")
    assert not list(tmp_path.glob("new.db*"))


def test_a_source_that_is_broken_is_not_backed_up_and_old_backups_stay(
    made: Path, source: Database, clock: Clock
) -> None:
    source.close()
    with Path(source.path).open("r+b") as file:
        file.seek(8 * 4096)
        file.write(os.urandom(40 * 4096))
    with pytest.raises(BadBackup, match="Cơ sở dữ liệu có lỗi"):
        archive.make(Path(source.path), made.parent, KEY, clock.now + timedelta(days=1))
    assert [one.file for one in listed(made.parent)] == [made]


def test_a_backup_that_cannot_be_read_back_gets_no_name(tmp_path: Path) -> None:
    def unreadable(part: Path) -> None:
        raise BadBackup(part.read_text())

    target = tmp_path / "vneid-20261124T030000Z.backup"
    with (
        pytest.raises(BadBackup, match="damaged"),
        archive.whole_or_not_at_all(target, unreadable) as file,
    ):
        file.write(b"damaged")
    assert list(tmp_path.iterdir()) == []


def test_only_one_backup_runs_at_a_time(source: Database, tmp_path: Path, clock: Clock) -> None:
    with archive._alone(Path(source.path)), pytest.raises(BadBackup, match="đang chạy"):
        archive.make(Path(source.path), tmp_path / "to", KEY, clock.now)


# --- the commands ------------------------------------------------------------------------------


@pytest.fixture
def config(source: Database, tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text("database: data/vneid.db\nbackup: {folder: kept, key: '${VNEID_BACKUP_KEY}'}\n")
    return file


def vneid(config: Path, *arguments: str, key: str = KEY) -> Result:
    runner = CliRunner(env={"VNEID_BACKUP_KEY": key, "VNEID_DATA_KEY": "a made-up key"})
    return runner.invoke(main, [*arguments, "--config", str(config)])


def test_backup_drill_and_restore_by_hand(config: Path, tmp_path: Path) -> None:
    first = vneid(config, "backup")
    assert first.exit_code == 0, first.output
    (file,) = (tmp_path / "kept").glob("*.backup")
    assert str(file) in first.output
    checked = vneid(config, "restore", "--check", str(file))
    assert checked.exit_code == 0, checked.output
    assert "RPO" in checked.output
    assert "RTO" in checked.output
    assert "Đạt" in checked.output
    to = tmp_path / "new.db"
    restored = vneid(config, "restore", str(file), str(to))
    assert restored.exit_code == 0, restored.output
    assert "VNEID_DATA_KEY" in restored.output
    again = vneid(config, "restore", str(file), str(to))
    assert again.exit_code == 1
    assert "không ghi đè" in again.output


def test_what_is_wrong_is_told_in_one_line(config: Path, tmp_path: Path) -> None:
    vneid(config, "backup")
    (file,) = (tmp_path / "kept").glob("*.backup")
    told = {
        "không phải khóa": vneid(config, "restore", "--check", str(file), key=KEY + "x"),
        "không phải bản sao lưu": vneid(config, "restore", "--check", str(config)),
        "cần khóa": vneid(config, "backup", key=""),
        "--check": vneid(config, "restore", str(file)),
    }
    assert {words: (words in r.output, r.exit_code > 0) for words, r in told.items()} == (
        dict.fromkeys(told, (True, True))
    )
    assert all("Traceback" not in result.output for result in told.values())


def test_a_drill_that_fails_says_so_by_its_exit_code(
    config: Path, source: Database, tmp_path: Path
) -> None:
    with source.transaction() as tx:
        tx.rows("UPDATE audit SET account = 'khac'")
    vneid(config, "backup")
    (file,) = (tmp_path / "kept").glob("*.backup")
    result = vneid(config, "restore", "--check", str(file))
    assert result.exit_code == 1
    assert "nhật ký: dòng 1 đã bị sửa" in result.output


def test_postgresql_is_pointed_to_its_own_tools(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("database: postgresql://made-up/vneid\ndata_key: ${VNEID_DATA_KEY}\n")
    result = vneid(file, "backup")
    assert result.exit_code == 1
    assert "docs/backup.md" in result.output
