"""Tells systemd that the service is ready, alive, or stopping (sd_notify); elsewhere, nothing."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def notify(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Say *state*, such as READY=1. Nobody listening is no fault."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), address)


async def stay_alive(environment: Mapping[str, str] = os.environ) -> None:
    """Prove that the event loop runs, twice as often as systemd asks for it, until cancelled."""
    asked = int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000
    while asked:
        notify("WATCHDOG=1", environment)
        await asyncio.sleep(asked / 2)
