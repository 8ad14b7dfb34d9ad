"""The stream that tells an open list of changes."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.messages import Address
from bot.store.booking import bookings
from bot.store.database import SqliteDatabase
from bot.store.staff import accounts, inbox
from tests.desk.conftest import HASH, Officer, text
from tests.desk.people import book, more_places
from tests.support import town
from tests.support.people import Clock
from tests.support.town import FRIDAY
from tests.support.web_service import PATIENCE, WebService

SignedIn = Callable[..., Officer]
EVENTS = f"/desk/day/mau-a/{FRIDAY}/events"
PEOPLE = "/desk/people/events"


@pytest.fixture(scope="module", autouse=True)
def friday(service: WebService, moving: Clock) -> None:
    more_places(service)
    moving.now = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


@contextmanager
def stream(one: Officer, events: str = EVENTS) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection("127.0.0.1", one.service.port, timeout=PATIENCE)) as c:
        c.request("GET", events, headers={**one._headers(), "Accept": "text/event-stream"})
        yield c.getresponse()


def news(answer: http.client.HTTPResponse) -> str:
    """The next event's data; "" at the end."""
    while line := answer.readline():
        if line.startswith(b"data: "):
            return line.decode().strip()
    return ""


def test_an_open_list_hears_of_bookings_and_of_what_other_processes_do(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    with stream(officer("viewer", "mau-a")) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        first = news(answer)
        moving.move(seconds=1)
        (visit,) = book(service, moving, "Vừa Đặt")
        second = news(answer)
        moving.move(seconds=1)
        with closing(SqliteDatabase(service.folder / "web.db")) as other, other.transaction() as tx:
            bookings.cancel(tx, visit.code, moving(), moving(), "person")
        third = news(answer)
        assert len({first, second, third}) == 3
        assert "Vừa Đặt" not in second


def test_an_open_list_of_people_hears_of_each_who_waits_and_of_more_that_they_write(
    service: WebService, moving: Clock, officer: SignedIn
) -> None:
    with stream(officer("officer", "mau-a"), PEOPLE) as answer:
        heard = [news(answer)]
        with service.database.transaction() as tx:
            inbox.hand_over(tx, "h1", Address("web", "an"), moving(), "Câu Hỏi Thử")
        heard.append(news(answer))
        with service.database.transaction() as tx:
            inbox.add_to_handoff(tx, Address("web", "an"), "một dòng nữa")
        heard.append(news(answer))
        with service.database.transaction() as tx:
            inbox.close_handoff(tx, "h1", moving(), "ai", answered=False)
        heard.append(news(answer))
    assert heard[0] == heard[3]
    assert len(set(heard)) == 3
    assert "Thử" not in "".join(heard)


def test_a_page_of_people_has_the_signature_of_its_stream(officer: SignedIn) -> None:
    one = officer("officer", "mau-a")
    page = text(one.get("/desk/people"))
    with stream(one, PEOPLE) as answer:
        assert f'data-signature="{news(answer).removeprefix("data: ")}"' in page


def test_a_fault_ends_a_stream_that_has_begun(service: WebService, officer: SignedIn) -> None:
    with stream(officer("officer", "mau-a"), PEOPLE) as answer:
        assert news(answer)
        with service.database.transaction() as tx:
            tx.rows("ALTER TABLE alerts RENAME TO gone")
        try:
            with pytest.raises(http.client.IncompleteRead):
                answer.read()
        finally:
            with service.database.transaction() as tx:
                tx.rows("ALTER TABLE gone RENAME TO alerts")


def test_an_unknown_office_has_no_stream(officer: SignedIn) -> None:
    assert officer().get("/desk/day/nowhere/2026-11-27/events").status == 404


def test_a_service_that_stops_ends_the_streams_at_once(tmp_path: Path) -> None:
    with WebService(tmp_path, settings=town.SETTINGS, clock=Clock()) as own:
        town.build(own.database)
        with own.database.transaction() as tx:
            accounts.add(tx, "an", "viewer", [], HASH, own.clock())
            accounts.set_password(tx, "an", HASH, must_change=False)
        one = Officer(own)
        assert one.sign_in("an").status == 303
        with stream(one) as answer:
            assert news(answer)
            own.stop()
            assert news(answer) == ""
