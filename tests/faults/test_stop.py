"""SIGTERM while a platform is slow, or hangs: what is held is finished, the rest comes next time.

The process that has to be cut off at the tenth second says so by its exit code, so 0 means in time.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.zalo_bot import TOKEN as ZALO_TOKEN
from tests.support.fakes.zalo_bot import FakeZaloBot
from tests.support.paths import FAQ, PROJECT
from tests.support.service import Service, command, running, write_config

WORKERS = 8  # of the courier
PEOPLE = 12
STOPPING = "Đang dừng"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.known.add(1001)
        yield server


def config(folder: Path, telegram: FakeTelegram) -> Path:
    extra = f"telegram_api_url: {telegram.url}\ntelegram: {{token: '${{TOKEN}}'}}\n"
    return write_config(folder, extra, faq=FAQ)


def serving(config: Path, telegram: FakeTelegram) -> AbstractContextManager[Service]:
    return running(config, environment={"TOKEN": telegram.token})


async def ask(telegram: FakeTelegram, count: int) -> None:
    """*count* people write; returns when the answers are on their way, where they are held."""
    telegram.held["sendMessage"] = asyncio.Event()
    for chat in range(1001, 1001 + count):
        await telegram.offer(telegram.text(chat, "rớt bóp mất luôn cái thẻ căn cước"))
    await telegram.until(lambda: len(telegram.called("sendMessage")) == count)


async def told_to_stop(service: Service) -> None:
    service.tell_to_stop()
    await asyncio.to_thread(service.says, STOPPING)


def outbox(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "vneid.db")) as database:
        return dict(database.execute("SELECT state, count(*) FROM outbox GROUP BY state"))


async def test_a_message_on_its_way_arrives_before_the_end(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    with serving(config(tmp_path, telegram), telegram) as service:
        await ask(telegram, 1)
        await told_to_stop(service)
        telegram.held.pop("sendMessage").set()
        assert await asyncio.to_thread(service.process.wait, 20) == 0
    assert outbox(tmp_path) == {"sent": 1}
    assert len(telegram.sent) == 1


async def test_a_platform_that_hangs_cannot_hold_the_end_up_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    people = [f"nguoi-{number}" for number in range(PEOPLE)]
    async with FakeZaloBot() as zalo:
        extra = f"zalo_bot: {{token: '${{TOKEN}}', api_url: '{zalo.url}'}}\n"
        settings = write_config(tmp_path, extra, faq=FAQ)
        zalo.held["sendMessage"] = asyncio.Event()
        for person in people:
            await zalo.offer(zalo.text(person, "rớt bóp mất luôn cái thẻ căn cước"))
        with running(settings, environment={"TOKEN": ZALO_TOKEN}) as service:
            await zalo.until(lambda: len(zalo.called("sendMessage")) == WORKERS)
            # It asks for the next one only when it has the one before for good.
            await zalo.until(lambda: len(zalo.called("getUpdates")) > PEOPLE)
            await told_to_stop(service)
            assert await asyncio.to_thread(service.process.wait, 20) == 0
        assert "not stopped in time" in (tmp_path / "service.log").read_text()
        zalo.held.pop("sendMessage")  # what waits there still does, and never arrives
        with running(settings, environment={"TOKEN": ZALO_TOKEN}) as service:
            await zalo.until(lambda: {sent.chat for sent in zalo.sent} == set(people))
            assert await asyncio.to_thread(service.stop) == 0
        assert len(zalo.sent) == PEOPLE
    assert outbox(tmp_path) == {"sent": PEOPLE}


async def test_the_second_signal_ends_it_at_once(telegram: FakeTelegram, tmp_path: Path) -> None:
    with serving(config(tmp_path, telegram), telegram) as service:
        await ask(telegram, 1)
        await told_to_stop(service)
        service.tell_to_stop()
        assert await asyncio.to_thread(service.process.wait, 20) == 128 + signal.SIGTERM
    assert outbox(tmp_path) == {"sending": 1}


HEAD = b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 29\r\n\r\n"
BODY = '{"text": "mất thẻ rồi"}'.encode()


def test_a_request_under_way_is_answered_and_nobody_new_is_let_in(tmp_path: Path) -> None:
    config = write_config(tmp_path, "listen: {drain_seconds: 1}\n", faq=FAQ)
    with running(config) as service:
        address = ("127.0.0.1", service.port)
        with socket.create_connection(address, 20) as early:
            with busy(tmp_path):
                early.sendall(HEAD + BODY)
                service.tell_to_stop()
                service.says(STOPPING)
                while accepts(address):
                    pass
            assert early.recv(100).startswith(b"HTTP/1.1 200 OK")
        assert service.process.wait(20) == 0


@contextmanager
def busy(folder: Path) -> Iterator[None]:
    """Nobody else can write to the database meanwhile."""
    with closing(sqlite3.connect(folder / "vneid.db", timeout=20)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.rollback()


def accepts(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 20).close()
    except ConnectionRefusedError:
        return False
    except ConnectionError:
        return True  # taken, and then let go
    return True


def test_a_request_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    with (
        running(write_config(tmp_path, faq=FAQ)) as service,
        socket.create_connection(("127.0.0.1", service.port), 20) as endless,
    ):
        endless.sendall(HEAD + BODY[:9])
        service.tell_to_stop()
        assert service.process.wait(20) == 0


def test_told_to_stop_while_it_says_that_it_runs_it_ends_as_it_should(tmp_path: Path) -> None:
    config = write_config(tmp_path, faq=FAQ)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    reading, writing = full_pipe()
    with subprocess.Popen(command(config, address[1]), cwd=PROJECT, stdout=writing) as process:
        os.close(writing)
        while not accepts(address):  # its first line does not get out before somebody reads
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        with os.fdopen(reading, "rb") as lines:
            assert STOPPING.encode() in lines.read()
        assert process.wait(20) == 0


def full_pipe() -> tuple[int, int]:
    """A pipe that takes nothing more until it is read."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"." * 4096)
    os.set_blocking(writing, True)
    return reading, writing
