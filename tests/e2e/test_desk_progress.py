"""Figures by ward are handed in as a file, ranked, and taken back, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sites import Site
from tests.e2e.test_desk_people import look

pytestmark = pytest.mark.browser

TABLE = """BÁO CÁO THÁNG 11
STT;Phường xã;Chỉ tiêu;Đã thu;Đã kích hoạt
1;Phường Tân Phú;50.000;40.000;25.000
2;Phường 12, Quận 3;3.000;1.500;400
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_file_is_previewed_kept_ranked_and_taken_back(
    sign_in: Callable[..., Page], own_site: Site, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "thang-11.csv"
    file.write_text(TABLE, encoding="utf-8")
    page = sign_in("outreach", width=width)
    page.get_by_role("link", name="Tiến độ").click()
    page.get_by_role("link", name="Nhập số liệu").click()
    page.get_by_label("Tệp Excel").set_input_files(file)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("status")).to_contain_text("2 phường mới")
    look(page, "preview", tmp_path)
    page.get_by_role("button", name="Ghi số liệu của 2 phường").click()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi số liệu của 2 phường")
    expect(page.locator("tbody th").first).to_have_text("Phường Tân Phú")
    page.get_by_label("Xếp theo").select_option(label="Tỷ lệ thu thấp nhất")
    page.get_by_role("button", name="Xem").click()
    expect(page.locator("tbody th").first).to_have_text("Phường Nhiêu Lộc")
    look(page, "progress", tmp_path)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Xuất tệp").click()
    assert kept.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("button", name="Hoàn tác lần nhập").click()
    expect(page.get_by_role("status")).to_contain_text("Đã hoàn tác")
    assert own_site.count("SELECT count(*) FROM ward_figures") == 0
