"""/healthz and /readyz: what each says, and to whom."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.app import SERVICE
from bot.core.messages import Address, Priority, Reply, Tone
from bot.store.outbox import outbox
from bot.store.staff import inbox
from tests.support.fakes.telegram import FakeTelegram
from tests.support.paths import FAQ
from tests.support.service import running, write_config
from tests.support.telegram_service import Running, serving

LONG_AGO = datetime.now(UTC) - timedelta(minutes=30)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def service(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(telegram, tmp_path) as running:
        await telegram.until(lambda: telegram.called("setMyCommands"))
        yield running


async def get(service: Running, path: str, **headers: str) -> tuple[int, Any]:
    async with ClientSession() as client, client.get(service.url + path, headers=headers) as answer:
        is_json = answer.content_type == "application/json"
        return answer.status, await answer.json() if is_json else await answer.text()


async def put(service: Running, channel: str, priority: int = Priority.REPLY) -> None:
    """A row that has been due for half an hour."""
    await service.database.run(
        lambda tx: outbox.put(
            tx,
            id=f"row-{channel}",
            key=f"key-{channel}",
            to=Address(channel, "1001"),
            reply=Reply(Tone.NOTICE, "Chào bạn"),
            content="",
            now=LONG_AGO,
            priority=priority,
        )
    )


async def test_a_service_that_works_is_ready_and_says_so_part_by_part(service: Running) -> None:
    status, body = await get(service, "/readyz")
    assert status == 200
    good = dict.fromkeys(("service", "database", "faq", "outbox", "web", "telegram"), "ok")
    assert body["parts"] == good
    assert body["warnings"] == {"backup": "off: set backup.folder and VNEID_BACKUP_KEY"}


async def test_a_database_that_takes_nothing_is_not_ready_and_the_process_still_alive(
    service: Running,
) -> None:
    full = "CREATE TRIGGER full BEFORE UPDATE ON marks BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    assert (await get(service, "/readyz"))[0] == 200
    await service.database.run(lambda tx: tx.rows(full))
    status, body = await get(service, "/readyz")
    assert (status, body["parts"]["database"]) == (503, "does not commit")
    assert await get(service, "/healthz") == (200, "ok\n")


async def test_when_nothing_goes_out_readyz_says_so_and_officers_are_told_once(
    service: Running, telegram: FakeTelegram
) -> None:
    parts = service.app[SERVICE]
    await parts.courier.stop()  # the loop is gone; nobody would notice but for its effect
    await put(service, "telegram")
    status, body = await get(service, "/readyz")
    assert status == 503
    assert body["parts"]["outbox"].startswith("telegram: due for ")
    for _ in range(2):
        await parts.watch.dead_man.look()
    alerts = await service.database.run(inbox.alerts)
    assert [alert["kind"] for alert in alerts] == ["outbox"]
    assert "telegram" in alerts[0]["text"]
    assert "đã chờ" in alerts[0]["text"]


async def test_what_moves_again_is_news_the_next_time(service: Running) -> None:
    parts = service.app[SERVICE]
    await parts.courier.stop()
    await put(service, "telegram")
    await parts.watch.dead_man.look()
    await service.database.run(lambda tx: tx.rows("UPDATE outbox SET state = 'sent'"))
    await parts.watch.dead_man.look()
    await service.database.run(lambda tx: tx.rows("UPDATE outbox SET state = 'due'"))
    await parts.watch.dead_man.look()
    assert len(await service.database.run(inbox.alerts)) == 2


async def test_a_campaign_that_waits_its_turn_and_a_channel_that_is_off_are_no_trouble(
    service: Running,
) -> None:
    await service.app[SERVICE].courier.stop()
    await put(service, "telegram", Priority.BROADCAST)
    await put(service, "zalo-oa")
    assert (await get(service, "/readyz"))[0] == 200


async def test_a_token_that_is_refused_fails_its_part_which_may_be_left_out(
    service: Running, telegram: FakeTelegram
) -> None:
    telegram.token = "another"
    await telegram.offer(telegram.text(1001, "xin chào"))  # ends the poll that is open
    await service.until(lambda: service.count("alerts"))
    status, body = await get(service, "/readyz")
    assert (status, body["parts"]["telegram"]) == (503, "the token was refused")
    status, body = await get(service, "/readyz?exclude=telegram")
    assert (status, body["ready"], "telegram" in body["parts"]) == (200, True, False)


async def test_who_comes_through_a_proxy_learns_no_details_and_no_figures(service: Running) -> None:
    assert await get(service, "/readyz", **{"X-Forwarded-For": "203.0.113.7"}) == (
        200,
        {"ready": True},
    )
    assert (await get(service, "/metrics", **{"X-Forwarded-For": "203.0.113.7"}))[0] == 403


def ask(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: line.recv(4096), b""))


def test_told_to_stop_it_says_not_ready_while_it_still_accepts(tmp_path: Path) -> None:
    config = write_config(tmp_path, "listen: {drain_seconds: 2}\n", faq=FAQ)
    with running(config) as service:
        assert b"200 OK" in ask(service.port, "/readyz")
        service.tell_to_stop()
        service.says("Đang dừng")
        answer = ask(service.port, "/readyz")
        assert b"503 Service Unavailable" in answer
        assert b'"service": "stopping"' in answer
        assert service.process.wait(20) == 0
