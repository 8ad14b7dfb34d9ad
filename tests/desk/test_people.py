"""People who wait for an officer, calls and alerts: over real HTTP, up to the citizen's own chat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.core.crypto import Vault
from bot.desk import forms
from bot.store.outbox import calls
from bot.store.outbox.still_valid import About
from bot.store.staff import audit, inbox
from bot.store.values import Ids
from tests.desk.conftest import Officer, text
from tests.support import visits
from tests.support.people import Clock
from tests.support.web_service import WebService

SignedIn = Callable[..., Officer]
QUESTION = "Hồ sơ của mình nộp ba tuần rồi mà chưa thấy gì"
IDS = Ids()


@dataclass
class Citizen:
    """Somebody on the web page."""

    service: WebService
    session: str = ""

    def says(self, words: str) -> Any:
        return self._chat(text=words)

    def taps(self, button: str) -> Any:
        return self._chat(button=button)

    def reads(self) -> str:
        """Everything on the screen."""
        lines = self.service.post("/api/history", {"session": self.session}).json["lines"]
        return "\n".join(line["text"] for line in lines)

    def _chat(self, **body: str) -> Any:
        answer = self.service.post("/api/chat", {"session": self.session, **body}).json
        self.session = answer["session"]
        return answer


@pytest.fixture
def citizen(service: WebService) -> Iterator[Citizen]:
    """Waits for an officer; nobody else does."""
    somebody = Citizen(service)
    somebody.says("mất thẻ căn cước, số 079123456789")
    somebody.says("gặp cán bộ")
    somebody.says(QUESTION)
    yield somebody
    with service.database.transaction() as tx:
        for row in inbox.waiting(tx):
            inbox.close_handoff(tx, row["id"], service.clock(), "", answered=False)


def path_of(one: Officer) -> str:
    """The page of the one who waits."""
    found = re.findall(r'href="(/desk/people/[0-9a-f]+)"', text(one.get("/desk/people")))
    assert len(found) == 1
    return str(found[0])


def audited(service: WebService) -> list[tuple[str, str]]:
    with service.database.transaction() as tx:
        assert list(audit.faults(tx)) == []
        return [(row["what"], row["account"]) for row in audit.newest(tx)]


def test_the_list_says_who_waits_and_how_long(
    citizen: Citizen, officer: SignedIn, moving: Clock
) -> None:
    moving.move(minutes=25)
    shown = text(officer().get("/desk/people"))
    assert QUESTION in shown
    assert "Chờ 25 phút" in shown


def test_an_empty_list_says_when_it_fills(officer: SignedIn) -> None:
    assert "Không có ai đang chờ" in text(officer().get("/desk/people"))


def test_the_talk_is_shown_masked(citizen: Citizen, officer: SignedIn, service: WebService) -> None:
    one = officer()
    shown = text(one.get(path_of(one)))
    assert "mất thẻ căn cước, số [số giấy tờ]" in shown
    assert "079123456789" not in shown
    assert audited(service)[0][0] == "xem người chờ"


def test_who_reads_it_by_sending_a_form_is_written_down_too(
    citizen: Citizen, officer: SignedIn, service: WebService
) -> None:
    one = officer()
    path = path_of(one)
    assert "mất thẻ căn cước" in text(one.post(path, do="search", search=""))
    assert audited(service)[0][0] == "xem người chờ"


def test_an_answer_reaches_the_citizen_in_their_chat(
    citizen: Citizen, officer: SignedIn, service: WebService
) -> None:
    one = officer()
    sent = one.post(path_of(one), do="send", text="Thẻ của bạn đã in xong.")
    assert sent.headers["location"] == "/desk/people?said=answered"
    assert "Cán bộ trả lời:\nThẻ của bạn đã in xong." in waits_for(citizen, "đã in xong")
    assert audited(service)[0][0] == "trả lời người chờ"
    assert "Không có ai đang chờ" in text(one.get("/desk/people"))


def waits_for(citizen: Citizen, words: str) -> str:
    """What the chat shows once it holds *words*; the courier delivers in a thread of its own."""
    for _ in range(200):
        if words in (shown := citizen.reads()):
            return shown
    raise AssertionError(words)


def test_a_canned_answer_is_found_filled_in_and_sent(citizen: Citizen, officer: SignedIn) -> None:
    one = officer()
    path = path_of(one)
    found = text(one.post(path, do="search", search="quen mat khau vneid", text="đang viết"))
    assert 'value="quen-mat-khau"' in found
    assert ">đang viết</textarea>" in found
    filled = text(one.post(path, use="quen-mat-khau", search="quen mat khau", text="đang viết"))
    words = re.search(r"<textarea[^>]*>(.*?)</textarea>", filled, re.DOTALL)
    assert words is not None
    assert words[1].startswith("Bạn bấm Quên mật khẩu")
    assert "Nguồn: Báo thử" in words[1]
    one.post(path, do="send", text=words[1])
    assert "Bạn bấm Quên mật khẩu" in waits_for(citizen, "👮")


def test_the_page_offers_what_is_near_to_the_question(
    service: WebService, officer: SignedIn, citizen: Citizen
) -> None:
    citizen.says("gặp cán bộ")
    citizen.says("lệ phí làm thẻ căn cước bao nhiêu tiền")
    one = officer()
    assert 'value="le-phi"' in text(one.get(path_of(one)))


def test_of_two_officers_only_the_first_one_answers(
    citizen: Citizen, officer: SignedIn, service: WebService
) -> None:
    first, second = officer(), officer()
    path = path_of(second)
    first.post(path, do="send", text="Câu của người thứ nhất")
    late = second.post(path, do="send", text="Câu của người thứ hai")
    assert late.status == 409
    assert re.search(r"officer\.\S+ đã trả lời lúc", text(late))
    assert "Câu của người thứ hai" in text(late)
    assert "người thứ hai" not in waits_for(citizen, "người thứ nhất")
    assert second.post(f"{path}/close").status == 409
    closed = [what for what, _ in audited(service)][:3]
    assert "đóng người chờ, không trả lời" not in closed


@pytest.mark.parametrize("closing", [False, True])
def test_what_is_added_while_an_officer_writes_is_read_before_the_wait_ends(
    citizen: Citizen, officer: SignedIn, service: WebService, *, closing: bool
) -> None:
    one = officer()
    path = path_of(one)
    seen = read_by(one, path)
    citizen.says("gặp cán bộ")
    citizen.says("À còn thẻ của mẹ mình nữa")
    to, form = (f"{path}/close", {}) if closing else (path, {"do": "send", "text": "Đã xong."})
    first = one.post(to, read=seen, **form)
    assert first.status == 409
    assert "vừa nhắn thêm" in text(first)
    assert "thẻ của mẹ mình nữa" in text(first)
    assert closing or ">Đã xong.</textarea>" in text(first)
    assert "👮" not in citizen.reads()
    assert one.post(to, read=read_by(one, path), **form).status == 303


@pytest.mark.parametrize("read", ["9" * 30, "9" * 5000, "-1", "²", "x"])
def test_a_length_that_is_none_is_no_fault_of_ours(
    citizen: Citizen, officer: SignedIn, read: str
) -> None:
    one = officer()
    assert one.post(f"{path_of(one)}/close", read=read).status == 303


def read_by(one: Officer, path: str) -> str:
    """What the page sends along, in both of its forms."""
    (read,) = set(re.findall(r'name="read" value="(\d+)"', text(one.get(path))))
    return str(read)


def test_a_wait_is_closed_without_an_answer(
    citizen: Citizen, officer: SignedIn, service: WebService
) -> None:
    one = officer()
    path = path_of(one)
    assert one.post(f"{path}/close").headers["location"] == "/desk/people?said=closed"
    assert "đã đóng, không trả lời," in text(one.get(path))
    assert "👮" not in citizen.reads()
    assert audited(service)[1][0] == "đóng người chờ, không trả lời"


@pytest.mark.parametrize(
    ("words", "says"),
    [("", "chưa viết"), (" \n\u200b ", "chưa viết"), ("a" * 2001, "dài 2001 ký tự")],
)
def test_what_cannot_be_sent_says_why_and_is_kept(
    citizen: Citizen, officer: SignedIn, words: str, says: str
) -> None:
    one = officer()
    answer = one.post(path_of(one), do="send", text=words)
    assert answer.status == 422
    assert says in text(answer)
    assert words.strip(" \n\u200b") in text(answer)


def test_two_thousand_accented_letters_fit_the_form(citizen: Citizen, officer: SignedIn) -> None:
    one = officer()
    assert one.post(path_of(one), do="send", text="ế" * 2000).status == 303


def test_a_form_that_is_much_too_large_is_refused(citizen: Citizen, officer: SignedIn) -> None:
    one = officer()
    assert one.post(path_of(one), do="send", text="ế" * 20_000).status == 413


def test_personal_data_is_asked_about_before_it_is_sent(
    citizen: Citizen, officer: SignedIn
) -> None:
    one = officer()
    path, words = path_of(one), "Bạn gọi trực ban 0912 345 678 nhé"
    asked = one.post(path, do="send", text=words)
    assert asked.status == 422
    assert "Có vẻ chứa: [số điện thoại]" in text(asked)
    assert one.post(path, do="send", text=words, sure="yes").status == 303
    assert words in waits_for(citizen, "👮")


def test_html_is_text(citizen: Citizen, officer: SignedIn) -> None:
    citizen.says("gặp cán bộ")
    citizen.says("<script>alert(1)</script>")
    one = officer()
    path = path_of(one)
    shown = text(one.post(path, do="search", search='"><img src=x>', text="</textarea><b>x"))
    for raw in ("<script>alert", "<img src=x", "</textarea><b>"):
        assert raw not in shown


@pytest.mark.parametrize("path", ["/desk/people/nobody", "/desk/calls/NOBODY/done"])
def test_what_is_not_there_is_not_found(officer: SignedIn, path: str) -> None:
    one = officer()
    answer = one.post(path) if "calls" in path else one.get(path)
    assert answer.status == 404


@pytest.mark.parametrize("role", ["viewer", "volunteer", "outreach", "auditor"])
def test_only_who_answers_people_sees_them(officer: SignedIn, role: str) -> None:
    assert officer(role).get("/desk/people").status == 403


# --- calls ---------------------------------------------------------------------------------------


@pytest.fixture
def call(service: WebService, moving: Clock) -> str:
    """The code of somebody of office mau-a to be called."""
    code = f"GOI{service.count('bookings')}"
    now = moving()
    with service.database.transaction() as tx:
        sealed = Vault("a made-up key").seal("84900000001")
        visits.book(tx, code, now + timedelta(days=2), now, name="bà Tư", phone=sealed)
        about = About(code, 1, "evening")
        assert calls.add(tx, about, "unreachable", now)
    return code


def test_a_number_is_opened_by_a_form_and_written_down(
    service: WebService, officer: SignedIn, call: str
) -> None:
    one = officer("officer", "mau-a")
    listed = text(one.get("/desk/people"))
    assert call in listed
    assert "nhắc tối hôm trước: người này đã chặn hoặc xóa bot" in listed
    assert "900000001" not in listed
    assert "0900000001" in text(one.post(f"/desk/calls/{call}/phone"))
    assert audited(service)[0][0] == "xem số điện thoại"


def test_who_was_called_is_off_the_list(service: WebService, officer: SignedIn, call: str) -> None:
    one = officer("officer", "mau-a")
    assert one.post(f"/desk/calls/{call}/done").status == 303
    assert call not in text(one.get("/desk/people"))
    assert one.post(f"/desk/calls/{call}/done").status == 404
    assert audited(service)[0][0] == "đã gọi điện"


def test_another_offices_call_is_not_shown_opened_or_ended(officer: SignedIn, call: str) -> None:
    other = officer("officer", "mau-b")
    assert call not in text(other.get("/desk/people"))
    assert other.post(f"/desk/calls/{call}/phone").status == 404
    assert other.post(f"/desk/calls/{call}/done").status == 404


# --- alerts --------------------------------------------------------------------------------------


def test_an_alert_is_shown_until_somebody_has_seen_it(
    service: WebService, officer: SignedIn, moving: Clock
) -> None:
    with service.database.transaction() as tx:
        inbox.alert(tx, IDS.new(moving()), moving(), "faq", "the.yaml:3:1: thiếu <answer>")
    one = officer()
    shown = text(one.get("/desk/people"))
    assert "thiếu &lt;answer&gt;" in shown
    (path,) = re.findall(r'action="(/desk/alerts/\w+/seen)"', shown)
    assert one.post(path).status == one.post(path).status == 303
    assert "Không có cảnh báo nào" in text(one.get("/desk/people"))
    assert [what for what, _ in audited(service)].count("đã xem cảnh báo") == 1


def test_a_form_text_is_cleaned() -> None:
    assert forms.tidy("e\u0302\u0301\x00\x1b[31m\u202e a\tb \r\nc\u2028d ") == "ế[31m a b\nc\nd"
    assert forms.lines(" một \n\n  hai   ba ") == ("một", "hai ba")


def test_the_first_page_says_who_waits(citizen: Citizen, officer: SignedIn) -> None:
    assert "1 người chờ trả lời" in text(officer().get("/desk/"))
    assert "chờ trả lời" not in text(officer("viewer").get("/desk/"))
