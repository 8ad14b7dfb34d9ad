"""The chat page for small screens, keyboards, screen readers and weak eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.axe import violations
from tests.e2e.rulers import CONTRAST, TARGET, names, sizes
from tests.e2e.sites import ANSWER, QUESTION, Chat, Site, Visit

pytestmark = pytest.mark.browser


# --- small screens -------------------------------------------------------------------------------


def show_everything(chat: Chat) -> None:
    """An answer with steps, links, choices and votes; an ask for an officer; a failure."""
    chat.types(QUESTION)
    chat.says(ANSWER)
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    chat.says("Bạn viết điều cần hỏi")
    chat.page.route("**/api/chat", lambda route: route.abort())
    chat.types("x" * 200)
    expect(chat.page.get_by_role("button", name="Gửi lại")).to_be_visible()
    chat.page.context.set_offline(True)
    expect(chat.page.get_by_role("status")).not_to_be_empty()


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_runs_over_the_side_of_a_small_screen(site: Site, visit: Visit, width: int) -> None:
    chat = visit(site, width=width, height=640, has_touch=True, is_mobile=True)
    show_everything(chat)
    for box in ("document.scrollingElement", "document.getElementById('main')"):
        wide, room = chat.page.evaluate(f"[{box}.scrollWidth, {box}.clientWidth]")
        assert wide <= room
    assert chat.page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")


def test_everything_that_is_tapped_is_large_enough(site: Site, visit: Visit) -> None:
    chat = visit(site, width=360, height=640, has_touch=True, is_mobile=True)
    show_everything(chat)
    found = sizes(chat.page.locator("button:visible, textarea:visible, a.link:visible"))
    assert len(found) > 10
    assert {name: side for name, side in found.items() if side < TARGET} == {}
    chat.page.get_by_role("button", name="Bắt đầu lại", exact=True).tap()
    found = sizes(chat.page.locator("dialog button"))
    assert len(found) == 2
    assert min(found.values()) >= TARGET


def test_a_tap_on_a_choice_does_not_open_the_keyboard(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_mat-the", has_touch=True, is_mobile=True)
    chat.theirs.last.locator(".choice").first.tap()
    chat.says("khi đổi thẻ")
    expect(chat.question).not_to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(640, 360), (320, 256), (740, 360)])
def test_enlarged_to_200_or_400_percent_it_can_still_be_used(
    site: Site, visit: Visit, width: int, height: int
) -> None:
    """A window of 1280 x 720 at 200 %, of 1280 x 1024 at 400 %, and a phone on its side."""
    chat = visit(site, width=width, height=height)
    chat.types(QUESTION)
    chat.says(ANSWER)
    expect(chat.question).to_be_in_viewport(ratio=1)
    expect(chat.mine.last).to_be_in_viewport()
    box = chat.page.locator("footer").bounding_box()
    assert box
    assert box["height"] <= height / 2
    assert chat.page.evaluate("document.scrollingElement.scrollWidth") <= width
    chat.page.get_by_role("button", name="Danh mục").first.click()
    chat.says("Bạn cần hỏi về việc gì?")


def test_text_for_reading_is_at_least_16_px(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_mat-the")
    for part in (".words p", ".words li", ".choice", "#question", "h1"):
        size = chat.page.locator(part).first.evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize)"
        )
        assert size >= 16, part


def test_the_box_grows_with_the_text_and_ends_at_4000_characters(site: Site, visit: Visit) -> None:
    chat = visit(site)
    before = chat.question.bounding_box()
    chat.question.fill("dòng\n" * 4)
    after = chat.question.bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"] + 40
    expect(chat.question).to_have_attribute("maxlength", "4000")


# --- keyboard and screen reader ------------------------------------------------------------------


def test_enter_sends_and_shift_enter_breaks_the_line(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.question.focus()
    chat.page.keyboard.type("dòng một")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("dòng hai")
    expect(chat.question).to_have_value("dòng một\ndòng hai")
    chat.page.keyboard.press("Enter")
    expect(chat.question).to_be_empty()
    expect(chat.question).to_be_focused()
    assert "dòng một\ndòng hai" in chat.mine.last.inner_text()


def test_enter_that_ends_a_word_of_a_vietnamese_keyboard_does_not_send(
    site: Site, visit: Visit
) -> None:
    chat = visit(site)
    chat.question.fill("căn cươ")
    event = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    chat.question.dispatch_event("keydown", event)
    expect(chat.question).to_have_value("căn cươ")
    expect(chat.mine).to_have_count(0)


def test_an_empty_box_sends_nothing(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types("  \n ")
    expect(chat.mine).to_have_count(0)
    expect(chat.question).to_be_focused()


def test_everything_can_be_done_with_the_keyboard_alone(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_mat-the")
    keys = chat.page.keyboard
    keys.press("Tab")
    expect(chat.page.get_by_role("link", name="Đến ô gõ câu hỏi")).to_be_in_viewport()
    keys.press("Enter")
    expect(chat.question).to_be_focused()
    for _ in range(2):  # back over the newest buttons
        keys.press("Shift+Tab")
    focused = chat.page.locator("#talk button:focus")
    expect(focused).to_have_count(1)
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    label = focused.get_attribute("data-label")
    keys.press("Enter")
    expect(chat.mine.last).to_contain_text(str(label))


def test_every_control_has_a_name(site: Site, visit: Visit) -> None:
    chat = visit(site)
    show_everything(chat)
    found = names(chat.page)
    assert "Gửi" in found["button"]
    assert "Câu hỏi của bạn" in found["textbox"]
    assert {"banner", "main", "navigation", "log", "status", "alert"} <= set(found)
    for role in ("button", "textbox", "link", "navigation", "log", "image"):
        assert "" not in found.get(role, []), role
    expect(chat.page.locator("html")).to_have_attribute("lang", "vi")
    assert chat.page.title()


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_wrong(site: Site, visit: Visit, width: int) -> None:
    chat = visit(site, width=width)
    assert violations(chat.page) == []
    show_everything(chat)
    assert violations(chat.page) == []


def test_a_screen_reader_hears_new_replies_and_nothing_else(site: Site, visit: Visit) -> None:
    chat = visit(site)
    expect(chat.announcer).to_have_attribute("aria-live", "polite")
    chat.types(QUESTION)
    expect(chat.announcer).to_contain_text(ANSWER)
    expect(chat.announcer).to_contain_text("Nguồn: khoản 2 Điều 24")
    expect(chat.announcer).to_contain_text("1. Lệ phí làm thẻ")
    expect(chat.announcer).not_to_contain_text(QUESTION)
    expect(chat.announcer).not_to_contain_text("Xin chào")
    chat.reload()
    expect(chat.announcer).to_be_empty()


@pytest.mark.parametrize("calm", [True, False])
def test_dots_move_only_for_those_who_do_not_mind(site: Site, visit: Visit, calm: bool) -> None:
    chat = visit(site, reduced_motion="reduce" if calm else "no-preference")
    held: list[Route] = []
    chat.page.route("**/api/chat", lambda route: held.append(route))
    chat.types(QUESTION)
    expect(chat.page.locator(".typing")).to_be_visible()
    moving = chat.page.evaluate("document.getAnimations().some(a => a.animationName === 'breathe')")
    assert moving is not calm
    held[0].continue_()
    chat.says(ANSWER)


# --- contrast ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_have_aa_contrast(site: Site, visit: Visit, scheme: str) -> None:
    chat = visit(site, color_scheme=scheme)
    chat.types("Có người gọi điện tự xưng công an kêu đọc mã OTP")
    expect(chat.page.locator(".warning")).to_be_visible()
    show_everything(chat)
    chat.page.get_by_role("button", name="Bắt đầu lại", exact=True).click()
    found = chat.page.evaluate(CONTRAST)
    assert len(found) > 40
    assert [item for item in found if item["ratio"] < item["least"]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_ring_stands_out(site: Site, visit: Visit, scheme: str) -> None:
    chat = visit(site, "/?start=e_mat-the", color_scheme=scheme)
    ring, paper = chat.page.evaluate(
        """() => {
          const style = getComputedStyle(document.documentElement);
          return ['--focus', '--paper'].map((name) => style.getPropertyValue(name).trim());
        }"""
    )

    def light(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(ring), light(paper)), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 3
