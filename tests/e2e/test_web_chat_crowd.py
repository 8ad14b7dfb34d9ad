"""More pages are open than there is room for: all of them work, some by looking now and then."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.sites import ANSWER, QUESTION, Site, Visit, begun
from tests.e2e.test_book_a_visit import book

pytestmark = pytest.mark.browser

BOUND = 64  # streams of a service that may have 128 descriptors
STREAM = b"POST /api/events HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def small_site(tmp_path: Path) -> Iterator[Site]:
    yield from begun(tmp_path, descriptors=(128, 128))


@pytest.fixture
def crowd(small_site: Site) -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def comes(small_site: Site, crowd: ExitStack) -> None:
    """As many pages as there is room for."""
    assert small_site.process
    for _ in range(BOUND):
        one = socket.create_connection(("127.0.0.1", small_site.process.port), timeout=20)
        crowd.enter_context(one)
        one.sendall(STREAM)
        assert one.recv(4096)


def test_a_page_that_made_room_gets_its_messages_and_its_stream_back(
    small_site: Site, visit: Visit, crowd: ExitStack
) -> None:
    chat = visit(small_site)
    chat.page.clock.install()
    chat.reload()
    chat.page.get_by_role("button", name="Gặp cán bộ").first.click()
    chat.says("Bạn viết điều cần hỏi")
    chat.types("Hồ sơ của tôi bao giờ xong?")
    chat.says("Mình đã chuyển câu hỏi của bạn")
    comes(small_site, crowd)
    small_site.officer_answers("Hồ sơ xong ngày mai.")
    small_site.until(
        lambda: small_site.count(
            "SELECT count(*) FROM outbox WHERE key LIKE 'officer:%' AND state = 'sent'"
        )
    )
    with chat.page.expect_response("**/api/history"):
        chat.page.clock.fast_forward("00:16")
    chat.says("Hồ sơ xong ngày mai.")
    expect(chat.page.get_by_role("status")).to_be_empty()
    small_site.kill()  # and with it all other streams
    small_site.start()
    with chat.page.expect_request("**/api/events"):
        chat.page.clock.fast_forward("01:01")


def test_who_comes_while_all_places_are_taken_asks_and_books(
    small_site: Site, visit: Visit, crowd: ExitStack
) -> None:
    comes(small_site, crowd)
    chat = visit(small_site)
    chat.types(QUESTION)
    chat.says(ANSWER)
    book(chat)
