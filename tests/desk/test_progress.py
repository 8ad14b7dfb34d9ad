"""Progress by ward: figures are handed in, shown in the order of need, taken out and taken back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pytest
from openpyxl import load_workbook

from bot.booking import ward_figures
from bot.booking import wards as places
from bot.booking.ward_figures import Figures
from bot.core.documents.file import MAX_BYTES
from bot.core.messages import Address
from bot.desk import small_counts, wards
from bot.desk.wards import SORTS, Line
from bot.store.people import consents, conversations, profiles
from bot.store.staff import audit
from tests.desk.conftest import Officer, text
from tests.desk.people import more_places
from tests.support.people import Clock
from tests.support.web_service import Response, WebService

SignedIn = Callable[..., Officer]
TABLE = """Phường xã;Chỉ tiêu;Đã thu;Đã kích hoạt
Phường Tân Phú;50.000;40.000;25.000
Phường Bến Thành;30.000;29.000;9.000
Phường 12, Quận 3;1.000;500;400
"""
TAN_PHU = "27031"


@pytest.fixture(autouse=True)
def clean(service: WebService) -> Iterator[None]:
    yield
    with service.database.transaction() as tx:
        for table in ("ward_figures", "ward_imports", "profiles"):
            tx.rows(f"DELETE FROM {table}")  # noqa: S608 - a name of this file


def upload(one: Officer, name: str, raw: bytes) -> Response:
    """As a browser sends a file."""
    parts = (
        b'Content-Disposition: form-data; name="csrf"\r\n\r\n' + one.csrf.encode(),
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + raw,
        b'Content-Disposition: form-data; name="text"\r\n\r\n',
    )
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    headers = {
        **one._headers(),
        "Origin": one.service.url,
        "Content-Type": "multipart/form-data; boundary=edge",
    }
    return one.service.request("POST", "/desk/progress/import", body, headers)


def field(answer: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text(answer))
    assert found, name
    return found[1]


def keep(one: Officer, shown: Response, **more: str) -> Response:
    form = {"kept": field(shown, "kept"), "seen": field(shown, "seen"), **more}
    return one.post("/desk/progress/keep", **form)


def imported(one: Officer, table: str = TABLE) -> Response:
    return keep(one, one.post("/desk/progress/import", text=table))


def names(answer: Response) -> list[str]:
    """The wards of the table, in its order."""
    return re.findall(r'<td class="number">\d+</td><th scope="row">([^<]*)', text(answer))


def known(service: WebService) -> dict[str, tuple[int, int, int]]:
    rows = service.rows("SELECT * FROM ward_figures")
    return {row["ward"]: (row["target"], row["collected"], row["activated"]) for row in rows}


# --- handing in ----------------------------------------------------------------------------------


def test_nothing_is_written_before_the_preview_was_seen(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("outreach")
    shown = upload(one, "bang.csv", TABLE.encode())
    assert shown.status == 200
    assert "3 phường mới, 0 phường đổi số" in text(shown)
    assert "cộng từ: Phường 12, Quận 3" in text(shown)
    assert known(service) == {}
    kept = keep(one, shown)
    assert kept.headers["location"] == "/desk/progress?said=imported-3"
    assert known(service)[TAN_PHU] == (50000, 40000, 25000)
    page = text(one.get("/desk/progress?said=imported-3"))
    assert "Đã ghi số liệu của 3 phường" in page
    assert "80,0%" in page


def test_every_fault_is_shown_with_its_line_and_nothing_can_be_kept(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("outreach")
    table = f"{TABLE}Phường Lạ Hoắc;1;1;1\nPhường Gò Vấp;1;nhiều;1\nPhường Thủ Đức;9;1;5\n"
    shown = one.post("/desk/progress/import", text=table)
    assert shown.status == 422
    for said in ("3 lỗi cần sửa", "Dòng 5: không có", "Dòng 6: Đã thu", "Dòng 7: đã kích hoạt 5"):
        assert said in text(shown)
    assert 'name="kept"' not in text(shown)
    assert "Phường Lạ Hoắc;1;1;1" in text(shown)  # what was pasted is there to be mended


def test_a_second_table_shows_what_it_changes_and_leaves_the_rest(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("manager")
    imported(one)
    shown = one.post(
        "/desk/progress/import", text="Phường;Đã thu\nPhường Tân Phú;41.000\nBến Thành;29000"
    )
    page = text(shown)
    assert "0 phường mới, 1 phường đổi số, 1 phường giữ nguyên. 1 phường không có" in page
    assert '<span class="was">40.000</span> 41.000' in page
    assert keep(one, shown).headers["location"].endswith("imported-1")
    assert known(service)[TAN_PHU] == (50000, 41000, 25000)


def test_what_somebody_else_has_changed_since_is_shown_again(
    service: WebService, officer: SignedIn
) -> None:
    one, other = officer("outreach"), officer("manager")
    shown = one.post("/desk/progress/import", text=TABLE)
    imported(other, "Phường;Đã thu\nPhường Tân Phú;7")
    again = keep(one, shown)
    assert again.status == 422
    assert "có người vừa nhập" in text(again)
    assert '<span class="was">7</span> 40.000' in text(again)
    assert keep(one, again).status == 303
    assert known(service)[TAN_PHU] == (50000, 40000, 25000)


@pytest.mark.parametrize("kept", ["", "x", "27031;1;2", "99999;1;1;1", "27031;1;1;1;1"])
def test_a_form_that_no_preview_made_is_refused(officer: SignedIn, kept: str) -> None:
    assert officer("outreach").post("/desk/progress/keep", kept=kept, seen="").status == 400


def test_nothing_handed_in_says_so(officer: SignedIn) -> None:
    answer = officer("outreach").post("/desk/progress/import", text=" ")
    assert answer.status == 422
    assert "chọn một tệp" in text(answer)


def test_a_file_may_be_large_and_not_endless(officer: SignedIn) -> None:
    one = officer("outreach")
    rows = b"Ph\xc6\xb0\xe1\xbb\x9dng;\xc4\x90\xc3\xa3 thu\n" + b"x;\n" * 4000
    assert upload(one, "a.csv", rows.ljust(300_000)).status == 200
    answer = upload(one, "a.csv", b"a" * (MAX_BYTES + 1))
    assert "tệp quá lớn" in text(answer)
    assert upload(one, "a.csv", b"a" * (MAX_BYTES + 100_000)).status == 413


def test_an_import_is_taken_back_and_written_down(service: WebService, officer: SignedIn) -> None:
    one = officer("manager")
    imported(one)
    imported(one, "Phường;Đã thu\nPhường Tân Phú;41.000")
    last = field(one.get("/desk/progress"), "id")
    done = one.post("/desk/progress/undo", id=last)
    assert done.headers["location"].endswith("undone-1")
    assert known(service)[TAN_PHU] == (50000, 40000, 25000)
    assert one.post("/desk/progress/undo", id=last).headers["location"].endswith("late")
    assert "Chưa hoàn tác" in text(one.get("/desk/progress?said=late"))
    with service.database.transaction() as tx:
        said = [row["what"] for row in audit.newest(tx, count=3)]
    assert said == ["hoàn tác số liệu phường", "nhập số liệu phường", "nhập số liệu phường"]


def test_the_empty_file_has_every_ward_and_can_be_handed_in_filled(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("outreach")
    answer = one.get("/desk/progress/mau.xlsx")
    book = load_workbook(io.BytesIO(answer.body))
    sheet = book.active
    assert sheet is not None
    assert sheet.max_row == len(list(places.load())) + 1
    assert "không có dòng nào có số" in text(upload(one, "mau.xlsx", answer.body))
    for cell, value in zip(sheet[2][2:], (10, 9, 8), strict=True):
        cell.value = value
    filled = io.BytesIO()
    book.save(filled)
    assert keep(one, upload(one, "mau.xlsx", filled.getvalue())).status == 303
    assert list(known(service).values()) == [(10, 9, 8)]


# --- the table -----------------------------------------------------------------------------------


def test_without_figures_the_page_says_what_to_do(service: WebService, officer: SignedIn) -> None:
    with service.database.transaction() as tx:
        tx.rows("UPDATE offices SET ward = ''")
    try:
        assert "Bấm “Nhập số liệu”" in text(officer("outreach").get("/desk/progress"))
        assert "nhóm tuyên truyền nhập" in text(officer("viewer").get("/desk/progress"))
    finally:
        with service.database.transaction() as tx:
            tx.rows("UPDATE offices SET ward = '26740'")


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("thieu-cho", "Phường Tân Phú"),
        ("ty-le-thu", "Phường Nhiêu Lộc"),
        ("chua-kich-hoat", "Phường Bến Thành"),
        ("nonsense", "Phường Tân Phú"),
    ],
)
def test_the_table_is_ranked_as_asked(officer: SignedIn, sort: str, first: str) -> None:
    one = officer("outreach")
    imported(one)
    assert names(one.get(f"/desk/progress?sort={sort}"))[0] == first


@pytest.mark.parametrize("query", ["tan phu", "Tân Phú", "tân"])
def test_a_ward_is_found_by_its_name(officer: SignedIn, query: str) -> None:
    one = officer("outreach")
    imported(one)
    from urllib.parse import quote

    assert names(one.get(f"/desk/progress?q={quote(query)}")) == ["Phường Tân Phú"]
    assert names(one.get(f"/desk/progress?q={quote('phường 13 quận 3')}")) == ["Phường Nhiêu Lộc"]
    assert "Không thấy phường nào" in text(one.get("/desk/progress?q=xyz"))


def test_what_people_of_a_ward_want_stands_beside_its_free_places(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    more_places(service)
    with service.database.transaction() as tx:
        for number in range(9):
            person = Address("web", f"p{number}")
            conversations.take(tx, person, moving())
            consents.give(tx, f"c{number}", person, "news", "1", moving())
            profiles.set_ward(tx, person, TAN_PHU if number < 6 else "27142", moving())
            profiles.set_status(tx, person, profiles.NONE, moving())
    one = officer("outreach")
    imported(one)
    page = text(one.get("/desk/progress"))
    lines = {
        name: re.findall(r'<td class="number">(?:<b>)?([^<]*)', cells)
        for name, cells in re.findall(r'<th scope="row">([^<]*)</th>(.*?)</tr>', page, re.DOTALL)
    }
    assert lines["Phường Tân Phú"][:5] == ["10.000", "0", "0", "0", "6"]
    assert lines["Phường Nhiêu Lộc"][4] == "dưới 5"
    assert lines["Cộng"][4] == "ít nhất 7"
    assert lines["Phường Bình Hưng Hòa" if "26740" == "" else names_of("26740")][1] != "0"
    assert "Cộng" not in text(one.get("/desk/progress?q=tan"))  # no sum of some: it could tell


def names_of(code: str) -> str:
    ward = places.load().get(code)
    assert ward
    return ward.name


def test_the_order_tells_nothing_of_hidden_numbers() -> None:
    def line(name: str, people: int) -> Line:
        few = small_counts.count(people)
        return Line(name, name, Figures(), small_counts.Count(0), few, few, few)

    for sort in SORTS:
        lines = [line("b", 4), line("a", 1), line("c", 2)]
        assert [one.name for one in wards.ranked(lines, sort)] == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_table_can_be_taken_out(service: WebService, officer: SignedIn, kind: str) -> None:
    one = officer("viewer")
    imported(officer("outreach"))
    one.get("/desk/me")
    answer = one.post("/desk/progress/export", kind=kind, sort="ten")
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    if kind == "csv":
        assert '"Phường Tân Phú","50000","40000","80,0"' in text(answer)
    else:
        sheet = load_workbook(io.BytesIO(answer.body)).active
        assert sheet is not None
        assert sheet["B1"].value == "Phường xã"
    with service.database.transaction() as tx:
        assert audit.newest(tx, count=1)[0]["what"] == "xuất tiến độ phường"


def test_the_picture_is_of_the_first_wards(officer: SignedIn) -> None:
    one = officer("outreach")
    imported(one)
    answer = one.get("/desk/progress/wards.svg?sort=con-thu")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "Phường Tân Phú" in text(answer)
    assert "10.000" in text(answer)


def test_a_reading_without_faults_is_what_the_command_writes_too() -> None:
    reading = ward_figures.read("a", TABLE.encode(), places.load())
    assert len(reading.given) == 3
