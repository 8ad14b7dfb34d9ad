"""Whatever is sent to the desk's pages, none of them breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.desk
from bot.desk.access import COOKIE, token_id
from bot.desk.routes import ROUTES, Route
from bot.outreach import posters
from bot.store.booking.bookings import State
from bot.store.staff import accounts
from handlers.booking.ticket import check_in_mark
from tests.desk.conftest import HASH, Officer
from tests.desk.people import VAULT, book, more_places
from tests.desk.test_access import name_of
from tests.support import routes
from tests.support.people import Clock
from tests.support.town import FRIDAY
from tests.support.web_service import WebService

TEMPLATES = Path(bot.desk.__file__).parent / "templates"
FIELD = re.compile(r'\bname="(\w+)"')
FIELDS = sorted(
    {name for file in TEMPLATES.glob("*.html") for name in FIELD.findall(file.read_text("utf-8"))}
    - {"csrf"}
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
EDGES = st.sampled_from([
    "", "0", "1", "-1", "9" * 30, "1e9", "²", "٣", "on", "the", "xlsx", "csv", "mau-a", "2026-11-27",
    "0001-01-01", "9999-12-31", "2026-02-30", "\x00", "\r\nX: y", "../../etc", "' OR 1=1 --", "{{7*7}}",
    "<script>", "0900000001", "a" * 5000, "ẵ" * 300, "[]", "{", "=1+1", "00:00", "24:00", "T2-CN",
    "nha-tro", "make", "try", "Nơi dán;Loại nơi\nNhà trọ;nhà trọ",
    *map(str, State),
])  # fmt: skip
VALUES = st.one_of(TEXT, EDGES)
FORMS = st.lists(st.tuples(st.one_of(st.sampled_from(FIELDS), TEXT), VALUES), max_size=10)
POSTS = [route for route in ROUTES if route.method == "POST" and route.path != "/sign-out"]
GETS = [r for r in ROUTES if r.method == "GET" and not r.path.endswith("/events")]
# A page is asked many times in one running service: what one try leaves behind only helps to fuzz.
MANY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def admin(service: WebService, moving: Clock) -> Officer:
    """Who may do everything; the password is one that no try finds, so that nothing is locked."""
    more_places(service)
    token = token_hex(16)
    with service.database.transaction() as tx:
        accounts.add(tx, "admin.fuzz", "admin", [], HASH, moving())
        accounts.set_password(tx, "admin.fuzz", HASH, must_change=False)
        accounts.open_session(tx, token_id(token), "admin.fuzz", "token", moving())
    return Officer(service, {COOKIE: token}, "token")


@pytest.fixture(scope="module")
def known(service: WebService, moving: Clock, admin: Officer) -> dict[str, str]:
    """Values of a path that lead somewhere."""
    (booking,) = book(service, moving, "Người Thử")
    ticket = f"{booking.code}-{check_in_mark(VAULT, booking.code)}"
    with service.database.transaction() as tx:
        poster, _ = posters.put_up(tx, "nha-tro", "Nhà trọ Thử", moving(), "x", "x", "one-batch")
    paper = {"poster": poster.code, "batch": poster.batch, "file": "A5.pdf"}
    known = {"office": "mau-a", "date": str(FRIDAY), "ticket": ticket, "code": booking.code}
    return known | paper


def send(one: Officer, method: str, path: str, body: str = "", kind: str = FORM) -> int:
    headers = {**one._headers(), "Content-Type": kind, "Origin": one.service.url}
    return one.service.request(method, path, body, headers).status


def fill(route: Route, values: Callable[[str], str]) -> str:
    return "/desk" + routes.fill(route.path, values)


@pytest.mark.parametrize("route", POSTS, ids=name_of)
def test_no_form_breaks_a_page(admin: Officer, known: dict[str, str], route: Route) -> None:
    path = fill(route, lambda name: known.get(name, "khong-co"))

    @MANY
    @given(FORMS)
    def check(form: list[tuple[str, str]]) -> None:
        real = [("code", known["code"])] if len(form) % 2 else []
        body = urlencode([("csrf", "token"), *real, *form])
        assert send(admin, "POST", path, body) < 500

    check()


@pytest.mark.parametrize("route", GETS, ids=name_of)
def test_no_address_breaks_a_page(admin: Officer, known: dict[str, str], route: Route) -> None:
    @MANY
    @given(
        FORMS,
        st.dictionaries(st.sampled_from(["office", "date", "ticket", "poster", "file"]), VALUES),
    )
    def check(query: list[tuple[str, str]], path: dict[str, str]) -> None:
        values = {**known, **path}
        address = fill(route, lambda name: values.get(name, "khong-co") or "-")
        if len(address) < 4000:
            assert send(admin, "GET", f"{address}?{urlencode(query)[:4000]}") < 500

    check()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{FORM}; charset=none", "csrf=token"),
        (FORM, "csrf=%FF%FE&q=%00"),
        (FORM, "&&&=&=="),
        (FORM, "csrf=token&" + "&".join(f"f{n}=1" for n in range(500))),
        ("multipart/form-data", "csrf=token"),
        ("multipart/form-data; boundary=x", "--x\r\nbad"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: nonsense\r\n\r\n1\r\n--x--",
        ),
        ("application/json", '{"csrf": "token"}'),
        ("nonsense", "csrf=token"),
    ],
)
def test_no_body_breaks_a_page(admin: Officer, known: dict[str, str], kind: str, body: str) -> None:
    path = f"/desk/day/mau-a/{known['date']}/search"
    assert send(admin, "POST", path, body, kind) < 500
    assert send(admin, "POST", "/desk/sign-in", body, kind) < 500
