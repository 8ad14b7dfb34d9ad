"""A telephone number that somebody types proves nothing: it is nobody's key.

Only an account, those linked with it, and a number that the platform vouches for are a person.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from bot.booking.wards import Wards
from bot.core.crypto import Vault
from bot.core.messages import OWN, Address, Kind, Reply
from bot.dialogue import Dialogue
from bot.faq.matching.matcher import Matcher
from bot.store.database import Database, Row, Transaction
from bot.store.values import unpack
from tests.handlers.test_booking import rows, tap
from tests.support import town
from tests.support.people import Clock, Heard, Person
from tests.support.town import EIGHT, FRIDAY, NINE, slot_id

T = TypeVar("T")
Chat = Callable[..., Person]
NUMBER, OTHER_NUMBER = "0900000001", "0900000002"
CHANNELS = ["web", "telegram", "zalo-oa", "zalo-bot"]
ELEVEN = slot_id("mau-a", FRIDAY, 11)
MONDAY = FRIDAY + timedelta(days=3)
BOOKED = "✅ Đã đặt lịch"


@pytest.fixture
def chat(citizen: Chat, database: Database) -> Chat:
    """A town in which there are forty places at eleven."""
    with database.transaction() as tx:
        town.slot(tx, "mau-a", FRIDAY, 11, 40)
    return citizen


def book(
    person: Person,
    slot: str = ELEVEN,
    number: str = NUMBER,
    names: str = "cô Ba",
    own: bool = False,
) -> Heard:
    """Book, with a number that is typed, or shared from the account itself (*own*)."""
    person.presses(f"time:the:{slot}")
    heard = person.says(names)
    if own:
        heard = person.does(Kind.CONTACT, text=number, data=OWN)
    elif number:
        heard = person.says(number)
    return tap(person, heard, "✅ Đồng ý, đặt lịch")


def code_in(heard: Heard) -> str:
    return re.findall(r"Mã hẹn: (\w{6})", heard.text)[0]


# --- what a typed number does not do ---------------------------------------------------------------


@pytest.mark.parametrize("channel", CHANNELS)
def test_who_types_anothers_number_sees_nothing_of_them_and_books(chat: Chat, channel: str) -> None:
    code = code_in(book(chat("owner"), EIGHT))
    other = chat("other", channel)
    heard = book(other, ELEVEN, names="chú Tư")
    assert BOOKED in heard.text
    for hidden in (code, "08:00", "cô Ba"):
        assert hidden not in heard.text
        assert hidden not in other.presses("visits").text


@pytest.mark.parametrize("own", [False, True])
def test_the_owner_of_a_number_is_not_locked_out_by_who_typed_it_before(
    chat: Chat, own: bool
) -> None:
    for n in range(5):
        assert BOOKED in book(chat(f"stranger-{n}", "web"), ELEVEN).text
    owner = chat("owner")
    heard = book(owner, EIGHT, own=own)
    assert BOOKED in heard.text
    assert code_in(heard) in owner.presses("visits").text


def test_a_typed_number_is_written_to_by_nobody(chat: Chat, database: Database) -> None:
    """Not as an account's number, and not in what Zalo may send to a number."""
    book(chat("an", "zalo-oa"))
    assert rows(database, "SELECT * FROM numbers") == []
    (evening, *_) = rows(database, "SELECT reply FROM outbox WHERE kind = 'evening'")
    facts = Reply.from_json(unpack(evening["reply"])).facts
    assert facts
    assert facts.phone == ""


def test_a_number_that_is_surely_ones_own_is_written_to(
    chat: Chat, database: Database, vault: Vault
) -> None:
    book(chat("an"), own=True)
    (evening, *_) = rows(database, "SELECT reply FROM outbox WHERE kind = 'evening'")
    facts = Reply.from_json(unpack(evening["reply"])).facts
    assert facts
    assert vault.open(facts.phone) == "84900000001"


# --- who is one person -----------------------------------------------------------------------------


def test_two_accounts_of_one_vouched_number_have_one_visit_of_a_service(chat: Chat) -> None:
    code = code_in(book(chat("old phone"), EIGHT, own=True))
    new = chat("new phone")
    refused = book(new, ELEVEN, own=True)
    assert "đã có lịch cho việc này" in refused.text
    assert code not in str(refused)
    assert "08:00" not in str(refused)
    kin = tap(new, refused, "Đặt cho người nhà")
    assert "Người đến tên gì" in kin.text


def test_a_number_that_was_shared_before_makes_one_person_without_being_shared_again(
    chat: Chat,
) -> None:
    old, new = chat("old phone"), chat("new phone")
    old.presses(f"visit:drop:{code_in(book(old, own=True))}")
    assert BOOKED in book(old, EIGHT, number="").text
    assert "đã có lịch cho việc này" in book(new, NINE, own=True).text


def test_linked_accounts_have_one_visit_of_a_service_and_both_see_it(
    chat: Chat, database: Database
) -> None:
    there, here = chat("an"), chat("1", "zalo-oa")
    code = code_in(book(there, EIGHT))
    with database.transaction() as tx:
        for person in (there, here):
            tx.rows(
                "INSERT INTO links (channel, person, owner, at) VALUES (:c, :p, 'one', '')",
                c=person.address.channel, p=person.address.user,
            )  # fmt: skip
    assert code in here.presses(f"time:the:{NINE}").text
    assert "Người đến tên gì" in here.presses(f"kin:the:{NINE}").text


def test_an_account_books_for_five_whatever_number_it_types(chat: Chat, database: Database) -> None:
    an = chat("an")
    book(an, ELEVEN, names="a, b")
    an.presses(f"kin:the:{ELEVEN}")
    tap(an, (an.says("c, d, e"), an.says(OTHER_NUMBER))[1], "✅ Đồng ý, đặt lịch")
    holders = rows(database, "SELECT holder FROM bookings WHERE state = 'booked' ORDER BY holder")
    suffixes = [row["holder"].removeprefix("telegram:an") for row in holders]
    assert suffixes == ["", "/2", "/3", "/4", "/5"]


# --- the number is counted -------------------------------------------------------------------------


@pytest.fixture
def few(
    dialogue_of: Callable[..., Dialogue], chat: Chat, clock: Clock, loop_runner: asyncio.Runner
) -> Chat:
    """The same town, where a typed number stands beside three visits at least, five at most."""
    limits = town.SETTINGS.limits.model_copy(update={"visits_per_number": 3})
    dialogue = dialogue_of(town.SETTINGS.model_copy(update={"limits": limits}))

    def person(name: str, channel: str = "telegram") -> Person:
        return Person(
            lambda incoming: loop_runner.run(dialogue.handle(incoming)),
            Address(channel, name),
            clock,
        )

    return person


def test_a_typed_number_stands_beside_so_many_visits_and_no_more(
    few: Chat, database: Database
) -> None:
    for n in range(8):
        an = few(f"account-{n}")
        heard = book(an)
        if BOOKED not in heard.text:
            assert "không ghi vào lịch hẹn được" in heard.text
            assert BOOKED in tap(an, heard, "✅ Đồng ý, đặt lịch").text  # without it
    found = rows(database, "SELECT phone FROM bookings WHERE state = 'booked'")
    assert len(found) == 8
    assert 3 <= sum(bool(row["phone"]) for row in found) <= 5
    assert BOOKED in book(few("account-9"), number=OTHER_NUMBER).text


def test_whose_number_it_surely_is_is_not_counted_with_those_who_typed_it(few: Chat) -> None:
    for n in range(8):
        book(few(f"account-{n}"))
    heard = book(few("owner"), own=True)
    assert BOOKED in heard.text


def test_a_visit_that_was_cancelled_makes_room_for_the_number(
    few: Chat, database: Database
) -> None:
    for n in range(8):
        an = few(f"account-{n}")
        heard = book(an)
        assert BOOKED in heard.text
        an.presses(f"visit:drop:{code_in(heard)}")


# --- no reply and no work tells whether a number is known -------------------------------------------


@dataclass
class Watch:
    """What is asked of the database: each statement, and how many rows came of it."""

    inner: Database
    seen: list[tuple[str, int]] = field(default_factory=list)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        return await self.inner.run(lambda tx: work(Watched(tx, self.seen)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass
class Watched:
    tx: Transaction
    seen: list[tuple[str, int]]

    def rows(self, sql: str, **values: Any) -> list[Row]:
        found = self.tx.rows(sql, **values)
        self.seen.append((sql, len(found)))
        return found

    def atomic(self) -> Any:
        return self.tx.atomic()


def plain(heard: Heard) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was said, without the codes and ids that are new each time."""

    def same(text: str) -> str:
        text = re.sub(r"\b[BCDFGHKLMNPQRTVX][BCDFGHKLMNPQRTVX3468]{5}\b", "CODE", text)
        return re.sub(r"\b[0-9a-f]{20,}\b|\b[0-9A-HJKMNP-TV-Z]{20,}\b", "ID", text)

    return [
        (same(reply.text), [(one.label, same(one.data)) for one in reply.buttons])
        for reply in heard.replies
    ]


def story(person: Person, known_code: str) -> list[Heard]:
    """Everything that somebody can try with the number, and with the code of a visit that is not theirs."""
    heard = [person.presses(f"time:the:{NINE}"), person.says("chú Tư"), person.says(NUMBER)]
    heard.append(tap(person, heard[-1], "✅ Đồng ý, đặt lịch"))
    code = code_in(heard[-1])
    heard += [person.presses(f"time:the:{ELEVEN}"), person.presses("visits")]  # twice
    heard += [person.presses(f"kin:the:{ELEVEN}"), person.says("dì Sáu"), person.says(NUMBER)]
    heard.append(tap(person, heard[-1], "✅ Đồng ý đặt lịch"))
    heard.append(person.presses(f"mtime:{code}:{slot_id('mau-a', MONDAY, 8)}"))
    heard += [person.presses("wait:the:mau-b"), person.presses("unwait:the")]
    for tried in (code, known_code):
        heard += [person.presses("link"), person.says(tried), person.says(NUMBER)]
        heard += [person.says("BBBBBB"), person.presses(f"visit:move:{known_code}")]
        heard.append(person.presses(f"visit:coming:{known_code}"))
    heard += [person.presses(f"visit:drop:{code}"), person.says("dữ liệu của tôi")]
    erase = person.says("xóa dữ liệu của tôi")
    heard += [erase, tap(person, erase, "🗑 Xóa")]
    return heard


@pytest.fixture
def watched(
    matcher: Matcher, clock: Clock, vault: Vault, wards: Wards, loop_runner: asyncio.Runner
) -> Callable[[Database], tuple[Chat, Watch]]:
    """`watched(database)`: people of the town in it, and what they make it do."""

    def of(database: Database) -> tuple[Chat, Watch]:
        town.build(database)
        with database.transaction() as tx:
            town.slot(tx, "mau-a", FRIDAY, 11, 40)
        watch = Watch(database)
        dialogue = Dialogue(watch, town.SETTINGS, lambda: matcher, clock, vault, wards)

        def chat(name: str, channel: str = "telegram") -> Person:
            return Person(
                lambda incoming: loop_runner.run(dialogue.handle(incoming)),
                Address(channel, name),
                clock,
            )

        return chat, watch

    return of


@pytest.mark.parametrize(
    ("channel", "others", "own"),
    [("web", 1, False), ("telegram", 5, False), ("zalo-oa", 10, False), ("zalo-bot", 1, True)],
)
def test_nothing_that_is_said_or_done_tells_whether_a_number_is_known(
    fresh: Callable[[], Database],
    watched: Callable[[Database], tuple[Chat, Watch]],
    channel: str,
    others: int,
    own: bool,
) -> None:
    said, done = [], []
    for number in (NUMBER, OTHER_NUMBER):  # of those who have booked before
        with closing(fresh()) as database:
            chat, watch = watched(database)
            for n in range(others):
                code = code_in(book(chat(f"other-{n}"), number=number, own=own))
            watch.seen.clear()
            said.append([plain(heard) for heard in story(chat("curious", channel), code)])
            done.append(watch.seen)
    assert said[0] == said[1]
    assert done[0] == done[1]
    assert len(done[0]) > 200


def test_anothers_code_is_answered_as_one_that_nobody_has(
    database: Database, watched: Callable[[Database], tuple[Chat, Watch]]
) -> None:
    chat, watch = watched(database)
    code = code_in(book(chat("owner")))
    curious = chat("curious", "web")
    curious.says("xin chào")
    said, done = [], []
    for tried in ("CCCCCC", code, "BBBBBB"):  # the first only so that all begin alike
        watch.seen.clear()
        said.append([
            plain(curious.presses(data.format(tried)))
            for data in (
                "visit:move:{}", "visit:cancel:{}", "visit:drop:{}", "visit:coming:{}", "active:yes:{}",
                "mday:{}:261127", "mtime:{}:" + NINE, "visit:coming:{0},{0}", "ok:{}:1", "offer:take:{}",
            )
        ])  # fmt: skip
        done.append([sql for sql, _ in watch.seen])
    assert said[1] == said[2]
    assert done[1] == done[2]


def test_who_was_told_of_enough_links_today_is_not_given_away_by_the_askers_own_file(
    chat: Chat, vault: Vault
) -> None:
    code = code_in(book(chat("owner")))
    shown = []
    for tried in (code, "BBBBBB"):
        asking = chat(f"curious of {tried}", "web")
        for _ in range(5):
            for words in ("liên kết", tried, NUMBER):
                asking.says(words)
        file = asking.says("dữ liệu của tôi").replies[0].attachments[1]
        held = json.loads(vault.open_file(file).data)["accounts"][0]["held"]
        shown.append([{**row, "at": ""} for row in held["link_requests"]])
    assert shown[0] == shown[1]
    assert len(shown[0]) == 5
