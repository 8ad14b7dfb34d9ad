"""Several processes that serve from one PostgreSQL, as behind a load balancer."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support.fakes.telegram import FakeTelegram
from tests.support.paths import FAQ, PROJECT

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
SPEED = 15.0  # seconds of the processes' clock in one of ours: a lease of 60 ends after 4
CONFIG = """\
database: {database}
faq: {faq}
data_key: ${{VNEID_DATA_KEY}}
telegram_api_url: {telegram}
telegram: {{token: "${{TOKEN}}", webhook_secret: "${{SECRET}}"}}
public_url: "{public_url}"
booking:
  offices: offices.yaml
  services: [{{id: the, title: Thẻ căn cước}}]
  reminders: {{quiet_from: "00:00", quiet_to: "00:00"}}
  hold_minutes: 30
limits: {{messages_per_minute: 100000, requests_per_minute: 1000000, requests_per_second: 100000,
         sessions_per_hour: 1000000, sessions_per_minute: 1000000, holds_per_address: 100000,
         bookings_per_address: 100000, unvouched_share: 100,
         near_per_address: 100000, places_before_work: 100000}}
"""
SECRET = "s3cret_of-the-tests"


@dataclass
class Process:
    """One of them."""

    process: subprocess.Popen[str]
    port: int

    def kill(self) -> None:
        """As a power cut would: no warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def pause(self) -> None:
        """It stops in the middle of whatever it does, and does not know it."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Fleet:
    """`processes` on the database at `address`; `clock` is theirs."""

    address: str
    config: Path
    speed: float
    processes: list[Process] = field(default_factory=list)
    began: float = field(default_factory=time.time)

    @property
    def ports(self) -> list[int]:
        """Of those that take requests."""
        return [one.port for one in self.processes if one.process.poll() is None]

    def port(self, dice: random.Random) -> int:
        """What a load balancer would choose."""
        return dice.choice(self.ports)

    def logged(self) -> str:
        return (self.config.parent / "fleet.log").read_text(encoding="utf-8")


@contextmanager
def fleet(
    count: int, address: str, folder: Path, telegram: FakeTelegram, *, faq: Path = FAQ,
    speed: float = SPEED, public_url: str = "https://bot.example",
) -> Iterator[Fleet]:  # fmt: skip
    """*count* processes, all of which answer."""
    file = folder / "config.yaml"
    text = CONFIG.format(database=address, faq=faq, telegram=telegram.url, public_url=public_url)
    file.write_text(text, encoding="utf-8")
    made = Fleet(address, file, speed)
    secrets = {"VNEID_DATA_KEY": "made up", "TOKEN": telegram.token, "SECRET": SECRET}
    environment = {**os.environ, **secrets}
    with ExitStack() as stack:
        log = stack.enter_context((folder / "fleet.log").open("a"))
        command = [sys.executable, "-m", "tests.many.process", str(file), str(speed)]
        started = [
            stack.enter_context(_process([*command, str(made.began)], environment, log))
            for _ in range(count)
        ]
        for process in started:
            assert process.stdout
            found = ADDRESS.search(process.stdout.readline())
            if not found:
                raise RuntimeError(made.logged())
            made.processes.append(Process(process, int(found[1])))
        yield made


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], log: IO[str]
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
