"""The chat page in a real browser, against the real service in a process of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeAlias

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.axe import violations
from tests.e2e.conftest import Chat, Site

pytestmark = pytest.mark.browser

Visit: TypeAlias = Callable[..., Chat]

QUESTION = "Mất thẻ căn cước thì làm lại thế nào?"
ANSWER = "Bạn làm lại thẻ trên VNeID"
TARGET = 44  # px, the smallest side of what is tapped
WRITTEN = "SELECT count(*) FROM incoming WHERE kind = 'text'"
ANSWERED = (
    "SELECT count(*) FROM outbox WHERE key IN "
    "(SELECT 'reply:web:' || id || ':0' FROM incoming WHERE kind = 'text')"
)
OFFICERS_ANSWERS_SENT = "SELECT count(*) FROM outbox WHERE key LIKE 'officer:%' AND state = 'sent'"


# --- asking --------------------------------------------------------------------------------------


def test_a_question_is_answered_with_its_source(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    expect(chat.mine.last).to_contain_text(QUESTION)
    expect(chat.last.locator(".source")).to_have_text(
        "Nguồn: khoản 2 Điều 24, Luật Căn cước (01/07/2024)"
    )


def test_the_welcome_says_what_it_is_and_what_it_never_asks(site: Site, visit: Visit) -> None:
    chat = visit(site)
    expect(chat.page.get_by_role("heading", name="Trợ lý VNeID")).to_be_visible()
    expect(chat.page.locator("header")).to_contain_text("Trợ lý tự động")
    promise = chat.page.get_by_text("Không bao giờ hỏi số căn cước, OTP, mật khẩu", exact=True)
    expect(promise).to_be_visible()
    expect(chat.theirs).to_have_count(1)


def test_a_tap_is_answered(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.page.get_by_role("button", name="Danh mục").first.click()
    chat.says("Bạn cần hỏi về việc gì?")
    chat.taps("Mục để thử")
    chat.taps("Mất thẻ, cấp lại")
    chat.says(ANSWER)
    expect(chat.mine.last).to_contain_text("Mất thẻ, cấp lại")


def test_a_typed_number_is_a_tap_on_the_button_that_shows_it(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_mat-the")
    expect(chat.theirs.last.locator(".choice").nth(1)).to_have_text("2 Quên mật khẩu")
    chat.types("2.")
    chat.says("Bạn bấm Quên mật khẩu")
    expect(chat.mine.last).to_contain_text("Quên mật khẩu")


def test_only_the_newest_buttons_show_numbers_and_old_ones_still_work(
    site: Site, visit: Visit
) -> None:
    chat = visit(site, "/?start=e_mat-the")
    chat.page.get_by_role("button", name="Danh mục").first.click()
    chat.says("Bạn cần hỏi về việc gì?")
    expect(chat.page.locator(".number:visible")).to_have_count(
        chat.theirs.last.locator(".choice").count()
    )
    chat.page.locator("#talk button").filter(has_text="Lệ phí làm thẻ").first.click()
    chat.says("khi đổi thẻ")


def test_voting_is_thanked(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    tops = "nodes => nodes.map(node => node.getBoundingClientRect().top)"
    up, down = chat.theirs.last.locator(".vote").evaluate_all(tops)
    assert up == down  # side by side
    chat.taps("👍 Đúng ý")
    chat.says("Cảm ơn bạn 👍")


def test_steps_points_and_facts_keep_their_shape(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_mat-the")
    expect(chat.last.locator("ol li")).to_have_text(
        ["Mở VNeID, chọn Thủ tục hành chính.", "Chọn Cấp lại thẻ căn cước."]
    )
    expect(chat.last.locator("ul li")).to_have_text(["Không cần giấy tờ nếu dữ liệu đã đủ"])
    expect(chat.last.locator("strong")).to_have_text(
        ["Mang theo", "Nơi làm", "Lệ phí", "Thời gian"]
    )


def test_official_pages_and_hotlines_are_links(site: Site, visit: Visit) -> None:
    chat = visit(site, "/?start=e_mat-the")
    portal = chat.last.get_by_role("link", name="Cổng Dịch vụ công")
    expect(portal).to_have_attribute("href", "https://dichvucong.gov.vn")
    expect(portal).to_have_attribute("rel", "noopener noreferrer")
    expect(portal).to_contain_text("dichvucong.gov.vn")
    hostile = visit(site, "/?start=e_la")
    links = [link.get_attribute("href") for link in hostile.last.get_by_role("link").all()]
    assert links == ["https://vneid.gov.vn", "tel:19000368", "tel:113"]


def test_a_long_answer_is_shown_from_its_beginning(site: Site, visit: Visit) -> None:
    chat = visit(site, height=500)
    chat.types(QUESTION)
    chat.says(ANSWER)
    expect(chat.mine.last).to_be_in_viewport(ratio=1)
    expect(chat.last).to_be_in_viewport()


# --- opening, reloading, forgetting --------------------------------------------------------------


def test_a_reload_keeps_the_talk(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    chat.taps("Lệ phí làm thẻ")
    chat.says("khi đổi thẻ")
    before = chat.page.locator("#talk > li .bubble").all_inner_texts()
    chat.reload()
    assert chat.page.locator("#talk > li .bubble").all_inner_texts() == before
    expect(chat.mine.last).to_be_in_viewport()
    chat.types("1")
    expect(chat.mine).to_have_count(3)


def test_a_deep_link_shows_its_entry_and_leaves_the_address_bar(site: Site, visit: Visit) -> None:
    for path in ("/?start=e_le-phi", "/#e_le-phi"):
        chat = visit(site, path)
        chat.says("khi đổi thẻ")
        assert chat.page.url == f"{site.url}/"
        chat.reload()
        expect(chat.theirs).to_have_count(2)


def test_a_deep_link_comes_after_the_talk_so_far(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types("menu")
    chat.says("Bạn cần hỏi về việc gì?")
    chat.page.goto("about:blank")
    chat.page.goto(f"{site.url}/?start=e_le-phi")
    chat.says("khi đổi thẻ")
    expect(chat.mine.first).to_contain_text("menu")


def test_starting_over_forgets_the_talk_on_this_device(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    token = chat.page.evaluate("localStorage.getItem('vneid.session')")
    chat.page.get_by_role("button", name="Bắt đầu lại", exact=True).click()
    chat.page.get_by_role("button", name="Quên và bắt đầu lại").click()
    expect(chat.mine).to_have_count(0)
    chat.says("Xin chào")
    assert chat.page.evaluate("localStorage.getItem('vneid.session')") not in {token, None}
    assert token not in json.dumps(chat.page.evaluate("({...localStorage, ...sessionStorage})"))


def test_starting_over_asks_first(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types("menu")
    chat.says("Bạn cần hỏi về việc gì?")
    restart = chat.page.get_by_role("button", name="Bắt đầu lại", exact=True)
    for leave in ("Escape", "Enter"):  # Enter: the harmless button has the focus
        restart.click()
        expect(chat.page.get_by_role("dialog", name="Bắt đầu lại từ đầu?")).to_be_visible()
        chat.page.keyboard.press(leave)
        expect(chat.page.get_by_role("dialog")).to_be_hidden()
        expect(restart).to_be_focused()
    expect(chat.mine).to_have_count(1)


def test_starting_over_in_one_tab_clears_the_others(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types("menu")
    chat.says("Bạn cần hỏi về việc gì?")
    other = chat.page.context.new_page()
    other.goto(site.url)
    other.get_by_role("button", name="Bắt đầu lại", exact=True).click()
    other.get_by_role("button", name="Quên và bắt đầu lại").click()
    expect(chat.mine).to_have_count(0)


def test_a_session_the_server_does_not_know_begins_anew(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.page.evaluate("localStorage.setItem('vneid.session', 'forged.session')")
    chat.reload()
    chat.says("Xin chào")
    assert chat.page.evaluate("localStorage.getItem('vneid.session')") != "forged.session"


def test_the_session_stands_in_no_address_and_no_other_host_is_asked(
    site: Site, visit: Visit
) -> None:
    chat = visit(site)
    urls: list[str] = []
    chat.page.on("request", lambda request: urls.append(request.url))
    chat.reload()
    chat.types(QUESTION)
    chat.says(ANSWER)
    token = chat.page.evaluate("localStorage.getItem('vneid.session')")
    assert token
    assert {url for url in urls if not url.startswith(f"{site.url}/")} == set()
    assert not any(token in url for url in urls)


# --- messages that come later --------------------------------------------------------------------


def test_an_officers_answer_arrives_without_a_reload(own_site: Site, visit: Visit) -> None:
    chat = visit(own_site)
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    chat.says("Bạn viết điều cần hỏi")
    chat.types("Hồ sơ của tôi bao giờ xong?")
    chat.says("Mình đã chuyển câu hỏi của bạn")
    own_site.officer_answers("Hồ sơ xong ngày mai.")
    chat.says("Hồ sơ xong ngày mai.")
    expect(chat.announcer).to_contain_text("Hồ sơ xong ngày mai.")
    chat.reload()
    expect(chat.theirs.filter(has_text="Hồ sơ xong ngày mai.")).to_have_count(1)


def test_what_came_while_the_stream_was_broken_is_shown_once_though_written_long_ago(
    own_site: Site, visit: Visit
) -> None:
    """A row is sent later than others that were written after it: a reminder, say."""
    chat = visit(own_site)
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    chat.says("Bạn viết điều cần hỏi")
    chat.types("Hồ sơ của tôi bao giờ xong?")
    chat.says("Mình đã chuyển câu hỏi của bạn")
    own_site.kill()
    chat.page.route(re.compile("/api/(events|history)"), lambda route: route.abort())
    own_site.officer_answers("Hồ sơ xong ngày mai.", hours_ago=1)
    own_site.start()
    own_site.until(lambda: own_site.count(OFFICERS_ANSWERS_SENT))
    chat.page.unroute_all()
    chat.says("Hồ sơ xong ngày mai.")
    expect(chat.theirs).to_have_count(4)  # the welcome, two answers and the officer's


def test_news_does_not_move_somebody_who_reads_further_up(own_site: Site, visit: Visit) -> None:
    chat = visit(own_site, height=500)
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    chat.says("Bạn viết điều cần hỏi")
    chat.types("Hồ sơ của tôi bao giờ xong?")
    chat.says("Mình đã chuyển câu hỏi của bạn")
    chat.page.locator("#main").evaluate("box => box.scrollTo({top: 0, behavior: 'instant'})")
    own_site.officer_answers("Hồ sơ xong ngày mai.")
    chat.says("Hồ sơ xong ngày mai.")
    assert chat.page.locator("#main").evaluate("box => box.scrollTop") == 0
    chat.page.get_by_role("button", name="Có tin mới").click()
    expect(chat.last).to_be_in_viewport()
    expect(chat.page.get_by_role("button", name="Có tin mới")).to_be_hidden()


# --- when something does not work ----------------------------------------------------------------


def test_what_could_not_be_sent_can_be_sent_again_and_is_answered_once(
    own_site: Site, visit: Visit
) -> None:
    chat = visit(own_site)
    own_site.kill()
    chat.types(QUESTION)
    retry = chat.page.get_by_role("button", name="Gửi lại")
    expect(retry).to_be_visible()
    expect(chat.page.get_by_role("alert")).to_contain_text("không nối được với máy chủ")
    retry.click()
    expect(chat.page.locator(".typing")).to_have_count(0)
    expect(retry).to_be_visible()
    own_site.start()
    retry.click()
    chat.says(ANSWER)
    expect(retry).to_have_count(0)
    expect(chat.mine).to_have_count(1)
    assert own_site.count(WRITTEN) == own_site.count(ANSWERED) == 1


def lose_answers(page: Page) -> None:
    """Messages arrive, their answers do not."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/chat", lose)


def test_an_answer_lost_on_the_way_is_fetched_again_and_nothing_is_doubled(
    own_site: Site, visit: Visit
) -> None:
    chat = visit(own_site)
    lose_answers(chat.page)
    chat.types(QUESTION)
    retry = chat.page.get_by_role("button", name="Gửi lại")
    expect(retry).to_be_visible()
    chat.page.unroute("**/api/chat")
    retry.click()
    chat.says(ANSWER)
    expect(chat.theirs.filter(has_text=ANSWER)).to_have_count(1)
    assert own_site.count(WRITTEN) == own_site.count(ANSWERED) == 1


def test_a_reload_instead_of_a_retry_sends_it_once(own_site: Site, visit: Visit) -> None:
    chat = visit(own_site)
    lose_answers(chat.page)
    chat.types(QUESTION)
    expect(chat.page.get_by_role("button", name="Gửi lại")).to_be_visible()
    chat.page.unroute("**/api/chat")
    chat.reload()
    chat.says(ANSWER)
    expect(chat.mine).to_have_count(1)
    expect(chat.theirs.filter(has_text=ANSWER)).to_have_count(1)
    assert own_site.count(WRITTEN) == own_site.count(ANSWERED) == 1


def test_a_page_opened_while_the_service_fails_can_try_again(site: Site, visit: Visit) -> None:
    chat = visit(site)
    chat.types("menu")
    chat.says("Bạn cần hỏi về việc gì?")
    chat.page.route("**/api/**", lambda route: route.fulfill(status=502, body="bad gateway"))
    chat.page.reload()
    again = chat.page.get_by_role("button", name="Thử lại")
    expect(again).to_be_visible()
    chat.page.unroute("**/api/**")
    again.click()
    chat.says("Bạn cần hỏi về việc gì?")
    expect(again).to_have_count(0)
    expect(chat.mine).to_have_count(1)


def test_while_the_server_is_busy_the_page_sends_the_message_again_by_itself(
    own_site: Site, visit: Visit
) -> None:
    chat = visit(own_site)
    ids: list[str] = []

    def busy_once(route: Route) -> None:
        ids.append(json.loads(route.request.post_data or "")["id"])
        if len(ids) > 1:
            route.continue_()
        else:
            route.fulfill(status=503, json={"error": "bận", "retry_after": 1})

    chat.page.route("**/api/chat", busy_once)
    chat.types(QUESTION)
    expect(chat.page.get_by_text("Máy chủ đang bận")).to_be_visible()
    chat.says(ANSWER)
    expect(chat.page.get_by_text("Máy chủ đang bận")).to_have_count(0)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert own_site.count(WRITTEN) == own_site.count(ANSWERED) == 1


def test_a_refused_message_says_why_and_offers_no_retry(site: Site, visit: Visit) -> None:
    chat = visit(site)
    refusal = {"error": "Tin dài quá."}
    chat.page.route("**/api/chat", lambda route: route.fulfill(status=413, json=refusal))
    chat.types(QUESTION)
    expect(chat.page.get_by_role("alert")).to_have_text("Tin dài quá.")
    expect(chat.page.get_by_role("button", name="Gửi lại")).to_have_count(0)


def test_offline_is_told_and_the_message_goes_out_when_the_network_is_back(
    own_site: Site, visit: Visit
) -> None:
    chat = visit(own_site)
    chat.page.context.set_offline(True)
    expect(chat.page.get_by_role("status")).to_contain_text("Đang mất mạng")
    chat.types(QUESTION)
    expect(chat.page.get_by_role("button", name="Gửi lại")).to_be_visible()
    chat.page.context.set_offline(False)
    chat.says(ANSWER)
    expect(chat.page.get_by_role("status")).to_be_empty()
    assert own_site.count(WRITTEN) == 1


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


def sizes(controls: Locator) -> dict[str, float]:
    """The smaller side of each visible control."""
    boxes = {
        item.inner_text() or item.get_attribute("id"): item.bounding_box()
        for item in controls.all()
    }
    return {str(name): min(box["width"], box["height"]) for name, box in boxes.items() if box}


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


def names(page: Page) -> dict[str, list[str]]:
    """Accessible names by role, as the browser tells them to a screen reader."""
    session = page.context.new_cdp_session(page)
    found: dict[str, list[str]] = {}
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        if not node["ignored"]:
            name = node.get("name", {}).get("value", "")
            found.setdefault(node["role"]["value"], []).append(name.strip())
    return found


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

# Every visible text and every outline of a control against what really lies behind it.
CONTRAST = """
() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return {rgb: [r, g, b], a};
  };
  const over = (top, below) => top.rgb.map((v, i) => v * top.a + below[i] * (1 - top.a));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    const own = parse(getComputedStyle(node).backgroundColor);
    return own.a === 1 ? own.rgb : over(own, behind(node.parentElement));
  };
  const found = [];
  const look = (what, node, color, background, least) => {
    const value = ratio(over(parse(color), background), background);
    found.push({what, ratio: Math.round(value * 100) / 100, least, class: node.className});
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest('.unseen, noscript')) continue;
    look(text, node, getComputedStyle(node).color, behind(node), 4.5);
  }
  const box = document.getElementById('question');
  look('placeholder', box, getComputedStyle(box, '::placeholder').color, behind(box), 4.5);
  for (const node of document.querySelectorAll('.choice, .shortcut, #question')) {
    const style = getComputedStyle(node);
    look('outline', node, style.borderTopColor, behind(node.parentElement), 3);
  }
  for (const node of document.querySelectorAll('button svg')) {
    look('icon', node.parentElement, getComputedStyle(node).color, behind(node), 3);
  }
  return found;
}
"""


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


# --- hostile text --------------------------------------------------------------------------------


def test_markup_from_anybody_is_shown_as_it_was_written(site: Site, visit: Visit) -> None:
    chat = visit(site)
    evil = "<img src=x onerror=\"document.title='xss'\"><script>document.title='xss'</script>"
    chat.types(evil)
    expect(chat.mine.last).to_contain_text(evil)
    chat.page.get_by_role("button", name="Danh mục").first.click()
    chat.taps("<b>Lạ</b>")
    chat.taps("<u>Nút</u>")
    chat.says("<img src=x onerror=\"document.title='xss'\">")
    expect(chat.last.locator(".source")).to_contain_text("<script>document.title='xss'</script>")
    chat.reload()
    assert chat.page.title() == "Trợ lý VNeID"
    assert chat.page.locator("#talk").locator("img, script, b, u, i").count() == 0
