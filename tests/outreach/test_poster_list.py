"""Lists of places from a CSV: every faulty line is named, and nothing in a cell does anything."""

from __future__ import annotations

import pytest

from bot.core.documents.file import Faults
from bot.faq.greetings import Greetings
from bot.outreach import poster_list


def lines(words: Greetings, text: str) -> tuple[list[tuple[int, str, str]], list[str]]:
    listed = poster_list.read(text.encode("utf-8-sig"), "l.csv", words)
    wanted = [(one.line, one.kind, one.place) for one in listed.wanted]
    return wanted, [str(fault).split("\n")[0] for fault in listed.faults]


@pytest.mark.parametrize(
    "text",
    [
        "Nơi dán,Loại nơi\nQuán Mẫu,quán\nNhà trọ Mẫu,nhà-trọ\n",
        "loại nơi;noi dan\nquán ăn;Quán Mẫu\nNha Tro;Nhà trọ Mẫu\n",
        "Nơi dán\tLoại\tGhi chú\nQuán Mẫu\tquan\tx\n\nNhà trọ   Mẫu\tnha-tro\t\n",
    ],
)
def test_headings_and_kinds_are_read_however_they_are_written(words: Greetings, text: str) -> None:
    wanted, faults = lines(words, text)
    assert [(kind, place) for _, kind, place in wanted] == [
        ("quan", "Quán Mẫu"), ("nha-tro", "Nhà trọ Mẫu"),
    ]  # fmt: skip
    assert faults == []


def test_without_headings_the_place_comes_first(words: Greetings) -> None:
    assert lines(words, "Quán Mẫu; quán")[0] == [(1, "quan", "Quán Mẫu")]


def test_every_faulty_line_is_named_and_the_others_stand(words: Greetings) -> None:
    wanted, faults = lines(
        words,
        "Nơi dán,Loại nơi\n"
        "Quán Mẫu,quán\n"
        '"=HYPERLINK(""https://example.com"")",quán\n'
        "@SUM(A1:A9),quán\n"
        "+84900000001,quán\n"
        "-2+3,quán\n"
        "Quán Mẫu 😀,quán\n"
        "Chợ Mẫu,chợ búa\n"
        "Chợ Mẫu,\n"
        ",quán\n"
        "Quán  Mẫu,quan\n"
        '"Hai\ndòng",quán\n'
        "Trường Mẫu,trường\n",
    )
    assert [line for line, _, _ in wanted] == [2, 14]
    told = "\n".join(faults)
    for place in ("3:1", "4:1", "5:1", "6:1", "7:1", "8:2", "9:2", "10:1", "11:1", "13:1"):
        assert f"l.csv:{place}: " in told
    assert "không in được: 😀" in told
    assert "trùng với dòng 2" in told
    assert "'chợ búa'" in told


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "trống"),
        ("Nơi dán,Khổ\nQuán,A3\n".encode(), "thiếu cột 'Loại nơi'"),
        ("Quán Mẫu,quán\n".encode("utf-16"), "UTF-8"),
        (("Nơi dán,Loại nơi\n" + "Quán Mẫu,quán\n" * 501).encode(), "quá 500 dòng"),
        (b"a" * 2_000_001, "quá lớn"),
        (b'x,"' + b"y" * 200_000, "không phải tệp CSV"),
    ],
)
def test_what_is_no_list_is_refused_whole(words: Greetings, raw: bytes, why: str) -> None:
    with pytest.raises(Faults, match=why):
        poster_list.read(raw, "l.csv", words)
