"""The list as a file: what is in it, what is not, and that nothing in it runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk import excel as sheets
from bot.desk.views.export import HEADINGS
from tests.desk.conftest import Officer, text
from tests.desk.people import book, more_places
from tests.support.people import Clock
from tests.support.town import FRIDAY
from tests.support.web_service import Response, WebService

SignedIn = Callable[..., Officer]
EXPORT = "/desk/day/mau-a/export"
TODAY = {"first": str(FRIDAY), "last": str(FRIDAY)}


@pytest.fixture(scope="module", autouse=True)
def friday(service: WebService, moving: Clock) -> None:
    more_places(service)
    moving.now = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)
    book(service, moving, "Đỗ Thử Ánh", phone="84900000007")
    book(service, moving, "Lý Thử", hour=9)
    book(service, moving, "Hôm Khác", day=FRIDAY + timedelta(days=3))


def excel(answer: Response) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(answer.body)).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type in {"f", "e"}]
    return [[str(value or "") for value in row] for row in sheet.iter_rows(values_only=True)]


def as_csv(answer: Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


def details(service: WebService) -> list[str]:
    sql = "SELECT detail FROM audit WHERE what = 'xuất danh sách' ORDER BY number"
    return [row["detail"] for row in service.rows(sql)]


def test_a_day_is_an_excel_file_with_vietnamese_headings_and_masked_phones(
    service: WebService, officer: SignedIn
) -> None:
    answer = officer("manager", "mau-a").post(EXPORT, **TODAY, kind="xlsx")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="danh-sach-mau-a-2026-11-27.xlsx"'
    )
    heading, *rows = excel(answer)
    assert tuple(heading) == HEADINGS
    assert [(row[2], row[5], row[9]) for row in rows] == [
        ("08:00", "Đỗ Thử Ánh", "090…007"),
        ("09:00", "Lý Thử", ""),
    ]
    assert details(service)[-1] == "2026-11-27 đến 2026-11-27, xlsx, 2 dòng"


def test_a_range_is_a_csv_file_that_excel_reads_as_vietnamese(officer: SignedIn) -> None:
    last = str(FRIDAY + timedelta(days=3))
    answer = officer("manager").post(EXPORT, first=str(FRIDAY), last=last, kind="csv")
    assert answer.body.startswith(b"\xef\xbb\xbf")
    assert "den-2026-11-30.csv" in answer.headers["content-disposition"]
    heading, *rows = as_csv(answer)
    assert tuple(heading) == HEADINGS
    assert [row[5] for row in rows] == ["Đỗ Thử Ánh", "Lý Thử", "Hôm Khác"]


def test_filters_are_kept_and_phones_come_when_asked_for_and_both_are_written_down(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("manager")
    form = {**TODAY, "kind": "csv", "only": "booked", "q": "anh", "phones": "on"}
    _, *rows = as_csv(one.post(EXPORT, **form))
    assert [(row[5], row[9]) for row in rows] == [("Đỗ Thử Ánh", "0900000007")]
    said = "2026-11-27 đến 2026-11-27, csv, 1 dòng, lọc booked, có tìm kiếm, có số điện thoại"
    assert details(service)[-1] == said
    assert len(as_csv(one.post(EXPORT, **TODAY, kind="csv", only="served"))) == 1


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("", ""),
        ("x", "y"),
        ("0001-01-01", "0001-01-02"),
        ("9999-12-31", "9999-12-31"),
        ("2026-11-27", "2026-11-26"),
        ("2026-01-01", "2026-12-31"),
    ],
)
def test_days_that_make_no_range_say_so_and_keep_the_form(
    service: WebService, officer: SignedIn, first: str, last: str
) -> None:
    before = len(details(service))
    answer = officer("manager").post(EXPORT, first=first, last=last, kind="csv", only="arrived")
    assert answer.status == 422
    assert 'role="alert"' in text(answer)
    assert '<option value="csv" selected>' in text(answer)
    assert 'name="only" value="arrived"' in text(answer)
    assert len(details(service)) == before


def test_the_page_offers_the_export_to_who_may(officer: SignedIn) -> None:
    path = f"/desk/day/mau-a/{FRIDAY}?only=booked"
    assert 'name="only" value="booked"' in text(officer("manager").get(path))
    assert EXPORT not in text(officer("officer").get(path))


@pytest.mark.parametrize(
    "evil",
    ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=HYPERLINK(\"x\")"],
)  # fmt: skip
@pytest.mark.parametrize("kind", list(sheets.KINDS.values()), ids=lambda kind: kind.ending)
def test_no_cell_is_a_formula(kind: sheets.Kind, evil: str) -> None:
    body = sheets.file(kind, ("Tên",), [(evil,)])
    answer = Response(200, {}, body)
    cell = (excel(answer) if kind is sheets.EXCEL else as_csv(answer))[1][0]
    assert cell.startswith("'")


@settings(deadline=None)
@given(st.text())
def test_whatever_a_name_is_both_files_can_be_read_again(name: str) -> None:
    expected = sheets.harmless(name)
    by_csv = as_csv(Response(200, {}, sheets.file(sheets.CSV, ("Tên",), [(name,)])))
    assert by_csv[1][0] == expected
    by_excel = excel(Response(200, {}, sheets.file(sheets.EXCEL, ("Tên",), [(name, "x")])))
    assert len(by_excel) == 2
    assert not sheets.FORMULA.match(by_excel[1][0])
