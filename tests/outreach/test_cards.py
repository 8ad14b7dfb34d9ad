"""Pictures of answers: nothing of the answer is lost or cut off, and the code leads back to it."""

from __future__ import annotations

import io
from datetime import date
from itertools import pairwise

import pytest
import zxingcpp
from PIL import Image, ImageFont

from bot.core.config import Settings
from bot.faq import entries
from bot.faq.entries import Entry, Faq, Kind
from bot.outreach import card_page, cards
from bot.outreach.card_page import EDGE, FOOT_HIGH, HIGH, INK, QR, READABLE, WIDE, Placed
from bot.outreach.print_text import FILES, unprintable
from tests.support.paths import PROJECT

TODAY = date(2026, 11, 25)
SETTINGS = Settings.model_validate({
    "public_url": "https://troly-vneid.example.vn",
    "outreach": {"telegram_username": "troly_vneid_bot"},
})  # fmt: skip


@pytest.fixture(scope="module")
def faq() -> Faq:
    return entries.load(PROJECT / "faq")


@pytest.fixture(scope="module")
def answers(faq: Faq) -> list[Entry]:
    return [entry for entry in faq.entries.values() if entry.kind is Kind.ANSWER]


def text_of(card: cards.Card) -> str:
    return " ".join(placed.text for placed in card_page.layout(card).texts)


def test_every_answer_of_the_faq_stands_whole_on_its_card(answers: list[Entry]) -> None:
    for entry in answers:
        card = cards.of(entry, SETTINGS, TODAY)
        assert len(card.lines) <= cards.MOST_LINES
        shown = text_of(card).split()
        for part in (entry.on(TODAY).question, entry.on(TODAY).answer, f"Nguồn: {card.source}"):
            assert "".join(part.split()) in "".join(shown), entry.id


def test_no_text_of_any_card_is_cut_off_or_runs_into_another(answers: list[Entry]) -> None:
    for entry in answers:
        placed = card_page.layout(cards.of(entry, SETTINGS, TODAY))
        for text in placed.texts:
            left, top, right, bottom = text.box
            assert left >= EDGE, entry.id
            assert right <= WIDE - EDGE + 1, (entry.id, text.text)
            assert top >= 0, entry.id
            assert bottom <= HIGH, entry.id
        middle = sorted((t for t in placed.texts if _in_the_middle(t)), key=lambda t: (t.y, t.x))
        for upper, lower in pairwise(middle):
            assert upper.y == lower.y or upper.box[3] <= lower.y + 1, (entry.id, lower.text)
        assert placed.qr
        footer = [t for t in placed.texts if t.y > HIGH - FOOT_HIGH]
        assert all(t.box[2] <= placed.qr[0] - 14 for t in footer), entry.id


def _in_the_middle(text: Placed) -> bool:
    return card_page.HEAD_HIGH < text.y < HIGH - FOOT_HIGH


def test_every_letter_is_in_the_type_and_large_enough_for_a_phone(answers: list[Entry]) -> None:
    for entry in answers:
        placed = card_page.layout(cards.of(entry, SETTINGS, TODAY))
        assert unprintable("".join(text.text for text in placed.texts)) == [], entry.id
        sizes = [text.size for text in placed.texts if text.colour == INK]
        assert min(sizes) >= READABLE, entry.id


def test_what_is_painted_is_never_wider_than_was_reckoned(answers: list[Entry]) -> None:
    for entry in answers[::10]:
        for text in card_page.layout(cards.of(entry, SETTINGS, TODAY)).texts:
            font = ImageFont.truetype(str(FILES / f"{text.face}.ttf"), text.size)
            assert font.getlength(text.text) <= text.box[2] - text.x + 1, text.text


def test_a_card_is_a_picture_of_a_phones_shape_whose_code_opens_the_answer(faq: Faq) -> None:
    data = card_page.draw(cards.of(faq.entries["khong-nhan-otp"], SETTINGS, TODAY))
    image = Image.open(io.BytesIO(data))
    assert image.size == (WIDE, HIGH)
    assert len(data) < 200_000
    (code,) = zxingcpp.read_barcodes(image.convert("L"))
    assert code.text == "https://troly-vneid.example.vn/?start=e_khong-nhan-otp"


@pytest.mark.parametrize(
    ("outreach", "address", "where"),
    [
        ({"telegram_username": "thu_bot"}, "https://t.me/thu_bot?start=e_khong-nhan-otp", "@thu_bot"),
        ({"zalo_url": "https://zalo.me/1"}, "", "zalo.me/1"),
        ({}, "", "Tổng đài 1900.0368"),
    ],
)  # fmt: skip
def test_it_says_where_to_ask_more_as_far_as_there_is_somewhere(
    faq: Faq, outreach: dict[str, str], address: str, where: str
) -> None:
    settings = Settings.model_validate({"outreach": outreach})
    card = cards.of(faq.entries["khong-nhan-otp"], settings, TODAY)
    assert card.address == address
    assert where in text_of(card)
    assert (card_page.layout(card).qr is None) is (address == "")
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(card_page.draw(card))).convert("L"))
    assert len(codes) == bool(address)


def test_a_fee_is_that_of_the_day(faq: Faq) -> None:
    entry = faq.entries["le-phi-the-can-cuoc"]
    before = text_of(cards.of(entry, SETTINGS, date(2026, 12, 31)))
    after = text_of(cards.of(entry, SETTINGS, date(2027, 1, 1)))
    assert "25.000 đồng" in before
    assert "25.000 đồng" not in after
    assert "01/01/2027" in after


def test_a_long_word_and_a_long_answer_still_fit() -> None:
    long = "Đây là một câu trả lời rất dài để thử. " * 15
    entry = Entry(id="dai", question="Câu hỏi " * 30, answer=long, fee="x" * 90, time="y" * 90)
    card = cards.of(entry, SETTINGS, TODAY)
    assert all(text.box[2] <= WIDE for text in card_page.layout(card).texts)
    assert QR < WIDE
