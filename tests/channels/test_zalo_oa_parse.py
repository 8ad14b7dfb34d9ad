"""Zalo's events as `Incoming`, one table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.zalo_oa import parse
from bot.core.messages import Address, Incoming, Kind
from tests.support.fakes.zalo import OA_ID, FakeZalo

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SENT_AT = NOW - timedelta(minutes=5)
AN = "2512523625412515"
zalo = FakeZalo(lambda: SENT_AT)


def read(event: dict[str, Any]) -> Incoming | None:
    return parse.incoming(event, NOW)


@pytest.mark.parametrize("name", [None, [], {}, 7])
def test_an_event_without_a_name_is_none(name: object) -> None:
    event = {**zalo.text(AN, "chào"), "event_name": name}
    assert read(event) is None
    assert parse.interaction(event, NOW) is None
    assert not parse.known(event)


def test_a_text_is_a_text() -> None:
    event = zalo.text(AN, "mất thẻ thì sao")
    expected = Incoming(
        event["message"]["msg_id"], Address("zalo-oa", AN), Kind.TEXT, SENT_AT, "mất thẻ thì sao"
    )
    assert read(event) == expected


@pytest.mark.parametrize(
    ("text", "kind", "data"),
    [
        ("#vneid:ask:le-phi", Kind.BUTTON, "ask:le-phi"),
        ("#vneid:menu ", Kind.BUTTON, "menu"),
        ("#vneid:", Kind.BUTTON, ""),
        ("#vneidmenu", Kind.TEXT, ""),
        ("nói #vneid:menu", Kind.TEXT, ""),
    ],
)
def test_a_tap_comes_back_as_its_payload(text: str, kind: Kind, data: str) -> None:
    found = read(zalo.text(AN, text))
    assert found is not None
    assert (found.kind, found.data) == (kind, data)


PLACE = {"coordinates": {"latitude": "10.7769", "longitude": "106.7009"}}


@pytest.mark.parametrize(
    ("event", "kind", "text", "data"),
    [
        (zalo.media(AN, "image", {"url": "https://x"}), Kind.PHOTO, "", ""),
        (zalo.media(AN, "gif", {}), Kind.STICKER, "", ""),
        (zalo.media(AN, "sticker", {}), Kind.STICKER, "", ""),
        (zalo.media(AN, "audio", {}), Kind.VOICE, "", ""),
        (zalo.media(AN, "video", {}), Kind.DOCUMENT, "", ""),
        (zalo.media(AN, "file", {}), Kind.DOCUMENT, "", ""),
        (zalo.media(AN, "location", PLACE), Kind.LOCATION, "", "10.77690,106.70090"),
        (zalo.media(AN, "location", {"coordinates": None}), Kind.LOCATION, "", ""),
        (zalo.message(AN, "user_send_location"), Kind.LOCATION, "", ""),
        (zalo.media(AN, "link", {}), Kind.UNKNOWN, "", ""),
        (zalo.message(AN, text=7), Kind.UNKNOWN, "", ""),
        (zalo.message(AN, "invented_in_2030"), Kind.UNKNOWN, "", ""),
        (zalo.message(AN, text=" "), Kind.TEXT, "", ""),
        (zalo.message(AN, "user_send_link", text="xem này"), Kind.TEXT, "xem này", ""),
        (zalo.media(AN, "business_card", {"phone": "84900000000"}), Kind.UNKNOWN, "", ""),
        (zalo.submit_info(AN, "84900000001"), Kind.CONTACT, "84900000001", ""),
        (zalo.follow(AN), Kind.START, "", ""),
        (zalo.unfollow(AN), Kind.BLOCKED, "", ""),
    ],
)
def test_everything_a_person_can_do(
    event: dict[str, Any], kind: Kind, text: str, data: str
) -> None:
    found = read(event)
    assert found is not None
    assert (found.sender.user, found.kind, found.text, found.data) == (AN, kind, text, data)


LINK = {
    "title": "Cách làm",
    "description": "mất thẻ",
    "url": "https://x.example/a",
    "thumbnail": "https://y",
}
CARD = {
    "title": "An",
    "description": '{"phone":"84900000001","qrCodeUrl":"https://x"}',
    "url": "https://x",
}


@pytest.mark.parametrize(
    ("event", "text", "beside", "shown"),
    [
        (zalo.media(AN, "image", {"url": "https://x"}, "mất thẻ"), "mất thẻ", Kind.PHOTO, ""),
        (zalo.media(AN, "gif", {"url": "https://x"}, "mất thẻ"), "mất thẻ", Kind.STICKER, ""),
        (zalo.media(AN, "audio", {"url": "https://x"}, "mất thẻ"), "mất thẻ", Kind.VOICE, ""),
        (zalo.media(AN, "video", {"description": "mất thẻ"}), "mất thẻ", Kind.DOCUMENT, ""),
        (zalo.media(AN, "file", {"name": "a.apk"}, "mất thẻ"), "mất thẻ", Kind.DOCUMENT, "a.apk"),
        (zalo.media(AN, "location", PLACE, "mất thẻ"), "mất thẻ", Kind.LOCATION, ""),
        (zalo.media(AN, "link", LINK), "Cách làm\nmất thẻ", Kind.UNKNOWN, "https://x.example/a"),
        (zalo.media(AN, "link", {"url": "https://x.example/a"}), "https://x.example/a", Kind.UNKNOWN, ""),
        (zalo.media(AN, "hologram", {"title": "mất thẻ"}), "mất thẻ", None, ""),
        ({**zalo.text(AN, "mất thẻ"), "event_name": "invented_in_2030"}, "mất thẻ", None, ""),
        (zalo.message(AN, text="mất thẻ", quote_msg_id="7"), "mất thẻ", None, ""),
    ],
)  # fmt: skip
def test_words_are_read_whatever_they_stand_beside(
    event: dict[str, Any], text: str, beside: Kind | None, shown: str
) -> None:
    found = read(event)
    assert found is not None
    assert (found.kind, found.text) == (Kind.TEXT, text)
    assert (found.beside, found.shown) == (beside, shown)


@pytest.mark.parametrize("kind", ["business_card", "link"])
def test_somebodys_card_is_not_read(kind: str) -> None:
    found = read(zalo.media(AN, kind, CARD))
    assert found is not None
    assert (found.kind, found.text, found.shown) == (Kind.UNKNOWN, "", "")


def test_a_files_name_is_looked_at_and_is_no_question() -> None:
    found = read(zalo.media(AN, "file", {"name": "VNeID.apk"}))
    assert found is not None
    assert (found.kind, found.text, found.shown) == (Kind.DOCUMENT, "", "VNeID.apk")


def test_somebody_who_is_no_account_is_answered_in_their_talk() -> None:
    found = read(zalo.anonymous("e27a3a4ca6088a56d319", "mất thẻ", talk="6b5c-7d"))
    assert found is not None
    assert found.text == "mất thẻ"
    assert parse.recipient(found.sender.user) == {
        "anonymous_id": "e27a3a4ca6088a56d319",
        "conversation_id": "6b5c-7d",
    }
    assert parse.recipient(AN) == {"user_id": AN}


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({**zalo.text(AN, "chào"), "sender": {}}, "user_send_text"),
        ({**zalo.text(AN, "chào"), "event_name": 7}, "without a name"),
        ({**zalo.text(AN, "chào"), "event_name": "oa_send_text"}, ""),
        ({**zalo.text(AN, "chào"), "event_name": "user_seen_message"}, ""),
        ({"event_name": "change_template_status"}, ""),
    ],
)
def test_what_nothing_can_be_made_of_has_a_name(event: dict[str, Any], name: str) -> None:
    assert parse.overlooked(event) == name


def test_events_without_an_id_are_told_apart_by_who_what_and_when() -> None:
    later = {**zalo.follow(AN), "timestamp": "1790000000000"}
    ids = [
        e.id for e in map(read, (zalo.follow(AN), zalo.follow(AN), zalo.unfollow(AN), later)) if e
    ]
    assert len(ids) == 4
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    "event",
    [
        {**zalo.text(AN, "chào"), "event_name": "oa_send_text"},
        {**zalo.text(AN, "chào"), "event_name": "user_seen_message"},
        {**zalo.text(AN, "chào"), "event_name": "user_received_message"},
        {**zalo.text(AN, "chào"), "event_name": "user_click_chatnow"},
        {**zalo.text(AN, "chào"), "event_name": "user_send_group_text"},
        zalo.event("invented_in_2030", AN),
        {**zalo.text(AN, "chào"), "event_name": ["user_send_text"]},
        {**zalo.text(AN, "chào"), "sender": {"id": "abc:def"}},
        {**zalo.text(AN, "chào"), "sender": {}},
        {**zalo.text(AN, "chào"), "sender": None},
        {**zalo.submit_info(AN, ""), "info": {"name": "Thử"}},
        {},
    ],
)
def test_what_is_not_for_the_dialogue_is_passed_over(event: dict[str, Any]) -> None:
    assert read(event) is None


def test_ids_longer_than_53_bits_stay_whole_also_as_numbers() -> None:
    found = read({**zalo.text(AN, "x"), "sender": {"id": 9007199254740993123}})
    assert found is not None
    assert found.sender.user == "9007199254740993123"


@pytest.mark.parametrize("timestamp", ["", "soon", "17", "9" * 30, None, "١٧٩٠٠٠٠٠٠٠٠٠٠"])
def test_a_time_that_says_nothing_becomes_now(timestamp: object) -> None:
    found = read({**zalo.text(AN, "x"), "timestamp": timestamp})
    assert found is not None
    assert found.at == NOW


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (zalo.text(AN, "x"), True),
        (zalo.follow(AN), True),
        (zalo.submit_info(AN, "84900000001"), True),
        (zalo.event("user_click_chatnow", AN), True),
        (zalo.unfollow(AN), False),
        (zalo.event("user_received_message", AN), False),
        (zalo.event("oa_send_text", OA_ID), False),
    ],
)
def test_what_lets_us_write_for_seven_days(event: dict[str, Any], counts: bool) -> None:
    expected = (Address("zalo-oa", AN), SENT_AT) if counts else None
    assert parse.interaction(event, NOW) == expected


def test_a_clock_that_is_ahead_opens_no_longer_window() -> None:
    event = {**zalo.text(AN, "x"), "timestamp": "1990000000000"}
    assert parse.interaction(event, NOW) == (Address("zalo-oa", AN), NOW)


@pytest.mark.parametrize(
    ("event", "account"),
    [
        (zalo.text(AN, "x"), OA_ID),
        (zalo.follow(AN), OA_ID),
        ({"event_name": "oa_send_text", "sender": {"id": OA_ID}, "recipient": {"id": AN}}, OA_ID),
        ({"event_name": "user_submit_info"}, ""),
    ],
)
def test_the_account_an_event_came_to(event: dict[str, Any], account: str) -> None:
    assert parse.account(event) == account
