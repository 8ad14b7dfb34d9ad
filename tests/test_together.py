"""Who books for several people is reminded of them once, and each of them stays their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.core.messages import Reply
from bot.delivery.courier import Courier
from bot.delivery.errors import SendError, Unavailable, Uncertain, Unreachable
from bot.dialogue import Dialogue
from bot.store.database import Database
from bot.store.people import consents, conversations
from tests.support import town
from tests.support.people import Clock, Heard, Person
from tests.support.reminded import Town
from tests.support.town import FRIDAY, slot_id
from tests.support.visits import called, local_time, rows, states

EVENING = local_time("2026-11-26 19:00")
NOON = slot_id("mau-a", FRIDAY, 13)
MONDAY = slot_id("mau-a", FRIDAY + timedelta(days=3), 9)
NAMES = ("cô Ba", "chú Tư", "bà Năm", "em Sáu", "ông Bảy")


@dataclass
class Post:
    """A channel that fails with its errors, one after the other, then takes everything."""

    name: str = "telegram"
    errors: list[SendError] = field(default_factory=list)
    sent: list[Reply] = field(default_factory=list)

    async def send(self, to: str, reply: Reply, id: str) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(reply)
        return "receipt"


@pytest.fixture
def there(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Town:
    town.build(database)
    with database.transaction() as tx:
        town.slot(tx, "mau-a", FRIDAY, 13, 5)
    return Town(database, clock, dialogue_of(town.SETTINGS), loop_runner)


def book(there: Town, person: Person, count: int = 5) -> list[str]:
    """The codes of one party's bookings, member by member."""
    person.presses(f"time:the:{NOON}")
    heard = person.says(", ".join(NAMES[:count]))
    person.presses(next(data for label, data in heard.buttons.items() if "nhắc tôi" in label))
    found = rows(there.database, "SELECT code FROM bookings WHERE state = 'booked' ORDER BY member")
    return [row["code"] for row in found]


def deliver(there: Town, post: Post) -> list[Reply]:
    """What arrives of what is due now, but for replies in the talk."""
    courier = Courier(there.database, there.clock, owner="me", mailboxes=("web",))
    courier.serve([post])  # type: ignore[list-item]  # it has no campaigns to send
    before = len(post.sent)
    while there.loop.run(courier.drain()):
        pass
    return [reply for reply in post.sent[before:] if reply.facts]


def test_one_message_names_all_five_with_their_codes(there: Town) -> None:
    codes = book(there, there.person())
    there.clock.now = EVENING
    (reply,) = deliver(there, Post())
    assert "Nhắc lịch hẹn của 5 người" in reply.text
    assert "13:00, Thứ Sáu 27/11/2026" in reply.text
    assert "Công an phường Mẫu A\nSố 1 đường Mẫu" in reply.text
    assert "Mang theo:\n• Không cần giấy tờ" in reply.text
    for name, code in zip(NAMES, codes, strict=True):
        assert f"• {name}: mã hẹn {code}" in reply.text
    assert all(state == "sent" for key, state in states(there.database).items() if "evening" in key)


def test_each_evening_and_each_morning_is_one_message(there: Town) -> None:
    book(there, there.person())
    post = Post()
    there.clock.now = EVENING
    assert len(deliver(there, post)) == 1
    there.clock.now = local_time("2026-11-27 11:00")
    assert len(deliver(there, post)) == 1
    there.clock.move(hours=1)
    assert deliver(there, post) == []


def test_all_say_that_they_come_with_one_tap(there: Town) -> None:
    an = there.person()
    codes = book(there, an)
    there.clock.now = EVENING
    (reply,) = deliver(there, Post())
    data = Heard((reply,)).buttons["✅ Cả 5 người sẽ đến"]
    assert len(data.encode()) <= 64
    heard = an.presses(data)
    assert "Hẹn gặp 5 người lúc 13:00" in heard.text
    assert all(there.booking(code).answer == "coming" for code in codes)


def test_who_was_cancelled_or_moved_is_not_named_and_the_others_are(there: Town) -> None:
    an = there.person()
    codes = book(there, an)
    an.presses(f"visit:drop:{codes[0]}")
    an.presses(f"mtime:{codes[2]}:{MONDAY}")
    there.clock.now = EVENING
    (reply,) = deliver(there, Post())
    assert "Nhắc lịch hẹn của 3 người" in reply.text
    assert all(code in reply.text for code in (codes[1], codes[3], codes[4]))
    assert codes[0] not in reply.text
    assert codes[2] not in reply.text


def test_who_moved_is_reminded_on_their_own_day(there: Town) -> None:
    an = there.person()
    codes = book(there, an)
    an.presses(f"mtime:{codes[2]}:{MONDAY}")
    there.clock.now = local_time("2026-11-29 19:00")
    post = Post()
    (reply,) = deliver(there, post)
    assert f"Mã hẹn: {codes[2]}" in reply.text
    assert "của bà Năm" in reply.text


def test_of_those_who_moved_after_the_message_only_the_rest_are_said_to_come(there: Town) -> None:
    an = there.person()
    codes = book(there, an, 2)
    there.clock.now = EVENING
    (reply,) = deliver(there, Post())
    an.presses(f"visit:drop:{codes[1]}")
    heard = an.presses(Heard((reply,)).buttons["✅ Cả 2 người sẽ đến"])
    assert "Hẹn gặp 1 người" in heard.text
    an.presses(f"visit:drop:{codes[0]}")
    assert "không còn nữa" in an.presses(f"visit:coming:{','.join(codes)}").text


def test_nobody_else_may_say_that_they_come(there: Town) -> None:
    codes = book(there, there.person())
    heard = there.person("binh").presses(f"visit:coming:{','.join(codes)}")
    assert "không còn nữa" in heard.text
    assert all(there.booking(code).answer is None for code in codes)


@pytest.mark.parametrize("error", [Unavailable("down"), Uncertain("broken off")])
def test_a_message_that_did_not_arrive_is_tried_again_for_all(
    there: Town, error: SendError
) -> None:
    book(there, there.person())
    there.clock.now = EVENING
    post = Post()
    deliver(there, Post())  # the talk so far
    there.clock.now = local_time("2026-11-27 11:00")
    post.errors = [error]
    assert deliver(there, post) == []
    assert [s for key, s in states(there.database).items() if "hours" in key] == ["due"] * 5
    there.clock.move(seconds=5)
    (reply,) = deliver(there, post)
    assert "của 5 người" in reply.text


def test_who_cannot_be_reached_is_called_for_each(there: Town) -> None:
    codes = book(there, there.person())
    deliver(there, Post())
    there.clock.now = EVENING
    assert deliver(there, Post(errors=[Unreachable("blocked")] * 5)) == []
    assert called(there.database) == sorted((code, "evening") for code in codes)


def test_who_gave_no_name_is_told_by_the_code(there: Town) -> None:
    an = there.person()
    for verb in ("time", "kin"):
        heard = an.presses(f"{verb}:the:{NOON}")
        for wanted in ("Không ghi tên", "nhắc tôi"):
            found = (data for label, data in heard.buttons.items() if wanted in label)
            heard = an.presses(next(found))
    there.clock.now = EVENING
    (reply,) = deliver(there, Post())
    assert reply.text.count("• Không ghi tên: mã hẹn ") == 2


def test_two_visits_at_different_hours_stay_two_messages(there: Town) -> None:
    an = there.person()
    book(there, an, 1)
    an.presses(f"kin:the:{slot_id('mau-a', FRIDAY, 8)}")
    heard = an.says("em Út")
    an.presses(next(data for label, data in heard.buttons.items() if "nhắc tôi" in label))
    there.clock.now = EVENING
    assert len(deliver(there, Post())) == 2


def test_on_the_web_each_row_is_shown_as_it_stands(there: Town) -> None:
    with there.database.transaction() as tx:
        conversations.take(tx, there.person().address, there.clock())
        consents.give(
            tx, there.new_id(), there.person().address, "reminders", "test", there.clock()
        )
    book(there, there.person(), 2)
    with there.database.transaction() as tx:
        for table in ("outbox", "bookings", "consents", "people"):
            tx.rows(f"UPDATE {table} SET channel = 'web'")  # noqa: S608 - a name of this line
    there.clock.now = EVENING
    assert len(deliver(there, Post("web"))) == 2
