"""A day list of 10,000 bookings at one office: server time of its pages, beside a bare aiohttp page.

    .venv/bin/python -m tests.bench.desk

The bare handler sends a page of the same size, already written, so what is over it is the session,
the rights, the database, and the template. Aim: 300 ms.
"""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode

import numpy as np
from aiohttp import web

from bot.core.clock import local
from bot.core.crypto import Vault, key_for
from bot.desk.access import COOKIE, token_id
from bot.store.database import SqliteDatabase
from bot.store.staff import accounts
from bot.store.values import stamp
from tests.support.service import Service, running, write_config

BOOKINGS, ASKED = 10_000, 30
STATES = (("booked", "held"), ("arrived", "booked"), ("served", "arrived"), ("no_show", "booked"),
          ("cancelled", "booked"))  # fmt: skip
SURNAMES, NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Đặng"), ("Mẫu An", "Mẫu Bình", "Mẫu Chi")
OFFICE = """
    INSERT INTO offices (id, name, address, ward, services, hours, changed_at)
    VALUES ('mau', 'Công an phường Mẫu', '-', '-', '["the"]', '{}', :now)
"""
SLOT = """
    INSERT INTO slots (id, office, day, starts_at, ends_at, pool, capacity, booked)
    VALUES (:id, 'mau', :day, :at, :end, 'all', 2000, 0)
"""
BOOKING = """
    INSERT INTO bookings (id, code, version, party, member, service, office, slot, starts_at, channel,
                          person, holder, name, phone, phone_mark, before, state, booked_at, created_at,
                          changed_at)
    VALUES (:id, :id, 1, :id, 1, 'the', 'mau', :slot, :at, 'web', :id, 'web:' || :id, :name, :phone, :mark,
            :before, :state, :now, :now, :now)
"""


def fill(database: SqliteDatabase, vault: Vault, token: str) -> str:
    """A full day, and somebody who is signed in; the day."""
    now = datetime.now(UTC)
    first = local(now).replace(hour=7, minute=0, second=0, microsecond=0)
    phone = vault.seal("84900000001")
    with database.transaction() as tx:
        tx.rows(OFFICE, now=stamp(now))
        for hour in range(10):
            at = first + timedelta(hours=hour)
            times = {"at": stamp(at), "end": stamp(at + timedelta(hours=1))}
            tx.rows(SLOT, id=f"s{hour}", day=str(at.date()), **times)
        for number in range(BOOKINGS):
            hour, (state, before) = number % 10, STATES[number % len(STATES)]
            name = f"{SURNAMES[number % 5]} {NAMES[number % 3]}"
            tx.rows(
                BOOKING, id=f"B{number:05}", slot=f"s{hour}", at=stamp(first + timedelta(hours=hour)),
                mark=vault.mark(str(number % 900)), name=name, phone=phone, before=before,
                state=state, now=stamp(now),
            )  # fmt: skip
        accounts.add(tx, "bench", "manager", ["mau"], "-", now)
        accounts.set_password(tx, "bench", "-", must_change=False)
        accounts.open_session(tx, token_id(token), "bench", "token", now)
    return str(first.date())


def bare(port: multiprocessing.Queue[int], size: int) -> None:
    async def serve() -> None:
        async def handle(request: web.Request) -> web.Response:
            return web.Response(text="x" * size, content_type="text/html")

        app = web.Application()
        app.add_routes([web.get("/", handle)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def bare_server(size: int) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=bare, args=(queue, size), daemon=True)
    process.start()
    yield queue.get(timeout=20)
    process.kill()
    process.join()


Ask = Callable[[], bytes]


def asker(port: int, method: str, path: str, token: str = "", **form: str) -> Ask:
    """One kept-alive connection, as a browser has it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Cookie": f"{COOKIE}={token}",
        "Origin": f"http://127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"csrf": "token", **form}) if method == "POST" else ""

    def ask() -> bytes:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        read = answer.read()
        assert answer.status == 200, (path, answer.status)
        return read

    return ask


def cpu(process: int) -> float:
    """Milliseconds of processor that a process has used: what it takes on an idle machine."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def timed(ask: Ask) -> tuple[float, float]:
    ask()
    times = []
    for _ in range(ASKED):
        start = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(times, (50, 95))
    return float(p50), float(p95)


def measure(service: Service, day: str, token: str) -> None:
    here = f"/desk/day/mau/{day}"
    asks = {
        "first page": asker(service.port, "GET", here, token),
        "last page": asker(service.port, "GET", f"{here}?page=50", token),
        "only who arrived": asker(service.port, "GET", f"{here}?only=arrived", token),
        "search by name": asker(service.port, "POST", f"{here}/search", token, q="dang mau an"),
        "search by phone": asker(service.port, "POST", f"{here}/search", token, q="0900000001"),
        "paper, all of them": asker(service.port, "GET", f"{here}/print", token),
    }
    for name, ask in asks.items():
        page = ask()
        before = cpu(service.process.pid)
        ours = timed(ask)
        used = (cpu(service.process.pid) - before) / (ASKED + 1)
        with bare_server(len(page)) as port:
            beside = timed(asker(port, "GET", "/"))
        print(
            f"{name:20} {len(page) / 1024:7.0f} KiB  p50 {ours[0]:6.1f} ms  p95 {ours[1]:6.1f} ms  "
            f"processor {used:5.1f} ms   bare {beside[0]:5.2f} ms   {ours[0] / beside[0]:6.1f} x"
        )
    assert f"<b>{BOOKINGS:,}</b> Tất cả".replace(",", ".") in asks["first page"]().decode()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, token = Path(name), token_hex(16)
        config = write_config(folder)
        file = folder / "vneid.db"
        with closing(SqliteDatabase(file)) as database:
            day = fill(database, Vault(key_for(file, "")), token)
        print(f"{BOOKINGS} bookings in one day; aim: 300 ms")
        with running(config) as service:
            measure(service, day, token)


if __name__ == "__main__":
    main()
