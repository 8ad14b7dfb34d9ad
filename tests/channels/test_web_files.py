"""Files of replies and shared places, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.messages import Address, Attachment, Reply, Tone
from bot.store import outbox
from bot.store.values import Ids
from tests.web_service import WebService

QR = Attachment.of("image/png", "ma-qr.png", b"made-up picture")
EVENT = Attachment.of("text/calendar", "lich-hen.ics", b"BEGIN:VCALENDAR")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    running = WebService(tmp_path_factory.mktemp("web"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def files(service: WebService) -> list[dict[str, str]]:
    """The files of a reply as its page is told of them."""
    session = service.post("/api/chat", {"session": "", "button": "start"}).json["session"]
    person = service.rows("SELECT person FROM people ORDER BY last_seen DESC")[0]["person"]
    now = datetime.now(UTC)
    with service.database.transaction() as tx:
        outbox.put(
            tx,
            id=Ids().new(now),
            key="a test's row",
            to=Address("web", person),
            reply=Reply(Tone.NOTICE, "Đã đặt", attachments=(EVENT, QR)),
            content="",
            now=now,
            delivered=True,
        )
    lines = service.post("/api/history", {"session": session}).json["lines"]
    return list(lines[-1]["files"])


def test_a_picture_is_shown_and_another_file_is_kept(
    service: WebService, files: list[dict[str, str]]
) -> None:
    event, picture = (service.request("GET", "/" + file["url"]) for file in files)
    assert picture.body == b"made-up picture"
    assert picture.headers["content-disposition"].startswith("inline")
    assert event.body == b"BEGIN:VCALENDAR"
    assert event.headers["content-disposition"] == 'attachment; filename="lich-hen.ics"'
    assert event.headers["content-type"] == "text/calendar"
    assert event.headers["cache-control"] == "private, no-store"


def test_an_address_that_was_not_given_out_leads_nowhere(
    service: WebService, files: list[dict[str, str]]
) -> None:
    _, row, _, mark = files[0]["url"].split("/")
    for address in (f"/files/{row}/1/{mark}", f"/files/{row}/0/{'0' * 32}", f"/files/x/0/{mark}"):
        assert service.request("GET", address).status == 404


@pytest.mark.parametrize(
    "location",
    [7, "đây", {}, {"latitude": "10", "longitude": 106}, {"latitude": 91, "longitude": 0}],
)
def test_a_place_that_is_none_is_told_so(service: WebService, location: object) -> None:
    answer = service.post("/api/chat", {"session": "", "location": location})
    assert answer.status == 400
    assert "location" in answer.json["error"]


def test_a_shared_place_is_answered(service: WebService) -> None:
    place = {"latitude": 10.77689, "longitude": 106.70081}
    answer = service.post("/api/chat", {"session": "", "location": place})
    assert answer.status == 200
    assert answer.json["replies"]
