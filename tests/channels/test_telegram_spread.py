"""Telegram beyond private chats: groups, `@bot câu hỏi` in any chat, and links to pass on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.channels.telegram import parse
from bot.channels.telegram.groups import Me
from bot.channels.telegram.render import messages
from bot.core.messages import Button, Kind, Reply, Tone, Wish
from tests.support.fakes.server import Fault
from tests.support.fakes.telegram import BOT_ID, FakeTelegram
from tests.support.telegram_service import ANSWER, QUESTION, Running, serving

GROUP, AN, BINH = -1_001_000_000_005, 42, 43
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ME = Me(BOT_ID, "thu_bot")
SHARE = Button("📤 Chia sẻ cho người thân", entry="le-phi", wish=Wish.SHARE)
pytestmark = pytest.mark.usefixtures("new_time_periods")


@pytest.fixture
async def service(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(telegram, tmp_path) as running:
        await telegram.until(lambda: telegram.called("getUpdates"))
        yield running


# --- what is said to the bot -----------------------------------------------------------------------

quiet = FakeTelegram()


def heard(text: str, **parts: Any) -> tuple[Kind, str] | None:
    found = parse.incoming(quiet.in_group(GROUP, text, **parts), NOW, ME)
    return (found.kind, found.text) if found else None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("@thu_bot mất thẻ thì sao", "mất thẻ thì sao"),
        ("@Thu_Bot, mất thẻ thì sao", "mất thẻ thì sao"),
        ("mất thẻ thì sao @thu_bot", "mất thẻ thì sao"),
        ("/hoi@thu_bot mất thẻ", "/hoi mất thẻ"),
        ("/hoi mất thẻ", "/hoi mất thẻ"),
        ("/menu", "/menu"),
        ("@thu_bot", "/help"),
    ],
)
def test_its_name_and_its_commands_call_the_bot(said: str, words: str) -> None:
    assert heard(said) == (Kind.TEXT, words)


@pytest.mark.parametrize(
    "said",
    ["ai biết mất thẻ thì sao", "@thu_bot2 mất thẻ", "mail@thu_bot.vn", "/hoi@khac_bot mất thẻ",
     "/pollme", "@binh mất thẻ thì sao"],
)  # fmt: skip
def test_what_people_say_to_each_other_is_passed_over(said: str) -> None:
    assert heard(said) is None


def test_a_reply_to_the_bot_is_said_to_it_and_one_to_others_is_not() -> None:
    assert heard("còn lệ phí?", reply_to_message=quiet.of_ours()) == (Kind.TEXT, "còn lệ phí?")
    other = {**quiet.of_ours(), "from": {"id": BINH, "is_bot": False, "first_name": "Bình"}}
    assert heard("còn lệ phí?", reply_to_message=other) is None


@pytest.mark.parametrize(
    ("caption", "said"),
    [("@thu_bot xem giúp", "xem giúp"), ("/hoi mất thẻ", "/hoi mất thẻ"), ("xem này", None), ("", None)],
)  # fmt: skip
def test_the_words_under_a_picture_in_a_group_count_as_any(caption: str, said: str | None) -> None:
    update = quiet.in_group(GROUP, "")
    update["message"] = {**update["message"], "photo": [{}], "caption": caption}
    del update["message"]["text"]
    found = parse.incoming(update, NOW, ME)
    assert (found.text if found else None) == said


def test_an_answer_that_was_put_in_by_its_name_is_no_question() -> None:
    bot = {"id": BOT_ID, "is_bot": True, "first_name": "Thử", "username": "thu_bot"}
    assert heard("@thu_bot mất thẻ", via_bot=bot) is None


def test_what_is_said_in_a_group_is_marked_as_read_by_others() -> None:
    found = parse.incoming(quiet.in_group(GROUP, "@thu_bot chào"), NOW, ME)
    assert found
    assert found.public
    assert found.sender.user == str(GROUP)


def test_before_it_knows_its_name_the_bot_hears_no_group() -> None:
    assert parse.incoming(quiet.in_group(GROUP, "@thu_bot chào"), NOW) is None


# --- in a group ------------------------------------------------------------------------------------


async def test_a_group_gets_its_answer_once_it_calls_and_silence_else(
    telegram: FakeTelegram, service: Running
) -> None:
    await telegram.offer(telegram.in_group(GROUP, f"mọi người ơi {QUESTION}"))
    await telegram.offer(telegram.in_group(GROUP, f"@thu_bot {QUESTION}"))
    (answer,) = await telegram.heard(GROUP)
    assert answer.text.startswith(f"❓ {QUESTION}")
    assert ANSWER in answer.text
    assert answer.buttons == {"Hỏi riêng trợ lý": "https://t.me/thu_bot?start=e_quen-mat-khau"}
    assert len(telegram.to(GROUP)) == 1


async def test_nothing_personal_is_done_in_a_group(
    telegram: FakeTelegram, service: Running
) -> None:
    await telegram.offer(telegram.in_group(GROUP, "/datlich@thu_bot"))
    (told,) = await telegram.heard(GROUP)
    assert "nhắn riêng cho mình" in told.text
    assert told.buttons == {"Nhắn riêng cho trợ lý": "https://t.me/thu_bot"}


# --- inline ----------------------------------------------------------------------------------------


async def offered(telegram: FakeTelegram, update: dict[str, Any]) -> list[dict[str, Any]]:
    id_ = update["inline_query"]["id"]
    await telegram.offer(update)
    await telegram.until(lambda: id_ in telegram.offered)
    return telegram.offered[id_]


async def test_a_question_behind_the_bots_name_offers_the_sourced_answer(
    telegram: FakeTelegram, service: Running
) -> None:
    first, *_ = await offered(telegram, telegram.typing(QUESTION))
    assert first["id"] == "quen-mat-khau"
    assert ANSWER in first["input_message_content"]["message_text"]
    ((button,),) = first["reply_markup"]["inline_keyboard"]
    assert button["url"] == "https://t.me/thu_bot?start=e_quen-mat-khau"
    await service.until(lambda: service.rows("SELECT n FROM tallies WHERE name = 'inline'"))


async def test_what_is_not_known_leads_to_the_bot(telegram: FakeTelegram, service: Running) -> None:
    assert await offered(telegram, telegram.typing("giá vàng hôm nay")) == []
    (call,) = telegram.called("answerInlineQuery")
    assert json.loads(call["button"])["start_parameter"] == "hoi"
    assert service.count("tallies") == 0


async def test_of_what_is_typed_key_by_key_the_last_is_answered(
    telegram: FakeTelegram, service: Running
) -> None:
    keys = [telegram.typing(QUESTION[:n]) for n in range(10, len(QUESTION))]
    for update in keys:
        telegram.queue.append(update)
    await offered(telegram, telegram.typing(QUESTION))
    await offered(telegram, telegram.typing(QUESTION, BINH))
    assert len(telegram.offered) == 2


async def test_nothing_of_who_asked_inline_is_kept(
    telegram: FakeTelegram, service: Running
) -> None:
    await offered(telegram, telegram.typing(QUESTION))
    await service.until(lambda: service.count("tallies"))
    assert [service.count(t) for t in ("people", "incoming", "questions", "outbox")] == [0] * 4


async def test_a_refused_inline_answer_holds_nobody_up(
    telegram: FakeTelegram, service: Running
) -> None:
    telegram.fail("answerInlineQuery", Fault(status=400))
    await telegram.offer(telegram.typing(QUESTION))
    await telegram.until(lambda: telegram.called("answerInlineQuery"))
    assert await offered(telegram, telegram.typing(QUESTION, BINH))


# --- links to pass on ------------------------------------------------------------------------------


def test_sharing_opens_telegrams_list_of_people_with_the_link_and_the_gist() -> None:
    reply = Reply(Tone.ANSWER, "Bạn đóng 50.000 đ.", (SHARE,))
    (message,) = messages(reply, "thu_bot")
    ((button,),) = message.rows
    parts = urlsplit(button.url)
    assert (parts.netloc, parts.path) == ("t.me", "/share/url")
    assert parse_qs(parts.query) == {
        "url": ["https://t.me/thu_bot?start=e_le-phi"], "text": ["Bạn đóng 50.000 đ."]
    }  # fmt: skip


def test_without_a_name_there_is_nothing_to_share() -> None:
    (message,) = messages(Reply(Tone.ANSWER, "Bạn đóng 50.000 đ.", (SHARE,)))
    assert message.rows == ()
    assert message.wishes == ()


async def test_an_answer_can_be_shared_under_the_name_that_telegram_tells(
    telegram: FakeTelegram, service: Running
) -> None:
    await telegram.offer(telegram.press(AN, "ask:le-phi"))
    (answer,) = await telegram.heard(AN)
    assert "t.me%2Fthu_bot%3Fstart%3De_le-phi" in answer.buttons["📤 Chia sẻ cho người thân"]
