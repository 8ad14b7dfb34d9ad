"""A campaign from the desk to a citizen's chat and back, in two real browsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect

from bot.core.clock import local
from tests.e2e.sites import Chat, Site

pytestmark = pytest.mark.browser

Visit: TypeAlias = Callable[..., Chat]
SignIn: TypeAlias = Callable[..., Page]
TEXT = "Tối nay nhà văn hóa xã Mẫu có điểm kích hoạt VNeID, mời bạn ghé."


def agrees(chat: Chat) -> None:
    chat.types("nhận tin")
    for label in ("✅ Đồng ý nhận tin", "Công nhân", "Chưa làm"):
        chat.taps(label)
    chat.says("Nhận tin: có")


def write(page: Page, rule: str) -> None:
    page.get_by_label("Tên đợt tin").fill("Kích hoạt ở xã Mẫu")
    page.get_by_label("Gửi cho ai").fill(rule)
    page.get_by_label("Nội dung tin").fill(TEXT)
    page.get_by_label("Các nút").fill("Mất thẻ | mat-the")
    page.get_by_label("Khung giờ gửi").select_option("ca-ngay")
    start = local(datetime.now(UTC)) - timedelta(minutes=1)
    page.get_by_label("Bắt đầu").fill(f"{start:%Y-%m-%dT%H:%M}")


@pytest.mark.parametrize("width", [360, 1280], ids=["phone", "desk"])
def test_a_campaign_is_written_counted_sent_and_answered(
    sign_in: SignIn, own_site: Site, visit: Visit, width: int
) -> None:
    chat = visit(own_site)
    agrees(chat)
    page = sign_in("outreach", width=width)
    page.get_by_role("navigation").get_by_role("link", name="Đợt tin").click()
    page.get_by_role("link", name="Soạn đợt tin mới").click()
    write(page, "audience = cn")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("alert")).to_contain_text("ký tự 12: không có “cn”")
    page.get_by_label("Gửi cho ai").fill("status = chưa làm and audience = công nhân")
    page.get_by_role("button", name="Xem trước").click()
    expect(
        page.get_by_text("Gửi cho: tình trạng là Chưa làm và nhóm là Công nhân.")
    ).to_be_visible()
    page.get_by_role("button", name="Ghi và chạy thử").click()
    page.get_by_role("button", name="Gửi cho 1 người").click()
    chat.says(TEXT)
    chat.taps("Mất thẻ")
    chat.says("Bạn làm lại thẻ trên VNeID")
    expect(page.get_by_text("Đã xong")).to_be_visible()  # by itself
    chat.types("DỪNG")
    chat.says("✅ Đã dừng")
    page.reload()
    cells = page.get_by_role("row", name="Đã bấm nút trong tin").get_by_role("cell")
    expect(cells).to_have_text("1")
    cells = page.get_by_role("row", name="Nhắn DỪNG").get_by_role("cell")
    expect(cells).to_have_text("1")
