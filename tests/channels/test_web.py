"""The JSON API, the page and the stream, over real HTTP."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.web_service import PATIENCE, Response, WebService

QUESTION = "Mất thẻ căn cước thì làm lại thế nào?"
KINDS = {"answer", "ask_back", "admit", "step", "notice"}
BREAK = "CREATE TRIGGER broken BEFORE INSERT ON incoming BEGIN SELECT RAISE(ABORT, 'disk'); END"
MEND = "DROP TRIGGER broken"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebService]:
    with WebService(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
def session(service: WebService) -> str:
    """A session of its own."""
    return str(service.post("/api/chat", {"session": "", "button": "start"}).json["session"])


def lines(service: WebService, session: str) -> list[dict[str, Any]]:
    return list(service.post("/api/history", {"session": session}).json["lines"])


def newest(service: WebService, session: str) -> str:
    return str(lines(service, session)[-1]["id"])


def ask_an_officer(service: WebService, session: str, question: str) -> None:
    service.post("/api/chat", {"session": session, "button": "officer"})
    service.post("/api/chat", {"session": session, "text": question})


class Stream:
    """An open event stream."""

    def __init__(self, service: WebService, session: str, after: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
        body = json.dumps({"session": session, "after": after})
        self._connection.request("POST", "/api/events", body)
        self.response = self._connection.getresponse()

    def next(self) -> dict[str, Any]:
        """The next event's data; waits for it."""
        while not (line := self.response.readline()).startswith(b"data: "):
            assert line, "the stream ended"
        return dict(json.loads(line.removeprefix(b"data: ")))

    def ends(self) -> bool:
        """Whether the server ends it; reads what is left."""
        self.response.read()
        return self.response.isclosed()

    def close(self) -> None:
        self._connection.close()


# --- the contract --------------------------------------------------------------------------------


def test_a_question_is_answered_with_session_replies_and_source(service: WebService) -> None:
    answer = service.post("/api/chat", {"session": "", "button": "ask:mat-the"})
    assert answer.status == 200
    assert set(answer.json) == {"session", "replies"}
    (reply,) = answer.json["replies"]
    assert set(reply) == {
        "id", "kind", "entry", "sure", "text", "buttons", "links", "wishes", "files", "source",
    }  # fmt: skip
    assert (reply["kind"], reply["entry"]) == ("answer", "mat-the")
    assert reply["source"] == "khoản 2 Điều 24, Luật Căn cước (01/07/2024)"
    assert reply["links"] == [{"label": "Cổng Dịch vụ công", "url": "https://dichvucong.gov.vn"}]
    assert {"label": "Lệ phí làm thẻ", "data": "ask:le-phi", "entry": "le-phi"} in reply["buttons"]


def test_every_reply_to_a_text_has_a_known_kind(service: WebService) -> None:
    for text in (QUESTION, "xin chào", "menu", "", "giá vàng hôm nay", "gặp cán bộ"):
        replies = service.post("/api/chat", {"session": "", "text": text}).json["replies"]
        assert replies
        assert {reply["kind"] for reply in replies} <= KINDS


def test_a_deep_link_opens_with_the_entry_it_names(service: WebService) -> None:
    answer = service.post("/api/chat", {"button": "start:e_le-phi"}).json
    assert [reply["entry"] for reply in answer["replies"]] == [None, "le-phi"]


def test_typing_a_number_is_a_tap(service: WebService, session: str) -> None:
    service.post("/api/chat", {"session": session, "button": "ask:mat-the"})
    typed = service.post("/api/chat", {"session": session, "text": "1"}).json
    assert [reply["entry"] for reply in typed["replies"]] == ["le-phi"]


def test_without_session_every_request_is_somebody_new(service: WebService) -> None:
    first, second = (service.post("/api/chat", {"text": "menu"}).json for _ in range(2))
    assert first["session"] != second["session"]
    assert min(len(first["session"]), len(second["session"])) > 40


@pytest.mark.parametrize("chosen", ["admin", "a.b", "x" * 65, "💥", "\ud800", "\0", "../../etc"])
def test_a_client_cannot_choose_its_session(service: WebService, chosen: str) -> None:
    answer = service.post("/api/chat", {"session": chosen, "text": "menu"})
    assert answer.status == 200
    assert answer.json["session"] != chosen


def test_a_session_changed_in_one_letter_is_not_known(service: WebService, session: str) -> None:
    forged = session[:-1] + ("0" if session[-1] != "0" else "1")
    answer = service.post("/api/history", {"session": forged}).json
    assert answer["session"] not in {session, forged}
    assert answer["lines"] == []


def test_the_database_does_not_hold_session_ids(service: WebService, session: str) -> None:
    files = list(service.folder.glob("web.db*"))
    assert files
    assert not any(session.encode() in file.read_bytes() for file in files)


# --- history and ids -----------------------------------------------------------------------------


def test_history_holds_both_sides_in_order(service: WebService, session: str) -> None:
    replies = service.post("/api/chat", {"session": session, "text": "menu"}).json["replies"]
    shown = lines(service, session)
    assert [line["from"] for line in shown] == ["me", "bot", "me", "bot"]
    assert (shown[2]["kind"], shown[2]["text"]) == ("text", "menu")
    assert {key: shown[3][key] for key in replies[0]} == replies[0]


def test_history_of_nobody_is_empty(service: WebService) -> None:
    assert service.post("/api/history", {}).json["lines"] == []


def test_history_shows_numbers_masked(service: WebService, session: str) -> None:
    service.post("/api/chat", {"session": session, "text": "cccd của tôi 079203001234"})
    assert "079203001234" not in json.dumps(lines(service, session))


def test_a_message_sent_again_with_its_id_is_answered_once(
    service: WebService, session: str
) -> None:
    body = {"session": session, "text": "menu", "id": "message-0001"}
    first, second = service.post("/api/chat", body), service.post("/api/chat", body)
    assert first.json == second.json
    assert len(lines(service, session)) == 4


def test_the_same_id_of_another_person_is_another_message(service: WebService) -> None:
    body = {"session": "", "text": "menu", "id": "message-0001"}
    first, second = service.post("/api/chat", body).json, service.post("/api/chat", body).json
    assert first["replies"][0]["id"] != second["replies"][0]["id"]


@pytest.mark.parametrize("id_", ["short", "x" * 65, "has space", "abcdefgh\n", "đđđđđđđđ"])
def test_an_unfit_id_is_refused(service: WebService, id_: str) -> None:
    answer = service.post("/api/chat", {"text": "menu", "id": id_})
    assert (answer.status, "`id`" in answer.json["error"]) == (400, True)


# --- the stream ----------------------------------------------------------------------------------


def test_an_officers_answer_arrives_in_the_open_stream(service: WebService, session: str) -> None:
    ask_an_officer(service, session, "Hồ sơ của tôi bao giờ xong?")
    with closing(Stream(service, session, newest(service, session))) as stream:
        service.officer_answers("Hồ sơ xong ngày mai.")
        assert "Hồ sơ xong ngày mai." in stream.next()["text"]
    assert "Hồ sơ xong ngày mai." in lines(service, session)[-1]["text"]


def test_a_stream_begins_with_what_came_after_the_last_one_seen(
    service: WebService, session: str
) -> None:
    seen = lines(service, session)[-1]["id"]
    missed = service.post("/api/chat", {"session": session, "text": "menu"}).json["replies"][0]
    with closing(Stream(service, session, seen)) as stream:
        assert stream.next() == missed


def test_a_stream_is_not_cached_and_not_held_back(service: WebService, session: str) -> None:
    with closing(Stream(service, session)) as stream:
        headers = stream.response.headers
        assert headers["Content-Type"] == "text/event-stream"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Accel-Buffering"] == "no"


def test_a_stream_hears_only_its_own_person(service: WebService, session: str) -> None:
    other = service.post("/api/chat", {"button": "start"}).json["session"]
    with closing(Stream(service, other, newest(service, other))) as stranger:
        ask_an_officer(service, session, "Bao giờ có thẻ?")
        with closing(Stream(service, session, newest(service, session))) as own:
            service.officer_answers("Trả lời cho người thứ nhất.")
            assert "người thứ nhất" in own.next()["text"]
        ask_an_officer(service, other, "Làm ở đâu?")
        service.officer_answers("Trả lời cho người thứ hai.")
        assert "người thứ hai" in stranger.next()["text"]


def test_open_streams_end_when_the_service_stops(tmp_path: Path) -> None:
    with WebService(tmp_path) as service, closing(Stream(service, "")) as stream:
        assert stream.response.readline() == b": alive\n"
        service.stop()
        assert stream.ends()


# --- what cannot be used -------------------------------------------------------------------------


def refused(answer: Response) -> bool:
    """Whether this is a refusal in the API's form."""
    plain = answer.headers["content-type"] == "application/json; charset=utf-8"
    return 400 <= answer.status < 500 and plain and bool(answer.json["error"])


@pytest.mark.parametrize("path", ["/api/chat", "/api/history", "/api/events"])
@pytest.mark.parametrize(
    "body",
    [
        b"", b"x", b"[]", b'"a"', b"1", b"null", b"{", b"\xff\xfe{", b"[" * 6000, b"1" * 6000,
        b'{"session": 1}', b'{"session": ["a"]}', b'{"session": {}}', b'{"session": true}',
    ],
)  # fmt: skip
def test_what_is_not_a_fitting_object_is_refused(
    service: WebService, path: str, body: bytes
) -> None:
    assert refused(service.request("POST", path, body))


@pytest.mark.parametrize(
    "body",
    [{}, {"session": ""}, {"text": 1}, {"text": ["a"]}, {"button": 1}, {"button": ""},
     {"text": "a", "id": 7}],
)  # fmt: skip
def test_a_message_without_fitting_content_is_refused(
    service: WebService, body: dict[str, object]
) -> None:
    assert refused(service.post("/api/chat", body))


def test_a_body_over_16_kib_is_refused_and_one_just_under_is_not(service: WebService) -> None:
    frame = len(b'{"text": ""}')
    fits = service.post("/api/chat", {"text": "a" * (16 * 1024 - frame)})
    over = service.post("/api/chat", {"text": "a" * (16 * 1024 - frame + 1)})
    assert (fits.status, over.status) == (200, 413)
    assert "16 KB" in over.json["error"]


def test_a_compressed_body_cannot_get_around_the_limit(service: WebService) -> None:
    bomb = gzip.compress(b'{"text": "' + b"a" * 5_000_000 + b'"}')
    answer = service.request("POST", "/api/chat", bomb, {"Content-Encoding": "gzip"})
    assert answer.status == 413


def test_a_broken_content_encoding_is_refused(service: WebService) -> None:
    answer = service.request("POST", "/api/chat", b"not gzip", {"Content-Encoding": "gzip"})
    assert refused(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/chat", 405), ("PUT", "/api/history", 405), ("POST", "/api/none", 404),
     ("GET", "/api/", 404)],
)  # fmt: skip
def test_wrong_addresses_and_methods_are_told_in_json(
    service: WebService, method: str, path: str, status: int
) -> None:
    answer = service.request(method, path)
    assert answer.status == status
    assert refused(answer)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
TEXTS = st.text(st.characters(codec=None), max_size=60)  # lone surrogates and NUL among them
KEYS = st.sampled_from(["session", "text", "button", "id", "after"])
BODIES = (
    st.dictionaries(KEYS, TEXTS, max_size=4)
    | st.dictionaries(KEYS, ANYTHING, max_size=4)
    | ANYTHING
)
CALM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CALM
@given(body=BODIES)
def test_no_json_makes_the_chat_fail(service: WebService, body: object) -> None:
    answer = service.post("/api/chat", body)
    assert answer.status == 200 or refused(answer)


@CALM
@given(body=st.binary(max_size=200))
def test_no_bytes_make_the_history_fail(service: WebService, body: bytes) -> None:
    answer = service.request("POST", "/api/history", body)
    assert answer.status == 200 or refused(answer)


@CALM
@given(after=TEXTS, session=TEXTS)
def test_no_position_makes_the_stream_fail(service: WebService, after: str, session: str) -> None:
    with closing(Stream(service, session, after)) as stream:
        assert stream.response.status == 200
        assert stream.response.readline() == b": alive\n"


@CALM
@given(text=TEXTS)
def test_what_was_written_comes_back_in_the_history_or_masked(
    service: WebService, session: str, text: str
) -> None:
    answer = service.post("/api/chat", {"session": session, "text": text})
    assert answer.status == 200
    assert lines(service, session)[-1]["from"] == "bot"


def test_a_failing_disk_is_told_in_json_and_the_message_can_be_sent_again(
    service: WebService, session: str
) -> None:
    body = {"session": session, "text": "menu", "id": "while-the-disk-fails"}
    service.rows(BREAK)
    try:
        failed = service.post("/api/chat", body)
    finally:
        service.rows(MEND)
    assert failed.status == 500
    assert "gửi lại" in failed.json["error"]
    assert service.post("/api/chat", body).json["replies"]


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/static/chat.js", "/static/chat.css", "/static/icon.svg", "/api/none",
     "/static/manifest.webmanifest"],
)  # fmt: skip
def test_every_response_has_the_security_headers(service: WebService, path: str) -> None:
    headers = service.request("GET", path).headers
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'"):
        assert part in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["server"] == "vneid-bot"  # and no version of what it runs on
    assert headers["referrer-policy"] == "no-referrer"


def test_answers_are_kept_by_no_cache(service: WebService) -> None:
    for path in ("/api/chat", "/api/history"):
        assert service.post(path, {"text": "menu"}).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/static/chat.js", "/static/chat.css"])
def test_the_page_is_asked_for_again_and_sent_only_when_it_changed(
    service: WebService, path: str
) -> None:
    first = service.request("GET", path)
    assert first.headers["cache-control"] == "no-cache"
    again = service.request("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_page_names_no_other_host_and_holds_no_inline_code(service: WebService) -> None:
    html = service.request("GET", "/").body.decode()
    assert "://" not in html
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count('<script type="module" src=') == 1


def test_no_file_outside_the_static_folder_is_served(service: WebService) -> None:
    for path in ("/static/../web.py", "/static/%2e%2e/web.py", "/static/"):
        assert service.request("GET", path).status in {403, 404}


# --- while the database is locked ----------------------------------------------------------------


def test_a_locked_database_is_told_as_busy_with_when_to_come_back(
    service: WebService, session: str
) -> None:
    asked = {"session": session, "text": QUESTION, "id": "while-locked"}
    with service.locked():
        answers = [
            service.post("/api/chat", asked),
            service.post("/api/history", {"session": session}),
            service.post("/api/file", {"session": session, "id": "x", "number": 0}),
        ]
    assert [answer.status for answer in answers] == [503, 503, 503]
    assert [answer.headers["retry-after"] for answer in answers] == ["5", "5", "5"]
    assert "Máy chủ đang bận" in answers[0].json["error"]
    assert answers[0].json["retry_after"] == 5


def test_what_a_locked_database_refused_is_answered_once_under_the_same_id(
    service: WebService, session: str
) -> None:
    asked = {"session": session, "text": QUESTION, "id": "asked-twice"}
    with service.locked():
        assert service.post("/api/chat", asked).status == 503
    first, second = (service.post("/api/chat", asked).json["replies"] for _ in range(2))
    assert first == second
    assert sum(line["from"] == "me" for line in lines(service, session)) == 2  # and the start
