"""The whole service with an Official Account, beside a Zalo of our own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.secret_webhook import MAX_BODY
from tests.support.fakes.server import Fault
from tests.support.fakes.zalo import APP_SECRET, OA_ID, OA_SECRET, FakeZalo, signed
from tests.support.people import Clock
from tests.support.telegram_service import ANSWER, BREAK, MEND, QUESTION, Running
from tests.support.zalo_service import AN, BINH, serving_oa

TO = "SELECT * FROM outbox WHERE channel = 'zalo-oa' AND person = :person"


@pytest.fixture
async def service(zalo: FakeZalo, tmp_path: Path, clock: Clock) -> AsyncIterator[Running]:
    async with serving_oa(zalo, tmp_path, clock) as running:
        yield running


async def test_a_question_is_answered(zalo: FakeZalo, service: Running) -> None:
    assert await zalo.push(zalo.text(AN, QUESTION)) == 1
    (answer,) = await zalo.heard(AN)
    assert ANSWER in answer.text
    assert "👍 Đúng ý" in answer.taps


async def test_it_is_committed_before_the_200(zalo: FakeZalo, service: Running) -> None:
    zalo.fail("cs", *[Fault(status=500)] * 3)
    assert await zalo.post(zalo.text(AN, QUESTION)) == 200
    assert service.count("incoming") == 1
    assert len(service.rows(TO, person=AN)) == 1


@pytest.mark.parametrize("key", [OA_SECRET, APP_SECRET])
@pytest.mark.parametrize("first", ["1000000000000000001", OA_ID])
@pytest.mark.parametrize("stamp", ["body", "header"])
async def test_each_documented_signature_is_taken_and_named_once(
    zalo: FakeZalo, service: Running, key: str, first: str, stamp: str
) -> None:
    sign = signed(key, first, stamp=stamp)
    with capture_logs() as logs:
        statuses = [await zalo.post(zalo.text(AN, "menu"), sign=sign) for _ in range(2)]
    assert statuses == [200, 200]
    (matched,) = [line for line in logs if line["event"] == "zalo signature matched"]
    assert matched["time"] == stamp
    assert matched["secret"] == ("oa_secret" if key == OA_SECRET else "app_secret")


def unsigned(body: bytes, event: dict[str, Any]) -> dict[str, str]:
    return {}


def malformed(body: bytes, event: dict[str, Any]) -> dict[str, str]:
    return {"X-ZEvent-Signature": "mac=không"}


def of_another_body(body: bytes, event: dict[str, Any]) -> dict[str, str]:
    return signed()(body + b" ", event)


@pytest.mark.parametrize(
    ("sign", "status"),
    [
        (unsigned, 401),
        (malformed, 403),
        (of_another_body, 403),
        (signed("guessed"), 403),
        (signed(""), 403),
        (signed(first="9"), 403),
    ],
)
async def test_nothing_else_gets_in(
    zalo: FakeZalo, service: Running, sign: Callable[..., dict[str, str]], status: int
) -> None:
    assert await zalo.post(zalo.text(AN, QUESTION), sign=sign) == status
    assert service.count("incoming") == 0
    assert service.count("interactions") == 0


@pytest.mark.parametrize("raw", [b"", b"{}", b" {} "])
async def test_a_probe_of_the_console_is_answered(
    zalo: FakeZalo, service: Running, raw: bytes
) -> None:
    assert await zalo.post({}, raw=raw, sign=unsigned) == 200


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[1]", 400),
        (b"\xff\xfe{", 400),
        (b"[" * 100_000, 400),
        (b'{"x": "' + b"y" * MAX_BODY + b'"}', 413),
    ],
)
async def test_a_body_that_is_no_event_is_refused(
    zalo: FakeZalo, service: Running, raw: bytes, status: int
) -> None:
    assert await zalo.post({}, raw=raw) == status


async def test_a_lone_surrogate_in_an_event_breaks_nothing(
    zalo: FakeZalo, service: Running
) -> None:
    event = zalo.text(AN, "chào \ud83d")
    assert await zalo.post(event) == 200
    assert await zalo.post({**event, "timestamp": "\ud83d"}, sign=malformed) == 403


async def test_a_repeated_event_is_answered_once(zalo: FakeZalo, service: Running) -> None:
    event = zalo.text(AN, QUESTION)
    assert [await zalo.post(event, retry=n) for n in range(3)] == [200, 200, 200]
    await zalo.heard(AN)
    assert len(service.rows(TO, person=AN)) == 1


async def test_an_event_sent_again_after_days_is_left_alone(
    zalo: FakeZalo, service: Running, clock: Clock
) -> None:
    caught = zalo.text(AN, QUESTION)
    clock.move(days=2, minutes=1)
    assert await zalo.post(caught) == 200
    assert service.count("incoming") == 0


async def test_events_in_another_order_are_each_answered(zalo: FakeZalo, service: Running) -> None:
    events = [zalo.follow(AN), zalo.text(AN, QUESTION), zalo.text(AN, "menu")]
    for event in (*reversed(events), *events):
        assert await zalo.post(event) == 200
    heard = await zalo.heard(AN, 3)
    assert len(zalo.to(AN)) == 3
    assert sorted(("trợ lý" in m.text, ANSWER in m.text, "cần hỏi" in m.text) for m in heard) == [
        (False, False, True),
        (False, True, False),
        (True, False, False),
    ]


async def test_a_database_fault_makes_zalo_repeat(zalo: FakeZalo, service: Running) -> None:
    service.rows(BREAK)
    event = zalo.text(AN, QUESTION)
    assert await zalo.post(event) == 503
    service.rows(MEND)
    assert await zalo.push(event) == 1
    await zalo.heard(AN)
    assert len(service.rows(TO, person=AN)) == 1


async def test_what_nobody_has_named_is_taken_and_counted(zalo: FakeZalo, service: Running) -> None:
    with capture_logs() as logs:
        for _ in range(2):
            assert await zalo.post(zalo.event("invented_in_2030", AN)) == 200
    assert [line["count"] for line in logs if line["event"] == "zalo event unknown"] == [1, 2]
    assert service.count("incoming") == 0


async def test_our_own_echo_starts_no_loop(zalo: FakeZalo, service: Running) -> None:
    event = zalo.text(AN, QUESTION)
    echo = {**event, "event_name": "oa_send_text", "sender": {"id": OA_ID}, "recipient": {"id": AN}}
    assert await zalo.post(echo) == 200
    assert service.count("incoming") == 0


async def test_a_delivery_report_of_a_form_makes_nobody_known(
    zalo: FakeZalo, service: Running
) -> None:
    report = {
        "event_name": "user_received_message",
        "recipient": {"id": "84900000001"},
        "sender": {"id": OA_ID},
        "message": {"delivery_time": "1790000000000", "msg_id": "z1", "tracking_id": "row"},
        "timestamp": "1790000000000",
    }
    assert await zalo.post(report) == 200
    assert service.count("people") == 0


async def test_events_of_another_account_are_left_alone(
    zalo: FakeZalo, tmp_path: Path, clock: Clock
) -> None:
    async with serving_oa(zalo, tmp_path, clock, oa_id="77") as service:
        assert await zalo.post(zalo.text(AN, QUESTION)) == 200
        assert service.count("incoming") == 0


async def test_a_tap_on_the_menu_and_its_further_pages(zalo: FakeZalo, service: Running) -> None:
    await zalo.post(zalo.follow(AN))
    (welcome,) = await zalo.heard(AN)
    assert len(welcome.buttons) <= 5
    await zalo.post(zalo.tap(AN, "☰ Danh mục"))
    menu = (await zalo.heard(AN, 2))[1]
    assert "Mục để thử" in menu.taps
    await zalo.post(zalo.tap(AN, "Mục để thử"))
    assert "chọn điều bạn cần" in (await zalo.heard(AN, 3))[2].text


async def test_all_choices_are_reached_page_by_page(
    zalo: FakeZalo, tmp_path: Path, clock: Clock
) -> None:
    entries = "".join(
        f"  - {{id: muc-{n}, question: Câu hỏi số {n} là gì?, answer: Trả lời {n}.}}\n"
        for n in range(12)
    )
    async with serving_oa(zalo, tmp_path, clock) as service:
        (tmp_path / "faq" / "thu.yaml").write_text(
            f"group: thu\ntitle: Nhiều\nentries:\n{entries}", encoding="utf-8"
        )
        await service.reload()
        await zalo.post(zalo.text(AN, "#vneid:group:thu"))
        seen: list[str] = []
        for page in range(1, 4):
            sent = (await zalo.heard(AN, page))[page - 1]
            seen += sent.taps
            if "Xem thêm lựa chọn ▸" not in sent.taps:
                break
            await zalo.post(zalo.tap(AN, "Xem thêm lựa chọn ▸"))
    assert [label for label in seen if label.startswith("Câu hỏi")] == [
        f"Câu hỏi số {n} là gì?" for n in range(8)
    ]
    assert seen[-2:] == ["Xem thêm", "☰ Danh mục"]


async def test_somebody_elses_choices_are_not_shown(zalo: FakeZalo, service: Running) -> None:
    await zalo.post(zalo.follow(AN))
    await zalo.heard(AN)
    (row,) = service.rows(TO, person=AN)
    await zalo.post(zalo.text(BINH, f"#vneid:more:{row['id']}:0"))
    (heard,) = await zalo.heard(BINH)
    assert "đã cũ" in heard.text


async def test_unfollowing_ends_it_and_following_again_begins_it(
    zalo: FakeZalo, service: Running, clock: Clock
) -> None:
    await zalo.post(zalo.follow(AN))
    await zalo.heard(AN)
    clock.move(minutes=1)
    await zalo.post(zalo.unfollow(AN))
    clock.move(minutes=1)
    assert service.rows("SELECT reachable FROM people")[0]["reachable"] == 0
    await zalo.post(zalo.follow(AN))
    assert service.rows("SELECT reachable FROM people")[0]["reachable"] == 1


async def test_a_webhook_answers_well_within_two_seconds_while_zalo_is_slow(
    zalo: FakeZalo, service: Running
) -> None:
    await zalo.go_down()
    try:
        for n in range(20):
            assert await zalo.post(zalo.text(AN, f"{QUESTION} {n}")) == 200
    finally:
        await zalo.come_up()
    assert service.count("incoming") == 20


def test_events_are_read_as_the_documents_show_them(zalo: FakeZalo) -> None:
    event = json.loads(
        '{"app_id":"1","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
        '"user_id_by_app":"552177279717587730","event_name":"user_send_text",'
        '"message":{"text":"chào","msg_id":"96d3cdf3af150460909"},"timestamp":"154390853474"}'
    )
    assert set(zalo.text(AN, "chào")) == set(event)
