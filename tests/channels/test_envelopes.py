"""What people send, in whatever envelope, to the whole service: by polling and by webhook alike.

What can be read is answered; what cannot is told so, once; nothing is acknowledged unseen.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.unhandled import MOST_TRIES
from bot.store.database import Row
from tests.support import zalo_service
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.zalo import FakeZalo
from tests.support.fakes.zalo_bot import FakeZaloBot
from tests.support.made import changed, places
from tests.support.people import Clock
from tests.support.telegram_service import ANSWER, QUESTION, Running, serving

AN, BINH = 42, 43
pytestmark = pytest.mark.usefixtures("new_time_periods", "short_pauses")
LINK = [{"type": "text_link", "offset": 0, "length": 3, "url": "https://vneid-gov.example/a"}]
# A disk that fails for one person's messages only: whatever is tried, they cannot be handled.
POISON = """
    CREATE TRIGGER poison BEFORE INSERT ON incoming WHEN NEW.person = '42'
    BEGIN SELECT RAISE(ABORT, 'disk'); END
"""


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.background.FIRST_PAUSE", 0.01)


class Platform(ABC):
    """One way in: what somebody sends, and what they hear."""

    def __init__(self, service: Running) -> None:
        self.service = service

    @abstractmethod
    async def sends(self, update: Any) -> None: ...

    @abstractmethod
    async def heard(self, count: int = 1) -> list[str]: ...

    async def settled(self) -> list[str]:
        """All that this person heard, after everybody else's row has gone out too."""
        rows = "SELECT id FROM outbox WHERE state <> 'sent'"
        await self.service.until(lambda: not self.service.rows(rows))
        count = self.service.count("outbox")
        return await self.heard(count) if count else []

    def alerts(self) -> list[Row]:
        return self.service.rows("SELECT kind, text FROM alerts WHERE seen_at IS NULL")


class OnTelegram(Platform):
    def __init__(self, service: Running, server: FakeTelegram) -> None:
        super().__init__(service)
        self.server = server

    async def sends(self, update: Any) -> None:
        await self.server.deliver(update)

    async def heard(self, count: int = 1) -> list[str]:
        return [sent.text for sent in await self.server.heard(AN, count)]


@pytest.fixture(params=["polling", "webhook"])
async def telegram_talk(
    request: pytest.FixtureRequest, telegram: FakeTelegram, tmp_path: Path
) -> AsyncIterator[OnTelegram]:
    async with serving(telegram, tmp_path, webhook=request.param == "webhook") as running:
        await telegram.until(lambda: telegram.webhook or telegram.called("getUpdates"))
        yield OnTelegram(running, telegram)


# --- Telegram ------------------------------------------------------------------------------------

# Parts of a message, and what becomes of them when no words stand beside.
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "photo": ({"photo": [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]}, "ảnh"),
    "photo the library refuses": ({"photo": [{}]}, "ảnh"),
    "video": ({"video": {}}, "tệp"),
    "document": ({"document": {}}, "tệp"),
    "voice": ({"voice": {}}, "tin thoại"),
    "audio": ({"audio": {"title": "Bài hát"}}, "tin thoại"),
    "animation": ({"animation": {}, "document": {}}, "Cảm ơn"),
    "story": ({"story": {"id": 1, "chat": {"id": 7, "type": "channel"}}}, "chưa đọc được"),
    "contact": ({"contact": {"phone_number": "84900000001", "first_name": "A"}}, "chưa đọc được"),
    "location": ({"location": {"latitude": 10, "longitude": 106.7}}, "vị trí"),
    "venue": ({"venue": {"title": "Chợ"}, "location": {}}, "vị trí"),
    "sticker": ({"sticker": {"emoji": "👍"}}, "Cảm ơn"),
    "dice": ({"dice": {"emoji": "🎲", "value": 3}}, "Cảm ơn"),
    "web app": ({"web_app_data": {"data": "{}", "button_text": "Gửi"}}, "chưa đọc được"),
    "gift": ({"gift": {"id": "1"}}, "chưa đọc được"),
    "invented": ({"invented_in_2030": {"id": 1}}, "chưa đọc được"),
    "nothing at all": ({}, "chưa đọc được"),
}
# What a message can be wrapped in.
WRAPS: dict[str, dict[str, Any]] = {
    "forwarded, hidden": {"forward_origin": {"type": "hidden_user"}},
    "forwarded, unknown": {"forward_origin": {"type": "robot", "of": 2030}, "forward_date": "soon"},
    "replying": {"reply_to_message": {}, "quote": {"position": "x"}},
    "replying elsewhere": {"external_reply": {"origin": {}}},
    "by a bot": {"via_bot": {}},
    "with a keyboard": {"reply_markup": {"inline_keyboard": [[{}]]}},
    "with odd entities": {"entities": [{"type": 7}], "caption_entities": "x"},
    "in an album": {"media_group_id": 7},
    "without who": {"from": None},
    "without when": {"date": None, "message_id": "x"},
}
OTHER_WORDS: dict[str, dict[str, Any]] = {
    "text": {"text": QUESTION},
    "poll": {"poll": {"question": QUESTION, "options": [{"text": "Có"}]}},
    "checklist": {"checklist": {"title": QUESTION, "tasks": []}},
    "game": {"game": {"title": QUESTION}},
    "quote": {"quote": {"text": QUESTION}},
    "to come": {"invented_in_2030": {"content": {"text": QUESTION}}},
}


@pytest.mark.parametrize("wrap", [None, *WRAPS])
async def test_words_are_answered_on_telegram(telegram_talk: OnTelegram, wrap: str | None) -> None:
    """One message after the other: every kind with a caption, and all that has words of its own."""
    around = WRAPS[wrap] if wrap else {}
    readable = [{**parts, "caption": QUESTION} for parts, _ in KINDS.values()]
    for parts in (*readable, *OTHER_WORDS.values()):
        before = telegram_talk.service.count("outbox")
        await telegram_talk.sends(telegram_talk.server.message(AN, **{**around, **parts}))
        rows = telegram_talk.service.rows("SELECT reply FROM outbox ORDER BY id")[before:]
        assert any(ANSWER in row["reply"] for row in rows), parts
    assert telegram_talk.alerts() == []


@pytest.mark.parametrize("wrap", [None, *WRAPS])
async def test_what_has_no_words_is_told_so_on_telegram(
    telegram_talk: OnTelegram, wrap: str | None
) -> None:
    around = WRAPS[wrap] if wrap else {}
    for chat, (parts, told) in enumerate(KINDS.values(), 100):
        update = telegram_talk.server.message(chat, **{**around, **parts})
        await telegram_talk.sends(update)
        find = "SELECT reply FROM outbox WHERE person = :chat"
        (row,) = telegram_talk.service.rows(find, chat=str(chat))
        assert told in row["reply"], parts


@pytest.mark.parametrize(
    "name", ["message", "edited_message", "business_message", "edited_business_message", "invented"]
)
async def test_words_are_answered_in_every_kind_of_update(
    telegram_talk: OnTelegram, name: str
) -> None:
    message = telegram_talk.server.text(AN, QUESTION)["message"]
    await telegram_talk.sends(telegram_talk.server.update(**{name: message}))
    assert any(ANSWER in text for text in await telegram_talk.settled())


async def test_a_picture_with_words_is_answered_by_them_and_said_not_to_be_looked_at(
    telegram_talk: OnTelegram,
) -> None:
    await telegram_talk.sends(telegram_talk.server.message(AN, photo=[{}], caption=QUESTION))
    answer, notice = await telegram_talk.heard(2)
    assert ANSWER in answer
    assert "ảnh gửi kèm thì mình không xem và không lưu" in notice


@pytest.mark.parametrize("words", [None, 0, 3])
async def test_an_album_is_answered_once(telegram_talk: OnTelegram, words: int | None) -> None:
    """*words*: under which of its pictures they stand."""
    for number in range(5):
        caption = {"caption": QUESTION} if number == words else {}
        update = telegram_talk.server.message(AN, photo=[{}], media_group_id="9", **caption)
        await telegram_talk.sends(update)
    heard = await telegram_talk.settled()
    answers = [text for text in heard if ANSWER in text]
    told = [text for text in heard if "không xem và không lưu" in text]
    assert (len(answers), len(told)) == (int(words is not None), 1)
    assert len(heard) == len(answers) + len(told)


async def test_pictures_after_other_words_are_answered_again(telegram_talk: OnTelegram) -> None:
    server = telegram_talk.server
    for update in (
        server.message(AN, photo=[{}]),
        server.text(AN, "menu"),
        server.message(AN, photo=[{}]),
    ):
        await telegram_talk.sends(update)
    heard = await telegram_talk.settled()
    assert sum("không xem và không lưu ảnh" in text for text in heard) == 2


@pytest.mark.parametrize(
    ("parts", "warning"),
    [
        ({"text": "Xem", "entities": LINK}, ".gov.vn"),
        ({"photo": [{}], "caption": "Xem", "caption_entities": LINK}, ".gov.vn"),
        ({"text": "Xem", "reply_markup": {"inline_keyboard": [[{"text": "Mở", "url": LINK[0]["url"]}]]}}, ".gov.vn"),
        ({"text": "http://dichvucong.example.com/nop"}, ".gov.vn"),
        ({"text": "tải http://x.example/VNeID.apk"}, "ĐỪNG CÀI"),
        ({"document": {"file_name": "VNeID 2.0.apk"}}, "ĐỪNG CÀI"),
        ({"document": {"file_name": "VNeID.apk"}, "caption": "Cài cái này à?"}, "ĐỪNG CÀI"),
        ({"photo": [{}], "caption": "có người tự xưng công an gọi điện bảo cài app này"}, "DỪNG LẠI"),
        ({"text": "thật không?", "quote": {"text": "công an gọi điện yêu cầu cài ứng dụng"}}, "DỪNG LẠI"),
    ],
)  # fmt: skip
async def test_danger_is_told_first_wherever_it_stands(
    telegram_talk: OnTelegram, parts: dict[str, Any], warning: str
) -> None:
    await telegram_talk.sends(telegram_talk.server.message(AN, **parts))
    assert warning in (await telegram_talk.heard())[0]


@pytest.mark.parametrize(
    "text", ["https://vneid.gov.vn/tai", "https://dichvucong.gov.vn/p?a=1", "xem https://a.example"]
)
async def test_a_site_of_the_states_own_is_no_danger(telegram_talk: OnTelegram, text: str) -> None:  # fmt: skip
    await telegram_talk.sends(telegram_talk.server.text(AN, text))
    assert "⚠️" not in "".join(await telegram_talk.settled())


@pytest.mark.parametrize(
    "parts",
    [
        {"message": {"text": "số căn cước của tôi"}}, {"message": "số căn cước của tôi"},
        {"invented_in_2030": {"note": "số căn cước của tôi"}}, {"callback_query": {"data": "x"}},
    ],
)  # fmt: skip
async def test_what_nothing_can_be_made_of_is_written_down_and_no_hindrance(
    telegram_talk: OnTelegram, parts: dict[str, Any]
) -> None:
    server = telegram_talk.server
    with capture_logs() as logs:
        updates = [server.update(**parts) for _ in range(3)]
        for update in updates:
            await telegram_talk.sends(update)
        await telegram_talk.sends(server.text(AN, QUESTION))
    assert ANSWER in (await telegram_talk.heard())[0]
    noted = [line for line in logs if line["event"] == "telegram update not readable"]
    kind = next(iter(parts))
    assert [(line["update"], line["kind"]) for line in noted] == [
        (str(u["update_id"]), kind) for u in updates
    ]
    (alert,) = telegram_talk.alerts()
    assert (str(updates[0]["update_id"]) in alert["text"], kind in alert["text"]) == (True, True)
    assert "căn cước" not in repr(noted) + alert["text"]


QUIET: list[dict[str, Any]] = [
    {"poll": {"id": "1"}}, {"message_reaction": {"chat": {"id": AN, "type": "private"}, "user": {"id": AN}}},
    {"chat_member": {}}, {"channel_post": {"chat": {"id": -7, "type": "channel"}, "text": QUESTION}},
    {"message": {"chat": {"id": -7, "type": "group"}, "from": {"id": AN}, "text": QUESTION}},
    {"edited_message": {"chat": {"id": AN, "type": "private"}, "location": {}}},
    {"callback_query": {"id": "1", "from": {"id": AN}, "game_short_name": "g"}},
]  # fmt: skip


async def test_what_is_not_said_to_us_is_passed_over(telegram_talk: OnTelegram) -> None:
    for parts in QUIET:
        await telegram_talk.sends(telegram_talk.server.update(**parts))
    assert telegram_talk.service.count("outbox") == 0
    assert telegram_talk.alerts() == []


@pytest.mark.parametrize("message", [None, "x", {"message_id": 1, "date": 0}, {"chat": {"id": AN}}])
async def test_a_tap_is_answered_whatever_is_left_of_its_message(
    telegram_talk: OnTelegram, message: Any
) -> None:
    update = telegram_talk.server.press(AN, "ask:quen-mat-khau")
    update["callback_query"]["message"] = message
    await telegram_talk.sends(update)
    assert ANSWER in (await telegram_talk.heard())[0]


async def test_an_update_that_cannot_be_handled_is_given_up_aloud_and_holds_nobody_up(
    telegram_talk: OnTelegram,
) -> None:
    server, service = telegram_talk.server, telegram_talk.service
    service.rows(POISON)
    bad = server.text(AN, "số căn cước của tôi")
    await telegram_talk.sends(bad)
    await telegram_talk.sends(server.text(BINH, QUESTION))
    assert ANSWER in (await server.heard(BINH))[0].text
    (alert,) = telegram_talk.alerts()
    assert (alert["kind"], str(bad["update_id"]) in alert["text"]) == ("telegram given up", True)
    assert "căn cước" not in alert["text"]
    if server.webhook:
        assert server.statuses == [503] * (MOST_TRIES - 1) + [200, 200]


# --- every update like a genuine one ---------------------------------------------------------------

AT_ONCE = 50  # updates
EVENTS = Path("tests/fuzz/events")
# Without these nobody knows which update it is, or whose: the rest may be missing or wrong.
NEEDED = {("update_id",), ("message",), ("message", "chat"), ("message", "chat", "id"), ("message", "text"),
          ("message", "caption"), ("message", "contact")}  # fmt: skip
GARBAGE: tuple[Any, ...] = (None, 7, "x", [], {"x": 1})


def genuine() -> Iterator[dict[str, Any]]:
    """Updates of a person with readable words in them."""
    for update in json.loads((EVENTS / "telegram.json").read_text("utf-8")):
        message = update.get("message", {})
        if message.get("chat", {}).get("type") == "private" and "contact" not in message:
            words = "text" if "text" in message else "caption"
            yield {**update, "message": {**message, words: QUESTION}}


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each of them with one field gone or wrong, or with unknown ones."""
    for number, update in enumerate(genuine()):
        for path in places(update):
            if path in NEEDED or path[:2] == ("message", "contact"):
                continue
            name = f"{number} {'.'.join(map(str, path))}"
            yield f"{name} gone", changed(update, path, None, drop=True)
            for garbage in GARBAGE:
                yield f"{name} {garbage}", changed(update, path, garbage, drop=False)
        yield (
            f"{number} more",
            {
                **deepcopy(update),
                "invented": {},
                "message": {**update["message"], "new": {"a": [1]}},
            },
        )


async def test_words_are_answered_whatever_else_is_missing_or_wrong(
    telegram_talk: OnTelegram,
) -> None:
    server, service = telegram_talk.server, telegram_talk.service
    expected: dict[str, str] = {}
    updates = []
    for number, (name, update) in enumerate(variants()):
        chat = 1000 + number
        made = deepcopy(update)
        made["update_id"] = 900_000 + number
        made["message"]["chat"] = _renamed(made["message"]["chat"], chat)
        if isinstance(sender := made["message"].get("from"), dict):
            made["message"]["from"] = _renamed(sender, chat)
        expected[str(chat)] = name
        updates.append(made)
        server.known.add(chat)
    if server.webhook:
        for made in updates:
            assert await server.post(made) == 200
    else:
        for start in range(0, len(updates), AT_ONCE):
            some = updates[start : start + AT_ONCE]
            server.queue.extend(some)
            await server.notify()
            await server.handled(some[-1])
    answered = "SELECT person FROM outbox WHERE reply LIKE :answer"
    found = {row["person"] for row in service.rows(answered, answer=f"%{ANSWER}%")}
    assert [name for chat, name in expected.items() if chat not in found] == []
    assert telegram_talk.alerts() == []


def _renamed(part: Any, chat: int) -> Any:
    return {**part, "id": chat} if isinstance(part, dict) and "id" in part else part


# --- Zalo ----------------------------------------------------------------------------------------

ZALO = {
    "image": "ảnh", "gif": "Cảm ơn", "sticker": "Cảm ơn", "audio": "tin thoại", "video": "tệp", "file": "tệp",
    "location": "vị trí", "link": "chưa đọc được", "business_card": "chưa đọc được", "hologram": "chưa đọc được",
}  # fmt: skip


async def test_words_are_answered_on_zalo(zalo: FakeZalo, tmp_path: Path, clock: Clock) -> None:
    async with zalo_service.serving_oa(zalo, tmp_path, clock) as service:
        for number, (kind, told) in enumerate(ZALO.items()):
            wordless, worded = str(1000 + number), str(2000 + number)
            assert await zalo.post(zalo.media(wordless, kind, {})) == 200
            assert told in (await zalo.heard(wordless))[0].text, kind
            assert await zalo.post(zalo.media(worded, kind, {}, QUESTION)) == 200
            assert ANSWER in (await zalo.heard(worded))[0].text, kind
        for number, event in enumerate(_other_words(zalo)):
            assert await zalo.post(event) == 200
            assert ANSWER in (await zalo.heard(event["sender"]["id"]))[0].text, number
        assert service.rows("SELECT * FROM alerts") == []


def _other_words(zalo: FakeZalo) -> list[dict[str, Any]]:
    link = {"description": QUESTION, "url": "https://x.example", "thumbnail": ""}
    return [
        zalo.media("3001", "link", link),
        zalo.media("3002", "video", {"description": QUESTION}),
        zalo.message("3003", text=QUESTION, quote_msg_id="7", attachments="x"),
        {**zalo.text("3004", QUESTION), "event_name": "invented_in_2030"},
        {**zalo.text("3005", QUESTION), "timestamp": None, "user_id_by_app": [], "recipient": None},
        zalo.anonymous("e27a3a4c", QUESTION, talk="6b5c-7d"),
    ]


async def test_several_pictures_are_answered_once_on_zalo(
    zalo: FakeZalo, tmp_path: Path, clock: Clock
) -> None:
    async with zalo_service.serving_oa(zalo, tmp_path, clock) as service:
        for _ in range(5):
            assert await zalo.post(zalo.media("1001", "image", {"url": "https://x"})) == 200
        assert service.count("incoming") == 5
        assert service.count("outbox") == 1
        clock.move(minutes=2)
        assert await zalo.post(zalo.media("1001", "image", {"url": "https://x"})) == 200
        assert service.count("outbox") == 2


async def test_an_event_that_nothing_can_be_made_of_is_written_down_on_zalo(
    zalo: FakeZalo, tmp_path: Path, clock: Clock
) -> None:
    async with zalo_service.serving_oa(zalo, tmp_path, clock) as service:
        assert await zalo.post({**zalo.text("1001", "chào"), "sender": {}}) == 200
        (alert,) = service.rows("SELECT kind, text FROM alerts")
        assert (alert["kind"], "user_send_text" in alert["text"]) == ("zalo-oa unreadable", True)


@asynccontextmanager
async def bot_talk(
    bots: FakeZaloBot, folder: Path, clock: Clock, mode: str
) -> AsyncIterator[Running]:
    async with zalo_service.serving_bot(bots, folder, clock, webhook=mode == "webhook") as service:
        await bots.until(lambda: bots.webhook or bots.called("getUpdates"))
        yield service


async def give(bots: FakeZaloBot, update: dict[str, Any]) -> None:
    if bots.webhook:
        assert await bots.post(update) == 200
    else:
        await bots.offer(update)


BOT = {
    "image": ({"photo_url": "https://x.example"}, "ảnh"), "sticker": ({"sticker": "x"}, "Cảm ơn"),
    "voice": ({"voice_url": "https://x.example"}, "tin thoại"), "unsupported": ({}, "tổng đài"),
    "hologram": ({"hologram": {"id": 1}}, "chưa đọc được"),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_words_are_answered_on_the_bot_platform(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock, mode: str
) -> None:
    async with bot_talk(bots, tmp_path, clock, mode) as service:
        for number, (kind, (parts, told)) in enumerate(BOT.items()):
            wordless, worded, text = (f"{part}{number}" for part in "abc")
            await give(bots, bots.update(wordless, kind, **parts))
            assert told in (await bots.heard(wordless))[0].text, kind
            await give(bots, bots.update(worded, kind, **parts, caption=QUESTION))
            assert ANSWER in (await bots.heard(worded))[0].text, kind
            await give(
                bots, bots.update(text, kind, **parts, text=QUESTION, date=None, message_id=None)
            )
            assert ANSWER in (await bots.heard(text))[0].text, kind
        await give(bots, {"event_name": "message.text.received", "message": "x"})
        await service.until(lambda: service.rows("SELECT * FROM alerts"))
        (alert,) = service.rows("SELECT kind FROM alerts")
        assert alert["kind"] == "zalo-bot unreadable"


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_an_update_that_cannot_be_handled_holds_nobody_up_on_the_bot_platform(
    bots: FakeZaloBot, tmp_path: Path, clock: Clock, mode: str
) -> None:
    async with bot_talk(bots, tmp_path, clock, mode) as service:
        service.rows(POISON)
        bad = bots.text("42", QUESTION)
        if bots.webhook:
            statuses = [await bots.post(bad) for _ in range(MOST_TRIES)]
            assert statuses == [503] * (MOST_TRIES - 1) + [200]
        else:
            await bots.offer(bad)
        await give(bots, bots.text("43", QUESTION))
        assert ANSWER in (await bots.heard("43"))[0].text
        (alert,) = service.rows("SELECT kind FROM alerts")
        assert alert["kind"] == "zalo-bot given up"
