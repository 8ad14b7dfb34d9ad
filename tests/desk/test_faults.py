"""A fault of ours on a page: undone, told without details, and found again in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from bot.desk.access import HEADERS
from tests.desk.conftest import Officer, text
from tests.desk.people import book, more_places
from tests.support.people import Clock
from tests.support.town import FRIDAY, at
from tests.support.web_service import WebService

SignedIn = Callable[..., Officer]


@contextmanager
def without(service: WebService, table: str) -> Iterator[None]:
    """A database in which a table is missing, as after a restore that went wrong."""
    with service.database.transaction() as tx:
        tx.rows(f"ALTER TABLE {table} RENAME TO gone")
    try:
        yield
    finally:
        with service.database.transaction() as tx:
            tx.rows(f"ALTER TABLE gone RENAME TO {table}")


@pytest.fixture(scope="module", autouse=True)
def room(service: WebService, moving: Clock) -> None:
    more_places(service)
    moving.now = at(FRIDAY, 7)  # the day on which visits can be marked


def test_a_fault_shows_a_page_whose_reference_is_in_the_log(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("auditor")
    with without(service, "audit"), capture_logs() as logs:
        answer = one.get("/desk/audit")
    page = text(answer)
    assert answer.status == 500
    assert "Dịch vụ bị lỗi" in page
    found = re.search(r"mã <b[^>]*>([0-9A-F]{8})</b>", page)
    assert found
    (line,) = [line for line in logs if line["event"] == "desk page failed"]
    assert (line["reference"], line["page"]) == (found[1], "/desk/audit")
    assert line["exc_info"]


def test_a_fault_tells_nothing_of_itself_and_keeps_the_headers(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("auditor")
    with without(service, "audit"):
        answer = one.get("/desk/audit")
    for detail in ("Traceback", "sqlite", "OperationalError", "no such table", "SELECT"):
        assert detail not in text(answer)
    for name, value in HEADERS.items():
        assert answer.headers[name.lower()] == value


def test_what_was_half_done_is_undone(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    """The mark is written before the audit log, whose table is missing."""
    (visit,) = book(service, moving, "Người Thử")
    one = officer("officer", "mau-a")
    with without(service, "audit"):
        answer = one.post(
            f"/desk/day/mau-a/{FRIDAY}/mark",
            code=visit.code,
            version="1",
            seen="booked",
            to="arrived",
        )
    assert answer.status == 500
    rows = service.rows("SELECT state FROM bookings WHERE code = :code", code=visit.code)
    assert rows == [{"state": "booked"}]
    again = one.post(
        f"/desk/day/mau-a/{FRIDAY}/mark", code=visit.code, version="1", seen="booked", to="arrived"
    )
    assert again.status == 303


def test_a_fault_at_the_sign_in_is_a_page_too(service: WebService) -> None:
    with without(service, "sign_ins"):
        answer = Officer(service).post("/desk/sign-in", account="ai", password="một mật khẩu")
    assert answer.status == 500
    assert "Dịch vụ bị lỗi" in text(answer)


def test_while_the_database_is_locked_a_page_says_to_come_back(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("auditor")
    with service.locked():
        answer = one.get("/desk/audit")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"
    assert "Hệ thống đang bận" in text(answer)
    assert 'href="/desk/audit"' in text(answer)


def test_a_form_that_a_locked_database_refused_is_kept_and_can_be_sent_again(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    (visit,) = book(service, moving, "Người Thử Hai")
    one = officer("officer", "mau-a")
    where = f"/desk/day/mau-a/{FRIDAY}/mark"
    form = {"code": visit.code, "version": "1", "seen": "booked", "to": "arrived"}
    with service.locked():
        refused = one.post(where, **form)
    assert refused.status == 503
    kept = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', text(refused)))
    assert {name: kept[name] for name in form} == form
    assert one.post(where, **kept).status == 303
    rows = service.rows("SELECT state FROM bookings WHERE code = :code", code=visit.code)
    assert rows == [{"state": "arrived"}]


def test_a_password_is_never_written_into_the_page_that_says_to_come_back(
    service: WebService,
) -> None:
    with service.locked():
        answer = Officer(service).post("/desk/sign-in", account="ai", password="một mật khẩu")
    assert answer.status == 503
    assert "một mật khẩu" not in text(answer)
    assert "quay lại" in text(answer)
