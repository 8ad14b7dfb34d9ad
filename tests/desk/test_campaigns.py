"""Campaigns at the desk: written, counted, agreed to by a second officer, paused, resumed, stopped."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.core.clock import local
from bot.core.messages import Address
from bot.store.people import consents, conversations
from tests.desk.conftest import Officer, text
from tests.support.people import Clock
from tests.support.subscribers import IDS, subscribe
from tests.support.web_service import Response, WebService

SignedIn = Callable[..., Officer]
Planned = Callable[[int], tuple[Officer, str]]
ID = re.compile(r"/desk/campaigns/(\w+)")


@pytest.fixture(autouse=True)
def _nobody_else(service: WebService, moving: Clock) -> Iterator[None]:
    """Every test begins without profiles and campaigns."""
    yield
    with service.database.transaction() as tx:
        for table in ("profiles", "campaign_parts", "campaigns", "proactive", "outbox"):
            tx.rows(f"DELETE FROM {table}")  # noqa: S608 - a name of this file


def form(clock: Clock, **changed: str) -> dict[str, str]:
    start = local(clock()) + timedelta(hours=1)
    return {
        "name": "Kích hoạt ở xã Mẫu",
        "rule": "status = chưa kích hoạt and audience = công nhân",
        "text": "Tối nay nhà văn hóa xã Mẫu có điểm kích hoạt VNeID, mời bạn ghé.",
        "link": "https://vneid.gov.vn/huong-dan",
        "buttons": "Quên mật khẩu | mat-the\nĐặt lịch hẹn | đặt lịch",
        "hours": "ca-ngay",
        "starts": f"{start:%Y-%m-%dT%H:%M}",
        "ends": f"{start + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "do": "save",
        **changed,
    }


def people(service: WebService, clock: Clock, count: int, channel: str = "web") -> list[Address]:
    found = [Address(channel, f"c{number:03}") for number in range(count)]
    with service.database.transaction() as tx:
        for person in found:
            subscribe(tx, person, clock())
    return found


def written(one: Officer, clock: Clock, **changed: str) -> str:
    """The id of a new campaign."""
    answer = one.post("/desk/campaigns/new", **form(clock, **changed))
    assert answer.status == 303, text(answer)
    found = ID.search(answer.headers["location"])
    assert found
    return found[1]


@pytest.fixture
def planned(service: WebService, officer: SignedIn, moving: Clock) -> Planned:
    """`planned(3)`: an officer, and the id of their campaign to so many people."""

    def for_people(count: int) -> tuple[Officer, str]:
        people(service, moving, count)
        one = officer("outreach")
        return one, written(one, moving)

    return for_people


def move(one: Officer, id_: str, do: str) -> Response:
    return one.post(f"/desk/campaigns/{id_}/move", do=do)


def state(service: WebService, id_: str) -> str:
    return str(service.rows("SELECT state FROM campaigns WHERE id = :id", id=id_)[0]["state"])


def shown(one: Officer, id_: str) -> str:
    return html.unescape(text(one.get(f"/desk/campaigns/{id_}")))


def test_an_empty_list_says_how_to_begin(officer: SignedIn) -> None:
    page = text(officer("outreach").get("/desk/campaigns"))
    assert "Chưa có đợt tin nào" in page
    assert "Soạn đợt tin mới" in page


def test_the_preview_shows_every_channel_and_keeps_nothing(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    one = officer("outreach")
    page = html.unescape(text(one.post("/desk/campaigns/new", **form(moving, do="preview"))))
    for channel in ("Telegram", "Zalo", "Web"):
        assert f"<h3>{channel} " in page
    assert "Không muốn nhận tin nữa? Nhắn DỪNG." in page
    assert "tình trạng là Đã làm, chưa kích hoạt và nhóm là Công nhân" in page
    assert service.count("campaigns") == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rule": "audience = cn"}, "Luật chọn người, ký tự 12: không có “cn”"),
        ({"text": ""}, "chưa viết nội dung"),
        ({"text": "a" * 1001}, "Tin dài 1001 ký tự"),
        ({"text": "Gửi mã OTP cho cán bộ nhé"}, "cơ quan không bao giờ hỏi"),
        ({"text": "NHANH TAY BẤM VÀO đây"}, "CHỮ HOA"),
        ({"text": "Xem ở bit.ly/abc"}, "rút gọn liên kết"),
        ({"text": "Gọi cô Ba 0900000001"}, "số điện thoại của một người"),
        ({"text": "Xem http://vneid.gov.vn"}, "phải bắt đầu bằng https://"),
        ({"link": "https://tinyurl.com/x"}, "rút gọn liên kết"),
        ({"link": "javascript:alert(1)"}, "cần địa chỉ https://"),
        ({"buttons": "Xem | khong-co-muc-nay"}, "không có mục FAQ khong-co-muc-nay"),
        ({"buttons": "A | mat-the\nB | mat-the\nC | mat-the\nD | mat-the"}, "Tối đa 3 nút"),
        ({"buttons": "| mat-the"}, "cần từ 1 đến 36 ký tự"),
        ({"name": ""}, "Đặt tên cho đợt tin"),
        ({"hours": "x"}, "Chọn khung giờ"),
        ({"ends": "2026-11-01T10:00"}, "Kết thúc phải sau lúc bắt đầu"),
        ({"starts": "hôm nay"}, "Ghi ngày giờ bắt đầu và kết thúc"),
    ],
)
def test_what_must_not_go_out_is_told_and_what_was_written_stays(
    service: WebService, officer: SignedIn, moving: Clock, changed: dict[str, str], said: str
) -> None:
    answer = officer("outreach").post("/desk/campaigns/new", **form(moving, **changed))
    page = html.unescape(text(answer))
    assert answer.status == 422
    assert said in page
    assert changed.get("text", "nhà văn hóa xã Mẫu") in page
    assert service.count("campaigns") == 0


def test_the_dry_run_counts_exactly_and_says_who_is_left_out(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    found = people(service, moving, 7)
    with service.database.transaction() as tx:
        conversations.set_reachable(tx, found[0], reachable=False)
        consents.take_back(tx, IDS.new(moving()), found[1], "news", "test", moving())
        subscribe(tx, Address("web", "student"), moving(), audience="sinh-vien")
    one = officer("outreach")
    page = shown(one, written(one, moving))
    assert "<strong>5 người</strong> sẽ nhận" in page
    assert "ai vào nhóm khi đợt đã bắt đầu thì có thể không nhận" in page
    cells = re.findall(r"<td[^>]*>(\d+)</td>", page.split('id="dry"')[1])
    assert cells == ["5", "0", "1", "1", "0", "0", "0"]
    assert "Chi phí mẫu tin Zalo: 0 đồng" in page
    assert "Gửi cho 5 người" in page


def test_a_campaign_to_nobody_says_what_to_do_instead_of_offering_to_send(
    planned: Planned,
) -> None:
    one, id_ = planned(0)
    page = shown(one, id_)
    assert "Gửi cho 0 người" not in page
    assert "sửa “Gửi cho ai”" in page


def test_few_people_need_one_officer_and_their_message_arrives(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    (person,) = people(service, moving, 1)
    one = officer("outreach")
    id_ = written(one, moving)
    assert move(one, id_, "launch").headers["location"].endswith("said=running")
    assert state(service, id_) == "running"
    assert service.rows("SELECT what FROM audit WHERE subject = :id", id=id_)[-1] == {
        "what": "chạy đợt tin"
    }
    assert "Đang chạy" in shown(one, id_)
    assert person.user


def test_many_people_need_a_second_officer_who_did_not_write_it(
    service: WebService, officer: SignedIn, planned: Planned
) -> None:
    (one, id_), other = planned(201), officer("outreach")
    assert "Xin duyệt để gửi cho 201 người" in shown(one, id_)
    move(one, id_, "launch")
    assert state(service, id_) == "waiting"
    refused = move(one, id_, "approve")
    assert refused.status == 409
    assert "người soạn không tự duyệt được" in text(refused)
    assert "Duyệt, cho gửi" in shown(other, id_)
    assert move(other, id_, "approve").status == 303
    assert state(service, id_) == "running"


def test_a_change_takes_the_agreement_back_and_makes_its_author(
    service: WebService, officer: SignedIn, planned: Planned, moving: Clock
) -> None:
    (one, id_), other = planned(201), officer("outreach")
    move(one, id_, "launch")
    answer = other.post(f"/desk/campaigns/{id_}/edit", **form(moving, text="Tin đã sửa."))
    assert answer.status == 303
    assert state(service, id_) == "draft"
    move(other, id_, "launch")
    assert move(other, id_, "approve").status == 409
    assert move(one, id_, "approve").status == 303


def test_no_slip_of_the_finger_ends_a_campaign_for_good(planned: Planned) -> None:
    one, id_ = planned(3)
    move(one, id_, "launch")
    assert "Dừng hẳn" not in text(one.get(f"/desk/campaigns/{id_}"))
    move(one, id_, "pause")
    assert "Dừng hẳn" in text(one.get(f"/desk/campaigns/{id_}"))


def test_paused_resumed_and_stopped_for_good(
    service: WebService, planned: Planned, moving: Clock
) -> None:
    one, id_ = planned(3)
    for do, after in (
        ("pause", "draft"),
        ("launch", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
        ("resume", "stopped"),
        ("launch", "stopped"),
    ):
        move(one, id_, do)
        assert state(service, id_) == after, do
    assert one.post(f"/desk/campaigns/{id_}/edit", **form(moving)).status == 409
    written_down = service.rows("SELECT what FROM audit WHERE subject = :id", id=id_)
    assert [row["what"] for row in written_down][-4:] == [
        "chạy đợt tin", "tạm dừng đợt tin", "chạy tiếp đợt tin", "dừng hẳn đợt tin",
    ]  # fmt: skip


def test_what_is_over_cannot_be_launched(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    one = officer("outreach")
    id_ = written(one, moving)
    with service.database.transaction() as tx:
        tx.rows(
            "UPDATE campaigns SET starts_at = :a, ends_at = :b",
            a="2026-11-01T00:00:00.000000Z",
            b="2026-11-02T00:00:00.000000Z",
        )
    assert move(one, id_, "launch").status == 409
    assert state(service, id_) == "draft"


def test_a_campaign_that_nobody_knows_is_not_found(officer: SignedIn) -> None:
    one = officer("outreach")
    for path in ("khong-co", "khong-co/edit", "khong-co/events"):
        assert one.get(f"/desk/campaigns/{path}").status == 404
    assert move(one, "khong-co", "launch").status == 404
    assert move(one, "khong-co", "explode").status == 404
