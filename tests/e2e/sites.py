"""A real service in a process of its own, and its chat page as somebody uses it."""

from __future__ import annotations

import shutil
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from playwright.sync_api import Locator, Page, expect

from bot.store.database import SqliteDatabase
from bot.store.staff import inbox
from bot.store.values import Ids
from handlers.questions.handoff import reply_to
from tests.support.paths import FAQ
from tests.support.service import Service, running, write_config

PASSWORD = "made-up words 42"  # of every officer
PATIENCE = 15_000  # ms until an expectation fails; rows of other processes take up to 5 s
QUESTION = "Mất thẻ căn cước thì làm lại thế nào?"
ANSWER = "Bạn làm lại thẻ trên VNeID"
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


@dataclass
class Site:
    """The service as a process of its own, with its own database; it may die and come back."""

    folder: Path
    config: Path
    process: Service | None = None
    descriptors: tuple[int, int] | None = None  # soft and hard limit
    _open: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        port = self.process.port if self.process else 0
        self.process = self._open.enter_context(
            running(self.config, port=port, descriptors=self.descriptors)
        )

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
                (waiting,) = inbox.waiting(tx)
                assert reply_to(tx, waiting["id"], text, now, Ids().new(now))
        finally:
            database.close()


def begun(
    folder: Path, descriptors: tuple[int, int] | None = None, limits: str = ""
) -> Iterator[Site]:
    faq = folder / "faq"
    shutil.copytree(FAQ, faq)
    (faq / "la.yaml").write_text(HOSTILE, encoding="utf-8")
    (folder / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    config = write_config(folder, SURE + BOOKING + limits, faq)
    site = Site(folder, config, descriptors=descriptors)
    site.start()
    yield site
    site.close()


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


Visit: TypeAlias = Callable[..., Chat]
