"""The citizen's QR code, scanned by an officer's phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.store.booking import bookings
from bot.store.booking.bookings import Booking
from handlers.booking.ticket import check_in_mark
from tests.desk.conftest import Officer, text
from tests.desk.people import VAULT, book, more_places
from tests.support.people import Clock
from tests.support.town import FRIDAY
from tests.support.web_service import WebService

SignedIn = Callable[..., Officer]


@pytest.fixture(scope="module", autouse=True)
def friday(service: WebService, moving: Clock) -> None:
    more_places(service)
    moving.now = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


def ticket(booking: Booking) -> str:
    return f"/desk/hen/{booking.code}-{check_in_mark(VAULT, booking.code)}"


def states(service: WebService, *found: Booking) -> list[str]:
    with service.database.transaction() as tx:
        return [str(one.state) for b in found if (one := bookings.by_code(tx, b.code))]


def test_a_scan_leads_over_the_sign_in_to_the_booking(
    service: WebService, moving: Clock, account: Callable[..., str]
) -> None:
    (visit,) = book(service, moving, "Lê Thử")
    somebody = Officer(service)
    asked = somebody.get(ticket(visit))
    assert asked.status == 303
    back = somebody.sign_in(account(), next=ticket(visit)).headers["location"]
    page = text(somebody.get(back))
    assert "Lê Thử" in page
    assert ">Đã đến</button>" in page


def test_a_look_at_a_booking_is_written_down(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (visit,) = book(service, moving, "Lê Thử")
    officer().get(ticket(visit))
    seen = service.rows("SELECT subject FROM audit WHERE what = 'xem lượt hẹn'")
    assert [row["subject"] for row in seen].count(visit.code) == 1


def test_one_button_marks_the_whole_family_and_a_second_scan_says_when_and_by_whom(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one, other = officer(), officer("officer", "mau-a")
    family = book(service, moving, "Ba Thử", "Má Thử", "Con Thử")
    page = text(one.get(ticket(family[0])))
    assert all(name in page for name in ("Ba Thử", "Má Thử", "Con Thử"))
    come = family[:2]
    form = "&".join(f"who={booking.code}" for booking in come)
    headers = {**one._headers(), "Content-Type": "application/x-www-form-urlencoded"}
    headers["Origin"] = service.url
    body = f"csrf={one.csrf}&{form}"
    assert service.request("POST", ticket(family[0]), body, headers).status == 303
    assert states(service, *family) == ["arrived", "arrived", "booked"]
    moving.move(minutes=5)
    again = text(other.get(ticket(family[0])))
    name = service.rows("SELECT account FROM audit WHERE what = 'ghi đã đến'")[-1]["account"]
    assert again.count(f"ghi lúc 08:30 27/11/2026, bởi {name}") == 2
    assert again.count('type="checkbox"') == 1
    other.post(ticket(family[0]), who=family[0].code)
    assert states(service, *family) == ["arrived", "arrived", "booked"]


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "x", lambda t: t[:-17], lambda t: t + "0"])
def test_a_mark_that_is_not_ours_is_not_found(
    service: WebService, moving: Clock, officer: SignedIn, change: Callable[[str], str]
) -> None:
    (visit,) = book(service, moving, "Lê Giả")
    assert officer().get(change(ticket(visit))).status == 404


def test_the_right_mark_of_no_booking_is_not_found(officer: SignedIn) -> None:
    assert officer().get(f"/desk/hen/QQQQQQ-{check_in_mark(VAULT, 'QQQQQQ')}").status == 404


def test_another_offices_booking_is_refused(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (visit,) = book(service, moving, "Lê Bên A")
    foreign = officer("officer", "mau-b")
    told = foreign.get(ticket(visit))
    assert told.status == 403
    assert "Lịch này hẹn ở nơi khác" in text(told)
    assert "Công an phường Mẫu A" in text(told)  # so that they can be told where to go
    assert "Lê Bên A" not in text(told)
    assert foreign.post(ticket(visit), who=visit.code).status == 403
    assert states(service, visit) == ["booked"]


def test_a_code_of_another_party_is_not_marked_along(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (mine,) = book(service, moving, "Lê Một")
    (other,) = book(service, moving, "Lê Khác")
    answer = officer().post(ticket(mine), who=other.code)
    assert answer.headers["location"].endswith("?said=nobody")
    assert states(service, mine, other) == ["booked", "booked"]


def test_another_day_and_a_cancelled_visit_are_told(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    (later,) = book(service, moving, "Lê Mai", day=FRIDAY + timedelta(days=3))
    told = text(one.get(ticket(later)))
    assert "không phải hôm nay" in told
    assert "Đến ngày đó mới ghi" in told
    assert "Đã đến</button>" not in told
    answer = one.post(ticket(later), who=later.code)
    assert "chưa đến ngày hẹn" in text(one.get(answer.headers["location"]))
    assert states(service, later) == ["booked"]
    (gone,) = book(service, moving, "Lê Hủy")
    with service.database.transaction() as tx:
        bookings.cancel(tx, gone.code, moving(), moving(), "person")
    page = text(one.get(ticket(gone)))
    assert "Đã hủy" in page
    assert "bởi người dân" in page
    assert "Đã đến</button>" not in page


def test_who_only_looks_has_no_button(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (visit,) = book(service, moving, "Lê Xem")
    viewer = officer("viewer")
    assert "Đã đến</button>" not in text(viewer.get(ticket(visit)))
    assert viewer.post(ticket(visit), who=visit.code).status == 403
