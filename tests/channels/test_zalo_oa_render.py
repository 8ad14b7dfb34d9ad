"""Replies as the Official Account's messages."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.zalo_oa import render
from bot.channels.zalo_oa.render import MORE, Message, cut, messages, text_body, values
from bot.core.messages import Attachment, Button, Facts, Reply, Tone, Wish

PNG = Attachment.of("image/png", "qr.png", b"\x89PNG\r\n\x1a\n")
ICS = Attachment.of("text/calendar", "hen.ics", b"BEGIN:VCALENDAR")
LINK = Button("Cổng Dịch vụ công", url="https://dichvucong.gov.vn")


def taps(count: int) -> tuple[Button, ...]:
    return tuple(Button(f"Nút {n}", f"n:{n}") for n in range(count))


def reply(*buttons: Button, text: str = "Chào", **more: Any) -> Reply:
    return Reply(Tone.NOTICE, text, buttons, **more)


def labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]


def test_a_plain_text_has_no_attachment() -> None:
    (message,) = messages(reply(source="Luật Căn cước"), "row")
    assert text_body(message) == {"text": "Chào\n\nNguồn: Luật Căn cước"}


def test_whom_to_call_stands_in_the_text() -> None:
    call = Button("📞 Gọi tổng đài 1900.0368", url="tel:19000368")
    (message,) = messages(reply(call, Button("Danh mục", "menu")), "row")
    assert message.text == "Chào\n\n📞 Gọi tổng đài 1900.0368"
    assert labels(message) == ["Danh mục"]


def test_the_link_to_pass_on_stands_in_the_text_where_there_is_one() -> None:
    share = Button("📤 Chia sẻ cho người thân", entry="le-phi", wish=Wish.SHARE)
    (message,) = messages(reply(share), "row", public_url="https://troly.example.vn")
    assert message.text.endswith(
        "📤 Chia sẻ cho người thân: https://troly.example.vn/?start=e_le-phi"
    )
    (message,) = messages(reply(share), "row")
    assert message == Message("Chào")


def test_buttons_answer_or_open_a_page() -> None:
    (message,) = messages(reply(LINK, Button("Danh mục", "menu")), "row")
    assert text_body(message)["attachment"]["payload"]["buttons"] == [
        {
            "title": "Cổng Dịch vụ công",
            "type": "oa.open.url",
            "payload": {"url": "https://dichvucong.gov.vn"},
        },
        {"title": "Danh mục", "type": "oa.query.hide", "payload": "#vneid:menu"},
    ]


def test_five_buttons_fit_and_six_lead_on() -> None:
    (five,) = messages(reply(*taps(5)), "row")
    (six,) = messages(reply(*taps(6)), "row")
    assert labels(five) == ["Nút 0", "Nút 1", "Nút 2", "Nút 3", "Nút 4"]
    assert labels(six) == ["Nút 0", "Nút 1", "Nút 2", "Nút 3", MORE]
    assert six.buttons[-1].data == "more:row:4"


def test_links_stand_in_the_text_where_there_is_no_room_for_them() -> None:
    (message,) = messages(reply(LINK, *taps(5)), "row")
    assert "→ Cổng Dịch vụ công: https://dichvucong.gov.vn" in message.text
    assert labels(message) == ["Nút 0", "Nút 1", "Nút 2", "Nút 3", "Nút 4"]


@pytest.mark.parametrize(
    "bad",
    [Button("", "x"), Button("Không làm gì"), Button("Lạ", url="http://a"), Button("x", "y" * 999)],
)
def test_a_button_zalo_would_refuse_is_dropped_and_logged(bad: Button) -> None:
    with capture_logs() as logs:
        (message,) = messages(reply(bad, *taps(1)), "row")
    assert labels(message) == ["Nút 0"]
    assert [line["event"] for line in logs] == ["button dropped"]


def test_a_long_text_is_cut_at_paragraphs_and_keeps_its_buttons_for_the_end() -> None:
    text = "\n\n".join(f"{n}. " + "một đoạn dài " * 60 for n in range(5)).strip()
    found = messages(reply(*taps(2), text=text), "row")
    assert len(found) == 3
    assert [len(message.buttons) for message in found] == [0, 0, 2]
    assert all(len(message.text) <= 2000 for message in found)


def test_text_is_composed() -> None:
    (message,) = messages(reply(text=unicodedata.normalize("NFD", "Tiếng Việt")), "row")
    assert message.text == "Tiếng Việt"


def test_a_contact_is_asked_for_with_a_form_and_a_place_is_typed() -> None:
    wishes = (Button("Số", wish=Wish.CONTACT), Button("Vị trí", wish=Wish.LOCATION))
    text, form = messages(reply(*wishes, *taps(1)), "row")
    assert labels(text) == ["Nút 0"]
    assert form == Message(form=True)


def test_pictures_are_sent_and_other_files_linked() -> None:
    text, picture = messages(reply(attachments=(ICS, PNG)), "row", lambda n: f"https://a/{n}")
    assert "📎 hen.ics: https://a/0" in text.text
    assert picture.picture == PNG


def test_without_a_public_address_files_are_left_out() -> None:
    huge = Attachment.of("image/png", "to.png", b"x" * (render.MAX_IMAGE + 1))
    (text,) = messages(reply(attachments=(ICS, huge)), "row")
    assert text.text == "Chào"


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [("mười", 4, "mười"), ("mười hai", 6, "mười…"), ("abcdef", 4, "abc…"), ("", 5, "")],
)
def test_what_is_too_long_ends_in_dots(text: str, longest: int, expected: str) -> None:
    assert cut(text, longest) == expected


def test_a_form_gets_its_own_names_and_short_values() -> None:
    facts = Facts("reminder", {"code": "AB34CD", "name": "x" * 40, "address": "y" * 300})
    found = values(facts, {"code": "ma", "name": "ten", "address": "dia_chi"})
    assert found == {"ma": "AB34CD", "ten": "x" * 29 + "…", "dia_chi": "y" * 199 + "…"}
