"""The real service in a process of its own, on loopback."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import PROJECT

# Tests and measurements are many people from one address.
ROOMY = (
    "{messages_per_minute: 100000, requests_per_minute: 1000000, requests_per_second: 1000000, "
    "sessions_per_hour: 1000000, sessions_per_minute: 1000000, holds_per_address: 1000000, "
    "bookings_per_address: 1000000, "
    "unvouched_share: 100, near_per_address: 1000000, places_before_work: 1000000}"
)
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass
class Service:
    """A running service. `started_in` is seconds from the process's start to its first line."""

    process: subprocess.Popen[str]
    port: int
    started_in: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """As a power cut would: no warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        self.tell_to_stop()
        return self.process.wait(20)

    def tell_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def says(self, words: str) -> str:
        """The next line of its output that holds *words*."""
        assert self.process.stdout
        return next(line for line in self.process.stdout if words in line)

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def write_config(folder: Path, extra: str = "", faq: Path = PROJECT / "faq") -> Path:
    """A config.yaml in *folder* with its own database."""
    file = folder / "config.yaml"
    roomy = "" if "limits:" in extra else f"limits: {ROOMY}\n"
    file.write_text(f"database: vneid.db\nfaq: {faq}\n{roomy}{extra}", encoding="utf-8")
    return file


def command(config: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "bot", "serve", "--config", str(config), "--port", str(port)]


@contextmanager
def running(
    config: Path,
    *,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
    descriptors: tuple[int, int] | None = None,
) -> Iterator[Service]:
    """*descriptors*: the soft and the hard limit that the system gives it."""
    began = time.perf_counter()
    with (config.parent / "service.log").open("a") as errors:
        process = subprocess.Popen(
            command(config, port),
            cwd=PROJECT,
            env={**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    if descriptors:  # Python is far from opening anything yet
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, descriptors)
    with process:
        assert process.stdout
        try:
            found = ADDRESS.search(process.stdout.readline())
            if not found:
                process.wait(10)
                raise RuntimeError((config.parent / "service.log").read_text(encoding="utf-8"))
            yield Service(process, int(found[1]), time.perf_counter() - began)
        finally:
            if process.poll() is None:
                process.kill()
