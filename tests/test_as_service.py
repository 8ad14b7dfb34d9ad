"""deploy/vneid-bot: a command by hand runs as the service itself would."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from bot.ops.backup.archive import whole_or_not_at_all
from tests.support.paths import PROJECT

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as somebody else")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A deployment whose command tells who runs it, where, and what it was told."""
    command = tmp_path / ".venv" / "bin" / "vneid-bot"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\nid -un; pwd; echo "$VNEID_DATA_KEY|$VNEID_BACKUP_KEY|$#|$*"\n')
    command.chmod(0o755)
    for folder in (*tmp_path.parents[:2], tmp_path):
        folder.chmod(0o755)
    (tmp_path / "data").mkdir()
    return tmp_path


def run(place: Path, *arguments: str, secrets: str) -> list[str]:
    (place / "env").write_text(secrets)
    (place / "env").chmod(0o600)
    environment = {**os.environ, "VNEID_PLACE": str(place), "VNEID_SECRETS": str(place / "env")}
    script = PROJECT / "deploy" / "vneid-bot"
    told = subprocess.run(
        [script, *arguments], env=environment, cwd="/", check=True, capture_output=True, text=True
    )
    return told.stdout.splitlines()


def test_it_runs_in_the_services_folder_with_its_secrets(place: Path) -> None:
    secrets = "# of the service\nVNEID_DATA_KEY=a = $b `c`\n\nVNEID_BACKUP_KEY=made up"
    told = run(place, "officer", "answer", "M1", "hai chữ", secrets=secrets)
    assert told[1:] == [str(place), "a = $b `c`|made up|4|officer answer M1 hai chữ"]


@AS_ROOT
def test_it_is_who_owns_the_data(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(place / "data", nobody.pw_uid, 0)
    assert run(place, "backup", secrets="VNEID_DATA_KEY=x\n")[::2] == ["nobody", "x||1|backup"]


@AS_ROOT
def test_what_root_makes_beside_backups_belongs_to_who_owns_the_folder(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    with whole_or_not_at_all(tmp_path / "erased.list") as file:
        file.write(b"x")
    assert (tmp_path / "erased.list").stat().st_uid == nobody.pw_uid
