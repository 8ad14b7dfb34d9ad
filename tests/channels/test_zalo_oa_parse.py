"""Zalo's events as `Incoming`, one table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.zalo_oa import parse
from bot.messages import Address, Incoming, Kind
from tests.fakes.zalo import OA_ID, FakeZalo

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
        (zalo.media(AN, "link", {"url": "https://x"}), Kind.UNKNOWN, "", ""),
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
        {**zalo.text(AN, "chào"), "event_name": "invented_in_2030"},
        {**zalo.text(AN, "chào"), "event_name": ["user_send_text"]},
        {**zalo.text(AN, "chào"), "sender": {"id": "abc:def"}},
        {**zalo.text(AN, "chào"), "sender": {}},
        {**zalo.text(AN, "chào"), "sender": None},
        {**zalo.text(AN, "chào"), "message": {"text": 7}},
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
