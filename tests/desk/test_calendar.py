"""An office's hours, changed at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.calendar import Hours
from bot.store import offices
from tests.bookings import Desk
from tests.conftest import Clock
from tests.desk.conftest import Officer, text
from tests.handlers.town import FRIDAY, slot_id
from tests.web_service import WebService

SignedIn = Callable[..., Officer]
FORM = {
    "weekly": "T2-T6 08:00-10:00",
    "capacity": "3",
    "priority": "1",
    "walk_in": "0",
    "slot_minutes": "60",
    "closed": "",
    "extra": "",
    "holidays": "1",
}


@pytest.fixture
def booked(service: WebService, moving: Clock) -> Iterator[str]:
    """The code of somebody booked at nine on Friday."""
    name = f"an {service.count('bookings')}"
    with service.database.transaction() as tx:
        offices.set_hours(tx, "mau-a", Hours(weekly="T2-T6 08:00-10:00", capacity=3), moving())
        tx.rows("UPDATE slots SET open = 1")
        desk = Desk(tx, moving)
        code = desk.book(name, slot_id("mau-a", FRIDAY, 9)).code
    yield code
    with service.database.transaction() as tx:
        Desk(tx, moving).cancel(code)
        tx.rows("UPDATE slots SET booked = 0, open = 1")
        tx.rows("DELETE FROM returned")


def test_a_change_is_tried_out_before_it_is_written(
    service: WebService, officer: SignedIn, booked: str
) -> None:
    one = officer("manager", "mau-a")
    form = {**FORM, "weekly": "T2-T6 08:00-09:00"}
    tried = one.post("/desk/calendar/mau-a", step="try", **form)
    assert tried.status == 200
    assert "1 lịch đã đặt rơi vào giờ sẽ đóng" in text(tried)
    assert booked in text(tried)
    rows = service.rows("SELECT open FROM slots WHERE id = :id", id=slot_id("mau-a", FRIDAY, 9))
    assert rows == [{"open": 1}]


def test_a_change_is_written_and_who_is_affected_stays_booked(
    service: WebService, officer: SignedIn, booked: str
) -> None:
    one = officer("manager", "mau-a")
    form = {**FORM, "weekly": "T2-T6 08:00-09:00"}
    kept = one.post("/desk/calendar/mau-a", step="keep", **form)
    assert kept.headers["location"] == "/desk/calendar/mau-a?said=saved-1"
    assert "1 người có lịch bị ảnh hưởng" in text(one.get("/desk/calendar/mau-a?said=saved-1"))
    rows = service.rows("SELECT state FROM bookings WHERE code = :code", code=booked)
    assert rows == [{"state": "booked"}]
    assert "T2-T6 08:00-09:00" in text(one.get("/desk/calendar/mau-a"))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("weekly", "8 giờ sáng", "viết như"),
        ("capacity", "nhiều", "phải là số"),
        ("capacity", "0", "cần"),
        ("closed", "2026-11-27", "ngày/tháng/năm"),
        ("extra", "27/11/2026", "viết ngày rồi giờ"),
        ("priority", "9", "lớn hơn capacity"),
    ],
)
def test_what_makes_no_sense_says_why_and_keeps_the_form(
    officer: SignedIn, field: str, value: str, says: str
) -> None:
    answer = officer("manager", "mau-a").post(
        "/desk/calendar/mau-a", step="keep", **{**FORM, field: value}
    )
    assert answer.status == 422
    assert says in text(answer) or field == "capacity"
    assert value in text(answer)


def test_another_offices_hours_are_not_shown(officer: SignedIn) -> None:
    assert officer("manager", "mau-a").get("/desk/calendar/mau-b").status == 403
    assert officer("manager").get("/desk/calendar/khong-co").status == 404
