"""Telegram's updates as `Incoming`, one table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram import parse
from bot.core.messages import OWN, Address, Incoming, Kind
from tests.support.fakes.telegram import DATE, FakeTelegram

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SENT_AT = datetime.fromtimestamp(DATE, UTC)
AN = 42
telegram = FakeTelegram()


def read(update: dict[str, Any]) -> Incoming | None:
    return parse.incoming(update, NOW)


@pytest.mark.parametrize(
    ("text", "kind", "read_text", "data"),
    [
        ("mất thẻ thì sao", Kind.TEXT, "mất thẻ thì sao", ""),
        ("/menu", Kind.TEXT, "/menu", ""),
        ("/menu@thu_bot", Kind.TEXT, "/menu", ""),
        ("/CanBo@thu_bot  gấp lắm ", Kind.TEXT, "/canbo gấp lắm", ""),
        ("/start", Kind.START, "", ""),
        ("/Start", Kind.START, "", ""),
        ("/start e_le-phi", Kind.START, "", "e_le-phi"),
        ("/start@thu_bot e_le-phi", Kind.START, "", "e_le-phi"),
        ("/hủy", Kind.TEXT, "/hủy", ""),
        ("/12/2025 tới hạn", Kind.TEXT, "/12/2025 tới hạn", ""),
        ("hỏi /start là gì", Kind.TEXT, "hỏi /start là gì", ""),
        ("", Kind.TEXT, "", ""),
    ],
)
def test_words_and_commands(text: str, kind: Kind, read_text: str, data: str) -> None:
    update = telegram.text(AN, text)
    expected = Incoming(
        str(update["update_id"]), Address("telegram", "42"), kind, SENT_AT, read_text, data
    )
    assert read(update) == expected


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"photo": [{}]}, Kind.PHOTO),
        ({"photo": [{}], "caption": " "}, Kind.PHOTO),
        ({"live_photo": {}}, Kind.PHOTO),
        ({"paid_media": {"star_count": 1, "paid_media": []}}, Kind.PHOTO),
        ({"voice": {}}, Kind.VOICE),
        ({"audio": {}}, Kind.VOICE),
        ({"video_note": {}}, Kind.VOICE),
        ({"sticker": {}}, Kind.STICKER),
        ({"animation": {}, "document": {}}, Kind.STICKER),
        ({"document": {}}, Kind.DOCUMENT),
        ({"video": {}}, Kind.DOCUMENT),
        ({"location": {}}, Kind.LOCATION),
        ({"venue": {}, "location": {}}, Kind.LOCATION),
        ({"poll": {}}, Kind.UNKNOWN),
        ({"invented_in_2030": {}}, Kind.UNKNOWN),
        ({}, Kind.UNKNOWN),
    ],
)
def test_media_have_a_kind_and_no_words(parts: dict[str, Any], kind: Kind) -> None:
    found = read(telegram.message(AN, **parts))
    assert found is not None
    assert (found.kind, found.text, found.data) == (kind, "", "")


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"photo": [{}]}, Kind.PHOTO),
        ({"voice": {}}, Kind.VOICE),
        ({"audio": {"title": "Bài hát", "performer": "Ai đó"}}, Kind.VOICE),
        ({"animation": {}, "document": {}}, Kind.STICKER),
        ({"document": {"file_name": "don.pdf"}}, Kind.DOCUMENT),
        ({"video": {}}, Kind.DOCUMENT),
        ({"invented_in_2030": {"title": "Gì đó"}}, None),
    ],
)
def test_a_caption_is_what_was_said_and_the_rest_came_beside_it(
    parts: dict[str, Any], kind: Kind | None
) -> None:
    found = read(telegram.message(AN, **parts, caption="mất thẻ", media_group_id="7"))
    assert found is not None
    assert (found.kind, found.text, found.data) == (Kind.TEXT, "mất thẻ", "")
    assert (found.beside, found.album) == (kind, "7")


SECRETIVE = [{"type": "text_link", "offset": 0, "length": 3, "url": "https://x.example"}]


@pytest.mark.parametrize(
    ("parts", "text", "shown"),
    [
        ({"poll": {"question": "mất thẻ?", "options": [{"text": "có"}]}}, "mất thẻ?", "có"),
        ({"checklist": {"title": "việc", "tasks": [{"id": 1, "text": "mất thẻ"}]}}, "việc\nmất thẻ", ""),
        ({"game": {"title": "trò", "description": "mất thẻ", "photo": []}}, "trò\nmất thẻ", ""),
        ({"invented_in_2030": {"inside": [{"text": "mất thẻ"}]}}, "mất thẻ", ""),
        ({"text": {"text": "mất thẻ"}}, "mất thẻ", ""),
        ({"quote": {"text": "mất thẻ", "position": 0}}, "mất thẻ", ""),
        ({"text": "xem", "entities": SECRETIVE}, "xem", "https://x.example"),
        ({"photo": [{}], "caption": "xem", "caption_entities": SECRETIVE}, "xem", "https://x.example"),
        ({"text": "xem", "link_preview_options": {"url": "https://y.example"}}, "xem", "https://y.example"),
        ({"text": "xem", "reply_markup": {"inline_keyboard": [[{"text": "Tải", "url": "https://z.example"}]]}},
         "xem", "Tải\nhttps://z.example"),
        ({"text": "gì đây", "quote": {"text": "tải app"}, "external_reply": {"document": {"file_name": "a.apk"}}},
         "gì đây", "tải app\na.apk"),
        ({"text": "gì đây", "reply_to_message": {"text": "tải app"}}, "gì đây", "tải app"),
    ],
)  # fmt: skip
def test_words_are_read_wherever_they_stand(parts: dict[str, Any], text: str, shown: str) -> None:
    found = read(telegram.message(AN, **parts))
    assert found is not None
    assert (found.kind, found.text) == (Kind.TEXT, text)
    assert sorted(found.shown.split("\n")) == sorted(shown.split("\n"))


def test_what_the_bot_itself_said_is_not_held_against_anybody() -> None:
    ours = {"text": "đừng tải app", "from": {"id": 1, "is_bot": True}}
    found = read(telegram.message(AN, text="ừ", reply_to_message=ours, quote={"text": "tải app"}))
    assert found is not None
    assert found.shown == ""


@pytest.mark.parametrize(
    "parts",
    [
        {"photo": [{}]}, {"contact": {"user_id": 7, "phone_number": "84000000001", "first_name": "Thử"}},
        {"story": {"chat": {"id": 7, "type": "private", "title": "Thử"}, "id": 1}}, {"sticker": {"emoji": "👍"}},
        {"web_app_data": {"data": "{}", "button_text": "Gửi"}}, {"venue": {"title": "Công an"}, "location": {}},
        {"forward_origin": {"type": "channel", "chat": {"title": "Kênh"}}, "voice": {}},
    ],
)  # fmt: skip
def test_names_are_no_words(parts: dict[str, Any]) -> None:
    found = read(telegram.message(AN, **parts))
    assert found is not None
    assert found.text == ""


@pytest.mark.parametrize("name", ["edited_message", "business_message", "invented_in_2030"])
def test_words_are_read_from_every_kind_of_update(name: str) -> None:
    found = read(telegram.update(**{name: telegram.text(AN, "mất thẻ")["message"]}))
    assert found is not None
    assert (found.sender.user, found.text) == (str(AN), "mất thẻ")


def test_what_an_account_that_a_bot_looks_after_says_itself_is_no_question() -> None:
    message = {**telegram.text(AN, "mất thẻ")["message"], "from": {"id": 7}}
    assert read(telegram.update(business_message=message)) is None


@pytest.mark.parametrize(
    "chat", [None, {}, {"id": "x"}, {"id": AN}, {"id": AN, "type": 7}, {"type": "private"}]
)
def test_a_chat_that_is_told_badly_is_its_persons(chat: object) -> None:
    message = {**telegram.text(AN, "mất thẻ")["message"], "chat": chat}
    found = read(telegram.update(message=message))
    assert found is not None
    assert found.sender == Address("telegram", str(AN))


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ({"update_id": 1, "message": {"text": "mất thẻ"}}, "message"),
        ({"update_id": 1, "message": "mất thẻ"}, "message"),
        ({"update_id": 1, "invented_in_2030": {}}, "invented_in_2030"),
        ({"update_id": 1, "callback_query": {"id": "1", "data": "menu"}}, "callback_query"),
        ({"update_id": 1}, "empty"),
        ({"message": {}}, "without an id"),
        ({"update_id": 1, "poll": {}}, ""),
        ({"update_id": 1, "message": {"chat": {"id": -5, "type": "group"}, "text": "chào"}}, ""),
        ({"update_id": 1, "message": {"chat": {"id": AN}, "pinned_message": {}}}, ""),
    ],
)
def test_what_nothing_can_be_made_of_has_a_name(update: dict[str, Any], kind: str) -> None:
    assert read(update) is None
    assert parse.overlooked(update) == kind


@pytest.mark.parametrize(
    ("contact", "kind", "text"),
    [
        ({"user_id": AN, "phone_number": "84000000001"}, Kind.CONTACT, "84000000001"),
        ({"user_id": 7, "phone_number": "84000000001"}, Kind.UNKNOWN, ""),
        ({"phone_number": "84000000001"}, Kind.UNKNOWN, ""),
    ],
)
def test_only_the_senders_own_contact_counts(
    contact: dict[str, Any], kind: Kind, text: str
) -> None:
    found = read(telegram.message(AN, contact=contact))
    assert found is not None
    assert (found.kind, found.text, found.data) == (kind, text, OWN if text else "")


def test_an_edited_message_says_so() -> None:
    found = read(telegram.edited(AN, "mất thẻ"))
    assert found is not None
    assert (found.kind, found.text, found.edited) == (Kind.TEXT, "mất thẻ", True)


def test_a_moving_live_location_is_not_a_new_message() -> None:
    moved = telegram.message(AN, location={})
    assert read({"update_id": 1, "edited_message": moved["message"]}) is None


@pytest.mark.parametrize("ancient", [False, True])
def test_a_tap_carries_its_data_and_happens_now(ancient: bool) -> None:
    update = telegram.press(AN, "ask:le-phi", ancient=ancient)
    found = read(update)
    assert found == Incoming(
        str(update["update_id"]), Address("telegram", "42"), Kind.BUTTON, NOW, "", "ask:le-phi"
    )
    assert parse.query_id(update) == update["callback_query"]["id"]


def test_a_tap_without_a_message_is_the_persons() -> None:
    update = telegram.press(AN, "menu")
    del update["callback_query"]["message"]
    found = read(update)
    assert found is not None
    assert found.sender == Address("telegram", "42")


@pytest.mark.parametrize(
    ("status", "kind"), [("kicked", Kind.BLOCKED), ("member", Kind.UNBLOCKED), ("left", None)]
)
def test_blocking_and_unblocking(status: str, kind: Kind | None) -> None:
    found = read(telegram.member(AN, status))
    assert (found.kind if found else None) is kind


def in_group(update: dict[str, Any]) -> dict[str, Any]:
    for part in update.values():
        if isinstance(part, dict):
            part.get("message", part)["chat"] = {"id": -5, "type": "supergroup"}
    return update


@pytest.mark.parametrize(
    "update",
    [
        in_group(telegram.text(AN, "chào")),
        in_group(telegram.edited(AN, "chào")),
        in_group(telegram.press(AN, "menu")),
        in_group(telegram.member(AN, "kicked")),
        telegram.message(AN, pinned_message={}),
        telegram.update(poll={}),
        telegram.update(invented_in_2030={}),
        telegram.update(message={}),
        telegram.update(message={"chat": {"type": "private"}}),
        telegram.update(message="chào"),
        telegram.update(callback_query={"id": "1", "from": {"id": AN}, "game_short_name": "g"}),
        {"message": telegram.text(AN, "chào")["message"]},
        {},
    ],
)
def test_what_is_not_for_us_is_passed_over(update: dict[str, Any]) -> None:
    assert read(update) is None


@pytest.mark.parametrize("date", [0, -1, 1 << 62, "soon", None])
def test_a_date_that_says_nothing_becomes_now(date: object) -> None:
    found = read(telegram.message(AN, text="chào", date=date))
    assert found is not None
    assert found.at == NOW


def test_a_shared_place_is_kept_to_about_a_metre() -> None:
    telegram = FakeTelegram()
    where = {"latitude": 10.776889, "longitude": 106.700806}
    found = parse.incoming(telegram.message(AN, location=where), NOW)
    assert found is not None
    assert (found.kind, found.data) == (Kind.LOCATION, "10.77689,106.70081")
