"""The list of a day: what officers see, and what becomes of a visit under their taps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.staff import audit
from tests.desk.conftest import Officer, text
from tests.desk.people import NUMBER, book, more_places
from tests.support.bookings import wrong
from tests.support.people import Clock
from tests.support.town import FRIDAY
from tests.support.web_service import Response, WebService

SignedIn = Callable[..., Officer]
LIST = f"/desk/day/mau-a/{FRIDAY}"
ROW = re.compile(r'<tr id="v-(\w+)".*?</tr>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module", autouse=True)
def friday(service: WebService, moving: Clock) -> None:
    """08:30 on the day itself."""
    more_places(service)
    moving.now = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_adrift(service: WebService) -> Iterator[None]:
    yield
    with service.database.transaction() as tx:
        broken = wrong(tx)
        broken.pop("a slot has more people than places", None)
        assert broken == {}
        assert list(audit.faults(tx)) == []


def rows(answer: Response) -> dict[str, str]:
    """The words of each line, by its code."""
    found = ROW.finditer(text(answer))
    return {row[1]: " ".join(TAG.sub(" ", row[0]).split()) for row in found}


def buttons(answer: Response, code: str) -> list[str]:
    row = next(row[0] for row in ROW.finditer(text(answer)) if row[1] == code)
    return re.findall(r'name="to" value="(\w+)"', row)


def counts(answer: Response) -> dict[str, int]:
    pairs = re.findall(r"<a href=[^>]*><b>([\d.]+)</b> ([^<]+)</a>", text(answer))
    return {title: int(number) for number, title in pairs}


def mark(one: Officer, code: str, seen: str, to: str, version: int = 1) -> Response:
    return one.post(f"{LIST}/mark", code=code, seen=seen, to=to, version=str(version))


def state_of(service: WebService, code: str) -> State:
    with service.database.transaction() as tx:
        booking = bookings.by_code(tx, code)
        assert booking
        return booking.state


def noted(service: WebService, what: str) -> list[str]:
    found = service.rows("SELECT subject FROM audit WHERE what = :what ORDER BY number", what=what)
    return [row["subject"] for row in found]


# --- looking -------------------------------------------------------------------------------------


def test_the_office_leads_to_today(officer: SignedIn) -> None:
    one = officer()
    assert one.get("/desk/day/mau-a").headers["location"] == LIST
    assert one.get("/desk/day/mau-a?on=2026-12-01").headers["location"].endswith("2026-12-01")
    assert one.get("/desk/day/mau-a?on=soon").headers["location"] == LIST


@pytest.mark.parametrize(
    "path",
    ["nowhere/2026-11-27", "mau-a/2026-13-45", "mau-a/0001-01-01", "mau-a/9999-12-31",
     "mau-a/20261127"],
)  # fmt: skip
def test_an_office_or_day_that_is_none_is_not_found(officer: SignedIn, path: str) -> None:
    assert officer().get(f"/desk/day/{path}").status == 404


def test_a_day_without_anybody_says_so(officer: SignedIn) -> None:
    answer = officer().get("/desk/day/mau-b/2026-12-24")
    assert "Chưa có ai hẹn ngày này" in text(answer)
    assert counts(answer)["Tất cả"] == 0


def test_the_list_shows_who_when_what_and_a_masked_phone(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (an,) = book(service, moving, "Nguyễn Thử An", phone=NUMBER)
    answer = officer("viewer", "mau-a").get(LIST)
    row = rows(answer)[an.code]
    for part in ("08:00", "Nguyễn Thử An", "Thẻ căn cước", "Chờ đến", "090…001"):
        assert part in row
    assert "0900000001" not in text(answer)
    assert not buttons(answer, an.code)


def test_counts_stand_on_top_and_filter_the_list(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    before = counts(one.get(LIST))
    come, gone = book(service, moving, "Đã Tới", "Sẽ Hủy")
    with service.database.transaction() as tx:
        bookings.cancel(tx, gone.code, moving(), moving(), "person")
    mark(one, come.code, "booked", "arrived")
    after = counts(one.get(LIST))
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "Tất cả": 2,
        "Đã đến": 1,
        "Đã hủy": 1,
    }
    assert gone.code not in rows(one.get(f"{LIST}?only=arrived"))
    assert gone.code in rows(one.get(f"{LIST}?only=cancelled"))


def test_a_hold_that_was_given_up_was_never_a_visit(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    before = counts(one.get(LIST))
    (lost,) = book(service, moving, "Chưa Chắc")
    with service.database.transaction() as tx:
        held = bookings.hold(
            tx,
            slot=lost.slot,
            service="muc-2",
            person=lost.address,
            holders=["web:unsure"],
            now=moving(),
            held_until=moving() + timedelta(minutes=10),
            new_id=lambda: "f" * 28,
        )
        bookings.drop(tx, held[0].party, lost.address, moving())
    assert counts(one.get(LIST))["Đã hủy"] == before["Đã hủy"]


def test_numbers_stay_when_others_cancel_or_book_later(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    first, second = book(service, moving, "Người Một", "Người Hai")

    def number(code: str) -> str:
        return re.findall(r"số (\d+)", rows(one.get(LIST))[code])[0]

    was = number(second.code)
    with service.database.transaction() as tx:
        bookings.cancel(tx, first.code, moving(), moving(), "person")
    moving.move(seconds=1)
    (third,) = book(service, moving, "Người Ba")
    assert number(second.code) == was
    assert int(number(third.code)) == int(was) + 1


# --- searching -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["trần thị kiếm", "tran thi kiem", "KIEM", "0900000002", "+84 900 000 002"]
)
def test_somebody_is_found_by_name_without_marks_or_by_phone(
    service: WebService, moving: Clock, officer: SignedIn, query: str
) -> None:
    one = officer()
    if not rows(one.post(f"{LIST}/search", q="Trần Thị Kiếm")):
        book(service, moving, "Trần Thị Kiếm", phone="84900000002")
    found = rows(one.post(f"{LIST}/search", q=query))
    assert len(found) == 1
    assert "Trần Thị Kiếm" in next(iter(found.values()))


def test_somebody_is_found_by_code_and_on_another_day_too(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer("officer", "mau-a")
    (here,) = book(service, moving, "Hôm Nay")
    (later,) = book(service, moving, "Hôm Khác", day=FRIDAY + timedelta(days=3))
    (foreign,) = book(service, moving, "Nơi Khác", office="mau-b", day=FRIDAY + timedelta(days=3))
    assert list(rows(one.post(f"{LIST}/search", q=here.code.lower()))) == [here.code]
    elsewhere = text(one.post(f"{LIST}/search", q=later.code))
    assert f"/desk/day/mau-a/2026-11-30?code={later.code}" in elsewhere
    assert "không ở danh sách này" not in text(one.post(f"{LIST}/search", q=foreign.code))


def test_a_search_without_a_result_keeps_what_was_typed(officer: SignedIn) -> None:
    answer = officer().post(f"{LIST}/search", q="<b>không có ai</b>")
    assert "Không thấy ai khớp “&lt;b&gt;không có ai&lt;/b&gt;”" in text(answer)
    assert 'value="&lt;b&gt;không có ai&lt;/b&gt;"' in text(answer)


# --- marking -------------------------------------------------------------------------------------


def test_one_tap_marks_and_another_takes_it_back(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    (visit,) = book(service, moving, "Cô Ba")
    answer = mark(one, visit.code, "booked", "arrived")
    assert answer.headers["location"] == f"{LIST}?said=marked&code={visit.code}#v-{visit.code}"
    page = one.get(answer.headers["location"])
    assert "đã đến. Đã ghi lúc 08:30 27/11/2026" in text(page)
    assert buttons(page, visit.code) == ["served", "no_show", "booked"]
    for seen, to in (("arrived", "booked"), ("booked", "served"), ("served", "arrived")):
        moving.move(seconds=1)
        assert "said=marked" in mark(one, visit.code, seen, to).headers["location"]
        assert state_of(service, visit.code) == to
    assert noted(service, "ghi đã đến")[-1] == visit.code


def test_two_officers_cannot_take_the_same_person(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    first, second = officer(), officer("officer", "mau-a")
    (visit,) = book(service, moving, "Chú Tư")
    mark(first, visit.code, "booked", "served")
    answer = mark(second, visit.code, "booked", "arrived")
    assert "said=late" in answer.headers["location"]
    page = text(second.get(answer.headers["location"]))
    name = service.rows(
        "SELECT actor FROM booking_events WHERE code = :code ORDER BY at DESC LIMIT 1",
        code=visit.code,
    )[0]["actor"].removeprefix("officer ")  # fmt: skip
    assert f"đang là “làm xong”, do {name} ghi lúc" in page
    assert state_of(service, visit.code) is State.SERVED


def test_of_many_taps_at_once_one_counts(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    (visit,) = book(service, moving, "Cậu Út")
    with ThreadPoolExecutor(8) as pool:
        taps = [pool.submit(mark, one, visit.code, "booked", "arrived") for _ in range(8)]
    said = sorted(tap.result().headers["location"].split("said=")[1][:4] for tap in taps)
    assert said == ["late"] * 7 + ["mark"]
    assert noted(service, "ghi đã đến").count(visit.code) == 1


def test_nobody_fails_to_come_before_their_hour(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    (visit,) = book(service, moving, "Dì Năm", hour=9)
    assert "no_show" not in buttons(one.get(LIST), visit.code)
    answer = mark(one, visit.code, "booked", "no_show")
    assert "chưa đến giờ hẹn" in text(one.get(answer.headers["location"]))
    assert state_of(service, visit.code) is State.BOOKED


@pytest.mark.parametrize("to", ["arrived", "served", "no_show"])
def test_nothing_is_marked_before_the_day_of_the_visit(
    service: WebService, moving: Clock, officer: SignedIn, to: str
) -> None:
    one, monday = officer(), FRIDAY + timedelta(days=3)
    (visit,) = book(service, moving, "Bà Hai", day=monday)
    ahead = f"/desk/day/mau-a/{monday}"
    assert buttons(one.get(ahead), visit.code) == []
    for path in (LIST, ahead):  # whatever list the form comes from
        form = {"code": visit.code, "seen": "booked", "to": to, "version": "1"}
        answer = one.post(f"{path}/mark", **form)
        assert "chưa đến ngày hẹn" in text(one.get(answer.headers["location"]))
    assert state_of(service, visit.code) is State.BOOKED


def test_a_visit_that_was_moved_meanwhile_is_not_marked(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    one = officer()
    (visit,) = book(service, moving, "Bác Sáu")
    with service.database.transaction() as tx:
        slot = "mau-a.2612010800"
        bookings.move(tx, visit.code, slot, moving(), moving(), "person", lambda: "e" * 28)
    answer = mark(one, visit.code, "booked", "arrived")
    assert "vừa được đổi" in text(one.get(answer.headers["location"]))
    assert state_of(service, visit.code) is State.BOOKED


def test_a_code_of_another_office_is_not_found(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (visit,) = book(service, moving, "Người Lạ", office="mau-b", day=FRIDAY + timedelta(days=4))
    one = officer("manager", "mau-a")
    assert mark(one, visit.code, "booked", "arrived").status == 404
    assert one.post(f"{LIST}/phone", code=visit.code).status == 404


@pytest.mark.parametrize("change", [{"to": "flying"}, {"seen": ""}, {"version": "x"}])
def test_a_form_that_no_page_sends_is_refused(officer: SignedIn, change: dict[str, str]) -> None:
    form = {"code": "BBBBBB", "seen": "booked", "to": "arrived", "version": "1", **change}
    assert officer().post(f"{LIST}/mark", **form).status == 422


# --- phones, walk-ins, paper ---------------------------------------------------------------------


def test_a_phone_number_is_shown_when_asked_for_and_that_is_written_down(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    (visit,) = book(service, moving, "Có Số", phone="84900000003")
    answer = officer().post(f"{LIST}/phone", code=visit.code)
    assert 'href="tel:0900000003"' in text(answer)
    assert noted(service, "xem số điện thoại") == [visit.code]
    assert officer("viewer").post(f"{LIST}/phone", code=visit.code).status == 403


def key_of(one: Officer) -> str:
    return re.findall(r'name="key" value="(\w+)"', text(one.get(LIST)))[0]


def test_who_comes_without_an_appointment_is_added_once_and_takes_no_place(
    service: WebService, officer: SignedIn
) -> None:
    one = officer()
    taken = service.rows("SELECT sum(booked) AS n FROM slots")
    before, key = counts(one.get(LIST)), key_of(one)
    for _ in range(2):
        answer = one.post(f"{LIST}/walk-in", name="Ông Bảy", service="the", key=key)
    page = one.get(answer.headers["location"])
    assert counts(page)["Không hẹn trước"] == before["Không hẹn trước"] + 1
    assert service.rows("SELECT sum(booked) AS n FROM slots") == taken
    code = re.findall(r"code=(\w+)", answer.headers["location"])[0]
    assert "Ông Bảy" in rows(page)[code]
    assert "V1" in rows(page)[code]
    assert buttons(page, code) == ["served", "no_show"]
    assert "said=late" in mark(one, code, "arrived", "booked").headers["location"]
    assert "said=marked" in mark(one, code, "arrived", "served").headers["location"]


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": "079123456789"}, "Tên chỉ gồm chữ"),
        ({"name": "a" * 61}, "Tên chỉ gồm chữ"),
        ({"service": "duoi-6"}, "Bạn chọn việc"),
        ({"key": "x"}, "Trang đã cũ"),
    ],
)
def test_a_walk_in_with_a_fault_keeps_the_form(
    officer: SignedIn, form: dict[str, str], says: str
) -> None:
    one = officer()
    given = {"name": "Bà Tám", "service": "the", "key": key_of(one), **form}
    answer = one.post(f"{LIST}/walk-in", **given)
    assert answer.status == 422
    assert says in text(answer)
    assert f'name="name" value="{given["name"]}"' in text(answer)


def test_walk_ins_are_added_to_today_only(officer: SignedIn) -> None:
    one = officer()
    tomorrow = f"/desk/day/mau-a/{FRIDAY + timedelta(days=1)}"
    assert "không hẹn trước</h2>" not in text(one.get(tomorrow))
    form = {"name": "Bà Tám", "service": "the", "key": key_of(one)}
    assert one.post(f"{tomorrow}/walk-in", **form).status == 422


def test_the_paper_is_in_order_without_phones_and_without_who_cancelled(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    _, gone = book(service, moving, "Trên Giấy", "Đã Hủy Rồi", phone="84900000004")
    with service.database.transaction() as tx:
        bookings.cancel(tx, gone.code, moving(), moving(), "person")
    answer = text(officer("viewer").get(f"{LIST}/print"))
    assert "Trên Giấy" in answer
    assert "Đã Hủy Rồi" not in answer
    assert "090…" not in answer
    assert "0900000004" not in answer
    hours = re.findall(r'<td class="big">(\d\d:\d\d)</td>', answer)
    assert hours == sorted(hours)
    assert noted(service, "in danh sách") == ["mau-a"]


def test_visits_with_the_same_number_are_pointed_out_in_the_list_the_search_and_on_paper(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    """A number that somebody typed proves nothing, so two accounts may book with it."""
    phone = "84900000005"
    (one, _) = book(service, moving, "Trùng Số Một", "Trùng Số Con", phone=phone)
    (two,) = book(
        service, moving, "Trùng Số Hai", office="mau-b", day=FRIDAY + timedelta(days=3), phone=phone
    )
    (alone,) = book(service, moving, "Số Riêng", phone="84900000006")
    here = officer()
    with_others = "cùng số điện thoại với {} lịch khác"
    listed = rows(here.get(LIST))
    assert with_others.format(1) in listed[one.code]
    assert "cùng số" not in listed[alone.code]
    found = rows(here.post(f"{LIST}/search", q="0900000005"))
    assert len(found) == 2
    assert all(with_others.format(1) in line for line in found.values())
    elsewhere = f"/desk/day/mau-b/{FRIDAY + timedelta(days=3)}"
    assert with_others.format(2) in rows(here.get(elsewhere))[two.code]
    assert with_others.format(1) in text(officer("viewer").get(f"{LIST}/print"))


def test_tomorrows_paper_is_two_clicks_away(officer: SignedIn) -> None:
    one = officer("viewer", "mau-a")
    home = text(one.get("/desk/"))
    path = f"/desk/day/mau-a/{FRIDAY + timedelta(days=1)}/print"
    assert f'href="{path}">In danh sách ngày mai' in home
    assert "data-print" in text(one.get(path))


def test_a_long_day_is_shown_in_pages_and_counted_whole(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    day = FRIDAY + timedelta(days=3)
    for number in range(45):
        five = (f"{'ABCDE'[n]} {'xyzwv'[number % 5]}" for n in range(5))
        book(service, moving, *five, day=day)
    one = officer()
    path = f"/desk/day/mau-a/{day}"
    first, second = one.get(path), one.get(f"{path}?page=2")
    total = counts(first)["Tất cả"]
    assert total >= 225
    assert len(rows(first)) == 200
    assert len(rows(second)) == total - 200
    assert not rows(first).keys() & rows(second).keys()
    assert 'rel="next"' in text(first)
    assert 'rel="next"' not in text(second)


def test_looking_is_written_down_once_and_not_for_the_page_itself(
    service: WebService, officer: SignedIn
) -> None:
    one = officer()
    before = len(noted(service, "xem danh sách"))
    one.get(LIST)
    one.get(f"{LIST}?only=booked")
    headers = {**one._headers(), "X-Background": "1"}
    assert service.request("GET", LIST, headers=headers).status == 200
    assert len(noted(service, "xem danh sách")) == before + 1


def test_a_page_that_asks_by_itself_keeps_no_session_alive(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    one = officer()
    headers = {**one._headers(), "X-Background": "1"}
    start = moving.now
    for _ in range(3):
        moving.move(hours=1)
        last = service.request("GET", LIST, headers=headers).status
    moving.now = start
    assert last == 303
