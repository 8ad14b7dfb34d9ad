"""Telegram's updates as `Incoming`, one table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram import parse
from bot.messages import OWN, Address, Incoming, Kind
from tests.fakes.telegram import DATE, FakeTelegram

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
        ({"photo": [{}], "caption": "số căn cước của tôi"}, Kind.PHOTO),
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
