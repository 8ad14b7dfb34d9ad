"""On the page: one's own data are saved with the session, erased by a tap; a browser works when many
talks are begun."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.sites import FAQ, PATIENCE
from tests.support.service import Service, running, write_config

pytestmark = pytest.mark.browser
LIMITS = "limits: {sessions_per_hour: 2, work_bits: 12}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service in which two talks may be begun freely; both were."""
    config = write_config(tmp_path_factory.mktemp("work"), LIMITS, faq=FAQ)
    with running(config) as service:
        for _ in range(2):
            body = json.dumps({"session": "", "button": "start"}).encode()
            urllib.request.urlopen(f"{service.url}/api/chat", body).close()  # noqa: S310 - loopback
        yield service


@pytest.fixture
def page(browser: Browser, guarded: Service) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE)
        opened.goto(guarded.url)
        yield opened


def ask(page: Page, text: str) -> None:
    page.get_by_label("Câu hỏi của bạn").fill(text)
    page.keyboard.press("Enter")


def test_the_browser_works_and_the_talk_begins(page: Page) -> None:
    expect(page.locator("#talk").get_by_text("Xin chào, mình là")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#hint")).to_have_text("")


def test_the_browser_works_without_workers_too(browser: Browser, guarded: Service) -> None:
    with browser.new_context() as context:
        opened = context.new_page()
        opened.add_init_script("delete window.Worker")
        opened.goto(guarded.url)
        expect(opened.locator("#talk").get_by_text("Xin chào, mình là")).to_be_visible(
            timeout=PATIENCE
        )


def test_ones_own_data_are_saved_as_a_file(page: Page, tmp_path: Path) -> None:
    expect(page.locator("#talk").get_by_text("Xin chào, mình là")).to_be_visible(timeout=PATIENCE)
    ask(page, "dữ liệu của tôi")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Lưu vào máy: du-lieu-cua-toi.txt").click()
    saved.value.save_as(tmp_path / "mine.txt")
    assert saved.value.suggested_filename == "du-lieu-cua-toi.txt"
    assert "DỮ LIỆU CỦA BẠN" in (tmp_path / "mine.txt").read_text("utf-8")


def test_ones_data_are_erased_by_two_taps(page: Page) -> None:
    expect(page.locator("#talk").get_by_text("Xin chào, mình là")).to_be_visible(timeout=PATIENCE)
    ask(page, "dữ liệu của tôi")
    page.get_by_role("button", name="Xóa dữ liệu của tôi").click()
    page.get_by_role("button", name="Xóa hết ngay").click()
    expect(page.locator("#talk").get_by_text("Biên nhận: XÓA-")).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.locator("#talk > .theirs")).to_have_count(1)
