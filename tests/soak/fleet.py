"""The service's processes, and the tiny load balancer in front of them."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support.paths import PROJECT
from tests.support.service import ADDRESS

UP_WITHIN = 60.0  # seconds; on a busy machine Python alone takes some
DOWN_WITHIN = 20.0
SAMPLE_EVERY = 5.0
EVENT = re.compile(r'^\S+ level=(?:error|warning) event=("[^"]*"|\S+)')
CAUSE = re.compile(r"(OperationalError|sqlite3\.\w+|psycopg\.\w+(?:\.\w+)?): ?([^\\\n]{0,60})")


@dataclass
class Process:
    """One process of the service. `life` numbers its lives."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    life: int = 0
    port: int = 0
    up: bool = False
    popen: subprocess.Popen[str] | None = None
    complaints: Counter[str] = field(default_factory=Counter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.popen
        return self.popen.pid

    def start(self) -> None:
        """Returns when it serves. Its log comes through a pipe: no fault of a disk touches that."""
        self.life += 1
        self.popen = subprocess.Popen(
            [*self.command, str(self.port)],
            cwd=PROJECT,
            env={**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.popen.stdout
        assert self.popen.stderr
        threading.Thread(target=self._read, args=(self.popen.stderr,), daemon=True).start()
        found = ADDRESS.search(self.popen.stdout.readline())
        if not found:
            raise RuntimeError(f"the service did not start; see {self.log}")
        self.port, self.up = int(found[1]), True
        threading.Thread(target=self._drain, args=(self.popen.stdout,), daemon=True).start()

    def end(self, number: int) -> float:
        """Send the signal; returns how many seconds it took to end."""
        assert self.popen
        self.up = False
        began = time.monotonic()
        self.popen.send_signal(number)
        self.popen.wait(DOWN_WITHIN)
        return time.monotonic() - began

    def limit_files(self, size: int) -> None:
        """No file of the process may grow past *size* bytes (-1: no limit): writes fail."""
        _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
        soft = hard if size < 0 else size
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (soft, hard))

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def _read(self, stream: IO[str]) -> None:
        with stream, self.log.open("a", encoding="utf-8") as log:
            for line in stream:
                log.write(line)
                if found := EVENT.match(line) or CAUSE.search(line):
                    self.complaints[" ".join(found.groups()).strip('"')] += 1

    def _drain(self, stream: IO[str]) -> None:
        with stream:
            for _ in stream:
                pass


@dataclass(frozen=True)
class Sample:
    """Resident memory of one life of a process, so many seconds after the beginning."""

    at: float
    life: tuple[int, int]  # number of the process, number of its life
    mb: float


class Fleet:
    """*count* processes over one database."""

    def __init__(self, config: Path, shift: Path, environment: dict[str, str], count: int) -> None:
        command = [sys.executable, "-m", "tests.soak.serve", str(config), str(shift)]
        self.processes = [
            Process(command, environment, shift.parent / f"service-{n}.log") for n in range(count)
        ]
        self.samples: list[Sample] = []
        self.endings: list[float] = []  # seconds that graceful stops took
        self._turn = itertools.count()
        self._began = time.monotonic()

    def url(self) -> str:
        """Where the next request goes: in turn, past those that are known to be down."""
        up = [one for one in self.processes if one.up] or self.processes
        return up[next(self._turn) % len(up)].url

    async def start(self) -> None:
        for one in self.processes:  # one after the other: only the first has to migrate
            await asyncio.wait_for(asyncio.to_thread(one.start), UP_WITHIN)

    async def roll(self) -> None:
        """Restart one process after the other, as an upgrade does."""
        for one in self.processes:
            self.endings.append(await asyncio.to_thread(one.end, signal.SIGTERM))
            await asyncio.to_thread(one.start)

    async def kill(self, number: int) -> None:
        """As a power cut would, and start it again."""
        one = self.processes[number % len(self.processes)]
        await asyncio.to_thread(one.end, signal.SIGKILL)
        await asyncio.to_thread(one.start)

    async def stop(self) -> None:
        for one in self.processes:
            if one.up:
                self.endings.append(await asyncio.to_thread(one.end, signal.SIGTERM))

    def slay(self) -> None:
        """Leave nothing behind, whatever happened."""
        for one in self.processes:
            if one.popen and one.popen.poll() is None:
                one.popen.send_signal(signal.SIGCONT)
                one.popen.kill()
                one.popen.wait(DOWN_WITHIN)

    async def watch(self) -> None:
        """Note the memory of all until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_EVERY)
            at = time.monotonic() - self._began
            for number, one in enumerate(self.processes):
                if one.up:
                    self.samples.append(Sample(at, (number, one.life), one.resident_mb()))

    @property
    def complaints(self) -> Counter[str]:
        """What the service wrote to its log above mere news, and how often."""
        return sum((one.complaints for one in self.processes), Counter())
