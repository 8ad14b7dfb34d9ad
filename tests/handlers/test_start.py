"""Through a poster or a link: the right greeting, a warning when it is not ours, and counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.crypto import Vault
from bot.core.messages import Address, Kind
from bot.outreach import posters
from bot.store.campaigns import attribution
from bot.store.campaigns import posters as stored
from bot.store.campaigns.posters import Poster
from bot.store.database import Database
from bot.store.staff import figures
from tests.support.people import Clock, Person
from tests.support.town import FRIDAY, slot_id

Chat = Callable[..., Person]
Hang = Callable[..., Poster]


@pytest.fixture
def hang(database: Database, clock: Clock) -> Hang:
    """`hang("nha-tro", "Nhà trọ Mẫu")`: a registered poster."""

    def put_up(kind: str = "nha-tro", place: str = "Nhà trọ Mẫu") -> Poster:
        with database.transaction() as tx:
            return posters.put_up(tx, kind, place, clock(), "lan", f"{kind} {place}")[0]

    return put_up


def counts(database: Database, code: str) -> tuple[int, ...]:
    with database.transaction() as tx:
        found = stored.counted(tx, code)
        assert [one for one in stored.newest(tx) if one.poster.code == code] == [found]
    assert found
    return found.scans, found.asked, found.booked, found.arrived, found.activated


def test_a_poster_opens_with_the_greeting_and_questions_of_its_place(
    chat: Chat, hang: Hang, vault: Vault
) -> None:
    poster = hang()
    heard = chat().does(Kind.START, data=posters.payload(vault, poster.code))
    assert "Chào bạn công nhân!" in heard.text
    assert f"✅ Áp phích thật: PT-{poster.code}, dán tại Nhà trọ Mẫu." in heard.text
    assert "trợ lý tự động, không phải cổng của công an" in heard.text
    assert "KHÔNG BAO GIỜ hỏi số căn cước, mã OTP" in heard.text
    asks = [data for data in heard.buttons.values() if data.startswith("ask:")]
    assert asks == ["ask:le-phi", "ask:mat-the", "ask:cuoc-goi-la"]


@pytest.mark.parametrize("typed", ["PT-{}", "pt {}", "kiểm tra pt-{}"])
def test_typing_the_code_does_the_same(chat: Chat, hang: Hang, typed: str) -> None:
    poster = hang()
    heard = chat("an", "zalo-oa").says(typed.format(poster.code.lower()))
    assert "Chào bạn công nhân!" in heard.text
    assert "dán tại Nhà trọ Mẫu" in heard.text


@pytest.mark.parametrize(
    "payload", ["p_7K3M9AAAAAAAAAAA", "p_", "p_7K3M9", "uu-dai", "0123456789" * 6]
)
def test_who_comes_through_a_forged_link_is_warned_and_still_helped(
    chat: Chat, hang: Hang, payload: str
) -> None:
    hang()
    one = chat()
    heard = one.does(Kind.START, data=payload)
    assert heard.text.startswith("⚠️ Mã bạn vừa quét")
    assert "KHÔNG phải do chúng tôi làm" in heard.text
    assert "trợ lý tự động" in heard.replies[1].text
    assert "Bạn làm lại thẻ" in one.says("rớt bóp mất luôn cái thẻ căn cước").text


def test_the_mark_of_another_poster_is_forged(chat: Chat, hang: Hang, vault: Vault) -> None:
    one, two = hang(), hang("xang", "Trạm xăng Mẫu")
    swapped = f"p_{one.code}{posters.payload(vault, two.code)[-11:]}"
    assert "KHÔNG phải do chúng tôi làm" in chat().does(Kind.START, data=swapped).text


def test_a_payload_of_ours_that_is_not_registered_is_not_trusted(chat: Chat, vault: Vault) -> None:
    heard = chat().does(Kind.START, data=posters.payload(vault, "7K3M9"))
    assert "KHÔNG phải do chúng tôi làm" in heard.text


@pytest.mark.parametrize("typed", ["kiểm tra áp phích", "Kiem tra poster", "áp phích giả"])
def test_who_asks_how_to_tell_a_poster_is_asked_for_its_code(
    citizen: Callable[..., Person], typed: str
) -> None:
    heard = citizen().says(typed)
    assert "gõ mã in trên áp phích" in heard.text
    (link,) = [b.url for reply in heard.replies for b in reply.buttons if b.url]
    assert link == "https://troly.example.vn/kiem-tra-poster"


def test_an_unknown_code_is_told_with_what_to_do(chat: Chat, hang: Hang) -> None:
    hang()
    heard = chat().says("PT-2A222")
    assert "không có áp phích nào mang mã PT-2A222" in heard.text
    assert "xem lại mã" in heard.text
    assert "báo giúp công an phường" in heard.text


def test_a_retired_poster_says_so_and_still_helps(
    chat: Chat, hang: Hang, database: Database, clock: Clock, vault: Vault
) -> None:
    poster = hang()
    with database.transaction() as tx:
        stored.retire(tx, poster.code, clock(), "lan")
    heard = chat().does(Kind.START, data=posters.payload(vault, poster.code))
    assert "là thật, nhưng đã thôi dùng từ 24/11/2026" in heard.text
    assert "Chào bạn công nhân!" in heard.text


def test_a_place_of_a_kind_that_is_gone_greets_as_anybody(chat: Chat, hang: Hang) -> None:
    poster = hang("khong-con", "Nơi Mẫu")
    assert "Bạn hỏi gì cũng được." in chat().says(f"PT-{poster.code}").text


@pytest.mark.parametrize("payload", ["a_cong-nhan", "a_cong_nhan"])
def test_a_link_for_some_people_greets_them(chat: Chat, payload: str) -> None:
    heard = chat().does(Kind.START, data=payload)
    assert "Chào bạn công nhân!" in heard.text
    assert "Áp phích" not in heard.text


def test_a_code_in_the_middle_of_booking_lets_it_go_on(
    citizen: Callable[..., Person], hang: Hang
) -> None:
    one = citizen()
    one.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    assert "Chào bạn công nhân!" in one.says(f"PT-{hang().code}").text
    heard = one.says("Bà Thử")
    assert "✅ Đồng ý, đặt lịch và nhắc tôi" in heard.buttons


# --- what is counted -----------------------------------------------------------------------------


def test_one_account_is_one_scan_a_day_and_asks_once(
    chat: Chat, hang: Hang, database: Database, clock: Clock, vault: Vault
) -> None:
    poster = hang()
    link = posters.payload(vault, poster.code)
    one = chat()
    for _ in range(3):
        one.does(Kind.START, data=link)
        one.says("rớt bóp mất luôn cái thẻ căn cước")
        one.presses("ask:le-phi")
    assert counts(database, poster.code) == (1, 1, 0, 0, 0)
    clock.move(days=1)
    one.says(f"PT-{poster.code}")
    one.says("đổi thẻ tốn nhiêu tiền")
    chat("binh").does(Kind.START, data=link)
    assert counts(database, poster.code) == (3, 1, 0, 0, 0)


def test_a_tap_on_a_question_of_the_greeting_is_a_question(
    chat: Chat, hang: Hang, database: Database
) -> None:
    poster = hang()
    one = chat()
    one.says(f"PT-{poster.code}")
    one.presses("menu")
    assert counts(database, poster.code) == (1, 0, 0, 0, 0)
    one.presses("ask:le-phi")
    assert counts(database, poster.code) == (1, 1, 0, 0, 0)


def test_the_last_poster_counts(chat: Chat, hang: Hang, database: Database) -> None:
    first, second = hang(), hang("xang", "Trạm xăng Mẫu")
    one = chat()
    one.says(f"PT-{first.code}")
    one.says(f"PT-{second.code}")
    one.presses("ask:le-phi")
    assert counts(database, first.code) == (1, 0, 0, 0, 0)
    assert counts(database, second.code) == (1, 1, 0, 0, 0)


def test_after_a_month_nothing_is_put_down_to_the_poster(
    chat: Chat, hang: Hang, database: Database, clock: Clock
) -> None:
    poster = hang()
    one = chat()
    one.says(f"PT-{poster.code}")
    clock.move(days=30)
    one.presses("ask:le-phi")
    assert counts(database, poster.code) == (1, 0, 0, 0, 0)
    with database.transaction() as tx:
        attribution.booked(tx, Address("web", "an"), "AAAAAA", clock())
        assert tx.rows("SELECT code FROM poster_visits") == []


def test_who_came_by_no_poster_counts_for_none(chat: Chat, hang: Hang, database: Database) -> None:
    poster = hang()
    chat().presses("ask:le-phi")
    assert counts(database, poster.code) == (0, 0, 0, 0, 0)


def test_through_which_poster_somebody_came_is_forgotten_with_the_rest(
    chat: Chat, hang: Hang, database: Database, clock: Clock
) -> None:
    poster = hang()
    chat().says(f"PT-{poster.code}")
    with database.transaction() as tx:
        attribution.forget_before(tx, clock() - timedelta(seconds=1))
        assert tx.rows("SELECT poster FROM people") == [{"poster": poster.code}]
        attribution.forget_before(tx, clock() + timedelta(seconds=1))
        assert tx.rows("SELECT poster, poster_at FROM people") == [
            {"poster": None, "poster_at": None}
        ]
    assert counts(database, poster.code) == (1, 0, 0, 0, 0)


def test_the_funnel_of_the_figures_begins_with_the_scans_of_its_days(
    chat: Chat, hang: Hang, database: Database, clock: Clock
) -> None:
    poster = hang()
    for name in ("an", "binh"):
        chat(name).says(f"PT-{poster.code}")
    with database.transaction() as tx:
        week, now = timedelta(days=7), clock()
        assert figures.between(tx, now - week, now).funnel["scanned"] == 2
        assert figures.between(tx, now - 2 * week, now - week).funnel["scanned"] == 0


def test_a_visit_counts_once_for_the_poster_however_often_it_is_moved(
    citizen: Callable[..., Person], hang: Hang, database: Database
) -> None:
    poster = hang()
    one = citizen()
    one.says(f"PT-{poster.code}")
    code = books(one)
    assert counts(database, poster.code) == (1, 0, 1, 0, 0)
    assert "Đã đổi" in one.presses(f"mtime:{code}:{slot_id('mau-a', FRIDAY, 9)}").text
    assert counts(database, poster.code) == (1, 0, 1, 0, 0)


def test_a_visit_that_was_booked_before_the_scan_is_not_the_posters(
    citizen: Callable[..., Person], hang: Hang, database: Database
) -> None:
    poster = hang()
    one = citizen()
    code = books(one)
    one.says(f"PT-{poster.code}")
    assert "Đã đổi" in one.presses(f"mtime:{code}:{slot_id('mau-a', FRIDAY, 9)}").text
    assert counts(database, poster.code) == (1, 0, 0, 0, 0)


def books(one: Person) -> str:
    one.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    heard = one.says("Bà Thử")
    said = one.presses(heard.buttons["✅ Đồng ý, đặt lịch và nhắc tôi"]).text
    found = re.search(r"Mã hẹn: (\w{6})", said)
    assert found, said
    return found[1]
