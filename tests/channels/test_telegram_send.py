"""Sending through the library to a Bot API server: what its faults mean to the courier."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    ChatMigrated,
    Conflict,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.long_replies import MAX_ROWS, Pace, Progress
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.errors import explain
from bot.core.config import Settings
from bot.core.messages import Attachment, Button, Incoming, Reply, Tone, Wish
from bot.delivery.errors import Refused, SendError, Throttled, Unavailable, Uncertain, Unreachable
from bot.dialogue import Delivered
from bot.store.database import Database
from bot.store.staff import inbox
from tests.support.fakes.server import Fault
from tests.support.fakes.telegram import TOKEN, FakeTelegram
from tests.support.people import Clock

AN, BINH = "42", "43"
HELLO = Reply(Tone.NOTICE, "Chào bạn")
TWO_PARTS = Reply(Tone.ANSWER, "a" * 4000 + "\n\n" + "b" * 4000, (Button("☰ Danh mục", "menu"),))
pytestmark = pytest.mark.usefixtures("new_time_periods")


@pytest.fixture
def telegram(telegram: FakeTelegram) -> FakeTelegram:
    telegram.known |= {int(AN), int(BINH)}
    return telegram


def make(telegram: FakeTelegram, database: Database, clock: Clock) -> TelegramChannel:
    async def handle(incoming: Incoming) -> Delivered:
        return Delivered(())

    settings = Settings.model_validate(
        {
            "telegram": {"token": TOKEN},
            "telegram_api_url": telegram.url,
        }
    )
    return TelegramChannel(settings, database, handle, clock)


@pytest.fixture
async def channel(
    telegram: FakeTelegram, database: Database, clock: Clock
) -> AsyncIterator[TelegramChannel]:
    made = make(telegram, database, clock)
    await made.start()
    await telegram.until(lambda: telegram.called("getUpdates"))
    yield made
    await made.stop()
    await made.close()


async def test_a_message_goes_out_plain_with_its_buttons_and_no_preview(
    telegram: FakeTelegram, channel: TelegramChannel
) -> None:
    link = Button("Cổng Dịch vụ công", url="https://dichvucong.gov.vn")
    reply = Reply(Tone.ANSWER, "Xem <b>đây</b> *nhé*", (link, Button("☰ Danh mục", "menu")))
    receipt = await channel.send(AN, reply, "row")
    (sent,) = telegram.to(int(AN))
    assert receipt.isdigit()
    assert sent.text == "Xem <b>đây</b> *nhé*"
    assert sent.buttons == {"Cổng Dịch vụ công": "https://dichvucong.gov.vn", "☰ Danh mục": "menu"}
    assert "parse_mode" not in sent.form
    assert '"is_disabled": true' in sent.form["link_preview_options"]


async def test_a_picture_goes_as_a_photo_and_any_other_file_as_a_document(
    telegram: FakeTelegram, channel: TelegramChannel, clock: Clock
) -> None:
    event = Attachment.of("text/calendar", "lich-hen.ics", b"BEGIN:VCALENDAR")
    qr = Attachment.of("image/png", "ma-qr.png", b"made up")
    reply = Reply(Tone.NOTICE, "Đã đặt", attachments=(event, qr))
    for _ in range(2):
        with pytest.raises(Throttled):
            await channel.send(AN, reply, "row")
        clock.move(seconds=1)
    await channel.send(AN, reply, "row")
    assert [sent.text for sent in telegram.to(int(AN))] == [
        "Đã đặt",
        "file:lich-hen.ics:text/calendar:15",
        "file:ma-qr.png:image/png:7",
    ]


async def test_a_wish_button_asks_the_phone(
    telegram: FakeTelegram, channel: TelegramChannel, clock: Clock
) -> None:
    reply = Reply(Tone.STEP, "Số nào?", (Button("📱 Gửi số của tôi", wish=Wish.CONTACT),))
    with pytest.raises(Throttled):
        await channel.send(AN, reply, "row")
    clock.move(seconds=1)
    await channel.send(AN, reply, "row")
    (wish,) = telegram.to(int(AN))[1].wishes
    assert wish["text"] == "📱 Gửi số của tôi"
    assert wish["request_contact"]
    assert not wish.get("request_location")


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(429, retry_after=7), Throttled),
        (Fault(403, message="Forbidden: user is deactivated"), Unreachable),
        (Fault(400, message="Bad Request: chat not found"), Unreachable),
        (Fault(400, message="Bad Request: can't parse entities"), Refused),
        (Fault(401, message="Unauthorized"), Unavailable),
        (Fault(500), Uncertain),
        (Fault(502), Uncertain),
        (Fault(drop="before"), Uncertain),
        (Fault(drop="after"), Uncertain),
    ],
)
async def test_each_fault_says_what_the_courier_may_do(
    telegram: FakeTelegram, channel: TelegramChannel, fault: Fault, meaning: type[SendError]
) -> None:
    telegram.fail("sendMessage", fault)
    with pytest.raises(SendError) as caught:
        await channel.send(AN, HELLO, "row")
    assert type(caught.value) is meaning


async def test_nothing_is_sent_when_telegram_cannot_be_reached(
    database: Database, clock: Clock
) -> None:
    async with FakeTelegram() as gone:
        channel = make(gone, database, clock)
    await channel.start()
    with pytest.raises(Unavailable) as caught:
        await channel.send(AN, HELLO, "row")
    assert type(caught.value) is Unavailable
    await channel.stop()
    await channel.close()


def caused_by(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (caused_by(TimedOut(), httpx.PoolTimeout("")), Unavailable),
        (caused_by(TimedOut(), httpx.ConnectTimeout("")), Unavailable),
        (caused_by(TimedOut(), httpx.ReadTimeout("")), Uncertain),
        (caused_by(TimedOut(), httpx.WriteTimeout("")), Uncertain),
        (caused_by(NetworkError("x"), httpx.ConnectError("")), Unavailable),
        (caused_by(NetworkError("x"), httpx.RemoteProtocolError("")), Uncertain),
        (TelegramError("Invalid server response"), Uncertain),
        (ChatMigrated(-5), Refused),
        (Conflict("two pollers"), Unavailable),
    ],
)
def test_a_timeout_is_uncertain_only_when_something_was_sent(
    error: TelegramError, meaning: type[SendError]
) -> None:
    assert type(explain(error)) is meaning


@pytest.mark.parametrize("setting", ["1", ""])
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_retry_after_may_be_a_number_or_a_period(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", setting)
    meaning = explain(RetryAfter(timedelta(seconds=35)))
    assert isinstance(meaning, Throttled)
    assert meaning.retry_after == 35


def test_the_token_is_never_told() -> None:
    error = InvalidToken(f"The token `{TOKEN}` was rejected by the server.")
    assert TOKEN not in str(explain(error))


async def test_one_chat_gets_one_message_a_second(
    telegram: FakeTelegram, channel: TelegramChannel, clock: Clock
) -> None:
    await channel.send(AN, HELLO, "row 1")
    clock.move(seconds=0.25)
    with pytest.raises(Throttled) as caught:
        await channel.send(AN, HELLO, "row 2")
    assert caught.value.retry_after == 0.75
    await channel.send(BINH, HELLO, "row 3")
    clock.move(seconds=0.75)
    await channel.send(AN, HELLO, "row 2")
    assert [sent.chat for sent in telegram.sent] == [42, 43, 42]


async def test_a_flood_limit_silences_all_chats_until_it_ends(
    telegram: FakeTelegram, channel: TelegramChannel, clock: Clock
) -> None:
    telegram.fail("sendMessage", Fault(429, retry_after=35))
    with pytest.raises(Throttled):
        await channel.send(AN, HELLO, "row 1")
    clock.move(seconds=5)
    with pytest.raises(Throttled) as caught:
        await channel.send(BINH, HELLO, "row 2")
    assert caught.value.retry_after == 30
    assert len(telegram.called("sendMessage")) == 1
    clock.move(seconds=30)
    await channel.send(BINH, HELLO, "row 2")


async def test_the_second_part_follows_after_a_second(
    telegram: FakeTelegram, channel: TelegramChannel, clock: Clock
) -> None:
    with pytest.raises(Throttled):
        await channel.send(AN, TWO_PARTS, "row")
    clock.move(seconds=1)
    receipt = await channel.send(AN, TWO_PARTS, "row")
    assert [sent.text[0] for sent in telegram.sent] == ["a", "b"]
    assert [len(sent.keyboard) for sent in telegram.sent] == [0, 1]
    assert len(receipt.split(",")) == 2


async def test_a_part_that_fails_does_not_send_the_first_one_twice(
    telegram: FakeTelegram, channel: TelegramChannel, clock: Clock
) -> None:
    with pytest.raises(Throttled):
        await channel.send(AN, TWO_PARTS, "row")
    clock.move(seconds=1)
    telegram.fail("sendMessage", Fault(500))
    with pytest.raises(Uncertain):
        await channel.send(AN, TWO_PARTS, "row")
    clock.move(seconds=1)
    await channel.send(AN, TWO_PARTS, "row")
    assert [sent.text[0] for sent in telegram.sent] == ["a", "b"]


async def test_another_process_sends_only_what_is_left_of_a_long_reply(
    telegram: FakeTelegram, channel: TelegramChannel, database: Database, clock: Clock
) -> None:
    with pytest.raises(Throttled) as caught:
        await channel.send(AN, TWO_PARTS, "row")
    clock.move(seconds=1)
    other = make(telegram, database, clock)
    other.resume("row", caught.value.sent)
    receipt = await other.send(AN, TWO_PARTS, "row")
    await other.close()
    assert [sent.text[0] for sent in telegram.sent] == ["a", "b"]
    assert receipt.partition(",")[0] == caught.value.sent


async def test_after_the_end_nothing_is_sent(
    telegram: FakeTelegram, database: Database, clock: Clock
) -> None:
    channel = make(telegram, database, clock)
    await channel.start()
    await channel.stop()
    await channel.close()
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")


async def test_a_bad_token_alerts_the_officers_once(database: Database, clock: Clock) -> None:
    async with FakeTelegram(token="4321:another") as telegram:
        channel = make(telegram, database, clock)
        for row in ("1", "2"):
            with pytest.raises(Unavailable):
                await channel.send(AN, HELLO, row)
        with database.transaction() as tx:
            (alert,) = inbox.alerts(tx)
        await channel.start()
        await channel.stop()
        await channel.close()
    assert "TELEGRAM_BOT_TOKEN" in alert["text"]
    assert TOKEN not in alert["text"]


async def test_a_bad_token_is_survived_even_without_a_database(
    telegram: FakeTelegram, channel: TelegramChannel, database: Database
) -> None:
    database.close()
    telegram.fail("sendMessage", Fault(401, message="Unauthorized"))
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")


async def test_commands_are_registered_at_the_second_attempt(
    telegram: FakeTelegram, database: Database, clock: Clock
) -> None:
    telegram.fail("setMyCommands", Fault(500))
    channel = make(telegram, database, clock)
    await channel.start()
    await telegram.until(lambda: telegram.commands)
    await channel.stop()
    await channel.close()


def test_the_pace_forgets_chats_after_a_second(clock: Clock) -> None:
    pace = Pace(clock)
    for chat in range(10):
        pace.sent(str(chat))
    clock.move(seconds=1)
    pace.sent("new")
    assert len(pace._last) == 1


def test_a_clock_that_was_set_back_holds_nobody_up_for_long(clock: Clock) -> None:
    pace = Pace(clock)
    pace.sent(AN)
    clock.move(hours=-1)
    with pytest.raises(Throttled) as caught:
        pace.check(AN)
    assert caught.value.retry_after == 1
    clock.move(seconds=1)
    pace.check(AN)


def test_a_clock_that_was_set_back_makes_no_silence_longer(clock: Clock) -> None:
    pace = Pace(clock)
    pace.hold(5)
    clock.move(hours=-1)
    with pytest.raises(Throttled) as caught:
        pace.check(AN)
    assert caught.value.retry_after == 5
    clock.move(seconds=5)
    pace.check(AN)


def test_what_was_sent_here_is_not_forgotten_for_an_older_note() -> None:
    progress = Progress()
    progress.add("row", "first")
    progress.add("row", "second")
    progress.resume("row", "first")
    assert progress.sent("row") == "first,second"


def test_the_oldest_of_very_many_long_replies_is_forgotten() -> None:
    progress = Progress()
    for row in range(MAX_ROWS + 1):
        progress.add(str(row), "receipt")
    assert progress.of("0") == ()
    assert progress.of(str(MAX_ROWS)) == ("receipt",)
