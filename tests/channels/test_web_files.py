"""Files of replies and shared places, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.file_links import Files
from bot.core.crypto import Vault
from bot.core.messages import Address, Attachment, Reply, Tone
from bot.store.outbox import outbox
from bot.store.values import Ids
from tests.support.web_service import WebService

QR = Attachment.of("image/png", "ma-qr.png", b"made-up picture")
EVENT = Attachment.of("text/calendar", "lich-hen.ics", b"BEGIN:VCALENDAR")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    with WebService(tmp_path_factory.mktemp("web")) as running:
        yield running


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


# --- what is held on oneself ---------------------------------------------------------------------


@pytest.fixture
def mine(service: WebService) -> tuple[str, dict[str, Any]]:
    """A session, and the reply with everything that is held on its person."""
    answer = service.post("/api/chat", {"session": "", "text": "/dulieucuatoi"}).json
    return answer["session"], answer["replies"][0]


def test_ones_own_data_are_fetched_with_the_session(
    service: WebService, mine: tuple[str, dict[str, Any]]
) -> None:
    session, reply = mine
    wanted = {"session": session, "id": reply["id"]}
    text, data = (service.post("/api/file", {**wanted, "number": n}) for n in (0, 1))
    assert "DỮ LIỆU CỦA BẠN" in text.body.decode()
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert data.json["accounts"][0]["channel"] == "web"
    assert data.headers["content-disposition"] == 'attachment; filename="du-lieu-cua-toi.json"'


def test_no_address_and_no_other_session_leads_to_ones_own_data(
    service: WebService, mine: tuple[str, dict[str, Any]]
) -> None:
    _, reply = mine
    assert [file["private"] for file in reply["files"]] == [True, True]
    assert all("url" not in file for file in reply["files"])
    other = service.post("/api/chat", {"session": "", "button": "start"}).json["session"]
    for session in (other, "", "x.y"):
        body = {"session": session, "id": reply["id"], "number": 0}
        assert service.post("/api/file", body).status == 404
    address = Files(service.database).address(reply["id"], 0)
    assert service.request("GET", f"/{address}").status == 404


@pytest.mark.parametrize("number", [-1, 2, 10**30, True, "0", None, [0]])
def test_a_file_that_is_none_is_told_so(
    service: WebService, mine: tuple[str, dict[str, Any]], number: object
) -> None:
    session, reply = mine
    answer = service.post("/api/file", {"session": session, "id": reply["id"], "number": number})
    assert answer.status in (400, 404)
    assert answer.json["error"]


def test_a_link_to_a_sealed_file_of_another_channel_is_good_for_a_day(
    service: WebService,
) -> None:
    now = datetime.now(UTC)
    sealed = Vault(service.settings.data_key).seal_file(Attachment.of("text/plain", "a.txt", b"a"))
    for name, at in (("new", now - timedelta(hours=23)), ("old", now - timedelta(hours=25))):
        with service.database.transaction() as tx:
            reply = Reply(Tone.NOTICE, "Đây", attachments=(sealed,))
            to = Address("zalo-oa", "1")
            outbox.put(tx, id=name, key=name, to=to, reply=reply, content="", now=at)
    files = Files(service.database)
    assert service.request("GET", "/" + files.address("new", 0)).body == b"a"
    assert service.request("GET", "/" + files.address("old", 0)).status == 404


def test_a_file_that_was_sealed_with_another_key_is_gone(service: WebService) -> None:
    now = datetime.now(UTC)
    sealed = Vault("the key before").seal_file(Attachment.of("text/plain", "a.txt", b"a"))
    with service.database.transaction() as tx:
        reply = Reply(Tone.NOTICE, "Đây", attachments=(sealed,))
        to = Address("zalo-oa", "1")
        outbox.put(tx, id="before", key="before", to=to, reply=reply, content="", now=now)
    address = Files(service.database).address("before", 0)
    assert service.request("GET", "/" + address).status == 404
