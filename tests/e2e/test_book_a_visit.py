"""Booking a visit on a phone, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import icalendar
import pytest
from playwright.sync_api import expect

from tests.e2e.sites import Chat, Site, begun

pytestmark = pytest.mark.browser

Visit: TypeAlias = Callable[..., Chat]


def book(chat: Chat) -> None:
    """Six taps, from the service on."""
    chat.types("đặt lịch")
    chat.says("Bạn muốn đặt lịch làm việc gì?")
    for tap, said in (
        ("Thẻ căn cước", "bạn muốn làm ở đâu?"),
        ("Công an phường Mẫu", "Bạn chọn ngày:"),
        ("chỗ", "bạn chọn giờ."),
        ("chỗ", "Mình giữ chỗ"),
        ("Không ghi tên", "Bạn xem lại:"),
        ("Đồng ý, đặt lịch và nhắc tôi", "Đã đặt lịch"),
    ):
        chat.taps(tap)
        chat.says(said)


def test_six_taps_on_a_small_phone_give_a_place_with_code_map_and_files(
    site: Site, visit: Visit
) -> None:
    chat = visit(site, width=360)
    book(chat)
    expect(chat.last).to_contain_text(re.compile(r"Mã hẹn: [A-Z0-9]{6}"))
    expect(chat.last.get_by_role("link", name="Xem bản đồ")).to_be_visible()
    picture = chat.last.get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.complete && img.naturalWidth > 100")
    width = chat.page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 360


def test_the_calendar_file_can_be_kept(site: Site, visit: Visit) -> None:
    chat = visit(site)
    book(chat)
    with chat.page.expect_download() as kept:
        chat.last.get_by_role("link", name="Lưu vào máy").click()
    events = icalendar.Calendar.from_ical(kept.value.path().read_bytes()).walk("VEVENT")
    assert [str(event["status"]) for event in events] == ["CONFIRMED"]


def test_after_a_reload_the_ticket_is_there_and_the_visit_can_be_moved_and_cancelled(
    site: Site, visit: Visit
) -> None:
    chat = visit(site)
    book(chat)
    chat.reload()
    expect(chat.last.get_by_role("img")).to_be_visible()
    chat.taps("Đổi lịch")
    chat.says("bạn chọn ngày mới")
    chat.taps("chỗ")
    chat.says("bạn chọn giờ mới")
    chat.taps("chỗ")
    chat.says("Đã đổi lịch")
    chat.taps("Hủy hẹn")
    chat.says("chắc chắn hủy")
    chat.taps("Hủy lịch này")
    chat.says("Đã hủy lịch")


def test_a_phone_that_says_where_it_is_gets_the_nearest_office(site: Site, visit: Visit) -> None:
    here = {"latitude": 10.79, "longitude": 106.63}
    chat = visit(site, geolocation=here, permissions=["geolocation"])
    chat.types("đặt lịch")
    chat.says("Bạn muốn đặt lịch làm việc gì?")
    chat.taps("Thẻ căn cước")
    chat.says("bạn muốn làm ở đâu?")
    chat.taps("Gửi vị trí của tôi")
    chat.says("Nơi làm gần bạn")
    expect(chat.last).to_contain_text("km")


def test_a_phone_that_does_not_say_where_it_is_is_told_to_type(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types("đặt lịch")
    chat.says("Bạn muốn đặt lịch làm việc gì?")
    chat.taps("Thẻ căn cước")
    chat.says("bạn muốn làm ở đâu?")
    chat.taps("Gửi vị trí của tôi")
    expect(chat.page.locator("#hint")).to_have_text(
        "Máy không cho biết vị trí. Bạn gõ tên phường, xã nhé."
    )


def test_a_killed_service_forgets_no_booking(own_site: Site, visit: Visit) -> None:
    chat = visit(own_site)
    book(chat)
    own_site.kill()
    own_site.start()
    chat.reload()
    chat.types("lịch của tôi")
    chat.says("Mã hẹn")


def test_where_many_places_were_taken_the_page_works_before_it_holds_one(
    tmp_path: Path, visit: Visit
) -> None:
    limits = "limits: {places_before_work: 1, near_per_address: 100, unvouched_share: 100, work_bits: 12}\n"
    for site in begun(tmp_path, limits=limits):
        book(visit(site))
        chat = visit(site)
        with chat.page.expect_response(lambda answer: answer.status == 429) as refused:
            book(chat)
        assert refused.value.json()["challenge"].startswith("12.")
        expect(chat.page.locator("#hint")).to_have_text("")
