"""The stream that tells an open list of changes."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import accounts, bookings
from bot.store.database import SqliteDatabase
from tests.conftest import Clock
from tests.desk.conftest import HASH, Officer
from tests.desk.people import book, more_places
from tests.handlers import town
from tests.handlers.town import FRIDAY
from tests.web_service import PATIENCE, WebService

SignedIn = Callable[..., Officer]
EVENTS = f"/desk/day/mau-a/{FRIDAY}/events"


@pytest.fixture(scope="module", autouse=True)
def friday(service: WebService, moving: Clock) -> None:
    more_places(service)
    moving.now = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


@contextmanager
def stream(one: Officer) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection("127.0.0.1", one.service.port, timeout=PATIENCE)) as c:
        c.request("GET", EVENTS, headers={**one._headers(), "Accept": "text/event-stream"})
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


def test_an_unknown_office_has_no_stream(officer: SignedIn) -> None:
    assert officer().get("/desk/day/nowhere/2026-11-27/events").status == 404


def test_a_service_that_stops_ends_the_streams_at_once(tmp_path: Path) -> None:
    own = WebService(tmp_path, settings=town.SETTINGS, clock=Clock())
    own.start()
    try:
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
    finally:
        own.stop()
