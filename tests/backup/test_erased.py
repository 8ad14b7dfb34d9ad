"""Who is erased stays erased: no restore brings them back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.core.config import Settings
from bot.core.config.backup import Backup
from bot.core.crypto import Vault
from bot.core.messages import Address
from bot.ops.backup import BadBackup, archive, erased
from bot.ops.backup.erasures import Erasures
from bot.store.alerts import Alarm
from bot.store.database import Database, SqliteDatabase
from bot.store.people import erasure, erasure_log
from bot.store.people.erasure_log import Erased
from bot.store.values import Ids, stamp
from handlers.turn import erased_mark
from tests.backup.conftest import KEY, NAME, write
from tests.support.people import Clock
from tests.support.schema import columns

DATA_KEY = "a made-up key"
VAULT = Vault(DATA_KEY)
AN = Address("web", "an")
OTHER = "Trần Thị Khác"
PHONE = "84900000001"


@pytest.fixture
def made(source: Database, tmp_path: Path, clock: Clock) -> Path:
    """A backup that holds a booking of An and a message to somebody else."""
    with source.transaction() as tx:
        tx.rows("DELETE FROM outbox")
        write(tx, clock, "other", Address("telegram", "1002"), OTHER)
    return archive.make(Path(source.path), tmp_path / "kept", KEY, clock.now)[0]


def erase(source: Database, clock: Clock, *people: Address) -> str:
    """As the dialogue does it."""
    ids = Ids()
    with source.transaction() as tx:
        for person in people:
            erasure.erase(tx, person, clock.now, clock.now, nobody=ids.new(clock.now))
        marks = [erased_mark(VAULT, person) for person in people]
        return erasure_log.record(tx, marks, clock.now, lambda: ids.new(clock.now))


def watching(source: Database, folder: Path, clock: Clock, key: str = DATA_KEY) -> Erasures:
    settings = Settings(backup=Backup(folder=str(folder)))
    return Erasures(settings, source, Vault(key), clock, Alarm(source, clock, "backup"))


@pytest.fixture
async def code(source: Database, made: Path, clock: Clock) -> str:
    """An was erased an hour after the backup, and the service has seen it."""
    clock.now += timedelta(hours=1)
    code = erase(source, clock, AN)
    await watching(source, made.parent, clock).look(made.parent)
    return code


@pytest.fixture
def config(source: Database, tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text(
        "database: data/vneid.db\ndata_key: ${VNEID_DATA_KEY}\n"
        "backup: {folder: kept, key: '${VNEID_BACKUP_KEY}'}\n"
    )
    return file


def vneid(config: Path, *arguments: object, key: str = DATA_KEY) -> Result:
    runner = CliRunner(env={"VNEID_BACKUP_KEY": KEY, "VNEID_DATA_KEY": key})
    return runner.invoke(main, [*map(str, arguments), "--config", str(config)])


def everything(file: Path) -> bytes:
    return b"".join(found.read_bytes() for found in file.parent.glob(f"{file.name}*"))


def test_who_was_erased_after_the_backup_is_not_in_what_is_restored(
    config: Path, made: Path, code: str, tmp_path: Path
) -> None:
    to = tmp_path / "back" / "vneid.db"
    result = vneid(config, "restore", made, to)
    assert result.exit_code == 0, result.output
    assert "Đã xóa lại 1 tài khoản" in result.output
    left = everything(to)
    assert NAME.encode() not in left
    assert OTHER.encode() in left
    with closing(SqliteDatabase(to)) as opened, opened.transaction() as tx:
        assert erasure_log.find(tx, code) is not None  # the receipt is as genuine as before
        assert AN not in erasure.everybody(tx)


def test_no_byte_of_name_and_phone_is_left_of_who_is_erased_again(
    source: Database, tmp_path: Path, clock: Clock
) -> None:
    """Both from the same file, before and after."""
    sealed = VAULT.seal(PHONE)
    with source.transaction() as tx:
        tx.rows("UPDATE bookings SET phone = :phone", phone=sealed)
        tx.rows("DELETE FROM outbox")
    file, _ = archive.make(Path(source.path), tmp_path / "kept", KEY, clock.now)
    to = tmp_path / "vneid.db"
    archive.write_out(file, KEY, to)
    traces = [NAME.encode(), sealed.encode()]
    assert [trace for trace in traces if trace in everything(to)] == traces
    again = {Erased(stamp(clock.now), erased_mark(VAULT, AN), "AAAAAA")}
    assert erased.erase_again(to, again, VAULT, clock.now) == 1
    left = everything(to)
    assert [trace for trace in traces if trace in left] == []


def test_the_drill_counts_who_would_be_erased_again(config: Path, made: Path, code: str) -> None:
    result = vneid(config, "restore", "--check", made)
    assert result.exit_code == 0, result.output
    assert "Đã xóa lại 1 tài khoản" in result.output


def test_who_was_erased_before_the_backup_and_came_back_stays(
    source: Database, config: Path, tmp_path: Path, clock: Clock
) -> None:
    erase(source, clock, AN)
    with source.transaction() as tx:
        tx.rows("DELETE FROM outbox")
        write(tx, clock, "again", AN, NAME)
    clock.now += timedelta(hours=1)
    file, _ = archive.make(Path(source.path), tmp_path / "kept", KEY, clock.now)
    erased.keep(file.parent, VAULT, [one(clock, -1, "BEFORE")], clock.now - timedelta(days=1))
    to = tmp_path / "new.db"
    assert "Đã xóa lại 0 tài khoản" in vneid(config, "restore", file, to).output
    assert NAME.encode() in everything(to)


def test_without_a_list_a_restore_says_so(config: Path, made: Path) -> None:
    assert "không thấy danh sách" in vneid(config, "restore", "--check", made).output


def test_with_another_data_key_nothing_is_restored(
    config: Path, made: Path, code: str, tmp_path: Path
) -> None:
    to = tmp_path / "new.db"
    result = vneid(config, "restore", made, to, key="another made-up key")
    assert result.exit_code == 1
    assert "không phải khóa" in result.output
    without = vneid(config, "restore", made, to, key="")
    assert without.exit_code == 1
    assert "cần khóa dữ liệu" in without.output
    assert not list(tmp_path.glob("new.db*"))


def test_the_list_tells_nothing_to_who_has_no_key(made: Path, code: str) -> None:
    text = (made.parent / erased.NAME).read_text()
    assert code in text
    assert not [word for word in (NAME, AN.channel, f" {AN.user}", PHONE) if word in text]
    assert (made.parent / erased.NAME).stat().st_mode & 0o777 == 0o600


def one(clock: Clock, hours: int, code: str) -> Erased:
    return Erased(stamp(clock.now + timedelta(hours=hours)), f"mark-{code}", code)


def kept(folder: Path) -> Iterable[str]:
    return sorted(each.code for each in erased.read(folder / erased.NAME, VAULT))


def test_the_list_grows_and_forgets_what_no_backup_is_older_than(
    tmp_path: Path, clock: Clock
) -> None:
    first, second, third = (one(clock, hours, code) for hours, code in enumerate("ABC"))
    erased.keep(tmp_path, VAULT, [first], clock.now)
    erased.keep(tmp_path, VAULT, [first, second], clock.now)
    assert kept(tmp_path) == ["A", "B"]
    erased.keep(tmp_path, VAULT, [third], clock.now + timedelta(hours=1))
    assert kept(tmp_path) == ["B", "C"]


def test_a_line_that_a_crash_cut_off_is_written_again(tmp_path: Path, clock: Clock) -> None:
    first, second = one(clock, 0, "A"), one(clock, 1, "B")
    erased.keep(tmp_path, VAULT, [first, second], clock.now)
    file = tmp_path / erased.NAME
    file.write_bytes(file.read_bytes()[:-1])
    assert kept(tmp_path) == ["A"]
    erased.keep(tmp_path, VAULT, [first, second], clock.now)
    assert kept(tmp_path) == ["A", "B"]


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / erased.NAME).write_text("something else\n")
    with pytest.raises(BadBackup, match="không phải danh sách"):
        erased.read(tmp_path / erased.NAME, VAULT)


async def test_a_list_that_cannot_be_written_is_told_to_officers_once(
    source: Database, made: Path, code: str, clock: Clock
) -> None:
    watch = watching(source, made.parent, clock, key="another made-up key")
    for _ in range(2):
        await watch.look(made.parent)
    with source.transaction() as tx:
        (alert,) = tx.rows("SELECT text FROM alerts")
    assert "danh sách người đã xin xóa" in alert["text"]


def test_a_backup_by_hand_keeps_the_list_too(
    source: Database, config: Path, made: Path, clock: Clock
) -> None:
    clock.now += timedelta(hours=1)
    code = erase(source, clock, AN)
    assert vneid(config, "backup").exit_code == 0
    assert kept(made.parent) == [code]


def test_after_a_restore_by_other_tools_the_list_is_applied_by_a_command(
    config: Path, source: Database, made: Path, code: str, clock: Clock
) -> None:
    with source.transaction() as tx:
        write(tx, clock, "back", AN, NAME)
    source.close()
    at = "2026-11-24 10:00:00"
    result = vneid(config, "db", "erase-again", made.parent, "--since", at)
    assert "đã xóa lại 1 tài khoản" in result.output, result.output
    with closing(SqliteDatabase(source.path)) as opened, opened.transaction() as tx:
        assert AN not in erasure.everybody(tx)


def test_every_table_about_people_is_looked_through(database: Database) -> None:
    direct = {
        name
        for name, found in columns(database).items()
        if {"channel", "person"} <= found and name in {rule.table for rule in erasure.PERSONAL}
    }
    assert {name for name in direct if f"FROM {name}" not in erasure.EVERYBODY} == set()
