"""Every page of the desk, by its table of routes: contrast, names, sizes, and room on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from bot.desk.routes import ROUTES
from tests.e2e.axe import violations
from tests.e2e.officers import NUMBER, Desk
from tests.e2e.rulers import OUTLINES, fits, names
from tests.e2e.sites import Chat
from tests.e2e.test_desk_people import SMALL, asks
from tests.support import routes

pytestmark = pytest.mark.browser

NO_PAGES = (".svg", ".png", ".pdf", ".csv", ".xlsx", "/events", "/sign-in")
GETS = [r.path for r in ROUTES if r.method == "GET" and not r.path.endswith(NO_PAGES)]
NAMED = (
    "navigation",
    "table",
)  # must have a name, too; axe asks for those of what is tapped or typed in


def paths(desk: Desk, page: Page, code: str) -> list[str]:
    """The address of every page; a thing that nobody knows here leads to the page that says so."""
    page.goto(f"{desk.site.url}/desk/people")
    person = page.get_by_role("link", name="Xem và trả lời").first.get_attribute("href") or ""
    known = {
        "office": "mau",
        "date": desk.today.rpartition("/")[2],
        "ticket": desk.ticket(code).rpartition("/")[2],
        "entry": "mat-the",
        "id": person.rpartition("/")[2],
        "poster": desk.hangs("nha-tro", "Nhà trọ Mẫu, 12 đường Mẫu"),
        "batch": "mot-danh-sach",
        "campaign": desk.spreads(),
    }
    return ["/desk" + routes.fill(path, lambda name: known.get(name, "khong-co")) for path in GETS]


@pytest.fixture
def filled(desk: Desk, visit: Callable[..., Chat]) -> str:
    """Lines in the lists; the code of somebody who is booked."""
    asks(visit(desk.site), "Mình bị khóa tài khoản")
    desk.books("Không Đến")
    return desk.books("Nguyễn Thử An", phone=NUMBER)


def faults(page: Page) -> list[object]:
    """What is wrong with the page that is open."""
    heard = names(page)
    return [
        *([] if fits(page) else ["runs over the side"]),
        *violations(page),
        *page.evaluate(SMALL),
        *(one for one in page.evaluate(OUTLINES) if one["ratio"] < one["least"]),
        *(f"{role} without a name" for role in NAMED if "" in heard.get(role, [])),
        *([] if page.locator("h1").count() == 1 else ["not one h1"]),
        *([] if page.locator("html").get_attribute("lang") == "vi" else ["no language"]),
    ]


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_can_be_read_tapped_and_heard(desk: Desk, filled: str, width: int) -> None:
    page = desk.sign_in(desk.open(width=width), "tri")
    found: dict[str, list[object]] = {}
    for path in paths(desk, page, filled):
        page.goto(desk.site.url + path)
        found[path] = faults(page)
    assert len(found) > 15
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_sign_in_can_be_read_tapped_and_heard(desk: Desk) -> None:
    assert faults(desk.open(width=360)) == []
