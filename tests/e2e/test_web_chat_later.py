"""The chat page while messages come later, and while something does not work."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from bot.channels.web.channel import KEY
from bot.channels.web.sessions import Sessions
from tests.e2e.sites import ANSWER, QUESTION, Chat, Site, Visit

pytestmark = pytest.mark.browser

WRITTEN = "SELECT count(*) FROM incoming WHERE kind = 'text'"
ANSWERED = (
    "SELECT count(*) FROM outbox WHERE key IN "
    "(SELECT 'reply:web:' || id || ':0' FROM incoming WHERE kind = 'text')"
)
OFFICERS_ANSWERS_SENT = "SELECT count(*) FROM outbox WHERE key LIKE 'officer:%' AND state = 'sent'"


# --- a talk that nobody came back to ---------------------------------------------------------------


KEPT = "localStorage.getItem('vneid.session')"
KEEP = "token => localStorage.setItem('vneid.session', token)"


def last_used(chat: Chat, site: Site, *, days_ago: int) -> str:
    """Make it so long ago that this browser was here; the token that it has now."""
    with closing(sqlite3.connect(site.folder / "vneid.db")) as database:
        (key,) = database.execute("SELECT value FROM marks WHERE name = ?", (KEY,)).fetchone()
    now = datetime.now(UTC)
    sessions = Sessions(bytes.fromhex(key), timedelta(days=90), now)
    talk = chat.page.evaluate(KEPT).split(".")[0]
    token = sessions._issue(talk, now - timedelta(days=days_ago)).token
    chat.page.evaluate(KEEP, token)
    return token


def test_a_talk_that_has_ended_says_so_and_a_new_one_begins(own_site: Site, visit: Visit) -> None:
    chat = visit(own_site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    old = last_used(chat, own_site, days_ago=91)
    chat.reload()
    expect(chat.page.get_by_text("cuộc trò chuyện cũ đã khép lại")).to_be_visible()
    expect(chat.page.get_by_text(QUESTION)).to_have_count(0)
    chat.types(QUESTION)
    chat.says(ANSWER)
    assert chat.page.evaluate(KEPT).split(".")[0] not in old


def test_a_token_that_is_written_anew_keeps_the_talk(own_site: Site, visit: Visit) -> None:
    chat = visit(own_site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    old = last_used(chat, own_site, days_ago=50)
    chat.reload()
    expect(chat.page.get_by_text(QUESTION)).to_have_count(1)
    assert chat.page.evaluate(KEPT) not in (old, "", None)


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
