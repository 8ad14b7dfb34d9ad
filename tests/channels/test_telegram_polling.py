"""The whole service on long polling, beside a Telegram server of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.polling import Position
from bot.core.config import Settings
from bot.core.messages import Address, Button, Incoming, Reply, Tone
from bot.dialogue import Delivered
from bot.ops.deployment import utc_now
from bot.store import key_value
from bot.store.database import Database
from bot.store.outbox import outbox
from tests.support.fakes.server import Fault
from tests.support.fakes.telegram import BOT_ID, TOKEN, FakeTelegram
from tests.support.telegram_service import ANSWER, BREAK, MEND, QUESTION, Running, serving

AN, BINH = 42, 43
REACHABLE = "SELECT reachable FROM people WHERE channel = 'telegram' AND person = :chat"
TO_CHAT = "SELECT * FROM outbox WHERE channel = 'telegram' AND person = :chat"
MARK = f"telegram offset {BOT_ID}"
pytestmark = pytest.mark.usefixtures("new_time_periods")


@pytest.fixture
async def service(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(telegram, tmp_path) as running:
        await telegram.until(lambda: telegram.called("getUpdates"))
        yield running


async def say(telegram: FakeTelegram, text: str, chat: int = AN) -> str:
    """The bot's first answer to *text*."""
    await telegram.offer(telegram.text(chat, text))
    return (await telegram.heard(chat))[0].text


async def test_a_question_is_answered(telegram: FakeTelegram, service: Running) -> None:
    assert ANSWER in await say(telegram, QUESTION)


async def test_the_votes_stand_side_by_side_under_the_answer(
    telegram: FakeTelegram, service: Running
) -> None:
    await say(telegram, QUESTION)
    last_row = telegram.sent[0].keyboard[-1]
    assert [button["text"] for button in last_row] == ["👍 Đúng ý", "👎 Chưa đúng"]


@pytest.mark.parametrize(
    ("command", "said"),
    [("/menu", "hỏi về việc gì"), ("/help@thu_bot", "Cách dùng"), ("/canbo", "cán bộ"),
     ("/huy", "không có việc gì"), ("/start", "Xin chào")],
)  # fmt: skip
async def test_every_registered_command_is_known(
    telegram: FakeTelegram, service: Running, command: str, said: str
) -> None:
    assert said in await say(telegram, command)
    await telegram.until(lambda: telegram.commands)
    names = [item["command"] for item in telegram.commands]
    assert command.strip("/").partition("@")[0] in names
    assert all(item["description"] for item in telegram.commands)


async def test_a_tap_is_answered_and_its_spinner_stopped(
    telegram: FakeTelegram, service: Running
) -> None:
    press = telegram.press(AN, "ask:le-phi")
    await telegram.offer(press)
    (answer,) = await telegram.heard(AN)
    assert "50.000 đ" in answer.text
    await telegram.until(lambda: telegram.answered == [press["callback_query"]["id"]])


async def test_a_tap_on_an_ancient_keyboard_still_works(
    telegram: FakeTelegram, service: Running
) -> None:
    await telegram.offer(telegram.press(AN, "ask:le-phi", ancient=True))
    (answer,) = await telegram.heard(AN)
    assert "50.000 đ" in answer.text
    await telegram.until(lambda: telegram.called("answerCallbackQuery"))
    assert telegram.answered == []
    assert ANSWER in await say(telegram, QUESTION, BINH)


async def test_a_button_from_before_an_upgrade_is_refused_kindly(
    telegram: FakeTelegram, service: Running
) -> None:
    await telegram.offer(telegram.press(AN, "verb-of-old:1"))
    (answer,) = await telegram.heard(AN)
    assert "đã cũ" in answer.text
    assert answer.buttons == {"☰ Danh mục": "menu"}


async def test_an_edited_question_is_answered_anew(
    telegram: FakeTelegram, service: Running
) -> None:
    await telegram.offer(telegram.edited(AN, QUESTION))
    notice, answer = await telegram.heard(AN, 2)
    assert "vừa sửa" in notice.text
    assert ANSWER in answer.text
    assert answer.at - notice.at >= 0.99  # one message a second


async def test_a_deep_link_opens_with_its_entry(telegram: FakeTelegram, service: Running) -> None:
    await telegram.offer(telegram.text(AN, "/start e_le-phi"))
    welcome, answer = await telegram.heard(AN, 2)
    assert "Xin chào" in welcome.text
    assert "50.000 đ" in answer.text


@pytest.mark.parametrize(("owner", "kind"), [(AN, "contact"), (BINH, "unknown")])
async def test_only_the_senders_own_contact_is_taken_as_theirs(
    telegram: FakeTelegram, service: Running, owner: int, kind: str
) -> None:
    contact = {"user_id": owner, "phone_number": "84000000001", "first_name": "A"}
    await telegram.offer(telegram.message(AN, contact=contact))
    await telegram.heard(AN)
    (row,) = service.rows("SELECT kind, text FROM incoming")
    assert row["kind"] == kind
    assert "84000000001" not in row["text"]


async def test_blocking_is_remembered_and_taken_back(
    telegram: FakeTelegram, service: Running
) -> None:
    for status, reachable in (("kicked", 0), ("member", 1)):
        change = telegram.member(AN, status)
        await telegram.offer(change)
        await telegram.handled(change)
        assert service.rows(REACHABLE, chat=str(AN)) == [{"reachable": reachable}]
    assert telegram.sent == []


async def test_who_cannot_be_written_to_is_marked_unreachable(
    telegram: FakeTelegram, service: Running
) -> None:
    telegram.blocked.add(AN)
    await telegram.offer(telegram.text(AN, QUESTION))
    await service.until(lambda: service.rows(REACHABLE, chat=str(AN)) == [{"reachable": 0}])
    (row,) = service.rows(TO_CHAT, chat=str(AN))
    assert (row["state"], row["attempts"]) == ("failed", 1)


async def test_groups_get_no_answer(telegram: FakeTelegram, service: Running) -> None:
    in_group = telegram.text(AN, QUESTION)
    in_group["message"]["chat"] = {"id": -5, "type": "group", "title": "Tổ dân phố"}
    await telegram.offer(in_group)
    assert ANSWER in await say(telegram, QUESTION, BINH)
    assert service.count("incoming") == 1


async def test_an_update_the_library_cannot_read_stops_nothing(
    telegram: FakeTelegram, service: Running
) -> None:
    with capture_logs() as logs:
        await telegram.offer(telegram.update(message={"text": "số căn cước của tôi"}))
        assert ANSWER in await say(telegram, QUESTION)
    assert "telegram update not readable" in [line["event"] for line in logs]
    assert "số căn cước" not in repr(logs)


# --- faults --------------------------------------------------------------------------------------


async def test_a_database_fault_does_not_move_the_offset(
    telegram: FakeTelegram, service: Running
) -> None:
    first, second = telegram.text(AN, "chào"), telegram.text(BINH, QUESTION)
    await telegram.offer(first)
    await telegram.handled(first)
    service.rows(BREAK)
    polls = len(telegram.called("getUpdates"))
    await telegram.offer(second)
    await telegram.until(lambda: len(telegram.called("getUpdates")) >= polls + 2)
    offsets = {int(form.get("offset", 0)) for form in telegram.called("getUpdates")[polls:]}
    assert offsets <= {second["update_id"]}
    assert telegram.queue == [second]
    service.rows(MEND)
    assert ANSWER in (await telegram.heard(BINH))[0].text
    assert len(service.rows(TO_CHAT, chat=str(BINH))) == 1


@pytest.mark.parametrize(
    "fault", [Fault(500), Fault(502), Fault(drop="before"), Fault(429, retry_after=1)]
)
async def test_polling_survives_faults_of_the_network(
    telegram: FakeTelegram, tmp_path: Path, fault: Fault
) -> None:
    telegram.fail("getUpdates", fault)
    async with serving(telegram, tmp_path):
        assert ANSWER in await say(telegram, QUESTION)


async def test_a_second_poller_is_logged_with_what_to_do(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    telegram.fail("getUpdates", Fault(409, message="Conflict: terminated by other getUpdates"))
    with capture_logs() as logs:
        async with serving(telegram, tmp_path):
            assert ANSWER in await say(telegram, QUESTION)
    (line,) = [line for line in logs if line["event"] == "telegram polling failed"]
    assert "stop that one" in line["error"]


async def test_the_service_serves_while_telegram_is_down(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    await telegram.go_down()
    async with serving(telegram, tmp_path) as running, ClientSession() as browser:
        async with browser.get(f"{running.url}/healthz") as response:
            assert response.status == 200
        await telegram.come_up()
        assert ANSWER in await say(telegram, QUESTION)


async def test_an_old_webhook_is_taken_away_without_dropping_what_waits(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    telegram.webhook = {"url": "https://old.example"}
    waiting = telegram.text(AN, QUESTION)
    await telegram.offer(waiting)
    async with serving(telegram, tmp_path):
        assert ANSWER in (await telegram.heard(AN))[0].text


async def test_a_bad_token_alerts_the_officers_and_stops_nothing_else(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    async with serving(telegram, tmp_path) as running:
        await telegram.until(lambda: telegram.called("getUpdates"))
        telegram.token = "4321:changed-at-botfather"
        await telegram.offer(telegram.text(AN, QUESTION))
        await running.until(lambda: running.rows("SELECT * FROM alerts"))
        await running.until(lambda: running.rows(TO_CHAT, chat=str(AN))[0]["attempts"] == 2)
        (alert,) = running.rows("SELECT * FROM alerts")
    assert "TELEGRAM_BOT_TOKEN" in alert["text"]


# --- restart and stop ----------------------------------------------------------------------------


async def test_a_restart_goes_on_where_it_was(telegram: FakeTelegram, tmp_path: Path) -> None:
    update = telegram.text(AN, QUESTION)
    async with serving(telegram, tmp_path):
        await telegram.offer(update)
        await telegram.heard(AN)
        await telegram.handled(update)
    polls = len(telegram.called("getUpdates"))
    async with serving(telegram, tmp_path):
        assert ANSWER in await say(telegram, QUESTION, BINH)
    again = telegram.called("getUpdates")[polls]
    assert int(again["offset"]) == update["update_id"] + 1
    assert len(telegram.to(AN)) == 1


async def test_an_update_that_comes_again_is_answered_once(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    """As after a crash between the commit and the next poll."""
    update = telegram.text(AN, QUESTION)
    async with serving(telegram, tmp_path) as running:
        await telegram.offer(update)
        await telegram.handled(update)
        with running.database.transaction() as tx:
            key_value.put(tx, MARK, Position(1, utc_now()).to_text())
    await telegram.offer(update)
    async with serving(telegram, tmp_path) as running:
        await telegram.handled(update)
        await telegram.heard(AN)
        assert len(running.rows(TO_CHAT, chat=str(AN))) == 1


async def test_after_a_week_of_silence_numbers_may_begin_anew(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    async with serving(telegram, tmp_path) as running:
        long_ago = utc_now() - timedelta(days=7)
        with running.database.transaction() as tx:
            key_value.put(tx, MARK, Position(2_000_000_000, long_ago).to_text())
    async with serving(telegram, tmp_path):
        assert ANSWER in await say(telegram, QUESTION)


async def test_stopping_finishes_what_is_being_handled_and_takes_nothing_new(
    telegram: FakeTelegram, database: Database
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    handled: list[str] = []

    async def handle(incoming: Incoming) -> Delivered:
        begun.set()
        await may_end.wait()
        handled.append(incoming.text)
        return Delivered(())

    settings = Settings.model_validate(
        {
            "telegram": {"token": TOKEN},
            "telegram_api_url": telegram.url,
        }
    )
    channel = TelegramChannel(settings, database, handle, utc_now)
    for text in ("một", "hai"):
        await telegram.offer(telegram.text(AN, text))
    await channel.start()
    await begun.wait()
    stopping = asyncio.create_task(channel.stop())
    await asyncio.sleep(0)
    may_end.set()
    await stopping
    await channel.close()
    assert handled == ["một"]
    with database.transaction() as tx:
        kept = Position.from_text(key_value.get(tx, MARK) or "")
    assert kept.offset == telegram.queue[1]["update_id"]


# --- sending -------------------------------------------------------------------------------------


async def test_a_long_answer_arrives_in_parts_a_second_apart(
    telegram: FakeTelegram, service: Running
) -> None:
    telegram.known.add(AN)
    paragraphs = "\n\n".join(f"Đoạn {n}: " + "dài lắm 😀 " * 150 + "hết." for n in range(5))
    reply = Reply(Tone.ANSWER, paragraphs, (Button("☰ Danh mục", "menu"),), source="Luật")
    with service.database.transaction() as tx:
        outbox.put(
            tx,
            id="long",
            key="long",
            to=Address("telegram", str(AN)),
            reply=reply,
            content="",
            now=utc_now(),
        )
    service.wake()
    parts = await telegram.heard(AN, 3)
    assert "\n\n".join(part.text for part in parts) == f"{paragraphs}\n\nNguồn: Luật"
    assert [part.buttons for part in parts] == [{}, {}, {"☰ Danh mục": "menu"}]
    assert all(later.at - part.at >= 0.99 for part, later in pairwise(parts))
    await service.until(lambda: service.rows(TO_CHAT, chat=str(AN))[0]["state"] == "sent")


async def test_a_flood_limit_is_honoured(telegram: FakeTelegram, service: Running) -> None:
    telegram.fail("sendMessage", Fault(429, retry_after=1))
    await telegram.offer(telegram.text(AN, QUESTION))
    await telegram.until(lambda: telegram.called("sendMessage"))
    refused_at = asyncio.get_running_loop().time()
    (sent,) = await telegram.heard(AN)
    assert sent.at - refused_at >= 0.95
    assert len(telegram.called("sendMessage")) == 2


async def test_a_send_that_may_have_arrived_is_repeated_and_recorded(
    telegram: FakeTelegram, service: Running
) -> None:
    telegram.fail("sendMessage", Fault(drop="after"))
    await telegram.offer(telegram.text(AN, QUESTION))
    await telegram.heard(AN, 2)
    await service.until(lambda: service.rows(TO_CHAT, chat=str(AN))[0]["state"] == "sent")
    (row,) = service.rows(TO_CHAT, chat=str(AN))
    assert row["uncertain"] == 1
    assert len(telegram.to(AN)) == 2


async def test_no_second_sees_more_than_thirty_messages(
    telegram: FakeTelegram, service: Running
) -> None:
    for chat in range(100, 160):
        await telegram.offer(telegram.text(chat, "chào"))
    await telegram.until(lambda: len(telegram.sent) == 60)
    times = sorted(sent.at for sent in telegram.sent)
    # Sent evenly; on a busy machine they arrive up to a tenth of a second early or late.
    assert all(times[n + 31] - times[n] >= 0.9 for n in range(len(times) - 31))
