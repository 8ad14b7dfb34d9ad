"""kill -9 in the middle of the work: nothing is lost, nothing is said twice."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.load import answer, post
from tests.support.paths import FAQ
from tests.support.service import Service, running, write_config

MESSAGES = 1000
KILL_AFTER = 300  # answers


def request(session: str, number: int) -> bytes:
    body = {
        "session": session,
        "text": f"rớt bóp mất thẻ căn cước {number}",
        "id": f"message-{number}",
    }
    return post("/api/chat", json.dumps(body).encode())


async def send_all(
    service: Service, numbers: list[int], session: str, on_answer: Callable[[int, dict], None]
) -> None:
    """Send from ten browsers at once; each gives up when the service dies."""
    queue = iter(numbers)

    async def browser() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        with closing(writer):
            for number in queue:
                writer.write(request(session, number))
                status, body = await answer(reader)
                assert status == 200
                on_answer(number, json.loads(body))

    results = await asyncio.gather(*(browser() for _ in range(10)), return_exceptions=True)
    faults = [r for r in results if isinstance(r, BaseException)]
    died = (ConnectionError, asyncio.IncompleteReadError)
    assert all(isinstance(fault, died) for fault in faults), faults


def open_session(service: Service) -> str:
    async def ask() -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(post("/api/chat", b'{"session": "", "button": "start"}'))
        _, body = await answer(reader)
        writer.close()
        return json.loads(body)["session"]

    return asyncio.run(ask())


def test_every_message_is_answered_once_though_the_service_is_killed(tmp_path: Path) -> None:
    """A browser repeats what was not answered, with the same id; so do the platforms."""
    config = write_config(tmp_path, faq=FAQ)
    answered: dict[int, dict] = {}

    with running(config) as service:
        session = open_session(service)

        def note(number: int, body: dict) -> None:
            answered[number] = body
            if len(answered) == KILL_AFTER:
                service.kill()

        asyncio.run(send_all(service, list(range(MESSAGES)), session, note))
    assert KILL_AFTER <= len(answered) < MESSAGES

    with running(config) as service:
        # The browser cannot know whether its last messages arrived: it repeats some answered ones
        # too.
        missing = [n for n in range(MESSAGES) if n not in answered or n < 20]
        again: dict[int, dict] = {}
        asyncio.run(send_all(service, missing, session, again.__setitem__))
        assert all(again[n]["replies"] == answered[n]["replies"] for n in range(20))
        answered |= again
        assert service.stop() == 0

    assert len(answered) == MESSAGES
    assert all(body["replies"] for body in answered.values())
    with closing(sqlite3.connect(tmp_path / "vneid.db")) as database:
        one = database.execute
        assert one("SELECT count(*) FROM incoming WHERE kind = 'text'").fetchone() == (MESSAGES,)
        twice = "SELECT key FROM outbox WHERE key LIKE 'reply:%:0' GROUP BY key HAVING count(*) > 1"
        assert one(twice).fetchall() == []
        lost = (
            "SELECT id FROM incoming WHERE NOT EXISTS (SELECT 1 FROM outbox "
            "WHERE key = 'reply:web:' || incoming.id || ':0')"
        )
        assert one(lost).fetchall() == []
        assert one("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_second_service_on_the_same_database_refuses_to_start(tmp_path: Path) -> None:
    config = write_config(tmp_path, faq=FAQ)
    with running(config) as first:
        with pytest.raises(RuntimeError, match="đang chạy"), running(config):
            pass
        assert first.stop() == 0


def test_the_service_says_what_it_started_and_how_to_turn_the_rest_on(tmp_path: Path) -> None:
    with running(write_config(tmp_path, faq=FAQ)) as service:
        assert service.process.stdout
        lines = [service.process.stdout.readline() for _ in range(4)]
    assert "Web       BẬT" in lines[0]
    assert "Telegram  TẮT   đặt biến môi trường TELEGRAM_BOT_TOKEN" in lines[1]
