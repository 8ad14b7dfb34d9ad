"""The officers' desk in a real browser, on an office PC, a phone and paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.officers import NUMBER, Desk, row
from tests.e2e.rulers import OUTLINES, TARGET, fits, names, sizes
from tests.e2e.sites import Chat
from tests.e2e.test_book_a_visit import book

pytestmark = pytest.mark.browser

# --- the list ------------------------------------------------------------------------------------


def test_an_officer_signs_in_and_marks_a_visit_with_one_tap(desk: Desk) -> None:
    code = desk.books("Nguyễn Thử An")
    page = desk.sign_in(desk.open())
    page.get_by_role("link", name="Công an phường Mẫu: hôm nay").click()
    row(page, code).get_by_role("button", name="Đã đến").click()
    expect(page.get_by_role("status")).to_contain_text(f"Mã {code}: đã đến.")
    expect(row(page, code).locator(".state")).to_have_text("Đã đến")
    row(page, code).get_by_role("button", name="Sửa lại").click()
    expect(row(page, code).locator(".state")).to_have_text("Chờ đến")


def test_a_list_updates_itself_and_nothing_typed_or_focused_is_lost(desk: Desk) -> None:
    mine = desk.books("Trần Thử Bình")
    page = desk.day()
    box = page.get_by_label("Tìm mã, tên hoặc số điện thoại")
    box.fill("đang gõ dở")
    row(page, mine).get_by_role("button", name="Làm xong").focus()
    code = desk.books("Vừa Mới Đặt")
    expect(row(page, code)).to_contain_text("Vừa Mới Đặt")
    expect(box).to_have_value("đang gõ dở")
    expect(row(page, mine).get_by_role("button", name="Làm xong")).to_be_focused()


def test_a_citizen_who_books_in_the_chat_is_on_the_officers_screen(
    desk: Desk, visit: Callable[..., Chat]
) -> None:
    page = desk.day()
    for _ in range(2):  # both get the same hour; the second one books while the list is open
        chat = visit(desk.site)
        book(chat)
        said = chat.last.inner_text()
        (code,) = re.findall(r"Mã hẹn: (\w{6})", said)
        if row(page, code).count() == 0 and page.url.endswith(desk.today):
            day, month, year = re.findall(r"(\d\d)/(\d\d)/(\d{4})", said)[0]
            page.goto(f"{desk.site.url}/desk/day/mau/{year}-{month}-{day}")
        expect(row(page, code)).to_contain_text("Chờ đến")


def test_a_second_officer_is_told_who_was_first(desk: Desk) -> None:
    code = desk.books("Lê Thử Chi")
    late = desk.day(name="minh")
    late.route("**/events", lambda route: route.abort())  # whose list has not heard of it yet
    late.reload()
    first = desk.day(name="lan")
    row(first, code).get_by_role("button", name="Làm xong").click()
    expect(row(first, code).locator(".state")).to_have_text("Làm xong")
    row(late, code).get_by_role("button", name="Đã đến").click()
    expect(late.get_by_role("alert").first).to_contain_text("đang là “làm xong”, do lan ghi lúc")


def test_somebody_is_found_by_phone_and_the_number_stands_in_no_address(desk: Desk) -> None:
    code = desk.books("Phạm Thử Dung", phone=NUMBER)
    page = desk.day()
    page.get_by_label("Tìm mã, tên hoặc số điện thoại").fill("0900 000 001")
    page.get_by_role("button", name="Tìm").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(row(page, code)).to_contain_text("090…001")
    assert "0900" not in page.url
    desk.books("Phạm Thử Em", phone="84900000002")
    other = desk.books("Không Liên Quan")
    expect(page.locator(".counts a").first).to_contain_text(str(desk.site.count(COUNT)))
    expect(row(page, other)).to_have_count(0)  # the search is kept over an update
    page.get_by_role("button", name="Xem số").click()
    expect(page.get_by_role("link", name="0900000001")).to_be_visible()


COUNT = """
    SELECT count(*) FROM bookings WHERE date(starts_at, '+7 hours') = date('now', '+7 hours')
    AND state NOT IN ('held', 'expired', 'moved')
"""


def test_who_comes_without_an_appointment_is_added(desk: Desk) -> None:
    page = desk.day()
    page.get_by_label("Họ tên").fill("Ông Thử Bảy")
    page.get_by_role("button", name="Thêm").click()
    expect(page.get_by_role("status")).to_contain_text("Đã thêm người không hẹn trước")
    expect(page.locator("tr.marked")).to_contain_text("Ông Thử Bảy")


def test_everything_works_without_scripts(desk: Desk) -> None:
    code = desk.books("Không Kịch Bản")
    page = desk.day(java_script_enabled=False)
    row(page, code).get_by_role("button", name="Đã đến").click()
    expect(row(page, code).locator(".state")).to_have_text("Đã đến")
    page.get_by_role("link", name="In danh sách").click()
    expect(page.get_by_text("Không Kịch Bản")).to_be_visible()


def test_the_marks_of_a_visit_stand_in_one_line_on_an_office_pc(desk: Desk) -> None:
    code = desk.books("Ba Nút")
    page = desk.day()
    buttons = row(page, code).locator(".marks button")
    tops = buttons.evaluate_all("all => all.map(one => one.offsetTop)")
    assert (len(tops), len(set(tops))) == (3, 1)


# --- the QR code ---------------------------------------------------------------------------------


def test_a_scan_signs_in_shows_the_visit_and_marks_it_and_a_second_one_says_by_whom(
    desk: Desk,
) -> None:
    code = desk.books("Võ Thử Giang")
    phone = desk.open(desk.ticket(code), width=360, height=740, has_touch=True, is_mobile=True)
    desk.sign_in(phone)
    expect(phone.get_by_text("Võ Thử Giang")).to_be_visible()
    assert fits(phone)
    phone.get_by_role("button", name="Đã đến").tap()
    expect(phone.get_by_role("status")).to_have_text("Đã ghi là đã đến.")
    expect(phone.get_by_text("Ghi nhầm thì bấm “Sửa lại” ở đó.")).to_be_visible()
    other = desk.sign_in(desk.open(desk.ticket(code)), "minh")
    expect(other.get_by_text(re.compile(r"ghi lúc \d\d:\d\d .* bởi lan"))).to_be_visible()
    expect(other.get_by_role("button", name="Đã đến")).to_have_count(0)


# --- paper ---------------------------------------------------------------------------------------


def test_the_paper_is_a4_with_large_numbers_and_nothing_else(desk: Desk) -> None:
    desk.books("Trên Giấy", phone=NUMBER)
    page = desk.day()
    page.get_by_role("link", name="In danh sách").click()
    expect(page.get_by_role("button", name="In trang này")).to_be_visible()
    page.emulate_media(media="print")
    for gone in (".top", ".no-print", "form"):
        for part in page.locator(gone).all():
            expect(part).to_be_hidden()
    size = page.locator("td.big").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 20 / 72 * 96  # 20 pt
    expect(page.locator("body")).not_to_contain_text("090…")
    lines = page.locator(".print tbody tr").count()
    expect(page.locator(".title")).to_contain_text(f": {lines} người")  # is a sheet missing?
    pdf = page.pdf(prefer_css_page_size=True)
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", BytesIO(pdf).read())
    assert box
    assert [round(float(side)) for side in box.groups()] == [595, 842]  # A4 in points


def test_tomorrows_list_is_two_clicks_from_the_first_page(desk: Desk) -> None:
    page = desk.sign_in(desk.open())
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("link", name="In danh sách ngày mai").click()
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="In trang này").click()
    assert page.title() == "printed"


# --- export --------------------------------------------------------------------------------------


def test_an_export_is_a_file_and_the_button_can_be_pressed_again(desk: Desk) -> None:
    page = desk.day()
    for _ in range(2):
        with page.expect_download() as kept:
            page.get_by_role("button", name="Xuất tệp").click()
        assert kept.value.suggested_filename.endswith(".xlsx")


# --- small screens, labels, contrast -------------------------------------------------------------


def everything(desk: Desk, page: Page) -> None:
    """Lines in every state."""
    for state in ("Đã đến", "Làm xong", "Không đến"):
        code = desk.books(f"Người {state}", phone=NUMBER if state == "Đã đến" else "")
        page.goto(desk.site.url + desk.today)
        row(page, code).get_by_role("button", name=state, exact=True).click()
        expect(row(page, code).locator(".state")).to_have_text(state)
    desk.books("Tên Rất Dài " * 3 + "Cuối", minutes=60)


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_runs_over_the_side_of_a_phone(desk: Desk, width: int) -> None:
    page = desk.day(width=width, height=740, has_touch=True, is_mobile=True)
    everything(desk, page)
    for path in ("/desk/", desk.today, "/desk/me"):
        page.goto(desk.site.url + path)
        assert fits(page), path


def test_everything_that_is_tapped_is_large_enough(desk: Desk) -> None:
    page = desk.day(width=360, height=740, has_touch=True, is_mobile=True)
    everything(desk, page)
    found = sizes(page.locator("main button:visible, main a.button:visible, .counts a:visible"))
    assert len(found) > 10
    assert {name: side for name, side in found.items() if side < TARGET} == {}


def test_every_control_has_a_name_and_every_table_its_headings(desk: Desk) -> None:
    page = desk.day()
    everything(desk, page)
    found = names(page)
    assert {"banner", "main", "navigation", "table", "columnheader", "rowheader"} <= set(found)
    for role in (
        "button",
        "textbox",
        "searchbox",
        "link",
        "navigation",
        "table",
        "combobox",
    ):
        assert "" not in found.get(role, []), role
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_text_and_controls_have_aa_contrast(desk: Desk, width: int) -> None:
    page = desk.day(width=width)
    everything(desk, page)
    for path in (desk.today, "/desk/", "/desk/me"):
        page.goto(desk.site.url + path)
        found = page.evaluate(OUTLINES)
        assert len(found) > 10
        assert [item for item in found if item["ratio"] < item["least"]] == []
