"""What officers do with a day's visits from a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.core.clock import VIETNAM
from bot.core.config import Settings, load
from bot.ops.deployment import open_vault, utc_now
from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.database import Database, SqliteDatabase, Transaction
from bot.store.outbox import calls
from bot.store.outbox.outbox import About
from handlers.booking import attendance
from handlers.booking.attendance import NotMarked, TooEarly
from tests.support import town, visits
from tests.support.paths import FAQ
from tests.support.people import Clock
from tests.support.service import write_config
from tests.support.visits import local_time

SERVICES = """
booking:
  services:
    - {id: the, title: Thẻ căn cước, activate: true}
"""
FRIDAY = local_time("2026-11-27 08:00")
MADE_UP_NUMBER = "84900000000"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, SERVICES, faq=FAQ)


@pytest.fixture
def opened(config: Path) -> Iterator[Database]:
    database = SqliteDatabase(config.parent / "vneid.db")
    yield database
    database.close()


def run(*arguments: str, config: Path) -> Result:
    return CliRunner().invoke(main, ["officer", *arguments, "--config", str(config)])


def book(database: Database, code: str, starts_at: datetime, **more: Any) -> None:
    with database.transaction() as tx:
        visits.book(tx, code, starts_at, utc_now(), **more)


def test_the_day_lists_who_comes_in_order_with_what_they_said(
    opened: Database, config: Path
) -> None:
    book(opened, "BBBBBB", FRIDAY + timedelta(hours=1), name="chú Tư")
    book(opened, "AAAAAA", FRIDAY)
    book(opened, "CCCCCC", FRIDAY, state="cancelled", name="bé Bi")
    book(opened, "DDDDDD", FRIDAY + timedelta(days=1), name="anh Năm")
    book(opened, "EEEEEE", FRIDAY + timedelta(hours=2), name="")
    with opened.transaction() as tx:
        tx.rows("UPDATE bookings SET answer = 'coming' WHERE code = 'BBBBBB'")
    lines = run("day", "mau-a", "27/11/2026", config=config).output.splitlines()
    assert lines[0] == "Công an phường Mẫu A, Thứ Sáu 27/11: 3 lịch, 1 báo sẽ đến"
    assert [line.split() for line in lines[1:]] == [
        ["08:00", "AAAAAA", "cô", "Ba", "đã", "đặt"],
        ["09:00", "BBBBBB", "chú", "Tư", "đã", "đặt", "báo", "sẽ", "đến"],
        ["10:00", "EEEEEE", "(gọi", "bằng", "mã)", "đã", "đặt"],
    ]


def test_without_a_date_it_is_today_in_vietnam(opened: Database, config: Path) -> None:
    book(opened, "AAAAAA", utc_now())
    today = utc_now().astimezone(VIETNAM)
    assert f"{today:%d/%m}: 1 lịch" in run("day", "mau-a", config=config).output


def test_an_office_nobody_knows_is_answered_with_those_there_are(
    opened: Database, config: Path
) -> None:
    assert "chưa có nơi nào" in run("day", "mau-z", config=config).output
    book(opened, "AAAAAA", FRIDAY)
    result = run("day", "mau-z", config=config)
    assert result.exit_code == 1
    assert "đang có: mau-a" in result.output


def test_an_account_for_an_office_nobody_knows_is_not_made_and_says_where_they_are_listed(
    config: Path,
) -> None:
    result = run("add", "thu", "--role", "officer", "--office", "mau-z", config=config)
    assert (result.exit_code, "vneid-bot offices list" in result.output) == (1, True)
    assert "Chưa có ai" in run("list", config=config).output


def test_who_was_served_is_asked_about_activation(opened: Database, config: Path) -> None:
    book(opened, "AAAAAA", FRIDAY)
    assert "Đã ghi mã AAAAAA: làm xong." in run("mark", "aaaaaa", "served", config=config).output
    found = visits.rows(opened, "SELECT kind FROM outbox WHERE code = 'AAAAAA' ORDER BY kind")
    assert [row["kind"] for row in found] == [
        "activate-0",
        "activate-10",
        "activate-3",
        "activate-6",
    ]
    events = visits.rows(opened, "SELECT what, actor FROM booking_events ORDER BY id")
    assert events == [
        {"what": "arrived", "actor": "officer"},
        {"what": "served", "actor": "officer"},
    ]


def test_marks_that_make_no_sense_are_refused_with_the_reason(
    opened: Database, config: Path
) -> None:
    book(opened, "AAAAAA", utc_now() + timedelta(days=1))
    book(opened, "BBBBBB", FRIDAY, state="cancelled", name="chú Tư")
    assert "Không có mã hẹn ZZZZZZ" in run("mark", "zzzzzz", "served", config=config).output
    for what in ("arrived", "served", "no-show"):
        assert "Chưa đến ngày hẹn" in run("mark", "AAAAAA", what, config=config).output
    assert "không còn hiệu lực" in run("mark", "BBBBBB", "served", config=config).output
    book(opened, "CCCCCC", FRIDAY, name="dì Sáu")
    run("mark", "CCCCCC", "served", config=config)
    again = run("mark", "CCCCCC", "served", config=config)
    assert again.exit_code == 1
    assert "đang là “làm xong”" in again.output


def test_the_call_list_tells_whom_to_call_when_and_why(opened: Database, config: Path) -> None:
    assert "Không có ai cần gọi." in run("calls", config=config).output
    sealed = open_vault(load(config)).seal(MADE_UP_NUMBER)
    ahead = utc_now() + timedelta(days=1)
    book(opened, "AAAAAA", ahead, phone=sealed)
    book(opened, "BBBBBB", ahead + timedelta(hours=1), name="", phone="")
    book(opened, "CCCCCC", ahead + timedelta(hours=2), name="chú Tư", phone="sealed elsewhere")
    with opened.transaction() as tx:
        calls.add(tx, About("AAAAAA", 1, "evening"), "unreachable: Forbidden", utc_now())
        calls.add(tx, About("BBBBBB", 1, "hours"), "no longer useful", utc_now())
        calls.add(tx, About("CCCCCC", 1, "hours-changed"), "something new", utc_now())
    said = run("calls", config=config).output.splitlines()
    assert said[0].startswith("AAAAAA  0900000000  cô Ba  ")
    assert said[1] == "    nhắc tối hôm trước; người này đã chặn hoặc xóa bot"
    assert said[2].startswith("BBBBBB  (không có số)  (không ghi tên)  ")
    assert said[3] == "    nhắc trước giờ hẹn; dịch vụ ngừng, không gửi kịp"
    assert said[4].startswith("CCCCCC  (số ghi bằng khóa khác)  chú Tư")

    assert run("called", "aaaaaa", config=config).exit_code == 0
    assert "AAAAAA" not in run("calls", config=config).output
    again = run("called", "aaaaaa", config=config)
    assert "không có trong danh sách" in again.output


def test_whom_there_is_no_reason_to_call_any_more_is_not_shown(
    opened: Database, config: Path
) -> None:
    book(opened, "AAAAAA", utc_now() + timedelta(days=1), state="cancelled")
    book(opened, "BBBBBB", utc_now() - timedelta(days=1), name="b")
    book(opened, "CCCCCC", utc_now() - timedelta(days=1), state="served", name="c")
    with opened.transaction() as tx:
        for code in ("AAAAAA", "BBBBBB", "CCCCCC"):
            calls.add(tx, About(code, 1, "hours"), "x", utc_now())
    assert "Không có ai cần gọi." in run("calls", config=config).output
    with opened.transaction() as tx:
        calls.add(tx, About("CCCCCC", 1, "activate-3"), "x", utc_now())
    assert "hỏi đã kích hoạt chưa" in run("calls", config=config).output


# --- marking ---------------------------------------------------------------------------------------

SETTINGS: Settings = town.SETTINGS


@pytest.fixture
def tx(database: Database, clock: Clock) -> Iterator[Transaction]:
    clock.now = FRIDAY + timedelta(hours=1)
    with database.transaction() as tx:
        visits.book(tx, "AAAAAA", FRIDAY, clock())
        yield tx


def mark(tx: Transaction, to: State, clock: Clock) -> State:
    ids = iter("abcdefgh")
    return attendance.mark(tx, SETTINGS, "AAAAAA", to, clock(), "officer", lambda: next(ids)).state


@pytest.mark.parametrize(
    "way",
    [
        [State.ARRIVED, State.SERVED],
        [State.NO_SHOW, State.ARRIVED, State.SERVED],
        [State.NO_SHOW, State.SERVED, State.ARRIVED, State.NO_SHOW],
    ],
)
def test_marks_lead_from_one_state_to_the_next_and_slips_can_be_put_right(
    tx: Transaction, clock: Clock, way: list[State]
) -> None:
    assert [mark(tx, state, clock) for state in way] == way


def test_what_is_served_again_after_a_slip_is_asked_about_once(
    tx: Transaction, clock: Clock
) -> None:
    for state in (State.SERVED, State.ARRIVED, State.SERVED):
        mark(tx, state, clock)
    assert len(tx.rows("SELECT id FROM outbox")) == 4


def test_nobody_misses_a_visit_that_lies_ahead(tx: Transaction, clock: Clock) -> None:
    clock.now = FRIDAY - timedelta(minutes=1)
    with pytest.raises(TooEarly):
        mark(tx, State.NO_SHOW, clock)


def test_the_second_of_two_officers_is_told(tx: Transaction, clock: Clock) -> None:
    mark(tx, State.ARRIVED, clock)
    with pytest.raises(NotMarked) as caught:
        mark(tx, State.ARRIVED, clock)
    assert caught.value.state is State.ARRIVED


def test_a_service_that_is_offered_no_more_is_not_asked_about(
    tx: Transaction, clock: Clock
) -> None:
    tx.rows("UPDATE bookings SET service = 'gone'")
    assert mark(tx, State.SERVED, clock) is State.SERVED
    assert tx.rows("SELECT id FROM outbox") == []


def test_marking_finds_the_newest_version(tx: Transaction, clock: Clock) -> None:
    visits.become(tx, "AAAAAA", "moved")
    visits.book(tx, "AAAAAA", FRIDAY, clock(), version=2)
    mark(tx, State.ARRIVED, clock)
    found = bookings.by_code(tx, "AAAAAA")
    assert found
    assert (found.version, found.state) == (2, State.ARRIVED)


OWN_DAY = [local_time("2026-11-27 00:00"), local_time("2026-11-27 07:59"), FRIDAY]
BEFORE = [
    local_time("2026-11-24 10:00"),
    local_time("2026-11-26 08:00"),
    local_time("2026-11-26 23:59"),
]


@pytest.mark.parametrize("now", BEFORE)
@pytest.mark.parametrize("to", [State.ARRIVED, State.SERVED, State.NO_SHOW])
def test_nothing_is_said_of_a_visit_before_its_day_in_vietnam(
    tx: Transaction, clock: Clock, to: State, now: datetime
) -> None:
    clock.now = now
    with pytest.raises(TooEarly) as early:
        mark(tx, to, clock)
    assert not early.value.on_the_day
    for before in State:  # and the store's own statement says the same
        if before in bookings.MARKS:
            assert bookings.mark(tx, "AAAAAA", before, to, now, "officer") is None


@pytest.mark.parametrize("now", OWN_DAY)
def test_who_is_early_on_the_day_has_come_and_nobody_is_missing_before_the_hour(
    tx: Transaction, clock: Clock, now: datetime
) -> None:
    clock.now = now
    if now < FRIDAY:
        with pytest.raises(TooEarly) as early:
            mark(tx, State.NO_SHOW, clock)
        assert early.value.on_the_day
        assert bookings.mark(tx, "AAAAAA", State.BOOKED, State.NO_SHOW, now, "officer") is None
    assert mark(tx, State.ARRIVED, clock) is State.ARRIVED


def test_what_was_marked_too_early_before_this_was_refused_can_be_taken_back(
    tx: Transaction, clock: Clock
) -> None:
    assert mark(tx, State.ARRIVED, clock) is State.ARRIVED
    assert bookings.mark(tx, "AAAAAA", State.ARRIVED, State.BOOKED, BEFORE[0], "officer")


def test_what_nobody_marked_in_time_is_put_right_on_a_later_day(
    tx: Transaction, clock: Clock
) -> None:
    assert mark(tx, State.NO_SHOW, clock) is State.NO_SHOW
    clock.move(days=1)
    assert mark(tx, State.SERVED, clock) is State.SERVED
