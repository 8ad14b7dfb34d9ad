"""Places are for those who come: nobody holds or books them by the dozen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.actions import Hold
from bot.core.messages import Address, Incoming, WorkWanted
from bot.dialogue import Delivered, Dialogue
from bot.store.booking import slot_seats
from bot.store.database import Database
from tests.handlers.test_booking import book, rows, tap
from tests.support import town
from tests.support.buttons import those
from tests.support.people import Clock, Person
from tests.support.town import EIGHT, FRIDAY, NINE, slot_id

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


def test_an_account_books_no_more_with_a_party_than_one_by_one(browser: Browser) -> None:
    an = browser("an")
    book(an, EIGHT)
    an.presses(f"kin:the:{slot_id('mau-b', FRIDAY, 8)}")
    assert "nhiều nhất 2 chỗ trong một ngày" in an.says("cô Ba, chú Tư").text


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


# --- accounts that nothing vouches for -------------------------------------------------------------

MONDAY = FRIDAY + timedelta(days=3)
LATER = FRIDAY + timedelta(days=7)  # no longer one of the next eight days


@pytest.fixture
def web(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Browser:
    """`web("an", "home")`: somebody on a channel, at an address, in a town of ten places an hour and
    with the limits that a deployment has by default."""
    town.build(database)
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET capacity = 10")
        town.slot(tx, "mau-a", LATER, 8, 4)
    dialogue = dialogue_of(town.SETTINGS.model_copy(update={"telegram": TELEGRAM}))

    def person(name: str, origin: str = "home", channel: str = "web", worked: int = 20) -> Person:
        def handle(incoming: Incoming) -> Delivered:
            there = origin if channel == "web" else ""
            asked = replace(incoming, origin=there, worked=worked)
            return loop_runner.run(dialogue.handle(asked))

        return Person(handle, Address(channel, name), clock)

    return person


TELEGRAM = town.SETTINGS.telegram.model_copy(update={"token": "made-up"})
NEAR = 2 + 60 * 5 // 100  # of one address: its own two, and what is common of three days of twenty


def fill(web: Browser, slot: str, origin: str, most: int = 20, who: str = "script") -> int:
    """Book place by place from one address until it is refused."""
    for number in range(most):
        one = web(f"{who}-{origin}-{number}", origin)
        if "Mình giữ chỗ" not in one.presses(f"time:the:{slot}").text:
            return number
        one.presses(one.says("cô Ba").buttons["✅ Đồng ý đặt lịch, không cần nhắc"])
    return most


def test_an_address_gets_a_few_of_the_soonest_places_and_is_told_where_there_are_more(
    web: Browser,
) -> None:
    assert fill(web, EIGHT, "bad") == NEAR
    refused = web("script", "bad").presses(f"time:the:{NINE}")
    assert "Chỗ đặt qua web" in refused.text
    assert "Telegram" in refused.text
    assert {"Ngày khác", "Nơi khác", "🔔 Báo tôi khi có chỗ"} <= set(refused.buttons)


def test_what_is_shown_is_what_that_person_can_book(web: Browser) -> None:
    fill(web, EIGHT, "bad")
    script, an, binh = web("script", "bad"), web("an", "home"), web("binh", channel="telegram")
    shown = script.presses("place:the:mau-a")
    assert [data for data in shown.buttons.values() if data.startswith("day:")] == [
        f"day:the:mau-a:{LATER:%y%m%d}"
    ]
    assert "chỗ đặt qua web của ngày đó đã hết" in shown.text
    assert "hết chỗ" in script.presses(f"day:the:mau-a:{FRIDAY:%y%m%d}").text
    soonest = those(Hold, script.presses("soon:the").buttons.values())
    assert slot_id("mau-a", LATER, 8) in {one.slot for one in soonest}
    for one in (an, binh):
        days = one.presses("place:the:mau-a").buttons.values()
        assert f"day:the:mau-a:{FRIDAY:%y%m%d}" in days
        assert "Mình giữ chỗ" in one.presses(f"time:the:{EIGHT}").text


def test_all_web_accounts_together_get_a_part_of_a_day(web: Browser) -> None:
    later = slot_id("mau-a", LATER, 8)  # four places: three are for the web
    assert sum(fill(web, later, f"place-{n}", most=1) for n in range(5)) == 3
    assert "Chỗ đặt qua web" in web("an").presses(f"time:the:{later}").text
    assert "Mình giữ chỗ" in web("binh", channel="telegram").presses(f"time:the:{later}").text


def test_a_web_account_that_is_linked_with_telegram_is_vouched_for(
    web: Browser, database: Database
) -> None:
    fill(web, EIGHT, "bad")
    an = web("an", "bad")
    assert "Chỗ đặt qua web" in an.presses(f"time:the:{EIGHT}").text
    with database.transaction() as tx:
        for channel, name in (("web", "an"), ("telegram", "an-too")):
            tx.rows(
                "INSERT INTO links (channel, person, owner, at) VALUES (:channel, :name, 'o', '')",
                channel=channel,
                name=name,
            )
    assert "Mình giữ chỗ" in an.presses(f"time:the:{EIGHT}").text


def test_two_web_accounts_that_are_linked_vouch_for_nothing(
    web: Browser, database: Database
) -> None:
    fill(web, EIGHT, "bad")
    with database.transaction() as tx:
        for name in ("an", "binh"):
            tx.rows(
                "INSERT INTO links (channel, person, owner, at) VALUES ('web', :name, 'o', '')",
                name=name,
            )
    assert "Chỗ đặt qua web" in web("an", "bad").presses(f"time:the:{EIGHT}").text


def test_moving_and_growing_ask_the_same(web: Browser) -> None:
    fill(web, EIGHT, "bad", most=NEAR - 1)
    mover = web("mover", "bad")
    later = slot_id("mau-a", LATER, 8)
    code = book(mover, later).text.split("Mã hẹn: ")[1][:6]
    grower = web("grower", "bad")
    grower.presses(f"time:the:{NINE}")
    assert "không còn đặt được nhiều chỗ như vậy" in grower.says("cô Ba, chú Tư").text
    assert "Giờ đó vừa hết chỗ" in mover.presses(f"mtime:{code}:{NINE}").text
    grower.presses("cancel")
    assert "Đã đổi" in mover.presses(f"mtime:{code}:{NINE}").text


def test_cancelling_and_erasing_give_nothing_back_to_take_at_once(
    web: Browser, clock: Clock, database: Database
) -> None:
    fill(web, EIGHT, "bad", most=NEAR - 2)
    cancels, erases = web("cancels", "bad"), web("erases", "bad")
    code = book(cancels, NINE).text.split("Mã hẹn: ")[1][:6]
    book(erases, NINE)
    cancels.presses(f"visit:drop:{code}")
    tap(erases, erases.says("/xoadulieu"), "🗑 Xóa hết")
    assert "Chỗ đặt qua web" in web("next", "bad").presses(f"time:the:{NINE}").text
    clock.move(minutes=31)
    with database.transaction() as tx:
        slot_seats.release(tx, clock())
    assert rows(database, "SELECT * FROM returned WHERE origin <> ''") == []
    assert "Mình giữ chỗ" in web("after", "bad").presses(f"time:the:{NINE}").text


def test_many_places_from_one_address_take_work_that_grows(
    web: Browser, database: Database
) -> None:
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET capacity = 500")
    later = slot_id("mau-a", LATER, 8)
    assert fill(web, later, "crowd", most=20) == 20
    with pytest.raises(WorkWanted, match="15 bits"):
        web("lazy", "crowd", worked=0).presses(f"time:the:{later}")
    assert rows(database, "SELECT * FROM bookings WHERE person = 'lazy'") == []
    assert rows(database, "SELECT * FROM people WHERE person = 'lazy'") == []
    assert "Mình giữ chỗ" in web("lazy", "crowd", worked=15).presses(f"time:the:{later}").text
    assert "Mình giữ chỗ" in web("an", "home", worked=0).presses(f"time:the:{later}").text
    assert fill(web, later, "crowd", most=20, who="more") == 20
    with pytest.raises(WorkWanted, match="16 bits"):
        web("lazy-too", "crowd", worked=15).presses(f"time:the:{later}")
