"""Officers at the desk in a real browser."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from bot.core.clock import local
from bot.core.config import load
from bot.core.crypto import Vault, key_for
from bot.desk import passwords
from bot.outreach import dry_run, posters
from bot.store.booking import bookings
from bot.store.campaigns import campaigns
from bot.store.database import SqliteDatabase
from bot.store.staff import accounts
from bot.store.values import Ids, stamp
from handlers.booking.ticket import check_in_mark
from tests.e2e.sites import PASSWORD, Site
from tests.support import subscribers

NUMBER = "84900000001"
IDS = Ids()


@dataclass
class Desk:
    """Officers of one service, and people who book there from another process."""

    site: Site
    browser: Browser
    faults: list[str] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def open(
        self, path: str = "/desk/", *, width: int = 1280, height: int = 800, **more: Any
    ) -> Page:
        """Somebody's own browser, at the sign-in when they were not here before."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", **more
        )
        self._open.callback(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self._note(line.text))
        page.goto(self.site.url + path)
        return page

    def _note(self, line: str) -> None:
        if "Content Security Policy" in line or "Uncaught" in line:
            self.faults.append(line)

    def sign_in(self, page: Page, name: str = "lan") -> Page:
        page.get_by_label("Tên đăng nhập").fill(name)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
        return page

    def day(self, *, name: str = "lan", **more: Any) -> Page:
        """Today's list, seen by an officer."""
        page = self.sign_in(self.open(self.today, **more), name)
        expect(page.get_by_role("heading", name="Công an phường Mẫu")).to_be_visible()
        return page

    @property
    def today(self) -> str:
        return f"/desk/day/mau/{local(datetime.now(UTC)).date()}"

    def books(self, name: str, *, phone: str = "", minutes: int = -30) -> str:
        """Somebody books today from another process; the code. *minutes* from now, or before."""
        now = datetime.now(UTC)
        midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        at = max(midnight, now + timedelta(minutes=minutes))
        at = min(at, midnight + timedelta(hours=23, minutes=59))
        id_ = IDS.new(now)
        with self._tx() as tx:
            tx.rows(
                BOOKED, id=id_, code=bookings.code_of(id_), at=stamp(at),
                mark=self.vault.mark(phone) if phone else "", name=name,
                phone=self.vault.seal(phone), now=stamp(now),
            )  # fmt: skip
            tx.rows(BOOKED_EVENT, id=id_, code=bookings.code_of(id_), now=stamp(now))
        return bookings.code_of(id_)

    def add(self, name: str, role: str) -> None:
        hashed = passwords.hashed(PASSWORD)
        with self._tx() as tx:
            accounts.add(tx, name, role, [], hashed, datetime.now(UTC))
            accounts.set_password(tx, name, hashed, must_change=False)

    def hangs(self, kind: str, place: str) -> str:
        """A poster is put up, or was; its code."""
        with self._tx() as tx:
            now = datetime.now(UTC)
            return posters.put_up(tx, kind, place, now, "lan", place, "mot-danh-sach")[0].code

    def spreads(self) -> str:
        """A campaign that waits for a second officer; its id."""
        id_, now = IDS.new(datetime.now(UTC)), datetime.now(UTC)
        with self._tx() as tx:
            campaigns.add(tx, id_, subscribers.plan(now), "lan", now)
            told = dry_run.Told({"telegram": dry_run.Counts(people=300)}, 0, now)
            campaigns.keep_count(tx, id_, campaigns.as_of(tx, id_), told.packed(), 300, now)
            campaigns.launch(tx, id_, 200, now)
        return id_

    def ticket(self, code: str) -> str:
        return f"/desk/hen/{code}-{check_in_mark(self.vault, code)}"

    @property
    def vault(self) -> Vault:
        settings = load(self.site.config)
        return Vault(key_for(self.site.folder / "vneid.db", settings.data_key))

    def _tx(self) -> Any:
        database = self._open.enter_context(closing(SqliteDatabase(self.site.folder / "vneid.db")))
        return database.transaction()

    def close(self) -> None:
        self._open.close()


BOOKED = """
    INSERT INTO bookings (id, code, version, party, member, service, office, slot, starts_at, channel,
                          person, holder, name, phone, phone_mark, before, state, booked_at, created_at,
                          changed_at)
    SELECT :id, :code, 1, :id, 1, 'the', 'mau', id, :at, 'web', :id, 'web:' || :id, :name, :phone, :mark,
           'held', 'booked', :now, :now, :now
    FROM slots WHERE office = 'mau' LIMIT 1
"""
BOOKED_EVENT = """
    INSERT INTO booking_events (id, at, booking, code, what, actor)
    VALUES (:id, :now, :id, :code, 'booked', 'person')
"""


def row(page: Page, code: str) -> Locator:
    return page.locator(f"#v-{code}")
