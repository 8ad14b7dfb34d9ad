"""A real browser and a real service; the tests here say what somebody sees and does."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.desk import passwords
from bot.staff.answering import reply_to
from bot.store import accounts, officers
from bot.store.database import SqliteDatabase
from bot.store.values import Ids
from tests.service import Service, running, write_config

PASSWORD = "made-up words 42"  # of every officer
PATIENCE = 15_000  # ms until an expectation fails; rows of other processes take up to 5 s
FLAGS = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
FAQ = Path(__file__).parent.parent / "faq"
# The page is tested here, not the matcher: the nearest entry is always taken as the answer.
SURE = "matching: {answer: 0.0, ask_back: 0.0}"
HOSTILE = """
group: la
title: "<b>Lạ</b>"
entries:
  - id: la
    question: Mục có <i>thẻ HTML</i>
    label: "<u>Nút</u>"
    answer: |-
      <img src=x onerror="document.title='xss'">
      Xem https://vneid.gov.vn, gọi 1900.0368 hoặc gọi 113.
    sources:
      - page: "<script>document.title='xss'</script>"
"""


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with the module: while it is open, no other event loop can run in this thread."""
    path = chromium()
    if path is None:
        reason = "no chromium found; see tests/e2e/ensure_chromium.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *root])
        yield launched
        launched.close()


@dataclass
class Site:
    """The service as a process of its own, with its own database; it may die and come back."""

    folder: Path
    config: Path
    process: Service | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        port = self.process.port if self.process else 0
        self.process = self._open.enter_context(running(self.config, port=port))

    def kill(self) -> None:
        assert self.process
        self.process.kill()

    def close(self) -> None:
        self._open.close()

    @property
    def url(self) -> str:
        assert self.process
        return self.process.url

    def count(self, sql: str) -> int:
        with closing(sqlite3.connect(self.folder / "vneid.db")) as database:
            return int(database.execute(sql).fetchone()[0])

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition*, looked at between requests to the service, holds."""
        end = time.monotonic() + PATIENCE / 1000
        while not condition():
            assert time.monotonic() < end, "waited too long"
            with urllib.request.urlopen(f"{self.url}/healthz") as answer:  # noqa: S310 - loopback
                answer.read()

    def officer_answers(self, text: str, *, hours_ago: float = 0) -> None:
        """As `vneid-bot officer answer` does, from another process's connection."""
        now = datetime.now(UTC) - timedelta(hours=hours_ago)
        database = SqliteDatabase(self.folder / "vneid.db")
        try:
            with database.transaction() as tx:
                (waiting,) = officers.waiting(tx)
                assert reply_to(tx, waiting["id"], text, now, Ids().new(now))
        finally:
            database.close()


# Open day and night, and never quiet, so that it is all the same when the tests run.
BOOKING = """
booking:
  offices: offices.yaml
  services:
    - {id: the, title: Thẻ căn cước, bring: mat-the, fee: le-phi}
  reminders: {quiet_from: "00:00", quiet_to: "00:00"}
"""
OFFICES = """
offices:
  - id: mau
    name: Công an phường Mẫu
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-CN 00:00-23:00", capacity: 5, holidays: false}
"""


def _site(folder: Path) -> Iterator[Site]:
    faq = folder / "faq"
    shutil.copytree(FAQ, faq)
    (faq / "la.yaml").write_text(HOSTILE, encoding="utf-8")
    (folder / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    site = Site(folder, write_config(folder, SURE + BOOKING, faq))
    site.start()
    yield site
    site.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Shared by the tests that leave it alone."""
    yield from _site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """For tests that stop the service or count what is in its database."""
    yield from _site(tmp_path)


@dataclass
class Chat:
    """The page, as somebody uses it."""

    page: Page
    faults: list[str]

    @property
    def theirs(self) -> Locator:
        return self.page.locator("#talk .theirs:not(.typing)")

    @property
    def mine(self) -> Locator:
        return self.page.locator("#talk .mine")

    @property
    def last(self) -> Locator:
        """The last bubble of the bot."""
        return self.theirs.last.locator(".bubble")

    @property
    def question(self) -> Locator:
        return self.page.get_by_label("Câu hỏi của bạn")

    @property
    def announcer(self) -> Locator:
        return self.page.get_by_role("log")

    def types(self, text: str) -> None:
        self.question.fill(text)
        self.question.press("Enter")

    def taps(self, name: str) -> None:
        """Tap the newest button with this name."""
        self.page.locator("#talk button").filter(has_text=name).last.click()

    def says(self, text: str) -> None:
        """What the bot says last."""
        expect(self.last).to_contain_text(text)

    def is_ready(self) -> None:
        expect(self.theirs.first).to_be_visible()
        expect(self.page.locator(".typing")).to_have_count(0)

    def reload(self) -> None:
        self.page.reload()
        self.is_ready()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Chat]]:
    """`visit(site, path="/", width=360, …)`: somebody's own browser opens the page.

    Every page must stay free of script errors and of breaches of its content security policy.
    """
    with ExitStack() as open_contexts:
        chats: list[Chat] = []

        def open_page(
            site: Site, path: str = "/", *, width: int = 360, height: int = 740, **more: Any
        ) -> Chat:
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="vi-VN", **more
            )
            open_contexts.callback(context.close)
            chat = Chat(context.new_page(), [])
            chats.append(chat)
            chat.page.on("pageerror", lambda error: chat.faults.append(str(error)))
            chat.page.on("console", lambda line: _note(chat, line.text))
            chat.page.goto(site.url + path)
            chat.is_ready()
            return chat

        yield open_page
        assert [fault for chat in chats for fault in chat.faults] == []


def _note(chat: Chat, line: str) -> None:
    if "Content Security Policy" in line or "Uncaught" in line:
        chat.faults.append(line)


@pytest.fixture(scope="module")
def _accounts(site: Site, browser: Browser) -> None:
    from tests.e2e.officers import Desk

    site.until(lambda: site.count("SELECT count(*) FROM slots"))  # the calendar is open
    with closing(Desk(site, browser)) as desk:
        desk.add("lan", "manager")
        desk.add("minh", "officer")
        desk.add("xem", "viewer")
        desk.add("tri", "admin")


@pytest.fixture
def desk(site: Site, browser: Browser, _accounts: None) -> Iterator[Any]:
    """Its pages must stay free of script errors and of breaches of their security policy."""
    from tests.e2e.officers import Desk

    made = Desk(site, browser)
    yield made
    made.close()
    assert made.faults == []


@pytest.fixture
def sign_in(browser: Browser, own_site: Site) -> Iterator[Callable[..., Page]]:
    """`sign_in("volunteer", width=360)`: somebody of that role, on the desk's first page.

    Every page must stay free of script errors and of breaches of its content security policy.
    """
    faults: list[str] = []
    with ExitStack() as contexts:

        def open_desk(role: str, *, width: int, **more: Any) -> Page:
            add_account(own_site, role)
            size = {"width": width, "height": 800}
            context = browser.new_context(viewport=size, locale="vi-VN", **more)
            contexts.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on(
                "console", lambda line: faults.append(line.text) if "Policy" in line.text else None
            )
            page.goto(f"{own_site.url}/desk/")
            page.get_by_label("Tên đăng nhập").fill(role)
            page.get_by_label("Mật khẩu").fill(PASSWORD)
            page.get_by_role("button", name="Đăng nhập").click()
            expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
            return page

        yield open_desk
        assert faults == []


def add_account(site: Site, role: str) -> None:
    database = SqliteDatabase(site.folder / "vneid.db")
    try:
        with database.transaction() as tx:
            hash_ = passwords.hashed(PASSWORD)
            accounts.add(tx, role, role, (), hash_, datetime.now(UTC))
            accounts.set_password(tx, role, hash_, must_change=False)
    finally:
        database.close()
