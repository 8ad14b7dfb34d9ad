"""A database and its key belong together: no other key is taken, and none is made in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.core.config import Settings
from bot.ops.deployment import fitting_vault
from bot.store.database import Database, DatabaseUnfit
from tests.support.paths import FAQ
from tests.support.service import write_config

SETTINGS = "data_key: ${VNEID_DATA_KEY}\nbackup: {folder: kept, key: '${VNEID_BACKUP_KEY}'}\n"
RIGHT, WRONG = KEYS = ("a made-up key", "another made-up key")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Of a deployment that has served with the key RIGHT."""
    file = write_config(tmp_path, SETTINGS, FAQ)
    assert vneid(file, "officer", "calls", key=RIGHT).exit_code == 0
    return file


def vneid(config: Path, *arguments: str, key: str) -> Result:
    environment = {"VNEID_DATA_KEY": key or None, "VNEID_BACKUP_KEY": "a-made-up-key-for-backups"}
    runner = CliRunner(env=environment)
    return runner.invoke(main, [*arguments, "--config", str(config)])


@pytest.mark.parametrize("command", [["serve"], ["officer", "calls"]], ids=" ".join)
def test_another_key_is_refused_with_what_to_do(config: Path, command: list[str]) -> None:
    refused = vneid(config, *command, key=WRONG)
    assert refused.exit_code == 1
    assert "không phải khóa" in refused.output
    assert "db new-key" in refused.output


@pytest.mark.parametrize("command", [["serve"], ["officer", "calls"]], ids=" ".join)
def test_a_command_without_the_services_environment_makes_no_key(
    config: Path, command: list[str]
) -> None:
    refused = vneid(config, *command, key="")
    assert (refused.exit_code, "chưa có khóa dữ liệu" in refused.output) == (1, True)
    assert not list(config.parent.glob("*.key"))


def test_who_has_lost_the_key_goes_on_with_a_new_one(config: Path) -> None:
    assert vneid(config, "db", "new-key", key=WRONG).exit_code == 0
    assert vneid(config, "officer", "calls", key=WRONG).exit_code == 0
    assert vneid(config, "officer", "calls", key=RIGHT).exit_code == 1


def test_a_backup_is_drilled_and_restored_with_its_own_data_key_only(
    config: Path, tmp_path: Path
) -> None:
    assert vneid(config, "backup", key=RIGHT).exit_code == 0
    (made,) = (tmp_path / "kept").glob("*.backup")
    told = {key: vneid(config, "restore", "--check", str(made), key=key) for key in (*KEYS, "")}
    assert {key: result.exit_code for key, result in told.items()} == {RIGHT: 0, WRONG: 1, "": 0}
    assert "không phải khóa của bản sao lưu" in told[WRONG].output
    assert "chưa soát được khóa" in told[""].output
    to = tmp_path / "restored.db"
    assert vneid(config, "restore", str(made), str(to), key=WRONG).exit_code == 1
    assert not to.exists()
    restored = vneid(config, "restore", str(made), str(to), key=RIGHT)
    assert (restored.exit_code, str(tmp_path / "restored.key") in restored.output) == (0, True)


def test_a_backup_is_made_whatever_becomes_of_the_data_key(config: Path, tmp_path: Path) -> None:
    made = vneid(config, "backup", key="")
    assert (made.exit_code, "Đã đọc lại" in made.output) == (1, True)
    assert len(list((tmp_path / "kept").glob("*.backup"))) == 1


def test_the_first_key_is_the_right_one_on_both_engines(database: Database) -> None:
    with database.transaction() as tx:
        fitting_vault(Settings(data_key=RIGHT), tx)
        fitting_vault(Settings(data_key=RIGHT), tx)
        with pytest.raises(DatabaseUnfit):
            fitting_vault(Settings(data_key=WRONG), tx)
