"""Activating together, and passing an answer on, in a real browser of a phone's size."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

import pytest
from playwright.sync_api import expect

from handlers.texts.activation import STEPS
from tests.e2e.sites import Chat, Site

pytestmark = pytest.mark.browser

Visit: TypeAlias = Callable[..., Chat]
# What a phone's browser has and a desktop's lacks: the device's own list of apps to share with.
DEVICE = """
    navigator.share = async (shared) => { document.body.dataset.shared = JSON.stringify(shared); }
"""


def test_somebody_activates_step_by_step_gets_stuck_and_is_done(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=kichhoat")
    chat.says("Bước 1/8")
    chat.taps("✅ Có tin nhắn rồi")
    chat.says("Bước 2/8")
    chat.types("quay lại")
    chat.says("Bước 1/8")
    for step in STEPS[:4]:
        chat.says(step.name)
        chat.taps(step.done)
    chat.says("Bước 5/8")
    chat.taps("Vướng ở bước này")
    chat.says("giống điều nào")
    chat.taps("Quên mật khẩu")
    chat.says("Làm theo cách trên đã được chưa?")
    expect(chat.theirs.nth(-2)).to_contain_text("Bạn bấm Quên mật khẩu ở màn hình đăng nhập")
    chat.taps("✅ Được rồi, làm tiếp")
    for step in STEPS[5:]:
        chat.says(step.name)
        chat.taps(step.done)
    chat.says("🎉 Tốt quá")


def test_a_reload_and_another_day_go_on_where_it_was(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=kichhoat")
    chat.taps("✅ Có tin nhắn rồi")
    chat.says("Bước 2/8")
    chat.reload()
    chat.types("kích hoạt giúp tôi")
    chat.says("Lần trước bạn dừng ở bước 2/8")
    chat.taps("Làm tiếp bước 2")
    chat.says("Bước 2/8")


def test_an_answer_is_copied_as_a_link_that_opens_with_it(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_le-phi", permissions=["clipboard-read", "clipboard-write"])
    chat.taps("📤 Chia sẻ cho người thân")
    expect(chat.page.locator("#hint")).to_contain_text("Đã chép đường dẫn")
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site.url}/?start=e_le-phi"
    visit(site, copied.removeprefix(site.url)).says("khi đổi thẻ")


def test_on_a_phone_its_own_list_of_apps_opens(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_le-phi")
    chat.page.evaluate(DEVICE)
    chat.taps("📤 Chia sẻ cho người thân")
    expect(chat.page.locator("body[data-shared]")).to_be_visible()
    shared = json.loads(chat.page.locator("body").get_attribute("data-shared") or "")
    assert shared["url"] == f"{site.url}/?start=e_le-phi"
    assert "khi đổi thẻ" in shared["text"]


def test_the_picture_of_an_answer_is_shown_in_the_talk(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_le-phi")
    chat.taps("🖼 Ảnh để gửi nhóm")
    chat.says("Ảnh câu trả lời")
    picture = chat.last.get_by_alt_text("Ảnh câu trả lời")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1080)
    wide = picture.evaluate("node => node.getBoundingClientRect().width")
    assert wide <= 300
