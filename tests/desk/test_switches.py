"""Switches, as officers set them and citizens see them."""

from __future__ import annotations

from collections.abc import Callable

from tests.desk.conftest import Officer, text
from tests.support.people import Clock
from tests.support.web_service import WebService

SignedIn = Callable[..., Officer]


def asks(service: WebService, session: str, **more: str) -> tuple[str, str]:
    answer = service.post("/api/chat", {"session": session, **more}).json
    return answer["session"], "\n".join(reply["text"] for reply in answer["replies"])


def test_booking_is_closed_for_new_ones_only_and_opens_by_itself(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    one = officer("manager")
    assert one.post("/desk/switches/booking/on", text="máy hỏng", hours="2").status == 303
    session, said = asks(service, "", text="đặt lịch")
    assert "tạm ngừng nhận đặt lịch mới: máy hỏng" in said
    assert "tạm ngừng" in asks(service, session, button="time:the:mau-a.2611270800")[1]
    assert "chưa có lịch hẹn" in asks(service, session, button="visits")[1]
    moving.move(hours=2)
    assert "Bạn muốn đặt lịch làm việc gì" in asks(service, session, text="đặt lịch")[1]


def test_a_notice_is_shown_once_in_each_chat_until_it_is_turned_off(
    service: WebService, officer: SignedIn
) -> None:
    one = officer("manager")
    one.post("/desk/switches/notice/on", text="VNeID đang quá tải", hours="4")
    session, said = asks(service, "", text="menu")
    assert said.startswith("📢 VNeID đang quá tải")
    assert "📢" not in asks(service, session, text="hủy")[1]
    assert "📢" not in asks(service, session, text="menu")[1]
    assert "VNeID đang quá tải" in text(one.get("/desk/switches"))
    one.post("/desk/switches/notice/off")
    assert "📢" not in asks(service, "", text="menu")[1]


def test_what_cannot_be_set_says_why(officer: SignedIn) -> None:
    one = officer("manager")
    assert one.post("/desk/switches/notice/on", text=" ", hours="4").status == 422
    assert one.post("/desk/switches/notice/on", text="x", hours="1000").status == 422
    assert one.post("/desk/switches/other/on", text="x", hours="4").status == 404


def test_both_ways_are_in_the_audit_log(service: WebService, officer: SignedIn) -> None:
    one = officer("manager")
    one.post("/desk/switches/notice/on", text="thử", hours="1")
    one.post("/desk/switches/notice/off")
    log = text(officer("auditor").get("/desk/audit"))
    assert "bật thông báo chung" in log
    assert "tắt thông báo chung" in log
