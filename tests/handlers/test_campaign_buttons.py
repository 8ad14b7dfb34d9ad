"""The buttons under a campaign's message: counted once, and done as anywhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.messages import Address
from bot.outreach.message import Choice, Message, reply
from bot.store.database import Database
from tests.support.people import Clock, Person
from tests.support.subscribers import launch, plan, put, rows, subscribe

Chat = Callable[..., Person]
AN = Address("telegram", "an")
MESSAGE = Message(
    "Tối nay có điểm kích hoạt.", "", (Choice("Mất thẻ", "ask:mat-the"), Choice("Đặt", "book"))
)


@pytest.fixture
def got(citizen: Chat, database: Database, clock: Clock) -> Person:
    """Somebody to whom a campaign was sent."""
    with database.transaction() as tx:
        subscribe(tx, AN, clock())
        wanted = plan(clock(), message=MESSAGE)
        launch(tx, "c1", wanted, clock())
        put(tx, "c1", AN, clock(), wanted.ends_at)
        tx.rows(
            "INSERT INTO proactive (letter, owner, day, campaign, channel, person, at) "
            "VALUES ('l', 'telegram:an', '2026-11-24', 'c1', 'telegram', 'an', "
            "'2026-11-24T02:00:00.000000Z')"
        )
    clock.move(minutes=1)
    return citizen()


def test_every_message_ends_with_how_to_stop_and_has_a_button_for_it() -> None:
    said = reply(MESSAGE, "c1", "Đợt thử")
    assert said.text.endswith("Không muốn nhận tin nữa? Nhắn DỪNG.")
    assert said.buttons[-1].data == "stop"
    assert all(len(button.data.encode()) <= 64 for button in said.buttons)


def test_a_tap_leads_on_and_is_counted_once_for_each_person(
    got: Person, database: Database
) -> None:
    assert "Bạn làm lại thẻ trên VNeID" in got.presses("camp:c1:0").text
    assert "Bạn muốn đặt lịch làm việc gì?" in got.presses("camp:c1:1").text
    assert rows(database, "SELECT tapped FROM campaigns") == [{"tapped": 1}]


def test_a_button_of_a_campaign_that_is_not_there_is_old(got: Person) -> None:
    for data in ("camp:c1:7", "camp:other:0", "camp:c1:x", "camp:c1"):
        assert "Nút này đã cũ" in got.presses(data).text


def test_who_stops_after_it_is_counted_once(got: Person, database: Database) -> None:
    got.says("DỪNG")
    got.says("DỪNG")
    assert rows(database, "SELECT left_after FROM campaigns") == [{"left_after": 1}]
    assert rows(database, "SELECT state FROM outbox WHERE kind = 'campaign'") == [
        {"state": "missed"}
    ]
