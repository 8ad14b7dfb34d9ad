"""A real browser and a real service; the tests here say what somebody sees and does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.desk import passwords
from bot.store.database import SqliteDatabase
from bot.store.staff import accounts
from tests.e2e.officers import Desk
from tests.e2e.sites import PASSWORD, PATIENCE, Chat, Site, begun

FLAGS = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Shared by the tests that leave it alone."""
    yield from begun(tmp_path_factory.mktemp("site"))


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """For tests that stop the service or count what is in its database."""
    yield from begun(tmp_path)


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
    site.until(lambda: site.count("SELECT count(*) FROM slots"))  # the calendar is open
    with closing(Desk(site, browser)) as desk:
        desk.add("lan", "manager")
        desk.add("minh", "officer")
        desk.add("xem", "viewer")
        desk.add("tri", "admin")


@pytest.fixture
def desk(site: Site, browser: Browser, _accounts: None) -> Iterator[Any]:
    """Its pages must stay free of script errors and of breaches of their security policy."""
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
