"""A database that cannot be used: told in plain words by every command, with exit code 1."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.store.database import DatabaseFault, DatabaseUnfit, SqliteDatabase, usable
from bot.store.database.unfit import CLOSED, DISK, FULL, LOCKED, NO_DATABASE, unfit
from tests.support.paths import FAQ
from tests.support.service import write_config

COMMANDS = {
    "serve": ["serve"],
    "chat": ["chat"],
    "officer add": ["officer", "add", "thu", "--role", "officer"],
    "officer alerts": ["officer", "alerts"],
    "officer day": ["officer", "day", "mau-a"],
    "audit verify": ["audit", "verify"],
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, faq=FAQ)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A database that another program holds."""
    file = tmp_path / "held.db"
    SqliteDatabase(file).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield file


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config)])


def told(result: Result, *words: str) -> bool:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    return all(word in result.output for word in words)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_file_that_is_no_database_is_told_and_left_alone(
    command: list[str], config: Path
) -> None:
    file = config.parent / "vneid.db"
    file.write_text("thư của bà, không phải cơ sở dữ liệu\n" * 50, encoding="utf-8")
    before = file.read_bytes()
    assert told(run(config, *command), "không phải cơ sở dữ liệu", "restore", str(file))
    assert file.read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_in_place_of_the_file_is_told(command: list[str], config: Path) -> None:
    (config.parent / "vneid.db").mkdir()
    assert told(run(config, *command), "không ghi được", "không phải thư mục")


def test_a_folder_in_which_nothing_can_be_made_is_told_by_the_start(config: Path) -> None:
    """What stands in the folder's place is a file."""
    (config.parent / "data").write_text("")
    text = config.read_text(encoding="utf-8").replace("vneid.db", "data/vneid.db")
    config.write_text(text, encoding="utf-8")
    assert told(run(config, "serve"), "không ghi được")


def test_a_backup_of_what_is_no_database_is_told(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config.parent / "vneid.db").write_text("không phải cơ sở dữ liệu\n" * 50, encoding="utf-8")
    monkeypatch.setenv("VNEID_BACKUP_KEY", "a-made-up-key-for-backups")
    with config.open("a", encoding="utf-8") as file:
        file.write("backup: {key: '${VNEID_BACKUP_KEY}'}\n")
    result = run(config, "backup", "--to", str(tmp_path / "copies"))
    assert told(result, "không phải cơ sở dữ liệu")
    assert not list((tmp_path / "copies").iterdir())


def test_a_locked_database_cannot_be_opened_and_says_why(locked: Path) -> None:
    with pytest.raises(DatabaseUnfit, match="chương trình khác đang giữ"), usable(str(locked)):
        SqliteDatabase(locked, patience=0)


def test_a_database_locked_after_it_was_opened_is_a_fault_that_passes(tmp_path: Path) -> None:
    file = tmp_path / "open.db"
    with (
        closing(SqliteDatabase(file, patience=0)) as database,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseFault, match="locked"), database.transaction():
            pass


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("made up")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), LOCKED),
        (sqlite_error(sqlite3.SQLITE_FULL), FULL),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), DISK),
        (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), CLOSED),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), NO_DATABASE),
        (OSError(errno.ENOSPC, "made up"), FULL),
        (PermissionError(errno.EACCES, "made up"), CLOSED),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_state_of_a_file_has_its_own_words(error: Exception, reason: str) -> None:
    assert str(unfit("a.db", error)) == reason.format(name="a.db")


@pytest.mark.parametrize(
    "make", [lambda: sqlite_error(sqlite3.SQLITE_ERROR), lambda: ValueError("x")]
)
def test_a_fault_of_the_program_is_not_taken_for_one_of_the_file(
    make: Callable[[], Exception],
) -> None:
    with pytest.raises(type(make())), usable("a.db"):
        raise make()
