"""One message, one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.booking.wards import Wards
from bot.core import actions
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import (
    Address,
    Answer,
    Button,
    Conversation,
    Facts,
    Incoming,
    Kind,
    Reply,
    Tone,
)
from bot.core.text import LONGEST
from bot.dialogue import Dialogue
from bot.faq.matching.matcher import Matcher
from bot.store.database import Database, DatabaseClosed, DatabaseFault
from bot.store.people import conversations
from bot.store.staff import inbox
from handlers.turn import Handler, Turn
from tests.support.people import Clock, Person

AN = Address("telegram", "an")
VAULT = Vault("a made-up key")
WARDS = Wards([], {})


def rows(database: Database, table: str) -> list[dict[str, object]]:
    with database.transaction() as tx:
        return tx.rows(f"SELECT * FROM {table}")  # noqa: S608 - a table's name of this file


def says(*texts: str) -> Answer:
    return Answer(tuple(Reply(Tone.NOTICE, text) for text in texts))


@pytest.fixture
def talk(
    database: Database, matcher: Matcher, clock: Clock, loop_runner: asyncio.Runner
) -> Callable[..., Person]:
    """`talk(handler, …)`: somebody on Telegram in front of just these handlers."""

    def build(*handlers: Handler, woken: list[str] | None = None) -> Person:
        wake = (woken if woken is not None else []).append
        dialogue = Dialogue(
            database, Settings(), lambda: matcher, clock, VAULT, WARDS, handlers=handlers, wake=wake
        )
        return Person(lambda incoming: loop_runner.run(dialogue.handle(incoming)), AN, clock)

    return build


def test_the_first_handler_that_answers_wins(talk: Callable[..., Person]) -> None:
    person = talk(lambda t: None, lambda t: says("hai"), lambda t: says("ba"))
    assert person.says("x").text == "hai"


def test_a_message_that_comes_twice_is_answered_once(
    talk: Callable[..., Person], database: Database
) -> None:
    count = iter(range(9))
    person = talk(lambda t: says(f"lần {next(count)}", "và"))
    first = person.says("x", id="u1")
    again = person.says("x", id="u1")
    assert again.replies == first.replies
    assert len(rows(database, "outbox")) == 2


def test_replies_are_rows_for_the_courier(talk: Callable[..., Person], database: Database) -> None:
    woken: list[str] = []
    talk(lambda t: says("một"), woken=woken).says("x", id="u1")
    (row,) = rows(database, "outbox")
    assert (row["key"], row["state"]) == ("reply:telegram:u1:0", "due")
    assert woken == ["telegram"]


def test_every_answer_records_the_faq_version(
    talk: Callable[..., Person], database: Database, matcher: Matcher
) -> None:
    talk(lambda t: says("một")).says("x")
    assert rows(database, "outbox")[0]["content"] == matcher.faq.version


def test_a_fault_of_a_handler_is_undone_logged_and_apologised_for(
    talk: Callable[..., Person], database: Database
) -> None:
    def broken(turn: Turn) -> Answer:
        inbox.hand_over(turn.tx, "h1", AN, turn.now, "nửa chừng")
        raise RuntimeError("bug")

    person = talk(broken)
    assert "Xin lỗi" in person.says("x", id="u1").text
    assert rows(database, "handoffs") == []
    (alert,) = rows(database, "alerts")
    assert alert["kind"] == "handler"
    assert "u1" not in str(alert)  # the web's ids name the person, and an alert is not erased
    assert "Xin lỗi" in person.says("x", id="u1").text  # seen: it cannot block the queue
    assert len(rows(database, "alerts")) == 1


def test_a_fault_of_the_database_is_the_platform_s_to_repeat(
    talk: Callable[..., Person], database: Database
) -> None:
    person = talk(lambda t: says("một"))
    database.close()
    with pytest.raises(DatabaseClosed):
        person.says("x")


def test_a_database_that_fails_in_a_handler_is_no_fault_of_the_handler(
    talk: Callable[..., Person], database: Database
) -> None:
    """Nobody is answered "sorry" for a disk that is full: the platform sends again."""
    full = iter([True])

    def handler(turn: Turn) -> Answer:
        if next(full, False):
            raise DatabaseFault("database or disk is full")
        return says("một")

    person = talk(handler)
    with pytest.raises(DatabaseFault):
        person.says("x", id="u1")
    assert rows(database, "incoming") == rows(database, "alerts") == []
    assert person.says("x", id="u1").text == "một"


def test_a_step_is_forgotten_after_its_deadline(talk: Callable[..., Person], clock: Clock) -> None:
    def handler(turn: Turn) -> Answer:
        waiting = Conversation(step="name", data={"a": 1}, deadline=turn.now + timedelta(minutes=5))
        return replace(says(turn.conversation.step or "nothing"), conversation=waiting)

    person = talk(handler)
    assert person.says("x").text == "nothing"
    clock.move(minutes=4)
    assert person.says("x").text == "name"
    clock.move(minutes=6)
    assert person.says("x").text == "nothing"


def test_typing_a_number_is_a_tap_on_the_last_choices(talk: Callable[..., Person]) -> None:
    def handler(turn: Turn) -> Answer:
        if turn.incoming.kind is Kind.BUTTON:
            return says(f"pressed {turn.data}")
        buttons = (Button("A", "a"), Button("Trang", url="https://vneid.gov.vn"), Button("B", "b"))
        return Answer((Reply(Tone.NOTICE, "chọn", buttons),))

    person = talk(handler)
    assert person.says("2").text == "chọn"  # nothing was offered yet
    assert person.says("2.").text == "pressed b"
    assert person.says(" 1 ").text == "pressed a"  # the choices stay until others are offered
    assert person.says("3").text == "chọn"
    assert person.says("012").text == "chọn"
    assert person.says("²").text == "chọn"


def test_personal_data_is_masked_before_it_is_stored_and_the_person_is_told(
    talk: Callable[..., Person], database: Database
) -> None:
    heard = talk(lambda t: says(t.masked.text)).says("cccd 079123456789")
    assert "Mình đã che đi" in heard.replies[0].text
    assert heard.replies[1].text == "cccd [số giấy tờ]"
    with database.transaction() as tx:
        stored = repr(conversations.history(tx, AN)) + repr(rows_in(tx))
    assert "079123456789" not in stored


def test_a_number_in_two_messages_is_not_stored(
    talk: Callable[..., Person], database: Database
) -> None:
    person = talk(lambda t: says("vâng"))
    person.says("sdt của tôi là 0938")
    heard = person.says("000645 nha")
    assert "Mình đã che đi" in heard.replies[0].text
    assert [row["text"] for row in rows(database, "incoming")] == [
        "sdt của tôi là 0938",
        "[số điện thoại] nha",
    ]


def test_a_tap_in_between_ends_the_number(talk: Callable[..., Person], database: Database) -> None:
    person = talk(lambda t: says("vâng"))
    person.says("tôi ở phường 093")
    person.presses("menu")
    assert person.says("8000645").text == "vâng"
    assert rows(database, "incoming")[-1]["text"] == "8000645"


def test_of_each_kind_somebody_is_told_once_a_day(
    talk: Callable[..., Person], clock: Clock
) -> None:
    person = talk(lambda t: says("vâng"))
    assert len(person.says("sdt 0938000645").replies) == 2
    assert len(person.says("sdt 0938000646").replies) == 1
    assert "mã bí mật" in person.says("otp 483000").replies[0].text
    clock.now += timedelta(days=1)
    assert len(person.says("sdt 0938000645").replies) == 2


def rows_in(tx: object) -> list[object]:
    tables = ("incoming", "outbox", "people", "questions", "handoffs")
    return [tx.rows(f"SELECT * FROM {name}") for name in tables]  # type: ignore[attr-defined]  # noqa: S608


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "\u202eabc", "\u200b" * 50, "🙂" * 4000])
def test_any_text_is_stored_and_answered(text: str, talk: Callable[..., Person]) -> None:
    assert talk(lambda t: says("được")).says(text).text == "được"


@pytest.mark.parametrize("kind", list(Kind))
def test_handlers_see_clean_words_and_short_data_whatever_was_done(
    kind: Kind, talk: Callable[..., Person]
) -> None:
    seen: list[Turn] = []

    def handler(turn: Turn) -> Answer:
        seen.append(turn)
        return says("được")

    talk(handler).does(kind, text="１２\u200b３" * 9_000, data="e_m\u00a0\x00" * 9_000)
    (turn,) = seen
    assert len(turn.text) <= LONGEST
    assert turn.text.startswith("123123")
    assert turn.data == ("e_m " * 99)[: actions.LONGEST]


def test_what_was_not_read_yet_is_read_outside_and_the_turn_begins_again(
    talk: Callable[..., Person], database: Database
) -> None:
    began: list[str] = []

    def handler(turn: Turn) -> Answer:
        began.append(turn.new_id())
        inbox.alert(turn.tx, began[-1], turn.now, "test", "một")
        turn.reading.places()
        turn.reading.meaning("mat-the")
        return says("được")

    assert talk(handler).says("còn trẻ em thì sao").text == "được"
    assert len(began) == 3  # once for what is known at first, once for each thing more
    assert [row["id"] for row in rows(database, "alerts")] == began[-1:]


def test_a_text_that_leans_on_nothing_is_read_once(talk: Callable[..., Person]) -> None:
    began = []

    def handler(turn: Turn) -> Answer:
        began.append(turn)
        assert turn.reading.meaning("mat-the") == turn.reading.meaning()
        return says("được")

    talk(handler).says("làm lại thẻ căn cước bị mất ở công an phường nào")
    assert len(began) == 1


async def test_one_persons_messages_are_answered_in_order(
    database: Database, matcher: Matcher, clock: Clock
) -> None:
    def handler(turn: Turn) -> Answer:
        count = turn.conversation.data.get("n", 0) + 1
        return Answer((Reply(Tone.NOTICE, str(count)),), Conversation(data={"n": count}))

    dialogue = Dialogue(
        database, Settings(), lambda: matcher, clock, VAULT, WARDS, handlers=(handler,)
    )
    updates = [Incoming(f"u{n}", AN, Kind.TEXT, clock(), "x") for n in range(30)]
    delivered = await asyncio.gather(*map(dialogue.handle, updates))
    assert [d.replies[0].text for d in delivered] == [str(n) for n in range(1, 31)]


MENU = Reply(Tone.NOTICE, "Một", (Button("A", "a"), Button("Trang", url="https://a.vn")))
MORE = Reply(Tone.NOTICE, "Hai", (Button("B", "b"), Button("C", "c")))


def echo(turn: Turn) -> Answer:
    pressed = turn.incoming.kind is Kind.BUTTON
    return says(turn.data) if pressed else Answer((MENU, says("").replies[0], MORE))


@pytest.mark.parametrize(
    ("channel", "first", "taps"),
    [("numbers", [1, 2, 2], ["a", "b", "c"]), ("buttons", [0, 0, 0], ["b", "c", ""])],
)
def test_numbers_run_on_from_reply_to_reply_where_they_are_shown(
    database: Database,
    matcher: Matcher,
    clock: Clock,
    loop_runner: asyncio.Runner,
    channel: str,
    first: list[int],
    taps: list[str],
) -> None:
    dialogue = Dialogue(
        database, Settings(), lambda: matcher, clock, VAULT, WARDS,
        handlers=(echo,), numbered=("numbers",),
    )  # fmt: skip
    person = Person(
        lambda incoming: loop_runner.run(dialogue.handle(incoming)), Address(channel, "an"), clock
    )
    heard = person.says("x")
    assert [reply.first for reply in heard.replies] == first
    assert [reply.taps for reply in heard.replies] == [MENU.taps, (), MORE.taps]
    pressed = [person.says(number).text for number in ("1", "2")]
    assert pressed == taps[:2]


def test_a_reply_survives_the_database_with_all_its_parts() -> None:
    facts = Facts("reminder", {"code": "AB34CD"}, "sealed")
    reply = Reply(Tone.NOTICE, "x", (Button("A", "a"),), facts=facts, first=3)
    assert Reply.from_json(reply.to_json()) == reply


def test_answers_keep_their_order_when_the_processes_clocks_differ(
    database: Database,
    another: Callable[[], Database],
    matcher: Matcher,
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> None:
    ahead, says_x = Clock(clock() + timedelta(hours=1)), (lambda t: says("x"),)
    with closing(another()) as beside:
        one, two = (
            Dialogue(place, Settings(), lambda: matcher, time, VAULT, WARDS, handlers=says_x)
            for time, place in ((ahead, database), (clock, beside))
        )
        for number, dialogue in enumerate((one, two, one, two)):
            incoming = Incoming(f"u{number}", AN, Kind.TEXT, clock(), "x")
            loop_runner.run(dialogue.handle(incoming))
    written = sorted((str(row["id"]), row["key"]) for row in rows(database, "outbox"))
    assert [key for _, key in written] == [f"reply:telegram:u{number}:0" for number in range(4)]
