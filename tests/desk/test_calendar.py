"""An office's hours, changed at the desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from bot.booking.opening_hours import Hours
from bot.jobs.expire_bookings import keep
from bot.store.booking import offices
from bot.store.outbox import calls
from bot.store.values import Ids
from tests.desk.conftest import Officer, text
from tests.support.bookings import Desk
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot_id
from tests.support.web_service import Response, WebService

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
    tried = seal(one.post("/desk/calendar/mau-a", step="try", **form))
    kept = one.post("/desk/calendar/mau-a", step="keep", tried=tried, **form)
    assert kept.headers["location"] == "/desk/calendar/mau-a?said=saved-1"
    assert "1 người có lịch bị ảnh hưởng" in text(one.get("/desk/calendar/mau-a?said=saved-1"))
    rows = service.rows("SELECT state FROM bookings WHERE code = :code", code=booked)
    assert rows == [{"state": "booked"}]
    assert "T2-T6 08:00-09:00" in text(one.get("/desk/calendar/mau-a"))
    day = f"/desk/day/mau-a/{FRIDAY}"
    assert text(one.get(day)).count("giờ đã đóng, chưa chọn giờ khác") == 1


def test_an_officer_may_call_those_affected_instead_of_having_them_written_to(
    service: WebService, moving: Clock, officer: SignedIn, booked: str
) -> None:
    one = officer("manager", "mau-a")
    form = {**FORM, "weekly": "T2-T6 08:00-09:00"}
    tried = seal(one.post("/desk/calendar/mau-a", step="try", **form))
    kept = one.post("/desk/calendar/mau-a", step="call", tried=tried, **form)
    assert kept.headers["location"] == "/desk/calendar/mau-a?said=called-1"
    ids = Ids()
    with service.database.transaction() as tx:
        keep(tx, service.settings, moving(), lambda: ids.new(moving()))
        assert [row["code"] for row in calls.waiting(tx, moving())] == [booked]
    assert not service.rows("SELECT id FROM outbox WHERE code = :code", code=booked)
    people = text(one.get("/desk/people"))
    assert "giờ hẹn không còn làm" in people
    assert "cán bộ chọn tự gọi" in people
    with service.database.transaction() as tx:
        calls.done(tx, booked, moving())


def seal(answer: Response) -> str:
    """What stands for that which a page has shown."""
    found = re.search(r'name="tried" value="(\w+)"', text(answer))
    assert found
    return found[1]


@pytest.mark.parametrize("more", [{"weekly": "T2-T5 08:00-09:00"}, {"closed": "30/11/2026"}, {}])
def test_what_was_not_shown_is_not_written(
    service: WebService, moving: Clock, officer: SignedIn, booked: str, more: dict[str, str]
) -> None:
    """The form was changed after the preview; or, with the same form, somebody has booked since."""
    one = officer("manager", "mau-a")
    form = {**FORM, "weekly": "T2-T6 08:00-09:00"}
    tried = seal(one.post("/desk/calendar/mau-a", step="try", **form))
    with service.database.transaction() as tx:
        before = offices.get(tx, "mau-a")
        tx.rows("UPDATE slots SET capacity = 3 WHERE office = 'mau-a'")
        late = "" if more else Desk(tx, moving).book("late", slot_id("mau-a", FRIDAY, 9)).code
    answer = one.post("/desk/calendar/mau-a", step="keep", tried=tried, **{**form, **more})
    assert "Chưa ghi: bạn đã sửa thêm" in text(answer)
    assert late in text(answer)
    with service.database.transaction() as tx:
        assert offices.get(tx, "mau-a") == before
        Desk(tx, moving).cancel(late)
    again = one.post("/desk/calendar/mau-a", step="keep", tried=seal(answer), **{**form, **more})
    assert again.status == (303 if more else 200)  # the late one has cancelled meanwhile


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
