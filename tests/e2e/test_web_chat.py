"""The chat page in a real browser, against the real service in a process of its own."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.sites import ANSWER, QUESTION, Site, Visit

pytestmark = pytest.mark.browser


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


GIVE_A_FILE = """(kind) => {
  const given = new DataTransfer();
  given.items.add(new File(["x"], "the.png", { type: "image/png" }));
  const Given = kind === "paste" ? ClipboardEvent : DragEvent;
  const name = kind === "paste" ? "clipboardData" : "dataTransfer";
  const event = new Given(kind, { [name]: given, bubbles: true, cancelable: true });
  document.querySelector("textarea").dispatchEvent(event);
}"""


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_pasted_or_dropped_is_said_not_to_be_looked_at(
    site: Site, visit: Visit, kind: str
) -> None:
    chat = visit(site)
    chat.page.evaluate(GIVE_A_FILE, kind)
    expect(chat.page.locator("#hint")).to_contain_text("không xem và không lưu ảnh")
    chat.types(QUESTION)
    chat.says(ANSWER)


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
    chat.says("Xin chào")  # it has been loaded anew: a browser that is closed meanwhile may hang


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
