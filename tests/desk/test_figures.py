"""Figures, the audit log, and officers' commands in a chat."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.booking.ward_figures import Change, Figures, Given
from bot.store.booking import bookings, ward_figures
from bot.store.booking.bookings import State
from bot.store.people import coachings
from bot.store.staff import audit, tallies
from tests.desk.conftest import Officer, text
from tests.desk.people import book, more_places
from tests.support.bookings import Desk
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot_id
from tests.support.web_service import WebService

SignedIn = Callable[..., Officer]
GIVEN = Given("27004", (2,), (), None, None, None)  # what the table said; not looked at here


def served(service: WebService, clock: Clock, office: str, people: int, *, hour: int = 8) -> None:
    """So many who came on Friday."""
    more_places(service)
    made = [book(service, clock, "Người Thử", office=office, hour=hour)[0] for _ in range(people)]
    with service.database.transaction() as tx:
        for one in made:
            for before, after in ((State.BOOKED, State.ARRIVED), (State.ARRIVED, State.SERVED)):
                bookings.mark(tx, one.code, before, after, one.starts_at, "officer")


def row(page: str, title: str) -> list[str]:
    """The cells of a line of a table."""
    found = re.search(rf"<tr[^>]*><th[^>]*><a[^>]*>{title}</a>(.*?)</tr>", page, re.DOTALL)
    assert found, title
    return re.findall(r"<td[^>]*>(?:<b>)?([^<]*)", found[1])


def test_the_weeks_of_an_office_show_visits_and_free_places(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    served(service, moving, "mau-a", 6)
    one = officer("viewer")
    page = text(one.get("/desk/figures?office=mau-a"))
    places = service.rows(
        "SELECT SUM(capacity) AS n FROM slots WHERE office = 'mau-a' AND day >= '2026-11-23'"
        " AND day <= '2026-11-29' AND open = 1"
    )[0]["n"]
    shown = [f"{n:,}".replace(",", ".") for n in (places, places - 6)]
    assert row(page, "Tuần 48") == ["6", "0", "6", "0", "0", "0", *shown]
    assert row(page, "Tuần 47") == ["0"] * 8
    assert "tuần này" in page


def test_groups_of_fewer_than_five_are_not_shown_and_cannot_be_computed(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    served(service, moving, "mau-b", 3, hour=9)
    page = text(officer("viewer").get("/desk/figures?week=2026-W48"))
    booked, _, came, *_, places, free = row(page, "Công an phường Mẫu B")
    assert (booked, came) == ("ít nhất 1", "dưới 5")
    assert free.startswith("ít nhất ")
    assert free.removeprefix("ít nhất ") != places
    assert row(page, "Tuần 48")[2] == "ít nhất 7"  # 6 and 3 came: 9 would tell of the three


def test_an_unknown_office_or_week_is_the_whole_and_the_present(officer: SignedIn) -> None:
    page = text(officer("viewer").get("/desk/figures?office=khong-co&week=2020-W01"))
    assert "Các nơi trong tuần 48" in page


def test_targets_are_those_of_the_progress_page_which_is_linked(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("manager")
    page = text(one.get("/desk/figures"))
    assert "3.700.000" in page  # the old numbers of 2023, until there are any
    with service.database.transaction() as tx:
        for ward, collected in (("27004", 30_000), ("27007", 1_250)):
            change = Change(ward, None, Figures(25_000, collected, 1_000), GIVEN)
            ward_figures.put(tx, [change], id=ward, account="an", now=datetime.now(UTC))
    page = text(one.get("/desk/figures"))
    assert "<b>31.250</b> trên 50.000 hồ sơ (62,5%)" in page
    assert "3.700.000" not in page
    assert 'href="/desk/progress"' in page


def test_charts_are_pictures_without_scripts(officer: SignedIn) -> None:
    one = officer("viewer")
    for name in ("weeks", "funnel"):
        answer = one.get(f"/desk/figures/{name}.svg?days=7")
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert b"<script" not in answer.body
        assert b'="http' not in re.sub(rb'xmlns[^"]*"[^"]*"', b"", answer.body)
        assert "script-src" not in answer.headers["content-security-policy"]
    assert one.get("/desk/figures/other.svg").status == 404


def test_the_chain_shows_a_changed_and_a_missing_row(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    auditor = officer("auditor")
    assert "Nhật ký nguyên vẹn" in text(auditor.get("/desk/audit/check"))
    with service.database.transaction() as tx:
        for n in range(3):
            audit.write(tx, moving(), "ai", f"việc {n}")
        rows = audit.newest(tx, count=3)
        changed, gone = rows[2]["number"], rows[1]["number"]
        tx.rows("UPDATE audit SET detail = 'khác' WHERE number = :n", n=changed)
        tx.rows("DELETE FROM audit WHERE number = :n", n=gone)
    page = text(auditor.get("/desk/audit/check"))
    assert f"dòng {changed} đã bị sửa" in page
    assert f"thiếu dòng {gone}" in page


# --- in a chat -------------------------------------------------------------------------------------


def says(service: WebService, session: str, words: str) -> tuple[str, str]:
    answer = service.post("/api/chat", {"session": session, "text": words}).json
    return answer["session"], answer["replies"][-1]["text"]


def test_a_code_from_the_desk_links_an_officers_chat_once(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    one = officer("officer", "mau-a")
    page = text(one.post("/desk/me/chat"))
    code = re.search(r"/noibo ([0-9A-F]{8})", page)
    assert code
    with service.database.transaction() as tx:
        mine = Desk(tx, moving).book("x", slot_id("mau-a", FRIDAY, 8)).code
        other = Desk(tx, moving).book("y", slot_id("mau-b", FRIDAY, 9)).code
    session, said = says(service, "", "/danhsach")
    assert "dành cho cán bộ" in said
    assert "Đã liên kết" in says(service, session, f"/noibo {code[1]}")[1]
    assert "sai hoặc đã hết hạn" in says(service, "", f"/noibo {code[1]}")[1]
    assert mine in says(service, session, f"/hen {mine.lower()}")[1]
    assert "Không có mã hẹn này" in says(service, session, f"/hen {other}")[1]
    assert "không có lịch hẹn nào" in says(service, session, "/danhsach")[1]
    one.post("/desk/me/chat/off")
    assert "dành cho cán bộ" in says(service, session, "/danhsach")[1]


def test_a_code_is_good_for_ten_minutes(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    page = text(officer("officer").post("/desk/me/chat"))
    code = re.search(r"/noibo ([0-9A-F]{8})", page)
    assert code
    moving.move(minutes=10)
    assert "hết hạn" in says(service, "", f"/noibo {code[1]}")[1]


def test_where_people_get_stuck_at_activating_is_shown_from_five_on(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    with service.database.transaction() as tx:
        for n in range(6):
            coachings.note(tx, f"way-{n}", coachings.BEGUN, moving())
            coachings.note(tx, f"way-{n}", coachings.STUCK, moving(), "otp")
        for n in range(4):
            coachings.note(tx, f"way-{n}", coachings.STUCK, moving(), "passcode")
    moving.move(minutes=1)
    page = text(officer("viewer").get("/desk/figures"))
    assert "Bắt đầu kích hoạt cùng trợ lý: 6. Làm xong: chưa đủ 5 người." in page
    assert "4. nhập mã OTP" in page
    assert "đặt passcode" not in page


def test_how_answers_spread_is_counted_by_the_day(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    today = moving().date()
    with service.database.transaction() as tx:
        for _ in range(3):
            tallies.add(tx, tallies.INLINE, today)
        tallies.add(tx, tallies.CARD, today - timedelta(days=80))
    one = officer("viewer")
    assert "3 lượt. Ảnh câu trả lời: 0 lượt." in text(one.get("/desk/figures?days=7"))
    assert "3 lượt. Ảnh câu trả lời: 1 lượt." in text(one.get("/desk/figures?days=90"))
