"""Reading what was typed, with a vocabulary of a few sentences."""

from __future__ import annotations

import pytest

from bot.faq.matching.reader import Reader
from bot.faq.matching.telex import from_keys, is_syllable
from bot.faq.matching.vocabulary import vocabulary

SENTENCES = [
    "tôi muốn đăng ký tạm trú ở đâu",
    "điện thoại không nhận được mã otp của vneid",
    "làm lại thẻ căn cước bao nhiêu tiền",
    "mình quên mật khẩu thì phải làm sao",
    "con 5 tuổi có làm tài khoản được không",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(vocabulary(SENTENCES, SENTENCES))


def plain(reader: Reader, text: str) -> str:
    return " ".join(word.plain for word in reader.read(text))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("đt k nhận đc mã otp", "dien thoai khong nhan duoc ma otp"),
        ("ddieenj thoaij khoong nhaanj dduowcj", "dien thoai khong nhan duoc"),
        ("d9ie6n5 thoai5", "dien thoai"),
        ("đăng ký tạm trú", "dang ki tam tru"),
        ("dnag ki tam rtu", "dang ki tam tru"),
        ("làm laij ther căn cước", "lam lai the can cuoc"),
        ("wên mật khẩu fải lm seo", "quen mat khau phai lam sao"),
        ("vn eid", "vneid"),
        ("con 5t", "con 5 tuoi"),
        ("lại thẻeee", "lai the"),
        ("bn tiền", "bao nhieu tien"),
    ],
)
def test_what_was_typed_is_read_as_meant(reader: Reader, typed: str, meant: str) -> None:
    assert plain(reader, typed) == meant


@pytest.mark.parametrize("sentence", SENTENCES)
def test_known_words_are_left_alone(reader: Reader, sentence: str) -> None:
    assert len(reader.read(sentence)) == len(sentence.split())


def test_marks_count_only_when_typed(reader: Reader) -> None:
    assert [word.marked for word in reader.read("dang ky")] == ["", ""]
    assert [word.marked for word in reader.read("đăng ký")] == ["đăng", "ki1"]
    assert reader.read("ddawng kys") == reader.read("đăng ký")


def test_an_unknown_syllable_stays_itself(reader: Reader) -> None:
    assert plain(reader, "mèo") == "meo"


@pytest.mark.parametrize(
    ("keys", "shape"),
    [
        ("dduowcj", "đươc5"),
        ("nguwowif", "ngươi2"),
        ("thori", "thoi3"),
        ("tuoi63", "tuôi3"),
        ("hoongf", "hông2"),
        ("tien", None),
        ("asdf", None),
        ("file", None),
    ],
)
def test_input_method_keys_are_replayed(keys: str, shape: str | None) -> None:
    assert from_keys(keys) == shape


def test_syllables_are_told_from_noise() -> None:
    assert all(is_syllable(word) for word in ("nghieng", "quyen", "oai", "thuong", "giuong"))
    assert not any(is_syllable(word) for word in ("vneid", "otp", "asdf", "laf", "k"))
