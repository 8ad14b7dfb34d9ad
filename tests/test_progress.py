"""Tables of official figures by ward, as they are sent."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.booking import ward_figures
from bot.booking.ward_figures import Change, Figures, Reading
from bot.booking.wards import Wards
from bot.core.documents import tables

TAN_PHU, NHIEU_LOC = "27031", "27142"
REPORT = """BÁO CÁO THU NHẬN, THÁNG 11

STT;Phường, xã;Chỉ tiêu;Đã thu;Đã kích hoạt;Ghi chú
1;Phường Tân Phú;50.000;40 000;25000;
2;Phường 12, Quận 3;10;5;3;tách
3;Phường 13, Quận 3;10;5;1;
4;Phường Bến Thành;;;;
;Tổng cộng;50.020;40.010;25.004;
"""


def read(text: str, wards: Wards) -> Reading:
    return ward_figures.read("bang.csv", text.encode(), wards)


def test_a_report_is_read_below_its_title_with_former_wards_added_up(wards: Wards) -> None:
    found = read(REPORT, wards)
    assert found.faults == ()
    one, sum_ = found.given
    assert (one.ward, one.target, one.collected, one.activated) == (TAN_PHU, 50000, 40000, 25000)
    assert (sum_.ward, sum_.target, sum_.collected, sum_.activated) == (NHIEU_LOC, 20, 10, 4)
    assert sum_.names == ("Phường 12, Quận 3", "Phường 13, Quận 3")
    assert found.passed == (
        "Không dùng cột: STT, Ghi chú",
        "Dòng 8: bỏ qua dòng cộng 'Tổng cộng'",
        "Bỏ qua 1 dòng chưa điền số",
    )


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        ("Phường Lạ Hoắc;1;1;1", 2, "không có phường xã nào tên"),
        ("Phường 1;1;1;1", 2, "có thể là"),
        (";1;1;1", 2, "thiếu tên phường xã"),
        ("Phường Tân Phú;1;1;1\nphường tân phú;2;2;2", 3, "có hai lần (dòng 2)"),
        ("Phường 12, Quận 3;1;1;1\nPhường 12, Quận 3;2;2;2", 3, "có hai lần"),
        ("Phường Tân Phú;nhiều;1;1", 2, "Chỉ tiêu: 'nhiều' không phải số"),
        ("Phường Tân Phú;;1;1", 2, "Chỉ tiêu: ô trống"),
        ("Phường Tân Phú;-5;1;1", 2, "không phải số"),
        ("Phường Tân Phú;10,5;1;1", 2, "không phải số"),
        ("Phường Tân Phú;999999999999;1;1", 2, "không phải số"),
        ("Phường Tân Phú;٣;1;1", 2, "không phải số"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(
    wards: Wards, lines: str, line: int, says: str
) -> None:
    found = read(f"Phường xã;Chỉ tiêu;Đã thu;Đã kích hoạt\n{lines}", wards)
    assert [(fault.line, says in fault.message) for fault in found.faults] == [(line, True)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "tệp trống"),
        ("một;hai\n1;2", "không thấy dòng tên cột"),
        ("Chỉ tiêu;Đã thu\n1;2", "thiếu cột 'Phường xã'"),
        ("Phường;Chỉ tiêu;Chỉ tiêu\nPhường Tân Phú;1;2", "có hai cột Chỉ tiêu"),
        ("Phường;Quận\nPhường Tân Phú;Tân Phú", "không có cột số liệu nào"),
    ],
)
def test_a_table_without_its_headings_is_refused(wards: Wards, text: str, says: str) -> None:
    found = read(text, wards)
    assert found.given == ()
    assert says in found.faults[0].message


def test_a_district_beside_the_ward_tells_which_former_one_is_meant(wards: Wards) -> None:
    found = read("Phường;Quận;Đã thu\nPhường 12;Quận 3;7\nTân Phú;;9", wards)
    assert [(one.ward, one.collected) for one in found.given] == [(NHIEU_LOC, 7), (TAN_PHU, 9)]


def test_a_code_is_enough(wards: Wards) -> None:
    found = read(f"Mã;Phường;Đã thu\n{TAN_PHU};;9\nxx;Phường Tân Phú;8", wards)
    assert found.given[0].ward == TAN_PHU


def test_what_a_table_does_not_tell_stays_as_it_was(wards: Wards) -> None:
    found = read("Phường;Đã thu\nPhường Tân Phú;9", wards)
    (change,) = ward_figures.changes({TAN_PHU: Figures(50, 8, 7)}, found.given)
    assert change.after == Figures(50, 9, 7)
    assert not change.same
    (new,) = ward_figures.changes({}, found.given)
    assert (new.before, new.after) == (None, Figures(0, 9, 0))


def test_more_accounts_than_files_are_impossible(wards: Wards) -> None:
    found = read("Phường;Đã thu\nPhường Tân Phú;9", wards)
    changes = ward_figures.changes({TAN_PHU: Figures(50, 20, 15)}, found.given)
    (fault,) = ward_figures.impossible("bang.csv", changes)
    assert (fault.line, fault.message) == (2, "đã kích hoạt 15 nhiều hơn đã thu 9")
    assert (
        list(ward_figures.impossible("", [Change("x", None, Figures(1, 5, 5), found.given[0])]))
        == []
    )


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xd0\xcf\x11\xe0"])
)
def test_whatever_is_handed_in_is_read_or_refused(wards: Wards, raw: bytes, begin: bytes) -> None:
    found = ward_figures.read("x", begin + raw, wards)
    assert found.faults or not found.given


# --- files ---------------------------------------------------------------------------------------


def excel(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    book.create_sheet("Số liệu")
    for row in rows:
        book["Số liệu"].append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_an_excel_file_is_read_from_its_first_sheet_that_is_not_empty(wards: Wards) -> None:
    raw = excel(("Phường", "Chỉ tiêu", "Đã thu"), ("Phường Tân Phú", 50000.0, "40.000"))
    (one,) = ward_figures.read("a.xlsx", raw, wards).given
    assert (one.target, one.collected, one.activated) == (50000, 40000, None)


def test_excels_unicode_text_is_read(wards: Wards) -> None:
    raw = "Phường\tĐã thu\nPhường Tân Phú\t9".encode("utf-16")
    (one,) = ward_figures.read("a.txt", raw, wards).given
    assert one.collected == 9


def _bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", b"0" * (tables.UNPACKED + 1))
    return kept.getvalue()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"\xd0\xcf\x11\xe0 old", "kiểu cũ (.xls)"),
        (b"PK\x03\x04 broken", "không đọc được tệp Excel"),
        (b"PK\x03\x04" + b"0" * 2_100_000, "tệp quá lớn"),
        (b"a" * 2_100_000, "tệp quá lớn"),
        (b"\x81\x8d\xff", "không phải UTF-8"),
        (b"a;b\n" * 5_001, "tệp quá dài"),
    ],
)
def test_a_file_that_is_no_table_says_what_to_do(wards: Wards, raw: bytes, says: str) -> None:
    (fault,) = ward_figures.read("tep", raw, wards).faults
    assert says in fault.message
    assert fault.hint


def test_an_excel_file_that_would_fill_the_memory_is_refused(wards: Wards) -> None:
    (fault,) = ward_figures.read("bomb.xlsx", _bomb(), wards).faults
    assert fault.message == "tệp quá lớn"


def test_an_empty_book_is_refused(wards: Wards) -> None:
    (fault,) = ward_figures.read("trong.xlsx", excel(), wards).faults
    assert fault.message == "tệp trống"
