"""The whole service on a webhook, beside a Telegram server of our own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.channels.secret_webhook import MAX_BODY, SecretWebhook
from bot.channels.telegram.parse import UPDATES
from tests.support.fakes.server import Fault
from tests.support.fakes.telegram import FakeTelegram
from tests.support.telegram_service import ANSWER, BREAK, MEND, QUESTION, SECRET, Running, serving

AN, BINH = 42, 43
TO_CHAT = "SELECT * FROM outbox WHERE channel = 'telegram' AND person = :chat"


@pytest.fixture
async def service(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(telegram, tmp_path, webhook=True) as running:
        await telegram.until(lambda: telegram.webhook)
        yield running


async def test_telegram_is_told_the_address_and_the_secret(
    telegram: FakeTelegram, service: Running
) -> None:
    assert telegram.webhook["url"] == "https://bot.example/webhook/telegram"
    assert telegram.webhook["secret_token"] == SECRET
    assert json.loads(telegram.webhook["allowed_updates"]) == list(UPDATES)
    assert telegram.called("getUpdates") == []


async def test_a_question_is_answered(telegram: FakeTelegram, service: Running) -> None:
    assert await telegram.push(telegram.text(AN, QUESTION)) == 1
    (answer,) = await telegram.heard(AN)
    assert ANSWER in answer.text


async def test_it_is_committed_before_the_200(telegram: FakeTelegram, service: Running) -> None:
    telegram.fail("sendMessage", *[Fault(500)] * 3)
    assert await telegram.post(telegram.text(AN, QUESTION)) == 200
    assert service.count("incoming") == 1
    assert len(service.rows(TO_CHAT, chat=str(AN))) == 1


async def test_a_repeated_update_is_answered_once(telegram: FakeTelegram, service: Running) -> None:
    update = telegram.text(AN, QUESTION)
    assert [await telegram.post(update) for _ in range(3)] == [200, 200, 200]
    await telegram.heard(AN)
    assert len(service.rows(TO_CHAT, chat=str(AN))) == 1


async def test_a_slow_acknowledgement_of_a_tap_holds_nothing_up(
    telegram: FakeTelegram, service: Running
) -> None:
    telegram.fail("answerCallbackQuery", Fault(drop="before"))
    assert await telegram.post(telegram.press(AN, "menu")) == 200
    assert await telegram.post(telegram.press(BINH, "menu", ancient=True)) == 200
    await telegram.heard(AN)
    await telegram.heard(BINH)


@pytest.mark.parametrize(
    ("secret", "status"),
    [(None, 401), ("wrong", 403), (SECRET + "x", 403), ("bí-mật", 403), (SECRET, 200)],
)
async def test_only_the_right_secret_gets_in(
    telegram: FakeTelegram, service: Running, secret: str | None, status: int
) -> None:
    assert await telegram.post(telegram.text(AN, QUESTION), secret=secret) == status
    assert service.count("incoming") == (status == 200)


async def test_without_a_secret_of_our_own_nobody_gets_in(telegram: FakeTelegram) -> None:
    async def take(update: object) -> None:
        raise AssertionError("let in")

    with pytest.raises(web.HTTPUnauthorized):
        await SecretWebhook("telegram", "X-Secret", "", take).receive(
            make_mocked_request("POST", "/")
        )


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b"null", 400),
        (b"\xff\xfe{", 400),
        (b"[" * 100_000, 400),
        (b"{}", 200),
        (b'{"update_id": 1, "invented_in_2030": {}}', 200),
        (b'{"update_id": 1, "message": []}', 200),
        (b'{"x": "' + b"y" * (MAX_BODY - 9) + b'"}', 200),
        (b'{"x": "' + b"y" * MAX_BODY + b'"}', 413),
    ],
)
async def test_a_body_that_is_no_update_is_refused_and_an_unknown_one_taken(
    telegram: FakeTelegram, service: Running, raw: bytes, status: int
) -> None:
    assert await telegram.post(None, raw=raw) == status
    assert service.count("incoming") == 0


async def test_the_longest_message_with_every_letter_escaped_is_taken(
    telegram: FakeTelegram, service: Running
) -> None:
    update = telegram.text(AN, "😀" * 2048)
    update["message"]["reply_to_message"] = telegram.text(AN, "ữ" * 4096)["message"]
    assert len(json.dumps(update)) > 16 * 1024
    assert await telegram.post(update) == 200


async def test_a_database_fault_makes_telegram_repeat(
    telegram: FakeTelegram, service: Running
) -> None:
    service.rows(BREAK)
    update = telegram.text(AN, QUESTION)
    assert await telegram.post(update) == 503
    assert service.count("incoming") == 0
    service.rows(MEND)
    assert await telegram.push(update) == 1
    (answer,) = await telegram.heard(AN)
    assert ANSWER in answer.text
    assert len(service.rows(TO_CHAT, chat=str(AN))) == 1


async def test_the_webhook_is_set_when_telegram_comes_back(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    telegram.fail("setWebhook", Fault(500), Fault(drop="after"))
    async with serving(telegram, tmp_path, webhook=True):
        await telegram.until(lambda: len(telegram.called("setWebhook")) == 3)
        await telegram.push(telegram.text(AN, QUESTION))
        await telegram.heard(AN)
    assert telegram.webhook  # stopping takes nothing away: Telegram keeps what comes meanwhile


async def test_polling_deployments_have_no_webhook(telegram: FakeTelegram, tmp_path: Path) -> None:
    async with serving(telegram, tmp_path):
        telegram.webhook = {"url": "https://bot.example/webhook/telegram", "secret_token": SECRET}
        assert await telegram.post(telegram.text(AN, QUESTION)) == 404
