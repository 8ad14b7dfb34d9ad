"""Text from outside has one form, whoever sent it and however long it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import LONGEST, LOOKED_AT, MOST_MARKS, clean

ODD = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\u0301\u0323\u0344\u1100\u1161\u200b\u00a0\uff11\u0664 \r\n\ud83d"),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "ca\u0306n cu\u031bo\u031b\u0301c",
            "căn cước",
        ),  # letters in pieces, as some phones send them
        ("１２３４ ＡＢＣ：", "1234 ABC:"),
        ("𝟎𝟗𝟎 𝐎𝐓𝐏", "090 OTP"),
        ("٠٩٠ ०९०", "090 090"),
        ("0\u200b9\u200d0\u20600\ufeff", "0900"),
        ("079\u00a0123\u2009456\u3000789\t0", "079 123 456 789 0"),
        ("một\r\nhai\rba\u2028bốn\x0bnăm", "một\nhai\nba\nbốn\nnăm"),
        ("nửa \ud83d và \x00 với \x1b[31m", "nửa  và  với [31m"),
        ("\u202eđảo\u202c", "đảo"),
        ("25 m² ① ﬁ Ω", "25 m² ① ﬁ Ω"),  # what only looks a little like it stays
        ("Đắk Lắk, Huế", "Đắk Lắk, Huế"),
        ("hai  dấu cách", "hai  dấu cách"),
        ("", ""),
    ],
)
def test_what_looks_alike_becomes_alike(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(ODD)
def test_cleaning_again_changes_nothing_and_any_database_can_keep_it(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once.encode().decode() == once
    assert "\0" not in once


@pytest.mark.parametrize(
    "sign", ["a", " ", "1", "ế", "e\u0302\u0301", "🙂", "\u0301", "\u200b", "đ\n"]
)
def test_no_text_is_longer_than_stated(sign: str) -> None:
    assert len(clean(sign * 20_000)) <= LONGEST
    assert clean(sign * 20_000) == clean((sign * 20_000)[:LOOKED_AT])


def test_marks_that_nobody_could_read_are_not_put_in_order() -> None:
    """To sort n combining marks costs n²: a handful on a letter is all that any language needs."""
    assert len(clean("a" + "\u0323\u0301" * 5_000)) <= 1 + MOST_MARKS
    assert clean("ệ" + "\u0301" * 3).startswith("ệ")
