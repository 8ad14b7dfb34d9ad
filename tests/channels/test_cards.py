"""Pictures of answers on the web, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels.web.answer_cards import Gallery
from bot.core.config import Settings
from bot.core.messages import Attachment, Reply, Tone
from bot.faq.matching.matcher import Matcher
from tests.support.people import Clock
from tests.support.web_service import WebService

QR = Attachment.of("image/png", "qr.png", b"made-up picture")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    with WebService(tmp_path_factory.mktemp("web")) as running:
        yield running


def test_a_card_is_served_with_a_mark_by_which_it_is_not_sent_twice(service: WebService) -> None:
    answer = service.request("GET", "/cards/le-phi.png")
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.body.startswith(b"\x89PNG")
    mark = answer.headers["etag"]
    again = service.request("GET", "/cards/le-phi.png", headers={"If-None-Match": mark})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == mark


@pytest.mark.parametrize("name", ["khong-co.png", "le-phi.jpg", "LE-PHI.png", "../config.yaml"])
def test_what_is_no_answer_has_no_card(service: WebService, name: str) -> None:
    assert service.request("GET", f"/cards/{name}").status == 404


def test_in_the_chat_the_picture_is_an_address_that_anybody_may_open(service: WebService) -> None:
    answer = service.post("/api/chat", {"session": "", "button": "card:le-phi"}).json
    ((file,),) = [reply["files"] for reply in answer["replies"]]
    assert file == {
        "name": "le-phi.png", "type": "image/png", "url": "cards/le-phi.png", "card": True
    }  # fmt: skip
    assert service.request("GET", "/" + file["url"]).status == 200
    assert service.rows("SELECT n FROM tallies WHERE name = 'card'") == [{"n": 1}]


def test_a_button_for_no_answer_is_outdated(service: WebService) -> None:
    answer = service.post("/api/chat", {"session": "", "button": "card:khong-co"}).json
    assert "đã cũ" in answer["replies"][0]["text"]


def test_a_picture_that_can_be_drawn_no_more_is_left_out(matcher: Matcher, clock: Clock) -> None:
    gallery = Gallery(lambda: matcher, Settings(), clock)
    files = (Attachment("image/png", "a.png", "", card="le-phi"), QR)
    reply = gallery.complete(Reply(Tone.NOTICE, "x", attachments=files))
    assert [file.name for file in reply.attachments] == ["a.png", "qr.png"]
    assert reply.attachments[0].data.startswith(b"\x89PNG")
    gone = (Attachment("image/png", "a.png", "", card="da-xoa"), QR)
    assert gallery.complete(Reply(Tone.NOTICE, "x", attachments=gone)).attachments == (QR,)
    plain = Reply(Tone.NOTICE, "x", attachments=(QR,))
    assert gallery.complete(plain) is plain
