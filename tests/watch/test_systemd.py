"""systemd is told that the service is ready, alive and stopping."""

from __future__ import annotations

import socket
from pathlib import Path

from bot.ops.systemd import notify
from tests.support.paths import FAQ
from tests.support.service import running, write_config


def test_systemd_hears_ready_then_alive_again_and_again_then_stopping(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(20)
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "100000"}
        with running(write_config(tmp_path, faq=FAQ), environment=environment) as service:
            assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", *[b"WATCHDOG=1"] * 2]
            assert service.stop() == 0
        heard = systemd.recv(100)
        while heard == b"WATCHDOG=1":
            heard = systemd.recv(100)
        assert heard == b"STOPPING=1"


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    notify("READY=1", {})
    notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    notify("READY=1", {"NOTIFY_SOCKET": "@made-up-and-nobody-there"})
