"""Officers and volunteers at the desk in a real browser, up to what the citizen then sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sites import Chat, Site

pytestmark = pytest.mark.browser

Visit: TypeAlias = Callable[..., Chat]
SignIn: TypeAlias = Callable[..., Page]

PASSWORD = "made-up words 42"
QUESTION = "Quên mật khẩu VNeID thì lấy lại ra sao?"
SMALL = """
    () => [...document.querySelectorAll("button, .button, input:not([type=hidden]):not([type=checkbox]), summary")]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)  // px; what is tapped
        .map((one) => one.outerHTML.slice(0, 80))
"""
UNNAMED = """
    () => [...document.querySelectorAll("input:not([type=hidden]), textarea, select")]
        .filter((one) => !one.labels.length).map((one) => one.outerHTML)
"""


def look(page: Page, name: str, folder: Path) -> None:
    """Nothing sticks out, everything can be tapped and is named; a picture is kept."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL) == []
    assert page.evaluate(UNNAMED) == []


@pytest.mark.parametrize(
    ("width", "script"),
    [(360, True), (1280, True), (1280, False)],
    ids=["phone", "desk", "no script"],
)
def test_a_volunteer_changes_an_answer_and_takes_it_back(
    sign_in: SignIn, own_site: Site, visit: Visit, tmp_path: Path, width: int, script: bool
) -> None:
    page = sign_in("volunteer", width=width, java_script_enabled=script)
    page.get_by_role("link", name="FAQ").click()
    page.get_by_label("Gõ như người dân hỏi").fill("quen mat khau")
    page.get_by_role("button", name="Tìm").click()
    seen(page, "room", tmp_path, script)
    page.get_by_role("link", name=QUESTION).first.click()
    page.get_by_role("textbox", name="Câu trả lời").fill(
        "Bạn bấm “Quên mật khẩu”, rồi làm theo 3 bước:"
    )
    page.get_by_role("textbox", name="Các bước").fill(
        "Nhập số định danh\nQuét khuôn mặt\nĐặt mật khẩu mới"
    )
    seen(page, "entry", tmp_path, script)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="3. Người dân sẽ thấy")).to_be_visible()
    seen(page, "preview", tmp_path, script)
    page.get_by_role("button", name="Ghi và dùng ngay").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi")
    chat = visit(own_site)
    chat.types(QUESTION)
    chat.says("Quét khuôn mặt")
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã hoàn tác")
    chat.types(QUESTION)
    chat.says("ở màn hình đăng nhập")


def seen(page: Page, name: str, folder: Path, script: bool) -> None:
    if script:  # a page without scripts cannot be measured by one
        look(page, name, folder)


def test_a_volunteer_checks_the_whole_faq(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("volunteer", width=360)
    page.get_by_role("link", name="FAQ").click()
    page.get_by_role("button", name="Kiểm tra cả FAQ").click()
    expect(page.get_by_role("alert")).to_contain_text("lỗi phải sửa")
    look(page, "check", tmp_path)


@pytest.mark.parametrize("width", [360, 1280])
def test_an_officers_answer_appears_in_the_open_chat(
    sign_in: SignIn, own_site: Site, visit: Visit, tmp_path: Path, width: int
) -> None:
    chat = visit(own_site)
    asks(chat, "Mình quên mật khẩu mà bấm hoài không được")
    page = sign_in("officer", width=width)
    page.get_by_role("link", name="Người chờ", exact=True).click()
    look(page, "people", tmp_path)
    page.get_by_role("link", name="Xem và trả lời").click()
    page.locator("summary", has_text="Quên mật khẩu").click()
    page.get_by_role("button", name="Dùng câu trả lời này").locator("visible=true").click()
    look(page, "person", tmp_path)
    page.get_by_role("button", name="Gửi câu trả lời").click()
    expect(page.get_by_role("status")).to_contain_text("Đã gửi")
    chat.says("Cán bộ trả lời:")
    chat.says("Bạn bấm Quên mật khẩu ở màn hình đăng nhập")


def test_an_open_list_shows_who_begins_to_wait_and_says_so_in_the_tab(
    sign_in: SignIn, own_site: Site, visit: Visit
) -> None:
    page = sign_in("officer", width=1280)
    page.get_by_role("link", name="Người chờ", exact=True).click()
    expect(page.get_by_text("Không có ai đang chờ")).to_be_visible()
    asks(visit(own_site), "Mình bị khóa tài khoản")
    expect(page.get_by_text("Mình bị khóa tài khoản")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) Người chờ"))
    page.get_by_role("link", name="Xem và trả lời").focus()
    asks(visit(own_site), "Mình chưa nhận được thẻ")
    expect(page.get_by_text("Mình chưa nhận được thẻ")).to_be_visible()
    expect(page.get_by_role("link", name="Xem và trả lời").first).to_be_focused()


def asks(chat: Chat, question: str) -> None:
    """Somebody asks for an officer."""
    chat.types("gặp cán bộ")
    chat.says("Bạn viết điều cần hỏi")
    chat.types(question)
    chat.says("chuyển câu hỏi")
