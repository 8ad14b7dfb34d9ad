"""How long a browser's secret stands for its person."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.channel import KEY
from bot.channels.web.sessions import Sessions
from bot.store import key_value
from tests.support.people import Clock
from tests.support.web_service import WebService

SECRET, LASTS, SINCE = b"made up", timedelta(days=90), Clock().now
SESSIONS = Sessions(SECRET, LASTS, SINCE)
VALUE = "v" * 32


def undated(key: bytes, value: str = VALUE) -> str:
    """A token as it was written before it had a date."""
    return f"{value}.{hmac.new(key, value.encode(), 'sha256').hexdigest()[:32]}"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[WebService]:
    with WebService(tmp_path_factory.mktemp("web"), clock=clock) as running:
        yield running


def says(service: WebService, session: str, text: str = "menu") -> tuple[str, bool]:
    """The token to keep from now on, and whether the talk before it has ended."""
    answer = service.post("/api/chat", {"session": session, "text": text}).json
    return answer["session"], answer.get("ended", False)


def lines(service: WebService, session: str) -> int:
    return len(service.post("/api/history", {"session": session}).json["lines"])


def test_a_token_that_is_used_goes_on_and_is_written_anew_each_day(
    service: WebService, clock: Clock
) -> None:
    first, _ = says(service, "")
    assert says(service, first) == (first, False)
    token = first
    for days in (2, 80, 89, 89):
        clock.move(days=days)
        renewed, ended = says(service, token)
        assert (renewed != token, ended) == (True, False)
        token = renewed
    assert lines(service, token) == 12  # one talk all the time
    assert lines(service, first) == 0  # which its first token no longer opens


def test_a_token_that_nobody_used_opens_nothing_and_the_page_is_told(
    service: WebService, clock: Clock
) -> None:
    token, _ = says(service, "", "mất thẻ thì làm sao")
    clock.move(days=90)
    history = service.post("/api/history", {"session": token}).json
    assert history == {"session": "", "lines": [], "ended": True}
    body = json.dumps({"session": token, "id": "x", "number": 0})
    assert service.request("POST", "/api/file", body).status == 404
    new, ended = says(service, token)
    assert ended
    assert lines(service, new) == 2  # of the new talk, none of the old one
    assert says(service, new) == (new, False)


def test_a_page_that_only_looks_keeps_its_talk(service: WebService, clock: Clock) -> None:
    token, _ = says(service, "")
    for _ in range(3):
        clock.move(days=60)
        token = service.post("/api/history", {"session": token}).json["session"]
    assert lines(service, token) == 2


def test_a_token_from_before_they_had_a_date_is_taken_and_renewed(
    service: WebService, clock: Clock
) -> None:
    start, clock.now = clock.now, SINCE + timedelta(days=80)
    with service.database.transaction() as tx:
        key = bytes.fromhex(key_value.once(tx, KEY, ""))
    old = undated(key)
    new, ended = says(service, old)
    assert (new != old, ended, new.count(".")) == (True, False, 2)
    assert says(service, new) == (new, False)
    assert lines(service, new) == 4
    clock.now = SINCE + timedelta(days=90)
    assert says(service, old)[1]  # nobody brought it in time
    clock.now = start


def test_who_somebody_is_stays_the_same_over_all_their_tokens() -> None:
    old = SESSIONS.find(undated(SECRET), SINCE)
    assert old
    later = SESSIONS.find(old.token, SINCE + timedelta(days=5))
    assert later
    assert (later.person, later.token != old.token) == (old.person, True)


@given(st.text(max_size=120), st.integers(0, 10**13))
def test_what_was_made_up_is_no_token_and_none_that_ended(text: str, second: int) -> None:
    for made in (
        text,
        f"{text}.{second}",
        f"{VALUE}.{second}.{text}",
        f"{undated(SECRET)}.{second}",
    ):
        assert SESSIONS.find(made, SINCE) is None
        assert not SESSIONS.has_ended(made, SINCE)


def test_no_sign_of_a_token_can_be_changed() -> None:
    token, moments = SESSIONS.new(SINCE).token, [SINCE, SINCE + timedelta(days=400)]
    for n, sign in enumerate(token):
        for other in {"0", "9", ".", "A"} - {sign}:
            forged = token[:n] + other + token[n + 1 :]
            assert [SESSIONS.find(forged, now) for now in moments] == [None, None]
            assert not SESSIONS.has_ended(forged, moments[1])


@pytest.mark.parametrize("by", [timedelta(days=-30), timedelta(0)])
def test_a_clock_that_was_set_back_ends_nothing(by: timedelta) -> None:
    now: datetime = SINCE + by
    token = SESSIONS.new(SINCE).token
    found = SESSIONS.find(token, now)
    assert found
    assert found.token == token
