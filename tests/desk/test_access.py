"""Every page, every role, the own office and another one: allowed or refused exactly as the tables
say. A new route is tested by standing in `ROUTES`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from secrets import token_hex
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.core.config.channels import Listen
from bot.desk import access
from bot.desk.access import COOKIE, token_id
from bot.desk.context import DESK, Desk
from bot.desk.roles import RIGHTS, Right, Role
from bot.desk.routes import ROUTES, Route
from bot.store.staff import accounts
from handlers.booking.ticket import check_in_mark
from tests.desk.conftest import HASH, Officer, text
from tests.desk.people import VAULT, book, more_places
from tests.support import routes
from tests.support.people import Clock
from tests.support.town import FRIDAY, SETTINGS
from tests.support.web_service import WebService

BEHIND = [route for route in ROUTES if route.right is not None]
OPEN = [route for route in ROUTES if route.right is None]
SIGN_IN = "/desk/sign-in"


def name_of(value: object) -> str:
    return f"{value.method} {value.path}" if isinstance(value, Route) else str(value)


Path = Callable[[Route, str], str]
Browser = Callable[[Role], Officer]


@pytest.fixture(scope="module")
def path(service: WebService, moving: Clock) -> Path:
    """The address of a route at an office; a name that a route asks for and nobody knows here leads
    to nothing, which is no refusal."""
    more_places(service)
    tickets = {}
    for office in ("mau-a", "mau-b"):
        (booking,) = book(service, moving, "Người Thử", office=office)
        tickets[office] = f"{booking.code}-{check_in_mark(VAULT, booking.code)}"

    def fill(route: Route, office: str) -> str:
        known = {"office": office, "date": str(FRIDAY), "ticket": tickets[office]}
        return "/desk" + routes.fill(route.path, lambda name: known.get(name, "khong-co"))

    return fill


@pytest.fixture(scope="module")
def browser(service: WebService, moving: Clock) -> Browser:
    """Somebody of this role at mau-a, with a session of their own each time."""

    @cache
    def account(role: Role) -> str:
        name = f"{role}.access"
        with service.database.transaction() as tx:
            accounts.add(tx, name, role, ["mau-a"], HASH, moving())
            accounts.set_password(tx, name, HASH, must_change=False)
        return name

    def sign_in(role: Role) -> Officer:
        token, csrf = token_hex(16), token_hex(16)
        name = account(role)
        with service.database.transaction() as tx:
            accounts.open_session(tx, token_id(token), name, csrf, moving())
        return Officer(service, {COOKIE: token}, csrf)

    return sign_in


def ask(one: Officer, route: Route, path: str, **more: str) -> tuple[int, str]:
    """The status, and where a redirect leads without its query."""
    if route.path.endswith("/events"):
        answer = one.service.head_of(path, one._headers())
    else:
        answer = one.get(path) if route.method == "GET" else one.post(path, **more)
    return answer.status, answer.headers.get("location", "").partition("?")[0]


@pytest.mark.parametrize("role", list(Role), ids=name_of)
@pytest.mark.parametrize("route", BEHIND, ids=name_of)
def test_a_role_may_do_what_the_table_says_at_the_own_office(
    browser: Browser, path: Path, route: Route, role: Role
) -> None:
    status, leads_to = ask(browser(role), route, path(route, "mau-a"))
    assert (status != 403) is (route.right in RIGHTS[role])
    assert status < 500
    assert leads_to != SIGN_IN or route.path == "/sign-out"


@pytest.mark.parametrize("role", list(Role), ids=name_of)
@pytest.mark.parametrize(
    "route", [route for route in BEHIND if {"office", "ticket"} & routes.parameters(route.path)],
    ids=name_of,
)  # fmt: skip
def test_nobody_works_at_another_office(
    browser: Browser, path: Path, route: Route, role: Role
) -> None:
    assert ask(browser(role), route, path(route, "mau-b"))[0] == 403


@pytest.mark.parametrize("route", BEHIND, ids=name_of)
def test_nobody_gets_in_without_a_sign_in(service: WebService, path: Path, route: Route) -> None:
    status, leads_to = ask(Officer(service), route, path(route, "mau-a"))
    assert (status, leads_to) == ((303, SIGN_IN) if route.method == "GET" else (401, ""))


@pytest.mark.parametrize("route", [r for r in BEHIND if r.method == "POST"], ids=name_of)
def test_a_form_without_the_sessions_token_or_from_elsewhere_is_refused(
    browser: Browser, path: Path, route: Route
) -> None:
    role = next(role for role in Role if route.right in RIGHTS[role])
    one, address = browser(role), path(route, "mau-a")
    for origin in ("https://evil.example", "null", "http://[x"):
        assert ask(one, route, address, origin=origin)[0] == 403
    one.csrf = "of another session"
    assert ask(one, route, address)[0] == 403


SHOWN = {route.path for route in ROUTES if route.method == "GET"}


@pytest.mark.parametrize("route", [r for r in BEHIND if r.path not in SHOWN], ids=name_of)
def test_what_changes_something_cannot_be_had_by_get(
    browser: Browser, path: Path, route: Route
) -> None:
    assert browser(Role.ADMIN).get(path(route, "mau-a")).status in {404, 405}


def test_who_must_change_the_password_does_nothing_else_before(
    service: WebService, moving: Clock, path: Path
) -> None:
    with service.database.transaction() as tx:
        accounts.add(tx, "new.admin", Role.ADMIN, [], HASH, moving())
        accounts.open_session(tx, token_id("of-the-new-one"), "new.admin", "token", moving())
    one = Officer(service, {COOKIE: "of-the-new-one"}, "token")
    for route in BEHIND:
        if not route.before_change:
            one.csrf = "token"
            assert ask(one, route, path(route, "mau-a")) == (303, "/desk/me"), name_of(route)


def test_only_the_sign_in_is_open_to_anybody() -> None:
    assert {route.path for route in OPEN} == {"/sign-in"}


def test_each_right_is_somebodys_and_only_viewing_is_everybodys() -> None:
    given = frozenset().union(*RIGHTS.values())
    assert given == set(Right)
    assert frozenset.intersection(*RIGHTS.values()) == {Right.SIGNED_IN}


@pytest.mark.parametrize("role", Role)
def test_the_first_page_leads_everybody_to_their_work(browser: Browser, role: Role) -> None:
    one = browser(role)
    _, main = text(one.get("/desk/")).split("<main", 1)
    links = re.findall(r'href="(/desk/[^"#]+)"', main)
    assert links
    assert [one.get(link).status for link in links] == [200] * len(links)


# --- where a form comes from -------------------------------------------------------------------------


PUBLIC = "troly.example.vn"  # of `town.SETTINGS`


def sent(proxied: bool, host: str, origins: list[str], proto: list[str] = []) -> bool:  # noqa: B006 - read only
    """Whether the desk's guard lets a form pass that says this of where it comes from."""
    settings = SETTINGS.model_copy(update={"listen": Listen(behind_proxy=proxied)})
    app = web.Application()
    app[DESK] = cast("Desk", SimpleNamespace(settings=settings))
    named = [("Host", host), *(("Origin", one) for one in origins)]
    named += [("X-Forwarded-Proto", one) for one in proto]
    request = make_mocked_request("POST", "/desk/sign-out", headers=CIMultiDict(named), app=app)
    try:
        access._same_origin(request)
    except web.HTTPForbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("proxied", "host", "origin", "proto"),
    [
        (False, "127.0.0.1:8080", "http://127.0.0.1:8080", []),
        (False, "127.0.0.1:8080", "http://127.0.0.1:8080", ["https"]),  # nobody of ours says that
        (False, "localhost", "http://localhost:80", []),
        (False, PUBLIC, f"https://{PUBLIC}", []),
        (True, PUBLIC, f"https://{PUBLIC}", []),
        (True, PUBLIC, f"https://{PUBLIC}", ["http"]),  # the proxy before ours ended https
        (True, f"{PUBLIC}:443", f"https://{PUBLIC.upper()}", []),
        (True, "desk.example.vn", "https://desk.example.vn", []),
        (True, "desk.example.vn", "https://desk.example.vn", ["http, https"]),
        (True, "10.0.0.5", "http://10.0.0.5", ["http"]),
        (True, "[2001:db8::1]:8443", "https://[2001:db8::1]:8443", ["https"]),
    ],
)
def test_a_form_of_our_own_page_passes(
    proxied: bool, host: str, origin: str, proto: list[str]
) -> None:
    assert sent(proxied, host, [origin], proto)


@pytest.mark.parametrize(
    ("proxied", "host", "origin", "proto"),
    [
        (False, "127.0.0.1:8080", "https://127.0.0.1:8080", []),
        (False, "127.0.0.1:8080", "http://127.0.0.1", []),
        (False, "127.0.0.1:8080", "http://127.0.0.1:8081", []),
        (False, "127.0.0.1:8080", "http://localhost:8080", []),
        (True, PUBLIC, f"http://{PUBLIC}", []),
        (True, PUBLIC, f"http://{PUBLIC}", ["http"]),
        (True, PUBLIC, f"https://{PUBLIC}:8443", []),
        (True, PUBLIC, f"https://{PUBLIC}.evil.example", []),
        (True, PUBLIC, f"https://evil.{PUBLIC}", []),
        (True, "desk.example.vn", "http://desk.example.vn", []),
        (True, "desk.example.vn", "http://desk.example.vn", ["http, https"]),
        (True, "desk.example.vn", f"https://{PUBLIC}", []),
        (True, "10.0.0.5", "https://10.0.0.5", ["http"]),
    ],
)
def test_another_scheme_host_or_port_is_elsewhere(
    proxied: bool, host: str, origin: str, proto: list[str]
) -> None:
    assert not sent(proxied, host, [origin], proto)


@pytest.mark.parametrize(
    "origins",
    [[], ["null"], [""], [PUBLIC], [f"//{PUBLIC}"], [f"ftp://{PUBLIC}"], [f"https://{PUBLIC}/desk/"],
     [f"https://a@{PUBLIC}"], [f"https://{PUBLIC}:x"], ["https://[x"], [f"https://{PUBLIC} "], ["https://"],
     [f"https://{PUBLIC}", f"https://{PUBLIC}"], [f"https://{PUBLIC}, https://evil.example"]],
)  # fmt: skip
def test_what_is_no_single_origin_is_refused(origins: list[str]) -> None:
    assert not sent(True, PUBLIC, origins)
