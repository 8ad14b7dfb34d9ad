"""Seeing here what was booked elsewhere: code, phone number, and a code that was sent there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.core.crypto import Vault
from bot.core.messages import Address, Kind, Reply
from bot.store.booking.bookings import by_code
from bot.store.database import Database
from bot.store.outbox import still_valid
from bot.store.outbox.outbox import About
from bot.store.outbox.still_valid import Other
from bot.store.people import consents, conversations, linked_accounts
from bot.store.values import unpack
from tests.support.people import Clock, Heard, Person
from tests.support.town import FRIDAY, slot_id

Chat = Callable[..., Person]
PHONE = "0900000001"
HERE, THERE = Address("zalo-oa", "1"), Address("telegram", "an")


@pytest.fixture
def chat(citizen: Chat) -> Chat:
    return citizen


def book(person: Person, phone: str = PHONE) -> str:
    """Book for Friday at eight, with a phone number; returns the code."""
    person.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    heard = person.says("cô Ba")
    if phone:
        heard = person.says(phone)
    data = next(d for label, d in heard.buttons.items() if label.startswith("✅ Đồng ý, đặt lịch"))
    said = person.presses(data).text
    return str(re.findall(r"Mã hẹn: (\w{6})", said)[0])


def written(database: Database, to: Address) -> list[Reply]:
    """What was sent to *to* by the links, oldest first."""
    with database.transaction() as tx:
        rows = tx.rows(
            "SELECT reply FROM outbox WHERE channel = :c AND person = :p AND key LIKE 'link:%' "
            "ORDER BY id",
            c=to.channel,
            p=to.user,
        )
    return [Reply.from_json(unpack(row["reply"])) for row in rows]


def secret(database: Database) -> str:
    (reply, *_) = written(database, THERE)[::-1]
    return str(re.findall(r": (\w{6})\n", reply.text)[0])


def ask(person: Person, code: str, phone: str = PHONE) -> Heard:
    person.says("liên kết")
    person.says(code)
    return person.says(phone)


@pytest.fixture
def there(chat: Chat) -> Person:
    return chat("an", "telegram")


@pytest.fixture
def here(chat: Chat) -> Person:
    return chat("1", "zalo-oa")


def test_a_booking_made_there_is_seen_moved_and_cancelled_here(
    here: Person, there: Person, database: Database
) -> None:
    code = book(there)
    assert "chưa có lịch hẹn" in here.says("lịch của tôi").text
    assert here.presses("link").tones == ["step"]
    assert "số điện thoại" in here.says(code.lower()).text
    assert "vừa gửi một mã liên kết" in here.says(PHONE).text
    assert "✅ Đã liên kết" in here.says(f" {secret(database)[:3]} {secret(database)[3:]} ").text
    assert code in here.says("lịch của tôi").text
    assert "chọn ngày mới" in here.presses(f"visit:move:{code}").text
    assert "Cảm ơn bạn đã báo" in here.presses(f"visit:coming:{code}").text
    assert "Đã hủy lịch" in here.presses(f"visit:drop:{code}").text
    assert "chưa có lịch hẹn" in there.says("lịch của tôi").text
    with database.transaction() as tx:
        assert not consents.has(tx, THERE, "booking")  # nothing is kept that it was given for


def test_it_holds_in_both_directions(here: Person, there: Person, database: Database) -> None:
    ask(here, book(there))
    here.says(secret(database))
    here.presses(f"time:muc-2:{slot_id('mau-a', FRIDAY, 9)}")
    held = here.says("cô Ba")
    data = next(d for label, d in held.buttons.items() if label.startswith("✅ Đồng ý, đặt lịch"))
    here.presses(data)
    assert there.says("lịch của tôi").text.count("Mã hẹn") == 2


def test_the_account_that_booked_is_told_and_can_undo_it(
    here: Person, there: Person, database: Database
) -> None:
    code = book(there)
    ask(here, code)
    here.says(secret(database))
    told = written(database, THERE)[-1]
    assert "đã được liên kết" in told.text
    assert [button.data for button in told.taps] == ["unlink", "officer"]
    assert "Đã bỏ liên kết" in there.presses("unlink").text
    assert code not in here.says("lịch của tôi").text
    assert code in there.says("lịch của tôi").text
    assert "chưa liên kết" in here.says("bỏ liên kết").text


@pytest.mark.parametrize(
    ("wrong_code", "phone"), [(True, PHONE), (False, "0900000002"), (True, "0900000002")]
)
def test_a_stranger_learns_nothing_and_nobody_is_bothered(
    here: Person, there: Person, database: Database, wrong_code: bool, phone: str
) -> None:
    code = book(there)
    good = ask(here, code).text
    before = len(written(database, THERE))
    assert ask(here, "AAAAAA" if wrong_code else code, phone).text == good
    assert len(written(database, THERE)) == before


def test_a_stranger_learns_nothing_from_the_file_of_what_is_held_on_them(
    here: Person, there: Person, vault: Vault
) -> None:
    code = book(there)
    ask(here, code)
    ask(here, code, "0900000009")
    first, second = asked_for(here, vault)
    assert {k: v for k, v in first.items() if k != "at"} == {
        k: v for k, v in second.items() if k != "at"
    }


def test_who_was_asked_for_sees_it_and_who_is_linked_too(
    here: Person, there: Person, database: Database, vault: Vault
) -> None:
    ask(here, book(there))
    (seen,) = asked_for(there, vault)
    assert (seen["other_channel"], seen["by_another"], seen["state"]) == ("zalo-oa", 1, "open")
    here.says(secret(database))
    assert asked_for(here, vault)[0]["other_channel"] == "telegram"


def asked_for(person: Person, vault: Vault) -> list[dict[str, Any]]:
    """The links that were asked for, as the file of what is held on somebody shows them."""
    file = person.says("/dulieucuatoi").replies[0].attachments[1]
    account = json.loads(vault.open_file(file).data)["accounts"][0]
    return list(account["held"]["link_requests"])


def test_a_booking_without_a_number_cannot_be_linked(
    here: Person, there: Person, database: Database
) -> None:
    ask(here, book(there, phone=""))
    assert written(database, THERE) == []


def test_ones_own_booking_needs_no_link(there: Person, database: Database) -> None:
    ask(there, book(there))
    assert written(database, THERE) == []


def test_the_one_time_code_is_good_once_here_and_for_ten_minutes(
    here: Person, there: Person, chat: Chat, database: Database, clock: Clock
) -> None:
    code = book(there)
    ask(here, code)
    first = secret(database)
    other = chat("2", "zalo-oa")
    ask(other, code)
    assert "chưa đúng" in other.says(first).text  # somebody else's
    clock.move(minutes=10)
    assert "chưa đúng" in here.says(first).text
    ask(here, code)
    second = secret(database)
    assert "✅ Đã liên kết" in here.says(second).text
    here.says("bỏ liên kết")
    here.says("liên kết")
    here.says(code)
    here.says("0900000009")
    assert "chưa đúng" in here.says(second).text  # used


def test_it_cannot_be_guessed(here: Person, there: Person, database: Database) -> None:
    ask(here, book(there))
    for guess in ("AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD", "EEEEEE"):
        assert "chưa đúng" in here.says(guess).text
    assert "chưa đúng" in here.says(secret(database)).text


def test_nobody_is_flooded_with_codes(
    there: Person, chat: Chat, database: Database, clock: Clock
) -> None:
    code = book(there)
    for n in range(6):
        ask(chat(str(n), "zalo-oa"), code)
    assert len(written(database, THERE)) == linked_accounts.MOST_TOLD
    clock.move(days=1, minutes=1)
    ask(chat("9", "zalo-oa"), code)
    assert len(written(database, THERE)) == linked_accounts.MOST_TOLD + 1


def test_nobody_tries_more_than_a_few_numbers_a_day(
    here: Person, there: Person, database: Database
) -> None:
    code = book(there)
    for n in range(linked_accounts.MOST_ASKED):
        ask(here, code, f"090000001{n}")
    ask(here, code)
    assert written(database, THERE) == []


def test_a_shared_contact_is_the_number(here: Person, there: Person, database: Database) -> None:
    code = book(there)
    here.says("lien ket")
    here.says(code)
    heard = here.does(Kind.CONTACT, text="84900000001")
    assert "vừa gửi" in heard.text
    assert len(written(database, THERE)) == 1


def test_nobody_is_scolded_for_the_number_and_it_is_not_kept(
    here: Person, there: Person, database: Database
) -> None:
    assert "🔒 Tin của bạn có" not in ask(here, book(there)).text
    with database.transaction() as tx:
        texts = [row["text"] for row in tx.rows("SELECT text FROM incoming")]
        (row,) = tx.rows("SELECT * FROM link_requests")
    assert not any("900000001" in text for text in [*texts, *map(str, row.values())])


def test_a_question_in_between_is_answered_and_the_same_asked_again(here: Person) -> None:
    here.says("liên kết")
    heard = here.says("Mất thẻ căn cước thì làm lại thế nào?")
    assert heard.tones[0] == "answer"
    assert "mã hẹn (6 ký tự" in heard.text
    assert "Đã hủy" in here.says("hủy").text
    assert "mã hẹn (6 ký tự" not in here.says("menu").text


def test_a_reminder_that_cannot_arrive_goes_to_the_linked_account_first(
    here: Person, there: Person, database: Database
) -> None:
    code = book(there)
    ask(here, code)
    here.says(secret(database))
    with database.transaction() as tx:
        found = by_code(tx, code)
        assert found
        about = About(code, found.version, "evening")
        assert Other(HERE, True) in still_valid.others(tx, about)
        conversations.set_reachable(tx, HERE, reachable=False)
        assert still_valid.others(tx, about) == []


def test_links_of_three_accounts_become_one_and_are_forgotten_with_their_people(
    database: Database, clock: Clock
) -> None:
    a, b, c = (Address("web", name) for name in "abc")
    with database.transaction() as tx:
        for person in (a, b, c):
            conversations.take(tx, person, clock())
        linked_accounts._join(tx, a, b, clock(), "one")
        linked_accounts._join(tx, c, a, clock(), "two")
        assert set(linked_accounts.addresses(tx, c)) == {a, b, c}
        assert linked_accounts.addresses(tx, c)[0] == c
        assert linked_accounts.leave(tx, a)
        assert set(linked_accounts.addresses(tx, b)) == {b, c}
        later = clock() + timedelta(days=31)
        conversations.forget_before(tx, later)
        linked_accounts.forget_before(tx, later)
        assert tx.rows("SELECT * FROM links") == []


def test_two_groups_of_accounts_become_one(database: Database, clock: Clock) -> None:
    a, b, c, d = (Address("web", name) for name in "abcd")
    with database.transaction() as tx:
        linked_accounts._join(tx, a, b, clock(), "one")
        linked_accounts._join(tx, c, d, clock(), "two")
        linked_accounts._join(tx, a, d, clock(), "three")
        assert set(linked_accounts.addresses(tx, b)) == {a, b, c, d}
