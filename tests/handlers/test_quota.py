"""Places are for those who come: nobody holds or books them by the dozen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue import Delivered, Dialogue
from bot.messages import Address, Incoming
from bot.store.database import Database
from tests.conftest import Clock, Person
from tests.handlers import town
from tests.handlers.test_booking import EIGHT, NINE, book, rows, tap
from tests.handlers.town import FRIDAY, slot_id

Browser = Callable[..., Person]
LIMITS = town.SETTINGS.limits.model_copy(
    update={
        "holds_per_hour": 3,
        "holds_per_address": 2,
        "bookings_per_day": 2,
        "bookings_per_address": 3,
    }
)


@pytest.fixture
def browser(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Browser:
    """`browser("an", origin="home")`: somebody on the web, at a network address."""
    town.build(database)
    settings = town.SETTINGS.model_copy(update={"limits": LIMITS})
    dialogue = dialogue_of(settings)

    def person(name: str, origin: str = "home") -> Person:
        def handle(incoming: Incoming) -> Delivered:
            return loop_runner.run(dialogue.handle(replace(incoming, origin=origin)))

        return Person(handle, Address("web", name), clock)

    return person


def free(database: Database, slot: str) -> int:
    found = rows(database, f"SELECT capacity - booked AS n FROM slots WHERE id = '{slot}'")  # noqa: S608 - a test's slot
    return int(found[0]["n"])


def test_who_holds_and_never_books_has_to_pause(
    browser: Browser, database: Database, clock: Clock
) -> None:
    an = browser("an")
    for _ in range(3):
        tap(an, an.presses(f"time:the:{EIGHT}"), "Thôi")
    refused = an.presses(f"time:the:{EIGHT}")
    assert "mà chưa đặt" in refused.text
    assert "Gặp cán bộ" in refused.buttons
    assert free(database, EIGHT) == 2
    clock.move(hours=1, minutes=1)
    assert "giữ" in an.presses(f"time:the:{EIGHT}").text


def test_who_renews_a_hold_all_day_long_has_to_pause_until_tomorrow(
    browser: Browser, clock: Clock
) -> None:
    an = browser("an")
    for _ in range(9):
        assert "giữ" in an.presses(f"time:the:{EIGHT}").text
        clock.move(minutes=31)
    assert "nghỉ đến mai" in an.presses(f"time:the:{EIGHT}").text
    clock.move(days=1)
    assert "giữ" in an.presses(f"time:the:{EIGHT}").text


def test_one_account_books_so_many_places_a_day(browser: Browser, clock: Clock) -> None:
    an = browser("an")
    book(an, EIGHT, "cô Ba, chú Tư")
    refused = an.presses(f"kin:the:{NINE}")
    assert "nhiều nhất 2 chỗ trong một ngày" in refused.text
    clock.move(days=1, minutes=1)
    assert "giữ" in an.presses(f"kin:the:{NINE}").text


def test_booking_and_cancelling_again_and_again_ends(browser: Browser, database: Database) -> None:
    an = browser("an")
    for slot in (EIGHT, NINE):
        code = book(an, slot).text.split("Mã hẹn: ")[1][:6]
        an.presses(f"visit:drop:{code}")
    assert "nhiều nhất 2 chỗ" in an.presses(f"time:the:{EIGHT}").text


def test_one_phone_number_books_so_many_places_a_day_whatever_the_account(
    browser: Browser,
) -> None:
    for number, slot in enumerate((EIGHT, slot_id("mau-b", FRIDAY, 8))):
        service = ("the", "the")[number]
        one = browser(f"account-{number}", origin=f"place-{number}")
        one.presses(f"{'kin' if number else 'time'}:{service}:{slot}")
        one.says("cô Ba")
        tap(one, one.says("0900000001"), "✅ Đồng ý đặt lịch, không cần nhắc")
    third = browser("account-9", origin="place-9")
    third.presses(f"kin:the:{NINE}")
    third.says("chú Tư")
    refused = tap(third, third.says("0900 000 001"), "✅ Đồng ý đặt lịch, không cần nhắc")
    assert "nhiều nhất 2 chỗ trong một ngày" in refused.text


def test_one_address_holds_so_many_places_at_a_time(
    browser: Browser, database: Database, clock: Clock
) -> None:
    for number in range(2):
        browser(f"script-{number}", "bad").presses(f"time:the:{EIGHT}")
    refused = browser("script-2", "bad").presses(f"time:the:{NINE}")
    assert "quá nhiều người đang giữ chỗ" in refused.text
    assert "giữ" in browser("an", "home").presses(f"time:the:{NINE}").text
    clock.move(minutes=11)
    assert "giữ" in browser("script-2", "bad").presses(f"time:the:{EIGHT}").text


def test_a_hold_grows_with_its_names_only_as_far_as_an_address_may_hold(
    browser: Browser, database: Database
) -> None:
    browser("script-0", "bad").presses(f"time:the:{EIGHT}")
    other = browser("script-1", "bad")
    other.presses(f"time:the:{slot_id('mau-b', FRIDAY, 8)}")
    assert "quá nhiều người đang giữ chỗ" in other.says("cô Ba, chú Tư").text
    assert len(rows(database, "SELECT * FROM bookings WHERE state = 'held'")) == 2
    assert "Bạn xem lại" in other.says("cô Ba").text


def test_changing_the_names_does_not_keep_a_hold_alive_without_end(
    browser: Browser, clock: Clock
) -> None:
    an = browser("an")
    an.presses(f"time:the:{EIGHT}")
    for names in ("cô Ba, chú Tư", "cô Ba"):
        clock.move(minutes=9)
        an.presses(an.says(names).buttons["Sửa tên"])
    clock.move(minutes=9)
    assert "mà chưa đặt" in an.says("cô Ba, chú Tư").text


def test_an_account_and_a_number_book_no_more_with_a_party_than_one_by_one(
    browser: Browser,
) -> None:
    an = browser("an")
    book(an, EIGHT)
    an.presses(f"kin:the:{slot_id('mau-b', FRIDAY, 8)}")
    assert "nhiều nhất 2 chỗ trong một ngày" in an.says("cô Ba, chú Tư").text
    binh = browser("binh", "elsewhere")
    for names, slot in (("cô Năm", NINE), ("chú Sáu, dì Bảy", slot_id("mau-b", FRIDAY, 8))):
        who = binh if slot == NINE else browser("chi", "third")
        who.presses(f"time:the:{slot}")
        who.says(names)
        heard = tap(who, who.says("0900000001"), "✅ Đồng ý đặt lịch, không cần nhắc")
    assert "nhiều nhất 2 chỗ trong một ngày" in heard.text


def test_moving_again_and_again_does_not_empty_the_calendar(
    browser: Browser, database: Database, clock: Clock
) -> None:
    an = browser("an")
    code = book(an, EIGHT).text.split("Mã hẹn: ")[1][:6]
    monday, tuesday = (FRIDAY + timedelta(days=days) for days in (3, 4))
    for slot in (NINE, slot_id("mau-a", monday, 8)):
        assert "Đã đổi" in an.presses(f"mtime:{code}:{slot}").text
    last = slot_id("mau-a", tuesday, 8)
    assert "đổi giờ hẹn 2 lần" in an.presses(f"mtime:{code}:{last}").text
    assert free(database, last) == 2
    clock.move(days=1, minutes=1)
    assert "Đã đổi" in an.presses(f"mtime:{code}:{last}").text


def test_one_address_books_so_many_places_a_day(browser: Browser) -> None:
    slots = (EIGHT, NINE, slot_id("mau-b", FRIDAY, 8))
    for number, slot in enumerate(slots):
        assert "Đã đặt lịch" in book(browser(f"script-{number}", "bad"), slot).text
    other = slot_id("mau-b", FRIDAY, 9)
    assert "Mạng bạn đang dùng" in browser("script-9", "bad").presses(f"time:the:{other}").text
    assert "giữ" in browser("an", "home").presses(f"time:the:{other}").text


def test_erasing_oneself_does_not_make_the_limits_new_without_end(
    browser: Browser, database: Database
) -> None:
    an = browser("an")
    for _ in range(3):
        an.presses(f"time:the:{EIGHT}")
        tap(an, an.says("/xoadulieu"), "🗑 Xóa hết")
    assert "mà chưa đặt" in an.presses(f"time:the:{EIGHT}").text
    assert free(database, EIGHT) == 2


def test_where_places_were_taken_from_is_kept_as_long_as_the_visit_only(
    browser: Browser, database: Database
) -> None:
    an = browser("an")
    book(an, EIGHT)
    assert rows(database, "SELECT origin FROM origins") == [{"origin": "home"}]
    tap(an, an.says("/xoadulieu"), "🗑 Xóa hết")
    assert rows(database, "SELECT * FROM origins") == []
