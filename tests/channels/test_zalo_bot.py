"""The Bot Platform: numbered choices in text, polling and webhook, beside a server of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.zalo_bot import ZaloBotChannel, parse
from bot.channels.zalo_bot.render import MAX_TEXT, Message, messages
from bot.core.config import Settings
from bot.core.messages import Attachment, Button, Incoming, Kind, Reply, Tone, Wish
from bot.delivery.errors import Refused, SendError, Throttled, Unavailable, Uncertain
from bot.dialogue import Delivered
from bot.store.database import Database
from bot.store.outbox import outbox
from bot.store.staff import inbox
from bot.store.values import Ids
from tests.support.fakes.server import Fault
from tests.support.fakes.zalo_bot import TOKEN, FakeZaloBot
from tests.support.people import Clock
from tests.support.telegram_service import ANSWER, BREAK, MEND, QUESTION, Running
from tests.support.zalo_service import AN, BINH, BOT_SECRET, serving_bot

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PNG = Attachment.of("image/png", "qr.png", b"\x89PNG\r\n\x1a\nqr")
ICS = Attachment.of("text/calendar", "hen.ics", b"BEGIN:VCALENDAR")
HELLO = Reply(Tone.NOTICE, "Chào bạn")


# --- updates -----------------------------------------------------------------------------------------

fake = FakeZaloBot(lambda: NOW)


@pytest.mark.parametrize(
    ("kind", "parts", "expected", "text"),
    [
        ("text", {"text": "mất thẻ"}, Kind.TEXT, "mất thẻ"),
        ("image", {"photo_url": "https://x", "caption": "mất thẻ"}, Kind.TEXT, "mất thẻ"),
        ("image", {"photo_url": "https://x", "caption": ""}, Kind.PHOTO, ""),
        ("voice", {"text": "mất thẻ"}, Kind.TEXT, "mất thẻ"),
        ("link", {"link": {"title": "mất thẻ", "url": "https://x"}}, Kind.TEXT, "mất thẻ"),
        ("unsupported", {"text": "mất thẻ"}, Kind.TEXT, "mất thẻ"),
        ("text", {"text": "chào", "chat": {}}, Kind.TEXT, "chào"),
        ("text", {"text": " "}, Kind.TEXT, ""),
        ("image", {"photo": "https://x"}, Kind.PHOTO, ""),
        ("sticker", {"sticker": "x"}, Kind.STICKER, ""),
        ("unsupported", {}, Kind.HIDDEN, ""),
        ("invented", {}, Kind.UNKNOWN, ""),
        ("text", {"text": 5}, Kind.UNKNOWN, ""),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_everything_a_person_can_do(
    kind: str, parts: dict[str, Any], expected: Kind, text: str, wrapped: bool
) -> None:
    update = fake.update(AN, kind, **parts)
    found = parse.incoming({"ok": True, "result": update} if wrapped else update, NOW)
    assert found is not None
    assert (found.sender.channel, found.sender.user) == ("zalo-bot", AN)
    assert (found.kind, found.text, found.at) == (expected, text, NOW)
    assert found.id == update["message"]["message_id"]


@pytest.mark.parametrize(
    "update",
    [
        fake.update(AN, "text", text="x", chat={"id": "g", "chat_type": "GROUP"}),
        fake.update(AN, "text", text="x", **{"from": {"is_bot": True}}),
        fake.update(AN, "text", text="x", chat={}, **{"from": {}}),
        {"event_name": "message.text.received", "message": "x"},
        {"event_name": None},
        {"result": []},
        {},
    ],
)
def test_what_is_not_for_us_is_passed_over(update: dict[str, Any]) -> None:
    assert parse.incoming(update, NOW) is None


def test_a_message_without_an_id_is_known_by_what_it_holds() -> None:
    one, other = (fake.update(AN, "text", text=text, message_id="") for text in ("x", "y"))
    found = [parse.incoming(update, NOW) for update in (one, one, other)]
    ids = [read.id for read in found if read]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ({"event_name": "message.text.received", "message": "x"}, "message.text.received"),
        ({"event_name": None}, "without a name"),
        (fake.update(AN, "text", text="x", chat={"id": "g", "chat_type": "GROUP"}), ""),
        ({}, ""),
    ],
)
def test_what_nothing_can_be_made_of_has_a_name(update: dict[str, Any], kind: str) -> None:
    assert parse.overlooked(update) == kind


@pytest.mark.parametrize("date", [0, -1, 1 << 60, "soon", None])
def test_a_date_that_says_nothing_becomes_now(date: object) -> None:
    found = parse.incoming(fake.update(AN, "text", text="x", date=date), NOW)
    assert found is not None
    assert found.at == NOW


# --- replies -----------------------------------------------------------------------------------------


def test_choices_are_numbers_in_the_text_from_where_the_talk_stands() -> None:
    buttons = (
        Button("Cổng", url="https://dichvucong.gov.vn"),
        Button("Gọi 1900.0368", url="tel:19000368"),
        Button("Danh mục", "menu"),
        Button("Vị trí", wish=Wish.LOCATION),
        Button("Gặp cán bộ", "officer"),
    )
    (first,) = messages(Reply(Tone.ANSWER, "Chào", buttons, source="Luật", first=3))
    assert first.text == (
        "Chào\n\nNguồn: Luật\n\nGọi 1900.0368\n\n→ Cổng: https://dichvucong.gov.vn\n\n"
        "👉 Gõ số để chọn:\n3. Danh mục\n4. Gặp cán bộ"
    )
    (alone,) = messages(Reply(Tone.ANSWER, "Chào", buttons))
    assert "1. Danh mục" in alone.text


def test_the_link_to_pass_on_stands_in_the_text_where_there_is_one() -> None:
    share = Button("Chia sẻ", entry="le-phi", wish=Wish.SHARE)
    (message,) = messages(Reply(Tone.ANSWER, "Chào", (share,)), public_url="https://a.example")
    assert message.text == "Chào\n\nChia sẻ: https://a.example/?start=e_le-phi"
    (message,) = messages(Reply(Tone.ANSWER, "Chào", (share,)))
    assert message.text == "Chào"


def test_pictures_are_addresses_and_other_files_links() -> None:
    reply = Reply(Tone.NOTICE, "Xong", attachments=(ICS, PNG))
    assert messages(reply, lambda n: f"https://a/{n}") == (
        Message("Xong\n\n📎 hen.ics: https://a/0"),
        Message(photo="https://a/1"),
    )
    assert messages(reply) == (Message("Xong"),)


def test_a_long_reply_is_cut() -> None:
    text = "\n\n".join("một đoạn dài " * 50 for _ in range(6))
    found = messages(Reply(Tone.ANSWER, text, (Button("Danh mục", "menu"),)))
    assert all(0 < len(message.text) <= MAX_TEXT for message in found)
    assert "1. Danh mục" in found[-1].text


# --- sending -----------------------------------------------------------------------------------------


@pytest.fixture
async def channel(
    bots: FakeZaloBot, database: Database, clock: Clock
) -> AsyncIterator[ZaloBotChannel]:
    async def handle(incoming: Incoming) -> Delivered:
        return Delivered(())

    settings = Settings.model_validate({"zalo_bot": {"token": TOKEN, "api_url": bots.url}})
    bots.known |= {AN, BINH}
    made = ZaloBotChannel(settings, database, handle, clock)
    yield made
    await made.close()


async def test_a_database_that_fails_after_the_message_went_out_does_not_send_it_again(
    channel: ZaloBotChannel, bots: FakeZaloBot, database: Database
) -> None:
    reminder = Reply(Tone.NOTICE, "Nhắc", (Button("Cách dùng", "help"),))
    with database.transaction() as tx:
        tx.rows("ALTER TABLE people RENAME TO gone")
    with pytest.raises(Exception, match="people"):
        await channel.send(AN, reminder, "r1")
    with database.transaction() as tx:
        tx.rows("ALTER TABLE gone RENAME TO people")
    assert channel.receipts("r1") == await channel.send(AN, reminder, "r1")
    assert len(bots.to(AN)) == 1


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(error=400), Refused),
        (Fault(error=401), Unavailable),
        (Fault(error=403), Unavailable),
        (Fault(error=404), Refused),
        (Fault(error=408), Uncertain),
        (Fault(error=429), Throttled),
        (Fault(status=429), Throttled),
        (Fault(status=502), Uncertain),
        (Fault(drop="before"), Uncertain),
        (Fault(drop="after"), Uncertain),
    ],
)
async def test_each_error_says_what_the_courier_may_do(
    bots: FakeZaloBot, channel: ZaloBotChannel, fault: Fault, meaning: type[SendError]
) -> None:
    bots.fail("sendMessage", fault)
    with pytest.raises(meaning) as caught:
        await channel.send(AN, HELLO, "row")
    assert TOKEN not in str(caught.value)


async def test_a_bad_token_alerts_once(
    bots: FakeZaloBot, channel: ZaloBotChannel, database: Database
) -> None:
    bots.fail("sendMessage", *[Fault(error=401)] * 2)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await channel.send(AN, HELLO, "row")
    with database.transaction() as tx:
        (alert,) = inbox.alerts(tx)
    assert "ZALO_BOT_TOKEN" in alert["text"]


async def test_too_fast_means_silence_to_all_for_a_while(
    bots: FakeZaloBot, channel: ZaloBotChannel, clock: Clock
) -> None:
    bots.fail("sendMessage", Fault(error=429))
    for person in (AN, BINH):
        with pytest.raises(Throttled):
            await channel.send(person, HELLO, f"row {person}")
    clock.move(seconds=31)
    await channel.send(BINH, HELLO, "row")
    assert len(bots.called("sendMessage")) == 2


async def test_what_went_out_of_a_long_reply_is_not_sent_again(
    bots: FakeZaloBot, channel: ZaloBotChannel
) -> None:
    long = Reply(Tone.ANSWER, "a" * 1500 + "\n\n" + "b" * 1500)
    bots.fail("sendMessage", Fault(), Fault(error=403))
    with pytest.raises(Unavailable):
        await channel.send(AN, long, "row")
    await channel.send(AN, long, "row")
    assert [sent.text[0] for sent in bots.to(AN)] == ["a", "b"]


# --- the whole service -------------------------------------------------------------------------------


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def service(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock, mode: str
) -> AsyncIterator[Running]:
    async with serving_bot(bots, tmp_path, clock, webhook=mode == "webhook") as running:
        if mode == "webhook":
            await bots.until(lambda: bots.webhook)
        yield running


async def deliver(bots: FakeZaloBot, update: dict[str, Any]) -> None:
    """As the mode has it: Zalo calls, or waits to be asked."""
    if bots.webhook:
        assert await bots.post(update) == 200
    else:
        await bots.offer(update)


async def test_a_question_is_answered(bots: FakeZaloBot, service: Running) -> None:
    await deliver(bots, bots.text(AN, QUESTION))
    (answer,) = await bots.heard(AN)
    assert ANSWER in answer.text
    assert "👉 Gõ số để chọn:" in answer.text


async def test_a_number_is_a_tap(bots: FakeZaloBot, service: Running) -> None:
    await deliver(bots, bots.text(AN, "menu"))
    (menu,) = await bots.heard(AN)
    assert "1. Mục để thử" in menu.text
    await deliver(bots, bots.text(AN, "1"))
    assert "chọn điều bạn cần" in (await bots.heard(AN, 2))[1].text


async def test_an_update_that_comes_twice_is_answered_once(
    bots: FakeZaloBot, service: Running
) -> None:
    update = bots.text(AN, QUESTION)
    await deliver(bots, update)
    await deliver(bots, update)
    await deliver(bots, bots.text(AN, "menu"))
    await bots.heard(AN, 2)
    assert service.count("outbox") == 2


async def test_protected_people_are_told_where_to_call_and_go(
    bots: FakeZaloBot, service: Running
) -> None:
    await deliver(bots, bots.update(AN, "unsupported"))
    (heard,) = await bots.heard(AN)
    assert "tổng đài 1900.0368" in heard.text
    assert "công an phường" in heard.text


async def test_the_numbers_of_a_message_that_came_by_itself_are_the_ones_that_count(
    bots: FakeZaloBot, service: Running, clock: Clock
) -> None:
    await deliver(bots, bots.text(AN, "menu"))
    await bots.heard(AN)
    reminder = Reply(Tone.NOTICE, "Nhắc", (Button("Cách dùng", "help"),))
    person = parse.incoming(bots.text(AN, ""), NOW)
    assert person
    with service.database.transaction() as tx:
        outbox.put(
            tx, id=Ids().new(clock()), key="k", to=person.sender, reply=reminder, content="x",
            now=clock(),
        )  # fmt: skip
    service.wake("zalo-bot")
    assert "1. Cách dùng" in (await bots.heard(AN, 2))[1].text
    await service.until(
        lambda: '"choices":["help"]' in service.rows("SELECT * FROM people")[0]["state"]
    )
    await deliver(bots, bots.text(AN, "1"))
    assert "Gõ câu hỏi như nói chuyện" in (await bots.heard(AN, 3))[2].text


async def test_polling_outlives_faults_and_loses_nothing_to_a_full_disk(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock
) -> None:
    async with serving_bot(bots, tmp_path, clock) as service:
        bots.fail("getUpdates", Fault(status=502), Fault(drop="before"), Fault(error=403))
        service.rows(BREAK)
        await bots.offer(bots.text(AN, QUESTION))
        await bots.until(lambda: not bots.queue)
        service.rows(MEND)
        (answer,) = await bots.heard(AN)
        assert ANSWER in answer.text
        await bots.until(lambda: bots.spent("getUpdates"))
        await bots.offer(bots.text(AN, "menu"))
        await bots.heard(AN, 2)


async def test_the_webhook_is_set_when_zalo_comes_back_and_a_bad_token_told_meanwhile(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock
) -> None:
    bots.fail("setWebhook", Fault(status=502), Fault(error=401))
    async with serving_bot(bots, tmp_path, clock, webhook=True) as service:
        await bots.until(lambda: bots.webhook)
        (alert,) = service.rows("SELECT text FROM alerts")
        assert "ZALO_BOT_TOKEN" in alert["text"]


async def test_a_poll_with_nothing_to_say_is_no_fault(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock
) -> None:
    bots.hold_polls = False
    async with serving_bot(bots, tmp_path, clock):
        await bots.until(lambda: len(bots.called("getUpdates")) > 5)
        assert bots.called("deleteWebhook") == [{}]


@pytest.mark.parametrize(
    ("secret", "status"),
    [(None, 401), ("wrong", 403), (BOT_SECRET + "x", 403), (BOT_SECRET, 200)],
)
async def test_only_the_right_secret_gets_in(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock, secret: str | None, status: int
) -> None:
    async with serving_bot(bots, tmp_path, clock, webhook=True) as service:
        await bots.until(lambda: bots.webhook)
        assert await bots.post(bots.text(AN, QUESTION), secret=secret) == status
        assert await bots.post(bots.text(BINH, "menu"), wrapped=False) == 200
        assert service.count("incoming") == 1 + (status == 200)


async def test_a_database_fault_makes_zalo_repeat(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock
) -> None:
    async with serving_bot(bots, tmp_path, clock, webhook=True) as service:
        await bots.until(lambda: bots.webhook)
        service.rows(BREAK)
        update = bots.text(AN, QUESTION)
        assert await bots.post(update) == 503
        service.rows(MEND)
        assert await bots.post(update) == 200
        await bots.heard(AN)


async def test_a_picture_is_fetched_from_an_address_only_this_chat_was_told(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock
) -> None:
    async with serving_bot(bots, tmp_path, clock, webhook=True) as service:
        await bots.until(lambda: bots.webhook)
        person = parse.incoming(bots.text(AN, ""), NOW)
        assert person
        with service.database.transaction() as tx:
            outbox.put(
                tx, id=Ids().new(clock()), key="k", to=person.sender, content="x", now=clock(),
                reply=Reply(Tone.NOTICE, "Đã đặt lịch", attachments=(ICS, PNG)),
            )  # fmt: skip
        service.wake("zalo-bot")
        text, picture = await bots.heard(AN, 2)
        assert "📎 hen.ics: https://bot.example/files/" in text.text
        assert picture.photo == PNG.data
