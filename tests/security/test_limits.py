"""Whoever asks for too much is told what to do, and nobody else is the worse for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.web.limits import TooMany, Turnstile
from bot.channels.web.proof_of_work import Work, zero_bits
from bot.core.config.limits import Limits
from bot.core.messages import Kind
from bot.core.rate_limit import Buckets, Floods, Pace
from bot.store.database import Database
from tests.support.people import Clock, Person
from tests.support.web_service import Response, WebService

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SMALL = Limits(
    messages_per_minute=5,
    requests_per_minute=60,
    requests_per_second=1000,
    streams_per_address=2,
    sessions_per_hour=3,
    work_bits=4,
)


def solved(challenge: str) -> str:
    """What a client does with a challenge."""
    bits = int(challenge.split(".")[0])
    proofs = (f"{challenge}:{n}" for n in itertools.count())
    return next(proof for proof in proofs if zero_bits(proof) >= bits)


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[WebService]:
    with WebService(tmp_path, limits=SMALL, clock=clock) as running:
        yield running


def start(service: WebService, **more: str) -> Response:
    return service.post("/api/chat", {"session": "", "button": "start", **more})


# --- counting ------------------------------------------------------------------------------------


def test_so_many_at_once_then_one_for_each_part_of_the_time() -> None:
    buckets = Buckets(3, 60)
    assert [buckets.take("a", START) == 0 for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b", START) == 0
    later = START + timedelta(seconds=20)
    assert [buckets.take("a", later) == 0 for _ in range(2)] == [True, False]
    assert buckets.take("a", later) == pytest.approx(20)


def test_counting_takes_no_more_memory_than_it_may() -> None:
    buckets = Buckets(3, 60, most=10)
    for number in range(1000):
        buckets.take(str(number), START)
    assert len(buckets) == 10


def test_a_clock_set_back_shuts_nobody_out() -> None:
    buckets = Buckets(1, 60)
    buckets.take("a", START)
    assert buckets.take("a", START - timedelta(days=300)) == 0


def test_a_flood_is_told_once_a_minute() -> None:
    floods = Floods(2)
    seen = [floods.look("an", START) for _ in range(5)]
    assert seen == [Pace.HEARD, Pace.HEARD, Pace.TOLD, Pace.PASSED, Pace.PASSED]
    assert floods.look("binh", START) is Pace.HEARD


# --- messages ------------------------------------------------------------------------------------


def test_a_flood_of_messages_gets_one_notice_a_minute(
    chat: Callable[..., Person], clock: Clock
) -> None:
    an = chat("an", "telegram")
    heard = [an.says("quên mật khẩu") for _ in range(40)]
    assert all(one.entries for one in heard[:30])
    assert "đợi khoảng một phút" in heard[30].text
    assert [one.replies for one in heard[31:]] == [()] * 9
    assert chat("binh", "telegram").says("quên mật khẩu").entries
    clock.move(minutes=1)
    assert an.says("quên mật khẩu").entries


def test_a_flood_on_the_web_is_told_to_wait_and_loses_nothing(
    service: WebService, clock: Clock
) -> None:
    session = service.post("/api/chat", {"session": "", "text": "menu"}).json["session"]
    body = {"session": session, "text": "menu"}
    answers = [service.post("/api/chat", {**body, "id": f"message-{n}"}) for n in range(5)]
    assert [answer.status for answer in answers] == [200] * 4 + [429]
    assert "đợi khoảng một phút" in answers[-1].json["error"]
    assert int(answers[-1].headers["retry-after"]) == answers[-1].json["retry_after"] > 0
    clock.move(minutes=1)
    assert service.post("/api/chat", {**body, "id": "message-4"}).json["replies"]


def test_an_address_that_asks_too_much_is_told_to_wait(service: WebService, clock: Clock) -> None:
    answers = [service.post("/api/history", {"session": ""}) for _ in range(61)]
    assert {answer.status for answer in answers[:60]} == {200}
    assert answers[60].status == 429
    assert "Mạng bạn đang dùng" in answers[60].json["error"]
    assert service.request("GET", "/").status == 200
    clock.move(minutes=1)
    assert service.post("/api/history", {"session": ""}).status == 200


def test_when_everybody_asks_at_once_some_are_told_to_wait(clock: Clock) -> None:
    turnstile = Turnstile(Limits(requests_per_second=10), b"key", clock)
    for number in range(10):
        turnstile.request(f"203.0.113.{number}")
    with pytest.raises(TooMany, match="rất đông"):
        turnstile.request("203.0.113.99")
    clock.move(seconds=1)
    turnstile.request("203.0.113.99")


def test_an_address_cannot_open_streams_without_end(clock: Clock) -> None:
    turnstile = Turnstile(SMALL, b"key", clock)
    turnstile.enter("203.0.113.1")
    turnstile.enter("203.0.113.1")
    with pytest.raises(TooMany, match="quá nhiều trang"):
        turnstile.enter("203.0.113.1")
    turnstile.enter("203.0.113.2")
    turnstile.leave("203.0.113.1")
    turnstile.enter("203.0.113.1")


# --- talks that scripts begin -----------------------------------------------------------------------


def test_the_first_talks_of_an_address_begin_freely_and_then_take_work(service: WebService) -> None:
    answers = [start(service) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1].json
    assert "không phải máy tự động" in refused["error"]
    answer = start(service, proof=solved(refused["challenge"]))
    assert answer.json["session"]
    assert service.count("people") == 4


def test_a_talk_that_has_begun_needs_no_work(service: WebService) -> None:
    session = start(service).json["session"]
    for _ in range(3):
        start(service)
    assert service.post("/api/chat", {"session": session, "text": "menu"}).status == 200


def test_nothing_gives_out_a_session_without_work(service: WebService) -> None:
    for _ in range(4):
        start(service)
    assert service.post("/api/history", {"session": ""}).json == {"session": "", "lines": []}
    made_up = "A" * 32 + "." + "0" * 32
    assert start(service).status == 429
    answer = service.post("/api/chat", {"session": made_up, "text": "menu"})
    assert answer.status == 429


def test_a_proof_is_good_once_for_one_address_and_not_for_long(clock: Clock) -> None:
    work = Work(b"key", clock)
    proof = solved(work.challenge("203.0.113.1", 4))
    assert not work.accept("203.0.113.2", proof)
    assert work.accept("203.0.113.1", proof)
    assert not work.accept("203.0.113.1", proof)
    late = solved(work.challenge("203.0.113.1", 4))
    clock.move(minutes=11)
    assert not work.accept("203.0.113.1", late)


@pytest.mark.parametrize(
    "proof", ["", ":", "a:b", "4.9.a.b:1", "." * 50, "1" * 500, "4.x.a.b:²", "\ud800:1"]
)
def test_a_proof_that_was_made_up_is_none(clock: Clock, proof: str) -> None:
    assert not Work(b"key", clock).accept("203.0.113.1", proof)


def test_too_little_work_is_none(clock: Clock) -> None:
    work = Work(b"key", clock)
    challenge = work.challenge("203.0.113.1", 12)
    lazy = next(p for n in itertools.count() if zero_bits(p := f"{challenge}:{n}") < 12)
    assert not work.accept("203.0.113.1", lazy)


def test_the_work_grows_with_what_an_address_opens_and_ends_with_the_hour(clock: Clock) -> None:
    turnstile = Turnstile(SMALL, b"key", clock)
    seen = []
    for _ in range(13):
        bits = turnstile.bits("203.0.113.1")
        seen.append(bits)
        proof = solved(turnstile._work.challenge("203.0.113.1", bits)) if bits else ""
        turnstile.newcomer("203.0.113.1", proof)
    assert seen == [0, 0, 0, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6]
    assert turnstile.bits("203.0.113.2") == 0
    clock.move(hours=2)
    assert turnstile.bits("203.0.113.1") == 0


def test_when_many_addresses_open_talks_all_of_them_work(clock: Clock) -> None:
    turnstile = Turnstile(Limits(sessions_per_minute=20, work_bits=4), b"key", clock)
    for number in range(20):
        turnstile.newcomer(f"198.51.100.{number}", "")
    assert turnstile.bits("203.0.113.7") == 4
    clock.move(minutes=2)
    assert turnstile.bits("203.0.113.7") == 0


def test_blocking_the_bot_is_noted_in_a_flood_too(
    chat: Callable[..., Person], database: Database
) -> None:
    an = chat("an", "telegram")
    for _ in range(40):
        an.says("alo")
    an.does(Kind.BLOCKED)
    with database.transaction() as tx:
        assert tx.rows("SELECT reachable FROM people") == [{"reachable": 0}]
