"""Buttons stay in a chat for ever: every kind of button, pressed in every later state of a booking, is
answered with what is so now, and does nothing that nobody meant."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from bot.core.actions import FORMS, Action, EraseNow, Vote, parse
from bot.core.messages import Address, Incoming
from bot.dialogue import Delivered, Dialogue
from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.database import Database
from tests.support import town
from tests.support.buttons import those
from tests.support.people import Clock, Heard, Person
from tests.support.town import FRIDAY, slot_id
from tests.support.visits import local_time, rows

CHANNELS = ("telegram", "zalo-oa", "zalo-bot", "web")
EIGHT, NINE = slot_id("mau-a", FRIDAY, 8), slot_id("mau-a", FRIDAY, 9)

# One of each kind of button, as the person has it in their chat. Two kinds have tests of their own
# below and elsewhere: a place offered, and a campaign's message.
BUTTONS = {
    "active:how": "active:how:{code}",
    "active:stuck": "active:stuck:{code}",
    "active:yes": "active:yes:{code}",
    "agree:news": "agree:news",
    "agree:reminders": "agree:reminders",
    "ask": "ask:le-phi",
    "at": "at:mau-a",
    "book": "book:the",
    "cancel": "cancel",
    "card": "card:le-phi",
    "coach": "coach",
    "coach:done": "coach:done",
    "coach:go": "coach:go:otp",
    "coach:help": "coach:help:otp",
    "coach:later": "coach:later",
    "coach:ok": "coach:ok:otp",
    "coach:quiet": "coach:quiet",
    "coach:remind": "coach:remind",
    "coach:stop": "coach:stop",
    "coach:stuck": "coach:stuck:otp",
    "coach:where": "coach:where",
    "coach:why": "coach:stuck:otp",  # its questions are the deployment's own: tests/handlers/test_activation
    "code": "code:{party}",
    "day": "day:the:mau-a:261127",
    "erase": "erase:{until}:one",
    "full": "full:le-phi",
    "danger": "danger:cuoc-goi",
    "group": "group:thu",
    "help": "help",
    "kin": "kin:the:{slot}",
    "link": "link",
    "mday": "mday:{code}:261127",
    "menu": "menu",
    "more": "more:{row}:0",
    "mtime": "mtime:{code}:{other}:1",
    "mydata": "mydata",
    "news:yes": "news:yes",
    "none": "none",
    "officer": "officer",
    "ok": "ok:{party}:1",
    "place": "place:the:mau-a",
    "privacy": "privacy",
    "profile": "profile",
    "profile:audience": "profile:audience:",
    "profile:erase": "profile:erase",
    "profile:erase:yes": "profile:erase:yes",
    "profile:status": "profile:status:",
    "profile:ward": "profile:ward:26740",
    "soon": "soon:the",
    "start": "start",
    "stop": "stop",
    "time": "time:the:{slot}",
    "unlink": "unlink",
    "unwait": "unwait:the",
    "visit:back": "visit:back:{code}",
    "visit:cancel": "visit:cancel:{code}",
    "visit:coming": "visit:coming:{code}",
    "visit:drop": "visit:drop:{code}:1",
    "visit:move": "visit:move:{code}",
    "visits": "visits",
    "visits:cancel": "visits:cancel",
    "visits:move": "visits:move",
    "vote:down": "vote:down:{question}",
    "vote:up": "vote:up:{question}",
    "wait": "wait:the:mau-a",
    "waits": "waits",
    "ward": "ward:26740",
    "who": "who:{party}",
    "why": "why:wrong:{question}",
}
ELSEWHERE = {"offer:no", "offer:take", "camp"}

# What every button of the booking itself must say, and what it must not, in each later state.
TRUTH = {
    "held": ((), ("hết giờ",)),
    "booked": (("{code}", "08:00"), ("hết giờ", "trả lại", "không còn")),
    "moved": (("{code}", "09:00"), ("hết giờ", "trả lại", "không còn")),
    "cancelled": (("{code}", "đã hủy"), ("hết giờ", "Đã đặt")),
    "expired": (("hết giờ",), ("{code}", "đã đặt")),
    "abandoned": (("trả lại",), ("hết giờ", "đã đặt")),
    "arrived": (("{code}", "ghi nhận bạn đến"), ("hết giờ", "đã hủy")),
    "served": (("{code}", "đã xong"), ("hết giờ", "đã hủy")),
    "no_show": (("{code}", "không có người đến"), ("hết giờ", "đã hủy")),
    "erased": ((), ("{code}", "hết giờ")),
}
OF_THE_FORM = ("code", "who", "ok")
OF_THE_VISIT = ("visit:move", "visit:cancel", "visit:drop", "visit:back", "mday", "mtime")
OVER = ("cancelled", "arrived", "served", "no_show")

# Where a button still does what it says. Everywhere else no booking may change.
FREE = {"cancelled", "abandoned", "expired", "erased"}  # an hour can be chosen anew
ACTS = {
    "ok": {"held"},
    "cancel": {"held"},
    "time": FREE,
    "kin": FREE | {"booked", "moved", "held"},  # a place for one more
    "visit:drop": {"booked"},
    "mtime": {"booked"},
    "visit:back": {"cancelled"},
    "erase": {"held", "booked", "moved", "cancelled", "expired", "abandoned", "arrived", "served",
              "no_show"},
}  # fmt: skip
SEEN = """
    SELECT id, code, version, slot, state FROM bookings
    WHERE channel = :channel AND person = :person ORDER BY id
"""


@dataclass(frozen=True)
class Story:
    """Somebody with a booking in one state, and what fills the gaps of their buttons."""

    person: Person
    gaps: dict[str, str]

    def presses(self, kind: str) -> Heard:
        return self.person.presses(BUTTONS[kind].format(**self.gaps))


@dataclass
class World:
    database: Database
    dialogue: Dialogue
    clock: Clock
    loop: asyncio.Runner
    names: Iterator[int]

    def person(self, channel: str) -> Person:
        def handle(incoming: Incoming) -> Delivered:
            return self.loop.run(self.dialogue.handle(incoming))

        return Person(handle, Address(channel, f"nguoi-{next(self.names)}"), self.clock)

    def seen(self, person: Person) -> list[dict[str, object]]:
        who = {"channel": person.address.channel, "person": person.address.user}
        return [dict(row) for row in rows(self.database, SEEN, **who)]

    def begins(self, channel: str, state: str) -> Story:
        """As far as a person gets by themselves."""
        person = self.person(channel)
        vote = parse(person.says("rớt bóp mất luôn cái thẻ căn cước").buttons["👍 Đúng ý"])
        assert isinstance(vote, Vote)
        until = self._until(person)
        person.presses(f"time:the:{EIGHT}")
        (row,) = rows(
            self.database,
            "SELECT code, party FROM bookings WHERE person = :person",
            person=person.address.user,
        )
        person.presses(f"code:{row['party']}")
        (said,) = rows(
            self.database,
            "SELECT MAX(id) AS id FROM outbox WHERE person = :person",
            person=person.address.user,
        )
        gaps = {"code": row["code"], "party": row["party"], "slot": EIGHT, "other": NINE}
        gaps |= {"question": vote.question, "row": said["id"], "until": until}
        story = Story(person, gaps)
        self._goes_on(story, state)
        return story

    def _until(self, person: Person) -> str:
        (erase,) = those(EraseNow, person.presses("erase").buttons.values())
        return f"{int(erase.until.timestamp()):x}" if erase.until else ""

    def _goes_on(self, story: Story, state: str) -> None:
        if state == "abandoned":
            story.presses("cancel")
        elif state not in ("held", "expired"):
            assert "✅ Đã đặt lịch" in story.presses("ok").text
        if state == "moved":
            assert "✅ Đã đổi lịch" in story.presses("mtime").text
        elif state == "cancelled":
            assert "Đã hủy lịch" in story.presses("visit:drop").text

    def moves_on(self, state: str, stories: list[Story]) -> None:
        """What time and officers do."""
        if state == "expired":
            self.clock.move(minutes=11)
            with self.database.transaction() as tx:
                bookings.expire(tx, self.clock())
        if state == "erased":
            self.clock.move(minutes=1)
            for story in stories:
                assert "Đã xóa xong" in story.presses("erase").text
            self.clock.move(minutes=1)
        way = {"arrived": 1, "served": 2, "no_show": 1}.get(state, 0)
        if way:
            self.clock.now = local_time("2026-11-27 08:20")
        for story in stories if way else ():
            self._mark(story.gaps["code"], state)
            until = self._until(story.person)  # the old one has ended
            stories[stories.index(story)] = replace(story, gaps={**story.gaps, "until": until})

    def _mark(self, code: str, state: str) -> None:
        marks = [State.BOOKED, State.ARRIVED, State.SERVED]
        way = marks[: marks.index(State(state)) + 1] if state != "no_show" else [State.BOOKED]
        way = [*way, State.NO_SHOW] if state == "no_show" else way
        with self.database.transaction() as tx:
            for before, after in itertools.pairwise(way):
                assert bookings.mark(tx, code, before, after, self.clock(), "officer")


@pytest.fixture
def world(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> World:
    town.build(database)
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET capacity = 400")
    dialogue = dialogue_of(town.SETTINGS, mailboxes=("web",), numbered=("zalo-bot",))
    return World(database, dialogue, clock, loop_runner, itertools.count(1))


@pytest.mark.parametrize("state", TRUTH)
def test_every_button_is_answered_with_what_is_so_now(world: World, state: str) -> None:
    channels = itertools.cycle(CHANNELS)
    kinds = list(BUTTONS)
    stories = [world.begins(next(channels), state) for _ in kinds]
    world.moves_on(state, stories)
    for kind, story in zip(kinds, stories, strict=True):
        before = world.seen(story.person)
        heard = story.presses(kind)
        assert heard.replies, kind
        assert "Nút này đã cũ" not in heard.text, kind
        assert "trục trặc" not in heard.text, kind
        if state not in ACTS.get(kind, ()):
            assert world.seen(story.person) == before, f"{kind} changed a booking"
        if kind in OF_THE_FORM or (kind in OF_THE_VISIT and state in OVER):
            _is_true(story, kind, state, heard)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("state", TRUTH)
def test_the_buttons_of_the_form_are_true_on_every_channel(
    world: World, state: str, channel: str
) -> None:
    stories = [world.begins(channel, state) for _ in OF_THE_FORM]
    world.moves_on(state, stories)
    for kind, story in zip(OF_THE_FORM, stories, strict=True):
        _is_true(story, kind, state, story.presses(kind))


def _is_true(story: Story, kind: str, state: str, heard: Heard) -> None:
    if (state, kind) in {("cancelled", "visit:back"), ("held", "ok")}:
        return  # they act
    said, not_said = TRUTH[state]
    for words in said:
        assert words.format(**story.gaps) in heard.text, (kind, state)
    for words in not_said:
        assert words.format(**story.gaps) not in heard.text, (kind, state)


def test_what_stands_comes_with_its_own_buttons_and_files(world: World) -> None:
    story = world.begins("telegram", "booked")
    heard = story.presses("ok")
    code = story.gaps["code"]
    assert f"Bạn đã đặt rồi: mã {code}, 08:00, Thứ Sáu 27/11/2026." in heard.text
    assert {f"visit:move:{code}", f"visit:cancel:{code}", "visits"} <= set(heard.buttons.values())
    kinds = [file.media_type for reply in heard.replies for file in reply.attachments]
    assert kinds == ["text/calendar", "image/png"]


def test_a_hold_that_ended_leads_to_the_hours_also_much_later(world: World) -> None:
    story = world.begins("telegram", "expired")
    world.moves_on("expired", [story])
    world.clock.move(hours=5)
    heard = story.presses("ok")
    assert "hết giờ" in heard.text
    assert "Bạn chọn ngày" in story.person.presses(heard.buttons["Chọn lại giờ"]).text


def test_who_holds_another_hour_is_told_which(world: World) -> None:
    story = world.begins("telegram", "held")
    story.person.presses(f"time:the:{NINE}")
    heard = story.presses("ok")
    assert "lần chọn giờ trước" in heard.text
    assert "Mình giữ chỗ 09:00" in heard.text
    assert [row["state"] for row in world.seen(story.person)] == ["cancelled", "held"]


def test_who_booked_another_hour_after_a_hold_ended_is_told_that_one(world: World) -> None:
    story = world.begins("telegram", "expired")
    world.moves_on("expired", [story])
    heard = story.person.presses(f"time:the:{NINE}")
    heard = story.person.presses(next(d for d in heard.buttons.values() if d.startswith("code:")))
    story.person.presses(next(d for d in heard.buttons.values() if d.startswith("ok:")))
    heard = story.presses("ok")
    assert "Bạn đã đặt rồi" in heard.text
    assert "09:00" in heard.text
    assert "hết giờ" not in heard.text


def test_nobody_is_told_what_became_of_anothers(world: World) -> None:
    story = world.begins("telegram", "booked")
    other = replace(story, person=world.person("telegram"))
    for kind in (*OF_THE_FORM, *OF_THE_VISIT, "active:yes", "visit:coming"):
        said = other.presses(kind)
        assert "08:00" not in said.text
        assert f"visit:move:{story.gaps['code']}" not in said.buttons.values()


def test_a_late_press_leaves_what_is_being_filled_in(world: World) -> None:
    story = world.begins("telegram", "cancelled")
    story.person.presses(f"time:the:{slot_id('mau-b', FRIDAY, 8)}")
    assert "đã hủy" in story.presses("visit:cancel").text
    assert "Bạn xem lại" in story.person.says("cô Ba").text


def test_an_hour_pressed_twice_is_held_once_and_says_how_long(world: World) -> None:
    person = world.person("telegram")
    assert "trong 10 phút" in person.presses(f"time:the:{EIGHT}").text
    world.clock.move(minutes=4)
    assert "trong 6 phút" in person.presses(f"time:the:{EIGHT}").text
    assert len(world.seen(person)) == 1


def test_an_hour_of_the_move_pressed_twice_moves_once(world: World) -> None:
    story = world.begins("telegram", "moved")
    heard = story.presses("mtime")
    assert "Bạn đã đặt rồi" in heard.text
    assert len(world.seen(story.person)) == 2


def test_the_hour_that_one_has_is_not_offered_to_move_to(world: World) -> None:
    story = world.begins("telegram", "booked")
    hours = [d for d in story.presses("mday").buttons.values() if d.startswith("mtime:")]
    assert hours == [f"mtime:{story.gaps['code']}:{NINE}:1"]


def test_an_old_yes_to_cancelling_asks_again_after_the_visit_has_moved(world: World) -> None:
    story = world.begins("telegram", "moved")
    heard = story.presses("visit:drop")
    assert "chắc chắn hủy" in heard.text
    assert "09:00" in heard.text


def test_leaving_late_cancels_nothing_and_says_so(world: World) -> None:
    story = world.begins("telegram", "booked")
    heard = story.presses("cancel")
    assert "lịch đã đặt vẫn còn" in heard.text
    assert story.gaps["code"] in heard.text


def test_leaving_gives_the_place_back_also_from_the_list_of_hours(world: World) -> None:
    story = world.begins("telegram", "held")
    story.person.presses("day:the:mau-a:261127")
    assert "Đã thôi đặt lịch" in story.presses("cancel").text
    assert [row["state"] for row in world.seen(story.person)] == ["cancelled"]


def test_erasing_again_erases_nothing_newer(world: World) -> None:
    story = world.begins("telegram", "erased")
    world.moves_on("erased", [story])
    heard = story.person.presses(f"time:the:{EIGHT}")
    heard = story.person.presses(next(d for d in heard.buttons.values() if d.startswith("code:")))
    story.person.presses(next(d for d in heard.buttons.values() if d.startswith("ok:")))
    assert "đã xóa rồi" in story.presses("erase").text
    assert [row["state"] for row in world.seen(story.person)] == ["booked"]


# --- a cancel by mistake ---------------------------------------------------------------------------


def test_a_cancel_by_mistake_is_taken_back_with_one_tap(world: World) -> None:
    story = world.begins("telegram", "cancelled")
    heard = story.presses("visit:back")
    assert "✅ Đã lấy lại lịch" in heard.text
    assert f"Mã hẹn: {story.gaps['code']}" in heard.text
    assert "08:00" in heard.text
    event = heard.replies[0].attachments[0].data.decode()
    assert "SEQUENCE:2" in event
    assert "STATUS:CONFIRMED" in event
    reminders = "SELECT version FROM outbox WHERE code = :code AND kind IN ('evening', 'hours')"
    versions = [row["version"] for row in rows(world.database, reminders, code=story.gaps["code"])]
    assert sorted(versions) == [1, 1, 2, 2]
    assert "Bạn đã đặt rồi" in story.presses("visit:back").text
    assert [row["state"] for row in world.seen(story.person)] == ["moved", "booked"]


def test_taking_back_is_offered_where_the_visit_is_cancelled(world: World) -> None:
    person = world.begins("telegram", "booked")
    heard = person.presses("visit:drop")
    assert heard.buttons["↩ Lấy lại lịch này"] == f"visit:back:{person.gaps['code']}"


# --- the table is whole ----------------------------------------------------------------------------


def test_every_kind_of_button_has_a_row() -> None:
    """A new one has to say here what it answers when it is pressed late."""
    kinds = set().union(*(_rows(prefix, kind) for prefix, kind in FORMS))
    assert kinds == set(BUTTONS) | ELSEWHERE
    assert all(parse(data.replace("{until}", "1")) for data in BUTTONS.values())


def _rows(prefix: str, kind: type[Action]) -> set[str]:
    """One, or one for each value where a kind begins with a choice of few."""
    first, *_ = (*get_type_hints(kind).values(), None)
    return (
        {f"{prefix}:{value}" for value in get_args(first)}
        if get_origin(first) is Literal
        else {prefix}
    )
