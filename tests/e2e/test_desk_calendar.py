"""A day is closed at the desk, and opened again: who is booked is shown before, and written to after."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.sites import Chat, Site
from tests.e2e.test_book_a_visit import book
from tests.e2e.test_desk_people import SignIn, look

pytestmark = pytest.mark.browser

ASKED = "SELECT count(*) FROM outbox WHERE kind = 'changed' AND code IS NOT NULL"
SENT = "SELECT count(*) FROM outbox WHERE kind = 'changed' AND state = 'sent'"
SHUT = "SELECT count(*) FROM slots WHERE open = 0"


@pytest.mark.parametrize("width", [360, 1280])
def test_closing_a_day_shows_who_is_affected_and_writes_to_them_and_so_does_taking_it_back(
    sign_in: SignIn, own_site: Site, visit: Callable[..., Chat], tmp_path: Path, width: int
) -> None:
    own_site.until(lambda: own_site.count("SELECT count(*) FROM slots"))
    chat = visit(own_site)
    book(chat)
    said = chat.last.inner_text()
    (code,) = re.findall(r"Mã hẹn: (\w{6})", said)
    (day,) = set(re.findall(r"\d\d/\d\d/\d{4}", said))
    page = sign_in("manager", width=width)
    page.get_by_role("link", name="Giờ làm").click()
    page.get_by_label("Ngày nghỉ riêng").fill(day)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("status")).to_contain_text("1 lịch đã đặt rơi vào giờ sẽ đóng")
    expect(page.get_by_role("status")).to_contain_text(code)
    assert (own_site.count(SHUT), own_site.count(ASKED)) == (0, 0)
    look(page, "calendar", tmp_path)
    page.get_by_role("button", name="Ghi và nhắn 1 người").click()
    expect(page.get_by_role("status")).to_contain_text("1 người có lịch bị ảnh hưởng")
    look(page, "calendar-kept", tmp_path)
    own_site.until(lambda: own_site.count(ASKED) == 1)
    chat.says("vừa đổi giờ làm")
    chat.says(code)
    expect(chat.page.locator("#talk button").filter(has_text="Chọn giờ khác")).to_be_visible()
    own_site.until(lambda: own_site.count(SENT) == 1)
    page.get_by_label("Ngày nghỉ riêng").fill("")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("status")).to_contain_text("1 lịch đã đặt được làm lại đúng giờ")
    look(page, "calendar-back", tmp_path)
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("ai đã được báo nghỉ thì được báo lại")
    chat.says("vẫn như bạn đã đặt")
