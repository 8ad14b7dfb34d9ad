"""Posters as they come out of the printer: every QR code reads back, every letter is on the sheet."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.faq.greetings import Greetings
from bot.outreach import poster_files, posters, print_text
from bot.outreach.poster_files import NoChannel, NoWords
from bot.outreach.poster_page import EDGE, SIZES, Sheet, pdf
from bot.store.campaigns.posters import Poster
from tests.outreach.conftest import MADE_AT, SETTINGS

Make = Callable[..., Sheet]
LONG = (
    "Ký túc xá khu B Đại học Mẫu, đường Số 1, khu phố 6, phường Linh Xuân, TP. Thử 123",
    "Đườngkhôngdấucáchdàithậtlàdàiđểxemcóbịtrànrangoàimépgiấyhaykhôngxemthửnhé1234567",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
)


def picture(sheet: Sheet, size: str, dots: int = poster_files.DOTS) -> Image.Image:
    return Image.open(io.BytesIO(poster_files.render(sheet, size, "png", dots))).convert("L")


def read(image: Image.Image) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(image)}


@pytest.mark.parametrize("size", list(SIZES))
def test_every_code_reads_back_and_its_payload_is_ours(
    sheet: Make, vault: Vault, size: str
) -> None:
    found = read(picture(sheet("nha-tro"), size))
    assert {urlsplit(url).netloc for url in found} == {"t.me", "zalo.me", "troly.example.vn"}
    queries = [parse_qs(urlsplit(url).query) for url in found]
    payloads = [query[key][0] for query in queries for key in ("start", "p") if key in query]
    assert len(payloads) == 2
    assert {posters.genuine(vault, payload) for payload in payloads} == {"7K3M9"}


@pytest.mark.parametrize("size", list(SIZES))
def test_codes_read_from_a_poor_photo_with_a_stain_on_each(sheet: Make, size: str) -> None:
    image = picture(sheet("quan"), size)
    whole = zxingcpp.read_barcodes(image)
    pen = ImageDraw.Draw(image)
    for code in whole:
        left, top = code.position.top_left.x, code.position.top_left.y
        side = code.position.bottom_right.x - left
        stain = (left + side * 0.55, top + side * 0.55, left + side * 0.72, top + side * 0.72)
        pen.ellipse(stain, fill=200)
    poor = image.resize((image.width // 2, image.height // 2)).rotate(4, fillcolor=255)
    assert read(poor) == {code.text for code in whole}


@pytest.mark.parametrize(
    ("settings_of", "hosts"),
    [
        ({"public_url": "https://troly.example.vn"}, {"troly.example.vn"}),
        ({"outreach": {"telegram_username": "troly_vneid_mau_bot"}}, {"t.me"}),
        (
            {"public_url": "https://a.vn", "outreach": {"zalo_url": "https://zalo.me/1"}},
            {"a.vn", "zalo.me"},
        ),
    ],
)
def test_only_channels_that_there_are_get_a_code(
    sheet: Make, settings_of: dict[str, object], hosts: set[str]
) -> None:
    one = sheet("quan", settings=Settings.model_validate(settings_of))
    assert {urlsplit(url).netloc for url in read(picture(one, "A3", 900))} == hosts


def test_a_poster_that_leads_nowhere_is_not_made(sheet: Make) -> None:
    with pytest.raises(NoChannel):
        sheet("quan", settings=Settings())


def test_a_poster_without_words_is_not_made(vault: Vault) -> None:
    poster = Poster("7K3M9", "quan", "Quán Mẫu", "", MADE_AT, None)
    with pytest.raises(NoWords):
        poster_files.sheet(poster, SETTINGS, Greetings(), vault)


def test_a_kind_that_is_gone_from_the_file_still_has_words(sheet: Make, words: Greetings) -> None:
    assert sheet("khong-con").headline == words.places["khac"].headline


def page_text(data: bytes) -> tuple[str, list[tuple[float, ...]], tuple[float, float]]:
    """The words of the page, where each letter stands, and the sheet's size."""
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[0]
        text = page.get_textpage()
        boxes = [text.get_charbox(number) for number in range(text.count_chars())
                 if text.get_text_range(number, 1).strip()]  # fmt: skip
        return text.get_text_range(), boxes, page.get_size()
    finally:
        document.close()


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("place", LONG)
def test_a_long_place_is_all_there_and_on_the_sheet(sheet: Make, place: str, size: str) -> None:
    text, boxes, (wide, high) = page_text(pdf([sheet("truong", place)], size))
    assert place.replace(" ", "") in "".join(text.split())
    edge = EDGE * SIZES[size]
    for left, bottom, right, top in boxes:
        assert edge <= left <= right <= wide - edge
        assert edge * 0.9 <= bottom <= top <= high - edge


def test_every_kind_of_place_has_all_its_words_on_its_poster(sheet: Make, words: Greetings) -> None:
    for kind, place in words.places.items():
        text, _, _ = page_text(pdf([sheet(kind)], "A5"))
        together = "".join(text.split())
        said = (place.headline, *place.lines, "PT-7K3M9", "mã OTP, mật khẩu", "1900.0368")
        for words_ in (*said, "troly.example.vn/kiem-tra-poster", "25/11/2026"):
            assert words_.replace(" ", "") in together, (kind, words_)


def test_an_a3_poster_is_read_from_three_metres(words: Greetings) -> None:
    """A letter is read from 300 times its height (10 mm at 3 m): capitals are 0.71 of the size."""
    millimetres = 0.71 * 25.4 / 72
    for place in words.places.values():
        headline = print_text.fit(place.headline, print_text.BLACK, 718, 200, 112)
        assert headline.size * millimetres >= 15, place.id
        assert len(headline.lines) <= 3


def test_the_type_has_every_letter_of_vietnamese(words: Greetings) -> None:
    vowels = "aăâeêioôơuưy"
    letters = "".join(
        f"{vowel}{tone}" for vowel in vowels for tone in "\u0300\u0301\u0303\u0309\u0323"
    )
    assert (
        print_text.unprintable(unicodedata.normalize("NFC", letters + letters.upper()) + "đĐ") == []
    )
    assert print_text.unprintable("→ 漢") == ["→", "漢"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("aBWỞẫụ.,đ-7", min_size=1, max_size=40), min_size=1, max_size=14),
    st.floats(60, 700),
    st.floats(12, 120),
)
def test_what_is_fitted_fits_and_nothing_is_lost(
    words: list[str], wide: float, high: float
) -> None:
    block = print_text.fit(" ".join(words), print_text.BOLD, wide, high, 90)
    assert "".join(block.lines).replace(" ", "") == "".join(words)
    assert all(
        print_text.width(line, block.face, block.size) <= wide + 0.01 for line in block.lines
    )
    assert block.height <= high or block.size <= 6


@pytest.mark.parametrize("wide", range(200, 700, 20))
def test_no_line_ends_within_a_word_of_two_syllables(words: Greetings, wide: int) -> None:
    for place in words.places.values():
        for text in (place.headline, *place.lines):
            lines = print_text.fit(text, print_text.BOLD, wide, 900, 40).lines
            assert not any(line.endswith(("căn", "giấy", "kích", "định")) for line in lines), lines


def test_the_same_poster_is_the_same_file(sheet: Make) -> None:
    assert pdf([sheet("cho")], "A3") == pdf([sheet("cho")], "A3")


def test_a_file_is_named_so_that_every_system_takes_it() -> None:
    poster = Poster("7K3M9", "quan", "../Quán: “Bà Tư” / hẻm 3?*", "", MADE_AT, None)
    assert poster_files.name(poster, "A3", "pdf") == "PT-7K3M9-quan-ba-tu-hem-3-A3.pdf"
