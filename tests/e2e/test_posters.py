"""Posters as people meet them: the scanned link in a phone's browser, the page that tells genuine ones,
and the desk where they are made."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bot.outreach import posters
from tests.e2e.conftest import chromium
from tests.e2e.officers import Desk
from tests.e2e.rulers import OUTLINES, TARGET, fits, names, sizes
from tests.e2e.sites import BOOKING, OFFICES, SURE, Chat, Site
from tests.support.paths import FAQ
from tests.support.service import write_config

pytestmark = pytest.mark.browser

OUTREACH = "public_url: https://troly.example.vn\noutreach: {telegram_username: troly_mau_bot}\n"
PHONE = {"width": 360, "height": 740, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service whose addresses are known."""
    assert chromium()
    folder: Path = tmp_path_factory.mktemp("posters")
    shutil.copytree(FAQ, folder / "faq")
    (folder / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    made = Site(folder, write_config(folder, OUTREACH + SURE + BOOKING, folder / "faq"))
    made.start()
    yield made
    made.close()


@pytest.fixture
def desk(site: Site, browser: Browser) -> Iterator[Desk]:
    made = Desk(site, browser)
    yield made
    made.close()
    assert made.faults == []


def test_a_scanned_link_opens_the_chat_with_the_greeting_and_leaves_the_address_clean(
    site: Site, desk: Desk, visit: Callable[..., Chat]
) -> None:
    code = desk.hangs("nha-tro", "Nhà trọ Mẫu")
    chat = visit(site, f"/?p={posters.payload(desk.vault, code)}", **PHONE)
    expect(chat.theirs.first).to_contain_text("Chào bạn công nhân!")
    expect(chat.theirs.first).to_contain_text(f"PT-{code}, dán tại Nhà trọ Mẫu")
    assert chat.page.url == f"{site.url}/"
    chat.taps("Lệ phí làm thẻ")
    chat.says("25.000 đ")
    chat.reload()
    expect(chat.theirs.first).to_contain_text("Chào bạn công nhân!")
    assert site.count("SELECT n FROM poster_counts WHERE step = 'scan'") == 1


def test_a_forged_link_opens_the_chat_with_a_warning(
    site: Site, visit: Callable[..., Chat]
) -> None:
    chat = visit(site, "/?p=p_7K3M9AAAAAAAAAAA", **PHONE)
    expect(chat.theirs.first.locator(".bubble")).to_have_class("bubble warning")
    expect(chat.theirs.first).to_contain_text("KHÔNG phải do chúng tôi làm")


def looks_well(page: Page) -> None:
    page.wait_for_load_state()  # words are there before the style is
    assert fits(page)
    assert [one for one in page.evaluate(OUTLINES) if one["ratio"] < one["least"]] == []
    assert {
        n: s for n, s in sizes(page.locator("main button, main .button, #ma")).items() if s < TARGET
    } == {}
    heard = names(page)
    for role in ("button", "textbox", "link", "heading"):
        assert "" not in heard.get(role, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_check_page_is_read_and_used_on_a_phone(desk: Desk, scheme: str) -> None:
    code = desk.hangs(
        "nha-tro", "Nhà trọ có cái tên thật dài, hẻm 123/45/67 đường Thử Nghiệm, phường Mẫu"
    )
    page = desk.open("/kiem-tra-poster", color_scheme=scheme, **PHONE)
    looks_well(page)
    page.get_by_label("Mã in trên áp phích").fill(f"pt {code.lower()}")
    page.get_by_role("button", name="Kiểm tra").tap()
    expect(page.get_by_role("status")).to_contain_text("Áp phích thật")
    expect(page.get_by_role("status")).to_contain_text("hẻm 123/45/67")
    looks_well(page)
    page.get_by_label("Mã in trên áp phích").fill("PT-2A222")
    page.get_by_role("button", name="Kiểm tra").tap()
    expect(page.get_by_role("alert")).to_contain_text("Không có áp phích nào mang mã PT-2A222")
    looks_well(page)


def test_a_poster_is_made_at_the_desk_and_its_preview_can_be_scanned(desk: Desk) -> None:
    desk.add("hoa", "outreach")
    page = desk.sign_in(desk.open("/desk/posters"), "hoa")
    expect(page.get_by_text("Làm một áp phích")).to_be_visible()
    page.get_by_label("Nơi dán").fill("Trạm xăng Mẫu, 12 đường Mẫu")
    page.get_by_label("Loại nơi").select_option(label="trạm xăng")
    page.get_by_role("button", name="Làm áp phích").click()
    expect(page.get_by_role("status")).to_contain_text("Đã làm áp phích")
    preview = page.get_by_role("img", name="như khi in")
    expect(preview).to_be_visible()
    shown = page.request.get(f"{page.url.partition('?')[0]}/preview.png").body()
    seen = Image.open(io.BytesIO(shown))
    addresses = {found.text.partition("=")[0] for found in zxingcpp.read_barcodes(seen)}
    assert addresses == {"https://t.me/troly_mau_bot?start", "https://troly.example.vn/?p"}
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF A3").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="Thôi dùng tờ này").click()
    expect(page.get_by_role("status")).to_contain_text("Đã thôi dùng")
    page.get_by_role("button", name="Dùng lại").click()
    expect(page.get_by_role("status")).to_contain_text("Đã dùng lại")
